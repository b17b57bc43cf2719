"""Keep one copy of a job on whichever machine lives: the loop that a single daemon lacks."""

import os
import signal
import time
from pathlib import Path

import docker
from docker import DockerClient
from docker.errors import DockerException
from requests.exceptions import RequestException

NAME = "py-job"
THERE = f"unix://{Path('there/docker.sock').resolve()}"


def is_alive(machine: DockerClient) -> bool:
    """Ask the daemon of a machine for a sign of life."""
    try:
        return machine.ping()
    except (DockerException, RequestException):
        return False


def place(machines: dict[str, DockerClient]) -> str:
    """Leave the job where it runs; if it runs nowhere, start it on the first living machine."""
    living = {name: machine for name, machine in machines.items() if is_alive(machine)}
    for name, machine in living.items():
        if machine.containers.list(filters={"name": f"^{NAME}$"}):
            return f"runs on {name}"
    name, machine = next(iter(living.items()))
    machine.containers.run(
        "busybox:1.37", ["sleep", "infinity"], name=NAME, init=True, detach=True
    )
    return f"started on {name}"


here = docker.from_env()
machines = {"there": DockerClient(base_url=THERE), "here": here}
try:
    print("pass 1:", place(machines))
    #> pass 1: started on there
    print("pass 2:", place(machines))
    #> pass 2: runs on there

    os.kill(int(Path("there.pid").read_text()), signal.SIGKILL)
    while Path("/sys/class/net/cable").exists():
        time.sleep(0.1)
    print("there is alive:", is_alive(machines["there"]))
    #> there is alive: False

    print("pass 3:", place(machines))
    #> pass 3: started on here
    print("pass 4:", place(machines))
    #> pass 4: runs on here
finally:
    for copy in here.containers.list(filters={"name": f"^{NAME}$"}):
        copy.remove(force=True)
    for machine in machines.values():
        machine.close()
