"""Send a message over a link while no port of the server is published."""

import time

import docker
from docker.errors import ContainerError
from docker.models.containers import Container

IMAGE = "busybox:1.37"
docker_host = docker.from_env()


def wait_for_port(server: Container) -> None:
    """Return once something in `server` listens on port 111."""
    while b":111 " not in server.exec_run("netstat -lnt").output:
        time.sleep(0.1)


def send(text: str, links: dict[str, str]) -> str:
    """Send `text` to the name py-server from a new container; say how it went."""
    command = ["sh", "-c", f"echo '{text}' | nc py-server 111"]
    try:
        docker_host.containers.run(IMAGE, command, links=links, remove=True)
    except ContainerError as error:
        return error.stderr.decode().strip()
    return "sent"


server = docker_host.containers.run(
    IMAGE, ["nc", "-l", "-p", "111"], name="py-server", stdin_open=True, detach=True
)
try:
    wait_for_port(server)
    server.reload()
    print("published ports:", server.ports)
    #> published ports: {}
    print("without a link:", send("no link", links={}))
    #> without a link: nc: bad address 'py-server'
    print("with a link:", send("over the link", links={"py-server": "py-server"}))
    #> with a link: sent
    server.wait()
    print("server's log:", server.logs().decode().strip())
    #> server's log: over the link
finally:
    server.remove(force=True)
