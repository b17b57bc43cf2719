"""A Docker host to run pages on: made in a second or two, entered, and taken away without a trace."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from doclab import cgroups
from doclab.engines import Engine

if TYPE_CHECKING:
    from doclab.ownhost import OwnHost

Progress = Callable[[str], None]

MIRROR = "127.0.0.1:65000"  # as in hostfiles/etc/registry-mirror.yml
_MANIFESTS = ", ".join(  # every kind, so that the registry answers with what was pushed and converts nothing
    f"application/vnd.{kind}+json"
    for kind in (
        "oci.image.index.v1",
        "oci.image.manifest.v1",
        "docker.distribution.manifest.list.v2",
        "docker.distribution.manifest.v2",
    )
)
_NAMESPACES = ("--mount", "--net", "--pid", "--ipc", "--uts", "--cgroup")
# A daemon that a page restarts has to be in the host's cgroup: from outside its namespace it could not move containers.
_JOIN = ("sh", "-c", 'for file in $0; do echo 0 >"$file"; done; exec "$@"')
_LESS = ("setpriv", "--bounding-set=-sys_time,-sys_module")  # as boot.sh has it
_ENVIRONMENT = (
    "HOME=/root",
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG=C.UTF-8",
    "TERM=dumb",
    "USER=root",
    "SHELL=/bin/bash",
)
# Programs that a host runs for itself.  By name, because a page may restart the daemon.
_DAEMONS = {"dockerd", "containerd", "containerd-shim-runc-v2", "containerd-shim", "docker-proxy", "runc"}
_PARTING = 0.1  # seconds in which the processes of a host end


class HostError(Exception):
    """No host to be had; the message says what to do next."""


class Host:
    """A running Docker host that this process made; `open_host` makes and destroys it.

    name            unique on this machine; also the name of its cgroup
    engine          the row of `doclab.engines` it was made from
    docker_url      DOCKER_HOST as seen from this process
    server_version  of the daemon, e.g. "26.1.5+dfsg1"
    python          the interpreter for Python examples, inside the host
    """

    python = "/usr/bin/python3"

    def __init__(self, name: str, engine: Engine, pid: int, server_version: str) -> None:
        self.name = name
        self.engine = engine
        self.docker_url = f"unix:///proc/{pid}/root/run/docker.sock"
        self.server_version = server_version
        self._pid = pid
        self._cgroups = " ".join(str(path / "cgroup.procs") for path in cgroups.of_processes(name))
        self._log = _DaemonLog(self.outside("/var/log/docker.log"), b"reading from a closed fifo")
        self._furniture = {pid for pid, _ in self._processes()}

    def argv(self, command: Sequence[str], directory: str = "/root") -> list[str]:
        """Return what to execute out here to run `command` inside, in `directory`, in a clean environment.

        The result is for `subprocess.Popen`; open file descriptors that it passes on arrive inside.
        """
        enter = ["nsenter", f"--target={self._pid}", *_NAMESPACES, "--root", "--wd=/"]
        return [*_JOIN, self._cgroups, *enter, *_LESS, "env", "-i", "-C", directory, *_ENVIRONMENT, *command]

    def outside(self, path: str) -> Path:
        """Return where `path` inside the host is seen from here, for as long as the host lives."""
        return Path(f"/proc/{self._pid}/root", path.lstrip("/"))

    def alive(self) -> bool:
        """Tell whether the host's first process still runs."""
        return _state(self._pid) not in ("", "Z", "X")

    def has_ended(self) -> bool:
        """Tell whether the host is gone, or goes in a moment: its processes end one after the other."""
        deadline = time.monotonic() + _PARTING
        while self.alive() and time.monotonic() < deadline:
            time.sleep(0.01)
        return not self.alive()

    def has_daemon(self) -> bool:
        """Tell whether a daemon listens on the host's socket; one that is stopped still does."""
        with socket.socket(socket.AF_UNIX) as door:
            door.setblocking(False)
            try:
                door.connect(self.docker_url.removeprefix("unix://"))
            except BlockingIOError:  # many wait at the door
                pass
            except OSError:
                return False
        return True

    def memory_kills(self) -> int:
        """Count the processes outside of containers that the kernel has killed because the host's memory was full."""
        files = ("memory.oom_control", "memory.events")  # of v1 and of v2
        told = "".join(_read(top / file) for top in cgroups.tops(self.name) for file in files)
        return sum(map(int, re.findall(r"(?m)^oom_kill (\d+)$", told)))

    def close(self) -> None:
        """Give back what this process holds of the host."""
        self._log.close()

    def thaw(self) -> None:
        """Let the host go on where its page froze all of it: whoever entered would be frozen, too."""
        cgroups.thaw(self.name)

    def outputs_given_up(self) -> int:
        """Count the pipes with a container's output that the daemon closed before it had opened them.

        It does so when the container never started, and when it ended before a busy daemon got that far: `OpenFifo` in
        https://github.com/containerd/fifo/blob/main/fifo.go can be cancelled until open(2) has returned.
        """
        return self._log.count()

    def digests(self, images: Collection[str]) -> dict[str, str]:
        """Ask the host's registry for the digest of each image, by its name such as `busybox:1.37`."""
        asked = [f"{MIRROR}/v2/library/{image.replace(':', '/manifests/')}" for image in images]
        curl = ["curl", "--silent", "--fail", "--head", "--header", f"Accept: {_MANIFESTS}", *asked]
        answer = subprocess.run(self.argv(curl), check=True, capture_output=True, text=True).stdout
        found = re.findall(r"(?im)^docker-content-digest: (\S+)", answer)
        return dict(zip(images, found, strict=True))

    def processes(self) -> list[tuple[int, str]]:
        """List what commands left running inside: (process id as seen from here, command line).

        Not listed: containers, the daemon and its helpers, and the services the host came with.
        """
        return [(pid, line) for pid, line in self._processes() if pid not in self._furniture]

    def _processes(self) -> Iterator[tuple[int, str]]:
        namespace = _read_link(f"/proc/{self._pid}/ns/pid")
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and namespace and _read_link(entry / "ns/pid") == namespace:
                line = _read(entry / "cmdline").replace("\0", " ").strip()
                if line and not self._contains(entry) and not _is_daemon(entry):
                    yield int(entry.name), line

    def _contains(self, entry: Path) -> bool:
        """Tell by the cgroup whether a process is in a container: `--pid host` ones share the host's namespace."""
        return f"/{self.name}/docker/" in _read(entry / "cgroup")


