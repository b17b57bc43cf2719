"""End the same shell in different ways and tell the exit codes apart."""

import time

import docker
from docker.errors import APIError
from docker.models.containers import Container

IMAGE = "busybox:1.37"
SHELL = ["sh", "-c", "echo ready; sleep 600; true"]
TRAP = "trap 'exit 7' TERM; echo ready; while :; do sleep 0.1; done"
client = docker.from_env()
made: list[Container] = []


def start(name: str, command: list[str], **options) -> Container:
    """Create a container, remember it for the clean-up, and start it."""
    container = client.containers.create(IMAGE, command, name=name, **options)
    made.append(container)
    container.start()
    return container


def ended(container: Container) -> str:
    """Tell the exit code, and whether the kernel ran out of memory for it."""
    code = container.wait()["StatusCode"]
    container.reload()
    return f"{code}, out of memory: {container.attrs['State']['OOMKilled']}"


try:
    deaf = start("py-deaf", SHELL)
    polite = start("py-polite", ["sh", "-c", TRAP])
    helped = start("py-helped", SHELL, init=True)
    for container in (deaf, polite, helped):
        while not container.logs():
            time.sleep(0.1)
        container.stop(timeout=1)
    print("deaf:", ended(deaf))
    print("polite:", ended(polite))
    print("helped:", ended(helped))

    hungry = start(
        "py-hungry", ["tail", "/dev/zero"], mem_limit="20m", memswap_limit="20m"
    )
    print("hungry:", ended(hungry))

    try:
        start("py-broken", ["nosuch"])
    except APIError:
        broken = made[-1]
        broken.reload()
        print("broken:", broken.status, broken.attrs["State"]["ExitCode"])
finally:
    for container in made:
        container.remove(force=True)
    client.close()
