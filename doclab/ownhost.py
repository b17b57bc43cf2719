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
        return ["sh", "-c", 'cd "$0" && exec "$@"', directory, *command]

    def outside(self, path: str) -> Path:
        """Return `path`: inside and outside are the same place."""
        return Path(path)

    def alive(self) -> bool:
        """Return True: the daemon is not ours to watch."""
        return True

    def has_ended(self) -> bool:
        """Return False: see `alive`."""
        return False

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
    """Return the daemon that DOCKER_HOST, else the current context, names; HostError when none answers."""
    url = os.environ.get("DOCKER_HOST")
    try:
        if url is None and (context := ContextAPI.get_current_context()):
            url = context.Host
        with contextlib.closing(connect(url)) as client:
            return OwnHost(engine, url or client.api.base_url, client.version()["Version"])
    except Exception as error:  # the SDK lets errors of requests, urllib3 and paramiko through
        raise HostError(
            f"no Docker daemon answers at {url or 'the default socket'} ({error}). "
            "Start Docker, or set DOCKER_HOST to a daemon that runs, and try: docker version"
        ) from error
