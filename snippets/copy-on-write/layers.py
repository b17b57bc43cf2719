"""Commit a large file, delete it in a second image, and compare the two images."""

import docker
from docker.models.images import Image

IMAGE = "debian:13-slim"

client = docker.from_env()


def commit(image: str, command: str, tag: str) -> Image:
    """Run `command` in a container of `image`, and keep its layer as a new image."""
    container = client.containers.create(image, ["sh", "-c", command])
    try:
        container.start()
        container.wait()
        return container.commit(repository="py-story", tag=tag)
    finally:
        container.remove(force=True)


def layers(image: Image) -> list[str]:
    """Return the ids of the layers, the lowest first."""
    return image.attrs["RootFS"]["Layers"]


base = client.images.get(IMAGE)
try:
    first = commit(IMAGE, "head -c 10000000 /dev/zero > /big", "1")
    second = commit("py-story:1", "rm /big", "2")
    print(
        "layers added:", [len(layers(i)) - len(layers(base)) for i in (first, second)]
    )
    #> layers added: [1, 2]
    print("the second starts with the first's:", layers(second)[:-1] == layers(first))
    #> the second starts with the first's: True
    print("smaller after the delete:", second.attrs["Size"] < first.attrs["Size"])
    #> smaller after the delete: False
    same = commit(IMAGE, "head -c 10000000 /dev/zero > /big; rm /big", "3")
    print(
        "deleted in the same layer:", same.attrs["Size"] - base.attrs["Size"], "bytes"
    )
    #> deleted in the same layer: 0 bytes
finally:
    for tag in ("3", "2", "1"):
        client.images.remove(f"py-story:{tag}")
    client.close()
