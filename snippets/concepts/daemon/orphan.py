"""Kill the process that runs a container, and ask the daemon what became of it."""

import subprocess
import sys
import time

import docker
from docker.errors import NotFound
from docker.models.containers import Container

IMAGE = "busybox:1.37"
RUN = f"""
import docker
docker.from_env().containers.run("{IMAGE}", ["sleep", "600"], name="py-orphan")
"""
docker_host = docker.from_env()
made: list[Container] = []


def running(name: str) -> Container:
    """Wait for a container to exist and run, and return it."""
    while True:
        try:
            container = docker_host.containers.get(name)
        except NotFound:
            continue
        if container.status == "running":
            made.append(container)
            return container


try:
    caller = subprocess.Popen([sys.executable, "-c", RUN])
    orphan = running("py-orphan")
    caller.kill()
    print("caller's exit status:", caller.wait())
    #> caller's exit status: -9
    orphan.reload()
    print("container:", orphan.status)
    #> container: running

    policy = {"Name": "on-failure", "MaximumRetryCount": 2}
    flaky = docker_host.containers.run(
        IMAGE,
        ["sh", "-c", "exit 3"],
        name="py-flaky",
        restart_policy=policy,
        detach=True,
    )
    made.append(flaky)
    while flaky.status != "exited" or flaky.attrs["RestartCount"] < 2:
        time.sleep(0.1)
        flaky.reload()
    print("restarted by the daemon:", flaky.attrs["RestartCount"])
    #> restarted by the daemon: 2
    print("exit code:", flaky.attrs["State"]["ExitCode"])
    #> exit code: 3
finally:
    for container in made:
        container.remove(force=True)
    docker_host.close()
