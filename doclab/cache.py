"""A cache of directories that take minutes to build: whole or absent, built by one process at a time.

`$XDG_CACHE_HOME/hieu-docker` holds `KIND-KEY` for every kind of thing, KEY being a hash of what it is made from, and
`KIND-KEY.whole`, which says how much it is: a directory that is more or less than that is built anew.  While a process
builds, `tmp-KIND` holds what is not whole yet; a killed build leaves it to the next one.
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


def locate(kind: str, made_from: str) -> Path:
    """Return where the directory of `kind` that was made from `made_from` is, or will be."""
    key = hashlib.sha256(f"{made_from} {platform.machine()}".encode()).hexdigest()[:12]
    return directory() / f"{kind}-{key}"


@contextlib.contextmanager
def entry(kind: str, made_from: str, build: Build, progress: Progress) -> Iterator[Path]:
    """Yield the directory of `kind` that was made from `made_from`; build it first if need be.

    Until the caller is done with it, no other process removes it.  Raises HostError.
    """
    with contextlib.ExitStack() as stack:
        try:
            path = locate(kind, made_from)
            while not (_hold(path, stack) and _is_whole(path)):
                stack.close()
                with _only_builder(kind, progress) as (temporary, scratch):
                    if not _is_whole(path):  # another process may have built it while this one waited
                        _set_aside(path, scratch, progress)
                        _build(kind, temporary, scratch, build, progress)
                        _set_unused_aside(kind, scratch)
                        _whole(path).write_text(_measure(temporary))
                        temporary.rename(path)
        except OSError as error:
            raise HostError(f"no cache: {error}. Make room, or set XDG_CACHE_HOME to another disk") from None
        yield path


def _hold(path: Path, stack: contextlib.ExitStack) -> bool:
    """Take a shared lock on a directory until `stack` unwinds; False if it is not there (any more)."""
    try:
        descriptor = stack.enter_context(_lock(path))
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _whole(path: Path) -> Path:
    return path.with_name(f"{path.name}.whole")


_found_whole: set[Path] = set()  # once for each process is enough: nothing writes there


def _is_whole(path: Path) -> bool:
    """Tell whether a directory is what was built: a crash of the machine, or a hand, may have left less of it."""
    with contextlib.suppress(FileNotFoundError):
        if path not in _found_whole and _whole(path).read_text() == _measure(path):
            _found_whole.add(path)
    return path in _found_whole


def _measure(top: Path) -> str:
    """Say how many files and directories there are below `top`, and how many bytes they hold."""
    found, size, left = 0, 0, [str(top)]
    while left:
        with os.scandir(left.pop()) as entries:
            for file in entries:
                found += 1
                if file.is_dir(follow_symlinks=False):
                    left.append(file.path)
                else:
                    size += file.stat(follow_symlinks=False).st_size
    return f"{found} files, {size} bytes\n"


def _set_aside(path: Path, scratch: Path, progress: Progress) -> None:
    """Move a directory that is not whole into `scratch`, to be removed with it, once nobody uses it any more."""
    with contextlib.suppress(FileNotFoundError), _lock(path) as descriptor:
        progress(f"{path.name} is not whole: it is built anew as soon as no other run uses it")
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        path.rename(scratch / path.name)


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[int]:
    """Yield a descriptor of the directory, to be locked; closing it ends the lock."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


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
        with contextlib.suppress(BlockingIOError), _lock(path) as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.rename(scratch / path.name)  # first of all out of the way: half of it must never be found
            _whole(path).unlink(missing_ok=True)
