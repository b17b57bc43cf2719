"""Give a server's address to another container and see where its names lead."""

import time
from contextlib import ExitStack

import docker
from docker.models.containers import Container

IMAGE = "busybox:1.37"
NETWORK = "py-demonetwork"


def listen(answer: str) -> list[str]:
    """Answer every caller on port 111 with one word."""
    return ["nc", "-ll", "-p", "111", "-e", "echo", answer]


def wait_until_ready(server: Container) -> None:
    """Wait until the server has opened its port."""
    while server.exec_run(["sh", "-c", "netstat -ltn | grep -q :111"]).exit_code:
        time.sleep(0.1)


def address(container: Container) -> str:
    """Ask the daemon for the address that the container has now."""
    container.reload()
    return container.attrs["NetworkSettings"]["Networks"][NETWORK]["IPAddress"]


def meets(caller: Container, target: str, answer: str) -> bool:
    """Tell whether a call to `target` is answered with `answer`."""
    call = ["sh", "-c", f"nc -w 10 {target} 111 | grep -qx {answer}"]
    return caller.exec_run(call).exit_code == 0


with ExitStack() as cleanup:
    client = docker.from_env()
    cleanup.callback(client.close)
    network = client.networks.create(NETWORK)
    cleanup.callback(network.remove)

    def run(name: str, command: list[str]) -> Container:
        container = client.containers.run(
            IMAGE, command, name=name, network=NETWORK, detach=True
        )
        cleanup.callback(container.remove, force=True)
        return container

    server = run("py-server", listen("py-server"))
    wait_until_ready(server)
    network.disconnect(server)
    network.connect(server, aliases=["py-db"])  # an alias is given on joining
    caller = run("py-client", ["sleep", "infinity"])
    old = address(server)
    print("before, name leads to server:", meets(caller, "py-server", "py-server"))
    #> before, name leads to server: True

    server.stop(timeout=1)
    newcomer = run("py-newcomer", listen("py-newcomer"))
    wait_until_ready(newcomer)
    server.start()
    wait_until_ready(server)
    print("server kept its address:", address(server) == old)
    #> server kept its address: False
    print("newcomer has the old address:", address(newcomer) == old)
    #> newcomer has the old address: True
    print("old address leads to newcomer:", meets(caller, old, "py-newcomer"))
    #> old address leads to newcomer: True
    print("name leads to server:", meets(caller, "py-server", "py-server"))
    #> name leads to server: True
    print("alias leads to server:", meets(caller, "py-db", "py-server"))
    #> alias leads to server: True
