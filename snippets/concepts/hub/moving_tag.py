"""Push two images under one tag, then pull by the tag and by the first digest."""

import time
from contextlib import ExitStack
from urllib.request import urlopen

import docker
from docker.models.images import Image

IMAGE = "busybox:1.37"

with ExitStack() as cleanup:
    client = docker.from_env()
    cleanup.callback(client.close)
    registry = client.containers.run(
        "registry:2",
        name="py-registry",
        ports={"5000/tcp": ("127.0.0.1", None)},
        detach=True,
    )
    cleanup.callback(registry.remove, force=True, v=True)
    registry.reload()
    host = f"localhost:{registry.ports['5000/tcp'][0]['HostPort']}"
    while True:
        try:
            urlopen(f"http://{host}/v2/").close()
            break
        except OSError:
            time.sleep(0.1)
    repository = f"{host}/shop/note"

    def publish(text: str) -> str:
        """Push an image that prints `text` as tag 1; return its name with digest."""
        maker = client.containers.create(IMAGE)
        try:
            image = maker.commit(repository, tag="1", conf={"Cmd": ["echo", text]})
        finally:
            maker.remove()
        client.images.push(repository, tag="1")
        image.reload()
        name = image.attrs["RepoDigests"][0]
        client.images.remove(f"{repository}:1")
        return name

    def pull_and_run(image: Image) -> str:
        """Run a pulled image, remove it, and return what it printed."""
        try:
            return client.containers.run(image, remove=True).decode().strip()
        finally:
            client.images.remove(image.id, force=True)

    first = publish("the first")
    second = publish("the second")
    print("two digests:", first != second)
    #> two digests: True
    print("by tag:", pull_and_run(client.images.pull(repository, tag="1")))
    #> by tag: the second
    print("by the first digest:", pull_and_run(client.images.pull(first)))
    #> by the first digest: the first
