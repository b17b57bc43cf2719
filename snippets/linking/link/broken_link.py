"""Restart, recreate and stop a linked server, and let the client itself report."""

import time
from contextlib import suppress

import docker
from docker.errors import APIError, NotFound
from docker.models.containers import Container

IMAGE = "busybox:1.37"
LINK = {"py-server": "server"}
ASK = "while sleep 0.1; do wget -T 1 -qO- http://server:111 || echo no answer; done"
docker_host = docker.from_env()
made: list[Container] = []


def run(name: str, command: str, links: dict[str, str] | None = None) -> Container:
    """Create a container, remember it for the clean-up, and start it."""
    container = docker_host.containers.create(
        IMAGE, ["sh", "-c", command], name=name, links=links
    )
    made.append(container)
    container.start()
    return container


def serve(name: str, text: str) -> Container:
    """Start a web server that answers `text` to everybody."""
    command = f"echo '{text}' > /tmp/index.html; exec httpd -f -p 111 -h /tmp"
    return ready(run(name, command))


def ready(server: Container) -> Container:
    """Return `server` once it answers on its own loopback."""
    while server.exec_run("wget -qO- http://127.0.0.1:111").exit_code:
        time.sleep(0.1)
    return server


def answer(client: Container) -> str:
    """Return what the client's main process hears from now on."""
    heard = client.logs(stderr=False).splitlines()
    while len(lines := client.logs(stderr=False).splitlines()) < len(heard) + 2:
        time.sleep(0.1)  # the first new line may still belong to the past
    return lines[-1].decode()


try:
    server = serve("py-server", "the first server")
    client = run("py-client", ASK, links=LINK)
    print("at first:", answer(client))
    #> at first: the first server

    server.stop(timeout=1)
    serve("py-thief", "the thief")
    print("stopped, address taken:", answer(client))
    #> stopped, address taken: the thief
    server.start()
    ready(server)
    print("started again:", answer(client))
    #> started again: the first server

    server.remove(force=True)
    serve("py-squatter", "the squatter")
    server = serve("py-server", "the second server")
    print("removed and recreated:", answer(client))
    #> removed and recreated: the squatter

    server.stop(timeout=1)
    try:
        run("py-late", "true", links=LINK)
    except APIError as error:
        print("client while it is down:", error.explanation.split(":")[0])
        #> client while it is down: Cannot link to a non running container
finally:
    for container in made:
        with suppress(NotFound):  # the first server is gone already
            container.remove(force=True)
