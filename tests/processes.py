"""What tests look for among the processes of this machine: sleepers, children, and traces of ended runs."""

import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from doclab import cgroups


def sleeping(mark: str) -> list[str]:
    """The processes that are `sleep MARK`: a page's command, told from those of other runs by its odd duration."""
    return _pgrep("-fx", f"sleep {mark}")


def children(pid: int) -> set[int]:
    return {int(child) for child in _pgrep("-P", str(pid))}


def _pgrep(*arguments: str) -> list[str]:
    return subprocess.run(["pgrep", *arguments], capture_output=True, text=True, check=False).stdout.split()


def traces(pids: Iterable[int]) -> list[str]:
    """What is left of the runs with these process ids: they themselves, and the cgroups of their hosts."""
    left = [f"process {pid}" for pid in pids if Path(f"/proc/{pid}/cmdline").exists()]
    tops = {hierarchy.mountpoint for hierarchy in cgroups.hierarchies()}
    return left + [str(path) for top in tops for pid in pids for path in top.glob(f"{cgroups.PREFIX}{pid}-*")]


def wait_until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"this did not come true in {seconds} s"
        time.sleep(0.02)