class _DaemonLog:
    """Counts a phrase in the daemon's log, as the log grows.

    It is opened once, because a page may put anything in its place: a link out of the host, a pipe, a device.
    """

    _MOST = 1 << 20  # bytes read at a time; of a longer piece its end

    def __init__(self, path: Path, phrase: bytes) -> None:
        self._phrase = phrase
        self._found = self._read = 0
        self._file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)

    def count(self) -> int:
        """How often the phrase has come until now."""
        size = os.fstat(self._file).st_size
        start = max(self._read if self._read <= size else 0, size - self._MOST)
        self._found += os.pread(self._file, size - start, start).count(self._phrase)
        self._read = size
        return self._found

    def close(self) -> None:
        os.close(self._file)


@contextlib.contextmanager
def open_host(engine: Engine, *, progress: Progress = lambda line: None) -> "Iterator[Host | OwnHost]":
    """Make a Docker host, yield it, destroy it; `progress` is told what takes time, a line at a time.

    Raises HostError when there is none to be had.
    """
    if engine.is_shared:
        from doclab.ownhost import find_own_host  # slow to import, and needed here only

        yield find_own_host(engine)
        return
    _check_machine()
    from doclab import boot, rootfs  # they import this module

    with rootfs.layers(engine, progress) as lower, boot.boot(engine, lower, progress) as host:
        yield host


def prepare(engine: Engine, progress: Progress) -> None:
    """Build what hosts of this engine are made of, where it is missing.  Raises HostError."""
    if engine.is_shared:
        return
    _check_machine()
    from doclab import rootfs  # it imports this module

    with rootfs.layers(engine, progress):
        pass


def _check_machine() -> None:
    if sys.platform != "linux":
        raise HostError("a throwaway Docker host needs Linux. Use the daemon you have: --engine host")
    if os.geteuid() != 0:
        raise HostError(
            "a throwaway Docker host needs root. Run the command with sudo, or use the daemon you have: --engine host"
        )
    missing = [p for p in ("unshare", "nsenter", "mount", "pivot_root") if not shutil.which(p)]
    if missing:
        raise HostError(f"not found: {', '.join(missing)}. Install util-linux, or run: nox -s setup")
    if not cgroups.hierarchies():
        raise HostError("no cgroup hierarchy is mounted. Use the daemon you have: --engine host")


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:  # gone meanwhile
        return ""


def _read_link(path: str | Path) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""


def _state(pid: int) -> str:
    """Return the one-letter state of a process, "" when there is none (proc_pid_stat(5))."""
    return _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].strip()[:1]


def _is_daemon(entry: Path) -> bool:
    """Tell whether a process is the daemon or one of its helpers, or was started by one of them."""
    parent = _read(entry / "stat").rpartition(")")[2].split()[1:2]
    programs = [_read_link(entry / "exe"), *(_read_link(f"/proc/{pid}/exe") for pid in parent)]
    return any(Path(program).name in _DAEMONS for program in programs)
