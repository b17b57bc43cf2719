"""What a Docker daemon holds: to see what a page left behind, and what stood there before it came."""

import contextlib
import time
from collections.abc import Iterable
from dataclasses import dataclass

import docker
from docker.errors import APIError, NotFound

_BUILT_IN = {"bridge", "host", "none"}
_SETTLE = 5.0  # seconds that a container with --rm may take to disappear after the page's last command


@dataclass(frozen=True, order=True)
class Object:
    """A container, network, volume or image.

    `key` is its id (an image's: one of its names, or the id of one without any), `name` what people call it.
    """

    kind: str
    key: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def held(client: docker.DockerClient) -> set[Object]:
    """Everything that the daemon holds now, stopped containers and untagged images included."""
    containers = client.api.containers(all=True)
    found = {Object("container", c["Id"], c["Names"][0].lstrip("/")) for c in containers if c["Names"]}
    # A daemon makes the built-in networks anew when it restarts: they are known by name.
    networks = [(n["Id"], n["Name"]) for n in client.api.networks()]
    found |= {Object("network", name if name in _BUILT_IN else key, name) for key, name in networks}
    found |= {Object("volume", v["Name"], v["Name"]) for v in client.api.volumes()["Volumes"] or []}
    for image in client.api.images():
        names = _names(image["RepoTags"]) or _names(image["RepoDigests"]) or [image["Id"]]
        found |= {Object("image", name, name) for name in names}
    return found


def _names(names: Iterable[str] | None) -> list[str]:
    """Those that are names: Docker 20.10 calls an image without any `<none>:<none>`."""
    return [name for name in names or () if not name.startswith("<none>")]


def taken(found: Iterable[Object], sources: Iterable[str]) -> list[Object]:
    """The objects whose names these commands and programs use."""
    words = {word.strip("(),;:") for source in sources for word in source.translate(_SEPARATORS).split()}
    return sorted(item for item in found if item.name in words and item.name not in _BUILT_IN)


_SEPARATORS = str.maketrans(dict.fromkeys("='\"", " "))


def left(client: docker.DockerClient, before: set[Object]) -> set[Object]:
    """What the daemon holds that it did not hold `before`, once containers on their way out are gone."""
    deadline = time.monotonic() + _SETTLE
    while (found := held(client) - before) and _is_any_vanishing(client, found):
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    return found


def _is_any_vanishing(client: docker.DockerClient, found: Iterable[Object]) -> bool:
    return any(_is_vanishing(client, item.key) for item in found if item.kind == "container")


def _is_vanishing(client: docker.DockerClient, container: str) -> bool:
    """Whether the daemon is about to remove the container: with --rm it does so after the command has ended."""
    try:
        details = client.api.inspect_container(container)
    except NotFound:
        return True
    is_going = details["State"]["Status"] in ("removing", "dead")
    return is_going or (details["HostConfig"]["AutoRemove"] and not details["State"]["Running"])


def remove(client: docker.DockerClient, found: Iterable[Object]) -> None:
    """Remove these objects, containers first; what is gone already, or in use by what stays, is left to the caller."""
    removers = {
        "container": lambda key: client.api.remove_container(key, v=True, force=True),
        "network": client.api.remove_network,
        "volume": client.api.remove_volume,
        "image": client.api.remove_image,
    }
    for item in sorted(found):  # by kind, and `container` comes first
        with contextlib.suppress(APIError):
            removers[item.kind](item.key)
