"""Run a main process and a second one, and end each of them."""

import time
from collections.abc import Callable

import docker
from docker.errors import ContainerError

IMAGE = "busybox:1.37"
COMMAND = ["sh", "-c", "echo ready; sleep 600; echo done"]
client = docker.from_env()


def wait_until(holds: Callable[[], bool], seconds: float = 20) -> None:
    """Ask again and again, for a limited time.  Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"still not so after {seconds} s")
        time.sleep(0.1)


def names() -> list[str]:
    """List the names of the worker's processes, as the Docker host sees them."""
    return sorted(row[-1] for row in worker.top(ps_args="-o pid,comm")["Processes"])


try:
    client.containers.run(IMAGE, ["sh", "-c", "exit 3"], remove=True)
except ContainerError as error:
    print("foreground, exit status:", error.exit_status)
    #> foreground, exit status: 3

worker = client.containers.run(IMAGE, COMMAND, name="py-worker", detach=True)
try:
    wait_until(lambda: names() == ["sh", "sleep"])
    worker.exec_run(["tail", "-f", "/dev/null"], detach=True)
    wait_until(lambda: "tail" in names())
    print("with exec:", *names())
    #> with exec: sh sleep tail
    worker.exec_run(["killall", "tail"])
    wait_until(lambda: "tail" not in names())
    worker.reload()
    print("the second process ended:", worker.status)
    #> the second process ended: running

    worker.exec_run(["tail", "-f", "/dev/null"], detach=True)
    wait_until(lambda: "tail" in names())
    worker.exec_run(["killall", "sleep"], detach=True)
    print("the main process ended:", worker.wait(timeout=20)["StatusCode"])
    #> the main process ended: 0
    worker.reload()
    print("the container:", worker.status)
    #> the container: exited
    print("log:", *worker.logs(stderr=False).decode().split())
    #> log: ready done
finally:
    worker.remove(force=True)
    client.close()
