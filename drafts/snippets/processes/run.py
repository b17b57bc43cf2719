"""Run a main process and a second one, and end each of them."""

import time

import docker
from docker.errors import ContainerError

IMAGE = "busybox:1.37"
client = docker.from_env()
try:
    client.containers.run(IMAGE, ["sh", "-c", "exit 3"], remove=True)
except ContainerError as error:
    print("foreground, exit code:", error.exit_status)

command = ["sh", "-c", "echo ready; sleep 600; echo done"]
worker = client.containers.run(IMAGE, command, name="py-worker", detach=True)
try:
    while b"ready" not in worker.logs():
        time.sleep(0.1)
    print("processes:", len(worker.top()["Processes"]))
    worker.exec_run(["tail", "-f", "/dev/null"], detach=True)
    print("with exec:", len(worker.top()["Processes"]))
    worker.exec_run(["pkill", "tail"])
    worker.reload()
    print("the second process ended:", worker.status)
    worker.exec_run(["tail", "-f", "/dev/null"], detach=True)
    worker.exec_run(["pkill", "sleep"])
    print("the main process ended:", worker.wait()["StatusCode"])
    worker.reload()
    print("the container:", worker.status)
    print("log:", worker.logs().decode().split())
finally:
    worker.remove(force=True)
    client.close()
