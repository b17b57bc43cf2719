"""Start five containers one after the other: how fast, and on how many kernels?"""

import time

import docker

COMMAND = ["cat", "/proc/sys/kernel/random/boot_id"]
COUNT = 5

seconds, kernels = [], set()
client = docker.from_env()
try:
    for number in range(COUNT):
        container = client.containers.create(
            "debian:13-slim", COMMAND, name=f"py-guest-{number}"
        )
        try:
            before = time.monotonic()
            container.start()
            seconds.append(time.monotonic() - before)
            container.wait()
            kernels.add(container.logs().strip())
        finally:
            container.remove(force=True)
    print("containers:", COUNT, "kernels:", len(kernels))
    #> containers: 5 kernels: 1
    print("fastest start under a second:", min(seconds) < 1)
    #> fastest start under a second: True
finally:
    client.close()
