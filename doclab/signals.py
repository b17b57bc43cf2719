"""However a run is ended, its hosts end with it: Ctrl-C, SIGTERM, SIGHUP, SIGKILL, also of the run that xdist spreads.

Without this, xdist's processes would live on for ten seconds after the one that leads them, and their hosts, too.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

PARENT = "DOCLAB_PARENT"  # the process that a run must not outlive, for example nox's
_PR_SET_PDEATHSIG = 1  # prctl(2)
_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def follow_parent() -> None:
    """End when the process ends that asked for it, nox's or that of `--watch`, even by SIGKILL."""
    parent = int(os.environ.pop(PARENT, "0"))
    if parent == os.getppid():
        end_with_parent(signal.SIGTERM)
    if parent and parent != os.getppid() and not Path(f"/proc/{parent}").exists():  # it ended before we began
        raise SystemExit(128 + signal.SIGTERM)


def run_pytest(arguments: Sequence[str], directory: Path | None = None) -> int:
    """Run pytest as a process that does not outlive this one; its exit status.

    Where a KeyboardInterrupt ends the wait, it is raised once the run has cleared up.
    """
    command = [sys.executable, "-m", "pytest", *arguments]
    with subprocess.Popen(command, cwd=directory, env={**os.environ, PARENT: str(os.getpid())}) as process:
        try:
            return process.wait()
        except KeyboardInterrupt as end:
            if isinstance(end, _Ended):
                process.terminate()
            _let_clear_up(process)
            raise


def _let_clear_up(process: subprocess.Popen) -> None:
    """Wait, undisturbed; Ctrl-C in the terminal was for the run, too, one for us alone is passed on."""
    for number in _ENDINGS:
        signal.signal(number, ignore)
    try:
        process.wait(timeout=3)
    except subprocess.TimeoutExpired:
        process.terminate()
        process.wait()


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        signal.signal(signal.SIGINT, ignore)  # the leader's business; twice would disturb the clearing up
        signal.signal(signal.SIGTERM, _interrupt)
        end_with_parent(signal.SIGKILL)
        return
    for number in (signal.SIGTERM, signal.SIGHUP):
        if not _is_ignored(number):
            signal.signal(number, _exit)
    if config.pluginmanager.hasplugin("xdist"):
        config.pluginmanager.register(_Workers())


@pytest.hookimpl(tryfirst=True)
def pytest_keyboard_interrupt(excinfo: pytest.ExceptionInfo) -> None:
    """Whatever ends the run, it clears up undisturbed, also by a second Ctrl-C."""
    for number in _ENDINGS:
        signal.signal(number, ignore)
    if isinstance(excinfo.value, _Ended):
        print(f"\n{excinfo.value}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if _Ended.by:
        session.exitstatus = 128 + _Ended.by


class _Workers:
    """The processes of xdist, which can't see why their leader stops."""

    def __init__(self) -> None:
        self._pids: set[int] = set()

    def pytest_testnodeready(self, node) -> None:
        self._pids.add(node.gateway._io.popen.pid)

    def pytest_keyboard_interrupt(self) -> None:
        for pid in self._pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)


def ignore(number: int, frame) -> None:
    """Do nothing; SIG_IGN would be inherited by the commands of the pages."""


def _interrupt(number: int, frame) -> None:
    signal.signal(number, ignore)
    raise KeyboardInterrupt


class _Ended(KeyboardInterrupt):
    """Somebody ended the run.  No Exception, as pytest.exit() would raise: those that read pages take it for their own."""

    by = 0  # the signal


def _exit(number: int, frame) -> None:
    signal.signal(number, ignore)
    _Ended.by = number
    raise _Ended(f"ended by {signal.Signals(number).name}")


def end_with_parent(number: int) -> None:
    """Have the kernel send this signal when the parent ends, however it does; elsewhere than on Linux nothing can."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)


@contextlib.contextmanager
def ended_in_order() -> Iterator[None]:
    """Inside, SIGTERM and SIGHUP raise a KeyboardInterrupt, too, that says so, and `by` which signal: hosts end in order.

    What comes after the first of them disturbs nothing.
    """
    leader = os.getpid()
    numbers = [number for number in _ENDINGS if not _is_ignored(number)]

    def end(number: int, frame) -> None:
        if os.getpid() != leader:  # a process that was forked off: it ends as its leader does
            return
        for each in numbers:
            signal.signal(each, ignore)
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        _exit(number, frame)

    before = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_ignored(number: int) -> bool:
    """As SIGHUP is under nohup, which is to stay so."""
    return signal.getsignal(number) == signal.SIG_IGN
