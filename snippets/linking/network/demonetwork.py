"""Start one container twice: before its network exists, and after."""

import time

import docker
from docker.errors import APIError

IMAGE = "busybox:1.37"
NETWORK = "py-demonetwork"

client = docker.from_env()
server = client.containers.create(
    IMAGE,
    ["nc", "-l", "-p", "111"],
    name="py-server",
    network=NETWORK,
    stdin_open=True,  # as `docker run -i`
)
network = None
try:
    try:
        server.start()
    except APIError as error:
        print("refused:", f"network {NETWORK} not found" in str(error))
        #> refused: True
    server.reload()
    print("state:", server.status)
    #> state: created

    network = client.networks.create(NETWORK)
    server.start()
    while server.exec_run(["sh", "-c", "netstat -ltn | grep -q :111"]).exit_code:
        time.sleep(0.1)
    message = ["sh", "-c", "echo 'xin chào' | nc py-server 111"]
    client.containers.run(IMAGE, message, network=NETWORK, remove=True)
    print("exit code:", server.wait()["StatusCode"])
    #> exit code: 0
    print("log:", server.logs().decode().strip())
    #> log: xin chào
finally:
    server.remove(force=True)
    if network is not None:
        network.remove()
    client.close()
