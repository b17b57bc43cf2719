"""Crash a container that has a restart policy, then ask one daemon for too much."""

import time

import docker
from docker.errors import APIError

IMAGE = "busybox:1.37"
FOREVER = ["sleep", "infinity"]

client = docker.from_env()
job = client.containers.run(
    IMAGE,
    FOREVER,
    name="py-job",
    init=True,
    restart_policy={"Name": "always"},
    detach=True,
)
try:
    first = job.attrs["Id"]
    host = client.info()["Name"]
    job.exec_run(["killall", "sleep"], detach=True)
    while job.attrs["RestartCount"] == 0 or job.status != "running":
        time.sleep(0.1)
        job.reload()
    print("restarts:", job.attrs["RestartCount"])
    #> restarts: 1
    print("same container:", job.attrs["Id"] == first)
    #> same container: True
    print("same host:", client.info()["Name"] == host)
    #> same host: True

    job.stop(timeout=1)
    job.reload()
    print("after stop:", job.status)
    #> after stop: exited

    try:
        client.containers.create(IMAGE, FOREVER, nano_cpus=1000 * 10**9)
    except APIError as error:
        print("a thousand CPUs refused:", "CPUs available" in error.explanation)
        #> a thousand CPUs refused: True
    print("swarm:", client.info()["Swarm"]["LocalNodeState"])
    #> swarm: inactive
finally:
    job.remove(force=True)
    client.close()
