"""The one thing the kernel does not take away with a throwaway host: its empty cgroup directories."""

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

PREFIX = "doclab-"
# Mount options that are no part of a v1 hierarchy's identity, or that only the machine itself may set.
_GENERIC = {"rw", "ro", "relatime", "nosuid", "nodev", "noexec", "xattr", "clone_children"}


@dataclass(frozen=True)
class Hierarchy:
    """One mounted cgroup hierarchy: where, `cgroup` or `cgroup2`, and the options that mount it again."""

    mountpoint: Path
    type: str
    options: str


def hierarchies(mounts: str = "/proc/self/mounts") -> list[Hierarchy]:
    """Read the cgroup hierarchies of this machine: several on v1, one on v2, both on a hybrid one."""
    found = {}
    for line in Path(mounts).read_text().splitlines():
        _, mountpoint, kind, options, *_ = line.split(" ")
        if kind in ("cgroup", "cgroup2"):
            found[mountpoint] = Hierarchy(Path(mountpoint), kind, _identity(kind, options))
    return list(found.values())


def _identity(kind: str, options: str) -> str:
    if kind == "cgroup2":
        return "rw"
    kept = [o for o in options.split(",") if o not in _GENERIC and not o.startswith("release_agent=")]
    return ",".join((["none"] if all(o.startswith("name=") for o in kept) else []) + kept)


def tops(name: str) -> list[Path]:
    """Return the cgroups of the host NAME, one a hierarchy; its containers' are below."""
    return [hierarchy.mountpoint / name for hierarchy in hierarchies()]


def of_processes(name: str) -> list[Path]:
    """Return the cgroups, one a hierarchy, where the host NAME has its processes: as boot.sh put them."""
    return [top / "init" if (top / "init").exists() else top for top in tops(name)]


def thaw(name: str) -> None:
    """Let the host NAME go on where all of it is frozen; a container that is paused stays so."""
    for top in tops(name):
        _release(top)


def remove(name: str, seconds: float = 5) -> None:
    """Remove the cgroup NAME and what is below it, in every hierarchy, waiting for the kernel to empty them."""
    deadline = time.monotonic() + seconds
    for hierarchy in hierarchies():
        _release_tree(hierarchy.mountpoint / name)
        while not _remove_tree(hierarchy.mountpoint / name) and time.monotonic() < deadline:
            time.sleep(0.02)


def remove_dead() -> None:
    """Remove what hosts left whose owner was killed: the owner's process id is part of the name."""
    names = {path.name for h in hierarchies() for path in h.mountpoint.glob(f"{PREFIX}*")}
    for name in names:
        owner = name.removeprefix(PREFIX).split("-")[0]
        if not Path("/proc", owner).exists():
            remove(name, seconds=2)


def _release_tree(top: Path) -> None:
    for directory, _, _ in os.walk(top):  # it takes no notice of what others remove meanwhile
        _release(Path(directory))


def _release(cgroup: Path) -> None:
    """Let go on what is frozen in a cgroup: in v1 no signal reaches it, so that nothing would end it."""
    state = cgroup / "freezer.state"
    with contextlib.suppress(OSError):  # a root has none to write
        if state.exists():
            state.write_text("THAWED")


def _remove_tree(top: Path) -> bool:
    """Remove a cgroup and its children, deepest first; False while something still lives in one."""
    for directory, _, _ in os.walk(top, topdown=False):
        try:
            os.rmdir(directory)
        except FileNotFoundError:
            continue
        except OSError:  # EBUSY: a process is still leaving
            return False
    return True
