"""A cache of directories that take minutes to build: whole or absent, built by one process at a time.

`$XDG_CACHE_HOME/hieu-docker` holds `KIND-KEY` for every kind of thing, KEY being a hash of what it is made from.
While a process builds, `tmp-KIND` holds what is not whole yet; a killed build leaves it to the next one.
"""

import contextlib
import fcntl
import hashlib
import os
import platform
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from doclab.host import HostError, Progress

Build = Callable[[Path, Path], None]  # into the first directory, with the second for temporary files

_FREE = 3 << 30  # bytes that a build may need: what remains, twice, and packages


def directory() -> Path:
    """Return the directory of everything cached, and make it."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    path = Path(base, "hieu-docker").resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextlib.contextmanager
def entry(kind: str, made_from: str, build: Build, progress: Progress) -> Iterator[Path]:
    """Yield the directory of `kind` that was made from `made_from`; build it first if need be.

    Until the caller is done with it, no other process removes it.
    """
    key = hashlib.sha256(f"{made_from} {platform.machine()}".encode()).hexdigest()[:12]
    path = directory() / f"{kind}-{key}"
    with contextlib.ExitStack() as stack:
        while not _hold(path, stack):
            with _only_builder(kind, progress) as (temporary, scratch):
                if not path.exists():  # another process may have built it while this one waited
                    _build(kind, temporary, scratch, build, progress)
                    _set_unused_aside(kind, scratch)
                    temporary.rename(path)
        yield path


def _hold(path: Path, stack: contextlib.ExitStack) -> bool:
    """Take a shared lock on a directory until `stack` unwinds; False if it is not there (any more)."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return False
    stack.callback(os.close, descriptor)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(descriptor), path.stat())
    return False


@contextlib.contextmanager
def _only_builder(kind: str, progress: Progress) -> Iterator[tuple[Path, Path]]:
    """Yield two empty directories, as the only builder of `kind`; what is still there afterwards is removed."""
    temporaries = (directory() / f"tmp-{kind}", directory() / f"tmp-{kind}.scratch")
    with open(directory() / f"lock-{kind}", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(f"waiting for another process that builds {kind}")
            fcntl.flock(lock, fcntl.LOCK_EX)
        for path in temporaries:
            shutil.rmtree(path, ignore_errors=True)  # of a build that was killed
            path.mkdir()
        try:
            yield temporaries
        finally:
            for path in temporaries:
                shutil.rmtree(path, ignore_errors=True)


def _build(kind: str, temporary: Path, scratch: Path, build: Build, progress: Progress) -> None:
    if (free := shutil.disk_usage(temporary).free) < _FREE:
        raise HostError(
            f"{free >> 20} MiB are free in {temporary.parent}, a build needs {_FREE >> 20}. "
            "Make room, or set XDG_CACHE_HOME to a larger disk"
        )
    progress(f"building {kind}, once: this takes a minute or two")
    started = time.monotonic()
    build(temporary, scratch)
    progress(f"built {kind} in {time.monotonic() - started:.0f} s")


def _set_unused_aside(kind: str, scratch: Path) -> None:
    """Move what older recipes made into `scratch`, to be removed with it, unless somebody holds it."""
    for path in directory().glob(f"{kind}-????????????"):
        descriptor = os.open(path, os.O_RDONLY)
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.rename(scratch / path.name)  # first of all out of the way: half of it must never be found
        os.close(descriptor)
