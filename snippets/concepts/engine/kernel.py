"""Compare the kernel of the machine, of the daemon and of a container."""

import os
import platform
import signal

import docker

client = docker.from_env()
here = platform.release()
print("daemon's kernel is ours:", client.info()["KernelVersion"] == here)
#> daemon's kernel is ours: True
container = client.containers.run(
    "busybox:1.37",
    ["sh", "-c", "uname -r; exec sleep 600"],
    name="py-kernel",
    detach=True,
)
try:
    inside = next(container.logs(stream=True, follow=True)).decode().strip()
    print("container's kernel is ours:", inside == here)
    #> container's kernel is ours: True
    container.reload()
    os.kill(container.attrs["State"]["Pid"], signal.SIGKILL)
    print("killed from the host, exit code:", container.wait()["StatusCode"])
    #> killed from the host, exit code: 137
finally:
    container.remove(force=True)
    client.close()
