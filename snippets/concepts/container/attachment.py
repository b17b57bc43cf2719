"""Take a running container off its network and put it back; then stop it."""

import docker
from docker.models.containers import Container

IMAGE = "busybox:1.37"
docker_host = docker.from_env()
bridge = docker_host.networks.get("bridge")
made: list[Container] = []


def run(name: str, network: str = "bridge") -> Container:
    """Start a container that does nothing, and remember it for the clean-up."""
    container = docker_host.containers.run(
        IMAGE, ["sleep", "infinity"], name=name, network=network, detach=True
    )
    made.append(container)
    return container


def addresses(container: Container) -> list[str]:
    """Return the addresses that the container has now."""
    container.reload()
    ends = container.attrs["NetworkSettings"]["Networks"].values()
    return [end["IPAddress"] for end in ends if end["IPAddress"]]


def process(container: Container) -> int:
    """Return the number of its process on the Docker host, 0 for none."""
    container.reload()
    return container.attrs["State"]["Pid"]


try:
    print("network none:", addresses(run("py-none", "none")))
    #> network none: []
    print("network host:", addresses(run("py-host", "host")))
    #> network host: []

    web = run("py-web")
    old, pid = addresses(web), process(web)
    bridge.disconnect(web)
    print("disconnected:", addresses(web))
    #> disconnected: []
    thief = run("py-thief")
    bridge.connect(web)
    print("old address taken:", addresses(thief) == old)
    #> old address taken: True
    print("connected, another address:", addresses(web) not in ([], old))
    #> connected, another address: True
    print("same process all the time:", process(web) == pid)
    #> same process all the time: True

    web.kill()
    web.wait()
    print("processes:", process(web), "addresses:", addresses(web))
    #> processes: 0 addresses: []
    print("still there:", web in docker_host.containers.list(all=True))
    #> still there: True
finally:
    for container in made:
        container.remove(force=True)
