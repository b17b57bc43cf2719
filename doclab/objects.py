"""What a Docker daemon holds: to see what a page left behind, and what stood there before it came."""

import contextlib
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import docker
from docker.errors import APIError, NotFound

_BUILT_IN = {"bridge", "host", "none"}
_DIRECTORY = "hieu-docker"  # where a page runs: Compose names what it makes after it
SETTLE = 5.0  # seconds that a container with --rm may take to disappear after the page's last command


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
    """The objects that these commands, programs and files name, also those of their Compose project."""
    texts = [source.replace("\\\n", " ") for source in sources]
    words = {name for text in texts for name in _said(text)}
    images = {
        name for text in texts for match in _IMAGES.finditer(text) for name in _said(match[match.lastindex])
    }
    own = _compose_prefixes(texts)
    return sorted(
        item
        for item in found
        if item.name not in _BUILT_IN
        and (
            _plain(item.name) in words
            or item.name.startswith(own)
            or (item.kind == "image" and _plain(item.name).removesuffix(":latest") in images)
        )
    )


_SEPARATORS = str.maketrans(dict.fromkeys("='\"`|&;<>()", " "))
# What handles images by name: `latest` goes without saying there.  Elsewhere a word such as `bash` or `docker` is mostly
# none, also where the daemon holds `docker:latest`.
_IMAGES = re.compile(
    r"(?m)\bdocker\b[^|;&\n]*?\s(?:rmi|tag|build|pull|commit|import|image\s+(?:rm|remove))\b([^|;&()\n]*)"
    r"|^\s*image:(.*)"
    r"|\.images\.\w+\(([^()\n]*)|\b(?:\w+_image|tag)\(([^()\n]*)"
)
_COMPOSE = re.compile(r"\bcompose\b")
_PROJECT = re.compile(
    r"(?m)(?:^name:|\bcompose\b[^|;&\n]*?\s-p|--project-name|COMPOSE_PROJECT_NAME)[ =]*['\"]?([\w-]+)"
)


def _said(text: str) -> Iterator[str]:
    """The names that a text may mean: its words, and of `name:/path`, `container:name` and `a,b` the parts."""
    for word in text.translate(_SEPARATORS).split():
        for part in word.split(","):
            part = part.strip(":")
            yield _plain(part)
            first, _, second = part.partition(":")
            if second.startswith(("/", ".")):
                yield first
            elif first == "container":
                yield second


def _plain(name: str) -> str:
    """The name without what Docker takes for granted: `docker.io/library/mine:7` is `mine:7`."""
    for prefix in ("index.docker.io/", "docker.io/", "library/"):
        name = name.removeprefix(prefix)
    return name


def _compose_prefixes(texts: Sequence[str]) -> tuple[str, ...]:
    """How the names begin that Compose gives what it makes; none where the texts don't use it."""
    if not any(map(_COMPOSE.search, texts)):
        return ()
    projects = {_DIRECTORY, *(name for text in texts for name in _PROJECT.findall(text))}
    return tuple(f"{name}{joint}" for name in projects for joint in "-_")


# Commands that remove, or stop, what they find instead of what they name.
_PRUNE = re.compile(
    r"\b(?:container|volume|image|network|system|builder|buildx)\s+prune\b(?P<options>[^|;&\n]*)"
    r"|\.prune(?:_\w+)?\("
)
_LIST = (
    r"\bdocker\s+(?:-\S+\s+)*"
    r"(?:(?P<images>images|image\s+(?:ls|list))|ps|(?:container|volume|network)\s+(?:ls|list|ps))\b"
    r"(?P<options>[^|;&)`\n]*)"
)
_REMOVE = r"\bdocker\s+(?:(?:container|image|volume|network)\s+)?(?:rm|rmi|remove|stop|kill)\b"
_SWEEPS = [
    re.compile(rf"{_REMOVE}[^|;&\n]*(?:\$\(|`)\s*{_LIST}"),
    re.compile(rf"{_LIST}(?s:\|(?:(?!\bgrep\b).)*\b(?:xargs|while|parallel)\b.*){_REMOVE}"),
    re.compile(rf"\bfor\b[^;\n]*(?:\$\(|`)\s*{_LIST}(?s:.*){_REMOVE}"),
]
# What a page can say of its own only, or of what came last.
_CHOSEN = re.compile(
    r"\b(?:label|name|ancestor|network|volume|reference|id)=|(?:^|\s)-[a-z]*[ln]|--(?:latest|last)\b"
)
_OPTION = re.compile(
    r"""(?:(?<!\S)-[a-z]*f|--filter|--format)[ =](?:'[^']*'|"[^"]*"|\S+)|(?<!\S)-\S+|\S*[<>]\S*"""
)


def takes_all(command: str) -> bool:
    """Whether a command removes or stops whatever it finds on the daemon, no matter whose it is."""
    command = command.replace("\\\n", " ")
    return any(
        not _is_chosen(match.groupdict()) for sweep in (_PRUNE, *_SWEEPS) for match in sweep.finditer(command)
    )


def _is_chosen(found: Mapping[str, str | None]) -> bool:
    """Whether a list, or what prunes, is of what its options choose; `docker images` also takes a name."""
    options = found["options"] or ""
    return bool(_CHOSEN.search(options) or (found.get("images") and _OPTION.sub("", options).strip()))


def left(client: docker.DockerClient, before: set[Object]) -> set[Object]:
    """What the daemon holds that it did not hold `before`, once containers on their way out are gone."""
    deadline = time.monotonic() + SETTLE
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
    status = details["State"]["Status"]  # one that is `created`, and was never started, stays
    return status in ("removing", "dead") or (status == "exited" and details["HostConfig"]["AutoRemove"])


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
