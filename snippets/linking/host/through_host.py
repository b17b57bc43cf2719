"""Call a container of another network: directly, then through the host's port."""

import time
from contextlib import ExitStack

import docker

IMAGE = "busybox:1.37"
SERVER = ["nc", "-ll", "-p", "111", "-e", "echo", "I am py-bob"]
HOST = {"docker-host": "host-gateway"}

with ExitStack() as cleanup:
    client = docker.from_env()
    cleanup.callback(client.close)
    for name in ("py-here", "py-there"):
        cleanup.callback(client.networks.create(name).remove)
    bob = client.containers.run(
        IMAGE, SERVER, name="py-bob", network="py-there", ports={111: None}, detach=True
    )
    cleanup.callback(bob.remove, force=True)
    alice = client.containers.run(
        IMAGE,
        ["sleep", "infinity"],
        name="py-alice",
        network="py-here",
        extra_hosts=HOST,
        detach=True,
    )
    cleanup.callback(alice.remove, force=True)
    while b":111 " not in bob.exec_run("netstat -lnt").output:
        time.sleep(0.1)

    bob.reload()
    address = bob.attrs["NetworkSettings"]["Networks"]["py-there"]["IPAddress"]
    port = bob.ports["111/tcp"][0]["HostPort"]
    direct = alice.exec_run(f"nc -w 2 {address} 111").exit_code
    print("bob's own address answers:", direct == 0)
    #> bob's own address answers: False
    through_host = alice.exec_run(f"nc -w 10 docker-host {port}").exit_code
    print("the host's port answers:", through_host == 0)
    #> the host's port answers: True
