"""Create and start a container with nothing but HTTP, then find it with the SDK."""

import json
import socket
from http.client import HTTPConnection

import docker

NAME = "py-by-http"


class Daemon(HTTPConnection):
    """HTTP over the daemon's Unix socket."""

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect("/var/run/docker.sock")


def call(method: str, path: str, body: object = None) -> int:
    """Send one request and return the status of its answer."""
    daemon = Daemon("localhost")
    headers = {"Content-Type": "application/json"}
    daemon.request(method, path, json.dumps(body), headers)
    answer = daemon.getresponse()
    answer.read()
    daemon.close()
    return answer.status


config = {"Image": "busybox:1.37", "Cmd": ["echo", "xin chào"]}
print("create:", call("POST", f"/containers/create?name={NAME}", config))
#> create: 201
try:
    print("start:", call("POST", f"/containers/{NAME}/start"))
    #> start: 204
    client = docker.from_env()
    container = client.containers.get(NAME)
    print("exit code:", container.wait()["StatusCode"])
    #> exit code: 0
    print("log:", container.logs().decode().strip())
    #> log: xin chào
    client.close()
finally:
    print("delete:", call("DELETE", f"/containers/{NAME}?force=1"))
#> delete: 204
