"""Starting and ending a throwaway host.

The host is a process tree in namespaces of its own, set up by boot.sh.  Its first process lives as long
as it can read a pipe whose other end only this process holds, so whatever ends this process, SIGKILL
included, ends the host: the kernel then takes daemon, containers, bridges and mounts with it.
"""

import contextlib
import itertools
import json
import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from doclab import cgroups
from doclab.engines import Engine
from doclab.host import Host, HostError, Progress

_HERE = Path(__file__).parent
_SECONDS = 60  # for a busy machine; a quiet one needs less than one
_MEMORY = 8 << 30  # bytes that all files of a host may take; half of the machine's memory if that is less
# and programs beside them: one that allocates without end is killed, and not the machine's own
_PROGRAMS = 2 << 30
_PROCESSES = 4096  # and threads of a host at a time: a fork bomb stays in it, and is ended at once
_counter = itertools.count()


@contextlib.contextmanager
def boot(engine: Engine, lower: Sequence[Path], progress: Progress) -> Iterator[Host]:
    """Start a host, yield it, destroy it.

    `lower` are the directories of its root filesystem, topmost first, all in one parent directory.
    Raises HostError, with the daemon's last words, when it does not come up.
    """
    cgroups.remove_dead()
    name = f"{cgroups.PREFIX}{os.getpid()}-{next(_counter)}"
    started = time.monotonic()
    with contextlib.ExitStack() as stack:
        stack.callback(cgroups.remove, name)
        log = stack.enter_context(tempfile.TemporaryFile())
        ready = stack.enter_context(_start(name, lower, log))
        pid, version = _await_ready(ready, log)
        progress(f"Docker {version} is ready after {time.monotonic() - started:.1f} s")
        with contextlib.closing(Host(name, engine, pid, version)) as host:
            yield host


@contextlib.contextmanager
def _start(name: str, lower: Sequence[Path], log: BinaryIO) -> Iterator[int]:
    """Start the first process, yield the descriptor on which it reports.

    Leaving closes the lifeline and waits until the kernel has taken everything.
    """
    cache = lower[0].parent
    (cache / "mnt").mkdir(exist_ok=True)
    ready_read, ready_write = os.pipe()
    lifeline_read, lifeline_write = os.pipe()
    mounts = "\n".join(f"{h.mountpoint} {h.type} {h.options}" for h in cgroups.hierarchies())
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    size = min(_MEMORY, machine // 2)
    # More than the files, or a full disk would look like this limit.
    memory = min(size + _PROGRAMS, machine * 3 // 4)
    limits = [str(size), str(_PROCESSES), str(memory)]
    arguments = [name, ":".join(d.name for d in lower), *limits, str(_HERE / "hostfiles"), mounts]
    command = ["bash", "-c", f'exec bash "$0" "$@" 3>&{ready_write}', str(_HERE / "boot.sh"), *arguments]
    with open(ready_read, "rb"), open(lifeline_write, "wb") as lifeline:
        try:
            process = subprocess.Popen(
                command,
                stdin=lifeline_read,
                stdout=log,
                stderr=log,
                cwd=cache,
                pass_fds=[ready_write],
                start_new_session=True,  # Ctrl-C in the terminal is for us, not for the host
            )
        finally:
            os.close(ready_write)
            os.close(lifeline_read)
        try:
            yield ready_read
        finally:
            lifeline.close()
            _await_end(process)


def _await_ready(ready: int, log: BinaryIO) -> tuple[int, str]:
    deadline = time.monotonic() + _SECONDS
    text = ""
    while time.monotonic() < deadline:
        if not select.select([ready], [], [], 0.5)[0]:
            continue
        chunk = os.read(ready, 65536).decode()
        text += chunk
        pid, _, answer = text.partition("\n")
        with contextlib.suppress(json.JSONDecodeError):
            return int(pid), json.loads(answer)["Version"]
        if not chunk:
            break
    raise HostError(_explain(text.partition("\n")[0], log))


def _explain(pid: str, log: BinaryIO) -> str:
    """Say why a host did not come up: what it wrote, and what to look at."""
    log.seek(0)
    text = log.read().decode(errors="replace")
    for name in ("boot.log", "docker.log"):  # a boot that takes too long has not said yet what is in them
        with contextlib.suppress(OSError):
            text += Path(f"/proc/{pid}/root/var/log", name).read_text(errors="replace")
    lines = [line for line in text.splitlines() if line.strip()][-15:]
    last_words = "\n  ".join(lines or ["(none)"])
    return (
        f"the throwaway Docker host did not start. Its last words:\n  {last_words}\n"
        "It needs namespaces, overlay, bridge, veth, netfilter and cgroups from the kernel, and root without a "
        "restricting container around. Otherwise use the daemon you have: --engine host"
    )


def _await_end(process: subprocess.Popen) -> None:
    """Wait until the kernel has taken everything in the host's namespace, and its cgroups are removed."""
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(
            process.pid, signal.SIGKILL
        )  # `unshare` in this group passes it on to the host's first process
        process.wait()
