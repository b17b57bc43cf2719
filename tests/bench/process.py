"""What a command takes: seconds on the clock and on the processors, and the memory of its largest process."""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from doclab import signals
from doclab.source import PROJECT


class Failed(Exception):
    """The command did not do what is being measured."""


@dataclass(frozen=True)
class Taken:
    """`seconds` on the clock, `busy` ones on all processors, `memory` in megabytes."""

    seconds: float
    busy: float
    memory: float


def run(command: Sequence[object]) -> Taken:
    """Run a command in the project.  Raises Failed."""
    started = monotonic()
    with subprocess.Popen(
        [*map(str, command)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, signals.PARENT: str(os.getpid())},  # it ends with us
    ) as process:
        watch = _Watch(process.pid)
        output = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds, memory = monotonic() - started, watch.stop()
    if process.returncode:
        raise Failed(f"{' '.join(map(str, command))}\n{output.decode(errors='replace')[-2000:]}")
    return Taken(seconds, used.ru_utime + used.ru_stime, memory)


class _Watch(threading.Thread):
    """Looks ten times a second at how large each process of a group of descendants has ever been.

    What `wait4` says of memory is no use: it counts that of the process that forked, before it became another one.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self._largest, self._done = pid, 0, threading.Event()
        self.start()

    def run(self) -> None:
        while True:
            self._largest = max([self._largest, *map(_high_water, _descendants(self._pid))])
            if self._done.wait(0.1):
                return

    def stop(self) -> float:
        self._done.set()
        self.join()
        return self._largest / 1000


def _descendants(pid: int) -> list[int]:
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:  # gone meanwhile
            continue
    found = [pid]
    for parent in found:
        found += [child for child, its_parent in parents.items() if its_parent == parent]
    return found


def _high_water(pid: int) -> int:
    """The most kilobytes that a process ever held; 0 when it is gone (proc_pid_status(5))."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")), 0)


def pytest(*arguments: object) -> list[object]:
    """The command that verifies pages."""
    return [sys.executable, "-m", "pytest", "-q", "-c", "pyproject.toml", "--rootdir=.", *arguments]
