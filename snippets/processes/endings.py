"""End containers in different ways, and tell their exit statuses apart."""

import time

import docker
from docker.errors import APIError
from docker.models.containers import Container

IMAGE = "busybox:1.37"
SHELL = ["sh", "-c", "echo ready; sleep 600; true"]
TRAP = "trap 'exit 7' TERM; echo ready; while :; do sleep 0.1; done"
GREEDY = ["dd", "if=/dev/zero", "of=/dev/null", "bs=50M", "count=1"]
client = docker.from_env()
made: list[Container] = []


def start(name: str, command: list[str], **options) -> Container:
    """Create a container, remember it for the clean-up, and start it."""
    container = client.containers.create(IMAGE, command, name=name, **options)
    made.append(container)
    container.start()
    return container


def ready(container: Container) -> Container:
    """Wait until the container has printed something.  Raises TimeoutError."""
    for _ in range(200):
        if container.logs():
            return container
        time.sleep(0.1)
    raise TimeoutError(f"{container.name} has printed nothing")


def ended(container: Container) -> int:
    """Wait for the end, and return the exit status."""
    return container.wait(timeout=20)["StatusCode"]


def is_oom_killed(container: Container) -> bool:
    """Ask the daemon whether it heard that memory ran out."""
    container.reload()
    return container.attrs["State"]["OOMKilled"]


try:
    deaf = ready(start("py-deaf", SHELL))
    deaf.stop(timeout=1)
    print("deaf:", ended(deaf))
    #> deaf: 137
    polite = ready(start("py-polite", ["sh", "-c", TRAP]))
    polite.stop()
    print("polite:", ended(polite))
    #> polite: 7
    helped = ready(start("py-helped", SHELL, init=True))
    helped.stop()
    print("helped:", ended(helped))
    #> helped: 143

    print("no limit:", ended(start("py-free", GREEDY)))
    #> no limit: 0
    hungry = start("py-hungry", GREEDY, mem_limit="20m", memswap_limit="20m")
    print("limited:", ended(hungry))
    #> limited: 137
    for _ in range(20):
        if is_oom_killed(hungry):
            break
        hungry.start()
        ended(hungry)
    print("out of memory, deaf:", is_oom_killed(deaf))
    #> out of memory, deaf: False
    print("out of memory, limited:", is_oom_killed(hungry))
    #> out of memory, limited: True

    try:
        start("py-broken", ["nosuch"])
    except APIError:
        broken = made[-1]
        broken.reload()
        print("broken:", broken.attrs["State"]["ExitCode"], broken.status)
        #> broken: 127 created
finally:
    for container in made:
        container.remove(force=True)
    client.close()
