"""Which pages changed since they last held: for `--changed`, on the machine of whoever writes.

A page that held leaves a note in the cache, `passed/*.json`, with a key of everything that its result rests on.  As long
as the key is the same, running it again would show nothing new but the passing of time.  So a whole run never asks.
"""

import contextlib
import functools
import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from datetime import datetime
from pathlib import Path

from doclab import blocks, cache, files, rootfs, selection
from doclab.engines import Engine
from doclab.source import PROJECT, PageError

_VERIFIER = ("doclab", "mkdocs.yml", "pyproject.toml")  # what turns a page into a verdict


def _sources(page: Path) -> list[Path]:
    """The page and what it includes, however the page was named.  Raises PageError."""
    return [page.resolve(), *sorted(blocks.included(page))]


def _key(sources: Iterable[Path], engine: Engine) -> str:
    """Hash what a verdict rests on: the page's text and includes, the engine, the images, and the verifier.

    Raises OSError where the engine's host has not been built yet.
    """
    digest = hashlib.sha256(f"{verifier()} {_host(engine)}".encode())
    for file in sources:
        digest.update(f" {file} ".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


@functools.cache
def verifier() -> str:
    """Hash doclab itself, what it is told, and what it stands on: as they are at the first call, when a run begins."""
    digest = hashlib.sha256(f"{platform.python_version()} {platform.release()}".encode())
    for top in (PROJECT / name for name in _VERIFIER):
        for file in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(PROJECT)} ".encode() + file.read_bytes())
    installed = sorted(f"{found.name} {found.version}" for found in importlib.metadata.distributions())
    digest.update(repr(installed).encode())
    return digest.hexdigest()


@functools.cache
def _host(engine: Engine) -> str:
    """Hash what hosts of the engine are made of: the packages that were installed, and the images."""
    packages = rootfs.system(engine) / "var/lib/dpkg/status"
    images = sorted(str(path) for path in rootfs.images().rglob("*"))  # the registry names data by its digest
    return hashlib.sha256(repr((astuple(engine), packages.read_bytes(), images)).encode()).hexdigest()


def note(page: Path, engine: Engine, since: float) -> None:
    """Remember that the page held, all of it, if neither it nor what it includes was written to `since` it was read."""
    sources = _sources(page)
    if any(file.stat().st_ctime >= since for file in sources):
        return
    _forget_the_gone()
    passed = {"page": str(page.resolve()), "engine": engine.name, "key": _key(sources, engine)}
    files.write(_file(page, engine), json.dumps(passed))


def forget(page: Path, engine: Engine) -> None:
    """Whatever is remembered of the page, something on it has failed since."""
    _file(page, engine).unlink(missing_ok=True)


@functools.cache  # once is enough
def _forget_the_gone() -> None:
    """Remove what is remembered of pages that are no more."""
    for file in _folder().glob("*.json"):
        with contextlib.suppress(OSError, ValueError, KeyError):
            if not Path(json.loads(file.read_text())["page"]).exists():
                file.unlink()


def held(page: Path, engine: Engine) -> datetime | None:
    """When the page last held in exactly this state; None where it did not, or nobody knows."""
    try:
        file = _file(page, engine)
        if json.loads(file.read_text())["key"] == _key(_sources(page), engine):
            return datetime.fromtimestamp(file.stat().st_mtime)
    except (OSError, ValueError, KeyError, PageError):  # PageError: whoever runs the page tells of it
        pass
    return None


def _file(page: Path, engine: Engine) -> Path:
    name = hashlib.sha256(f"{page.resolve()} {engine.name}".encode()).hexdigest()[:24]
    return _folder() / f"{name}.json"


def _folder() -> Path:
    return cache.directory() / "passed"


def split(arguments: Sequence[str], engine: Engine) -> tuple[list[str], dict[Path, datetime]]:
    """Of what was to run, what has to, and the pages that need not, with the time at which they held.

    Folders become the pages in them; a single example stays, and its page with it, whatever is known of that.
    """
    kept: list[str] = []
    left_out: dict[Path, datetime] = {}
    for argument in selection.expand(arguments):  # of a folder without pages, pytest tells
        page = Path(argument)
        if page.suffix == ".md" and page.is_file() and (time := held(page, engine)):
            left_out[page] = time
        else:
            kept.append(argument)
    named = {selection.page(argument) for argument in kept}
    return kept, {page: time for page, time in left_out.items() if page.resolve() not in named}
