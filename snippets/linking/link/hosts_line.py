"""Find where a link writes the name: in /etc/hosts or in Docker's DNS."""

import docker
from docker.models.containers import Container

IMAGE = "busybox:1.37"
LINK = {"py-store": "database"}
LOOK = "cat /etc/hosts; ping -c 1 -q database > /tmp/ping && echo answered"
docker_host = docker.from_env()
network = docker_host.networks.create("py-link-net")


def store(network_name: str) -> Container:
    """Start a server for the link to point to."""
    return docker_host.containers.run(
        IMAGE, ["sleep", "600"], name="py-store", network=network_name, detach=True
    )


def report(client: Container) -> str:
    """Run the client; count the alias in its /etc/hosts, and say if it answered."""
    client.start()
    client.wait()
    lines = client.logs(stderr=False).splitlines()
    client.remove()
    written = sum(b"database" in line for line in lines)
    return f"lines {written}, name answered {b'answered' in lines}"


try:
    server = store("bridge")
    client = docker_host.containers.create(IMAGE, ["sh", "-c", LOOK], links=LINK)
    print("default bridge:", report(client))
    #> default bridge: lines 1, name answered True
    server.remove(force=True)

    server = store("py-link-net")
    client = docker_host.containers.create(
        IMAGE, ["sh", "-c", LOOK], network="py-link-net"
    )
    network.disconnect(client)  # join again: here a link belongs to the attachment
    network.connect(client, links=LINK)
    print("user-defined network:", report(client))
    #> user-defined network: lines 0, name answered True
finally:
    server.remove(force=True)
    network.remove()
