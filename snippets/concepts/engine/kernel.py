"""Compare the kernel of the machine, of the daemon and of a container."""

import os
import platform
import signal
from pathlib import Path

import docker

BOOT_ID = "/proc/sys/kernel/random/boot_id"

client = docker.from_env()
here = Path(BOOT_ID).read_text().strip()
version = client.info()["KernelVersion"]
print("daemon names our kernel version:", version == platform.release())
#> daemon names our kernel version: True
container = client.containers.run(
    "busybox:1.37",
    ["sh", "-c", f"cat {BOOT_ID}; exec sleep 600"],
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
