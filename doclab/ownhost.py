"""The reader's own Docker daemon, where there is no root, no Linux, or something other than Debian's Docker."""

import contextlib
import os
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

from docker.context import ContextAPI
from docker.errors import APIError

from doclab.client import connect
from doclab.engines import Engine
from doclab.host import HostError

_DEFAULT_URL = "unix:///var/run/docker.sock"
_CHOOSE = "Choose one of: docker context ls"


class OwnHost:
    """The reader's own Docker daemon in the shape of a `Host`; nothing on it is changed from here."""

    python = sys.executable

    def __init__(self, engine: Engine, docker_url: str, server_version: str) -> None:
        self.name = "host"
        self.engine = engine
        self.docker_url = docker_url
        self.server_version = server_version

    def argv(self, command: Sequence[str], directory: str = "/root") -> list[str]:
        """Return what runs `command` in `directory` here; `env -C` would not work on macOS."""
        return [*self._environment(), "sh", "-c", 'cd "$0" && exec "$@"', directory, *command]

    def _environment(self) -> list[str]:
        """Return what keeps the page's commands, and its programs, on the daemon that is watched."""
        # A throwaway host has none of these: words and order are those of no language, `ls` is no function.
        of_people = [name for name in os.environ if name.startswith(("LC_", "BASH_FUNC_"))]
        dropped = ["DOCKER_CONTEXT", "BASH_ENV", "ENV", "CDPATH", "TZ", "LANGUAGE", *of_people]
        if not os.environ.get(
            "DOCKER_HOST"
        ):  # a context has certificates of its own, and takes none of these
            dropped += ["DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"]
        unset = [part for name in dropped for part in ("-u", name)]
        return ["env", *unset, "LANG=C.UTF-8", f"DOCKER_HOST={self.docker_url}"]

    def outside(self, path: str) -> Path:
        """Return `path`: inside and outside are the same place."""
        return Path(path)

    def alive(self) -> bool:
        """Return True: the daemon is not ours to watch."""
        return True

    def has_ended(self) -> bool:
        """Return False: see `alive`."""
        return False

    def thaw(self) -> None:
        """Do nothing: a page has no cgroup of its own here that could be frozen."""

    def has_daemon(self) -> bool:
        """Return True: see `alive`."""
        return True

    def memory_kills(self) -> int:
        """Return 0: its memory is not ours to limit."""
        return 0

    def outputs_given_up(self) -> int:
        """Return 0: its log may be anywhere."""
        return 0

    def digests(self, images: Collection[str]) -> dict[str, str]:
        """Ask the registry, through the daemon, for the digest of each image; one that it can't find is left out."""
        found = {}
        with contextlib.closing(connect(self.docker_url)) as client:
            for image in images:
                with contextlib.suppress(APIError):
                    found[image] = client.api.inspect_distribution(image)["Descriptor"]["digest"]
        return found

    def processes(self) -> list[tuple[int, str]]:
        """Return nothing: what runs on the reader's machine is not ours to judge."""
        return []


def find_own_host(engine: Engine) -> OwnHost:
    """Return the daemon that the page's own `docker` would talk to; HostError when none answers."""
    url = _find_url()
    try:
        with contextlib.closing(connect(url)) as client:
            return OwnHost(engine, url, client.version()["Version"])
    except Exception as error:  # the SDK lets errors of requests, urllib3 and paramiko through
        raise HostError(
            f"no Docker daemon answers at {url} ({error}). "
            "Start Docker, or set DOCKER_HOST to a daemon that runs, and try: docker version"
        ) from error


def _find_url() -> str:
    """Return what DOCKER_HOST, else DOCKER_CONTEXT, else the current context names: the CLI's order."""
    if url := os.environ.get("DOCKER_HOST"):
        return url
    name = os.environ.get("DOCKER_CONTEXT")  # the SDK does not look at it
    try:
        context = ContextAPI.get_context(name)
    except Exception as error:  # of a file that is no JSON, or has no name in it
        raise HostError(
            f"the Docker context {name or 'in use'} can't be read ({error}). {_CHOOSE}"
        ) from error
    if context is None and name:
        raise HostError(f"there is no Docker context {name}, which DOCKER_CONTEXT names. {_CHOOSE}")
    return (context and context.Host) or _DEFAULT_URL
