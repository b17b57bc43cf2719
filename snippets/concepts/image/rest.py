"""Ask for the processes and the memory of an image, then of a container made from it."""

import time
from contextlib import suppress

import docker
from docker.errors import NotFound
from docker.models.containers import Container

docker_host = docker.from_env()
image = docker_host.images.get("nginx:1.26")


def memory(name: str) -> int | None:
    """Return how many bytes of memory it uses; None where Docker counts none."""
    with suppress(NotFound):
        stats = next(docker_host.api.stats(name, decode=True))
        return stats["memory_stats"].get("usage")
    return None


def processes(container: Container) -> set[str]:
    """Return the names of its processes, as the Docker host sees them."""
    rows = container.top()["Processes"]
    return {row[-1].split()[0].strip(":") for row in rows}


print("the image uses memory:", memory(image.id) is not None)
#> the image uses memory: False
web = docker_host.containers.run(image, name="py-web", detach=True)
try:
    used = memory(web.id)
    print("the container uses memory:", used is not None and used > 0)
    #> the container uses memory: True
    while "nginx" not in (found := processes(web)):  # Docker's runc starts first
        time.sleep(0.1)
    print("its processes:", found)
    #> its processes: {'nginx'}
finally:
    web.remove(force=True)
