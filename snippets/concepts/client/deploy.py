"""Deploy an image to the second Docker host, run it there, and take it away again."""

from pathlib import Path

from docker import DockerClient, from_env

near = from_env()
far = DockerClient(base_url=f"unix://{Path('second.sock').resolve()}")
TAG = "py-shop:1"


def has_image(client: DockerClient) -> bool:
    """Tell whether the client's Docker host holds the image."""
    return any(TAG in image.tags for image in client.images.list())


def names(client: DockerClient) -> list[str]:
    """Return the containers of this name that the client's Docker host has."""
    found = client.containers.list(all=True, filters={"name": "^py-shop$"})
    return [container.name for container in found]


near.images.get("busybox:1.37").tag(TAG)
print("before:", has_image(far))
#> before: False
far.images.load(b"".join(near.images.get(TAG).save(named=TAG)))
print("deployed:", has_image(far))
#> deployed: True

shop = far.containers.run(TAG, ["hostname"], name="py-shop", detach=True)
print("exit code:", shop.wait()["StatusCode"])
#> exit code: 0
print("there:", names(far), "here:", names(near))
#> there: ['py-shop'] here: []
shop.remove()
for client in (far, near):
    client.images.remove(TAG)
    client.close()
print("all over")
#> all over
