"""However a run is ended, its hosts end with it: Ctrl-C, SIGTERM, SIGHUP, SIGKILL.  Standard library only.

What that takes inside of pytest is in interrupts.py.
"""

import atexit
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

PARENT = "DOCLAB_PARENT"  # the process that a run must not outlive, for example nox's
_PR_SET_PDEATHSIG = 1  # prctl(2)


class Ended(KeyboardInterrupt):
    """Somebody ended the run.  No Exception, as pytest.exit() would raise: those that read pages take it for their own."""

    by = 0  # the signal


def endings() -> list[signal.Signals]:
    """The signals that end this process, but for those it was started to ignore, as nohup has it with SIGHUP."""
    wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    return [number for number in wanted if signal.getsignal(number) != signal.SIG_IGN]


def ignore_endings() -> None:
    """From here on nothing disturbs the clearing up, nor changes the exit status."""
    for number in endings():
        signal.signal(number, ignore)
    atexit.register(_ignore_for_good)


def ignore(number: int, frame) -> None:
    """Do nothing; SIG_IGN would be inherited by the commands of the pages."""


def _ignore_for_good() -> None:
    """Before its last steps Python gives signals their defaults back, which would end it there; but not SIG_IGN."""
    for number in endings():
        signal.signal(number, signal.SIG_IGN)


def raise_ended(number: int, frame) -> None:
    """Raise `Ended`, once."""
    ignore_endings()
    Ended.by = number
    raise Ended(f"ended by {signal.Signals(number).name}")


@contextlib.contextmanager
def ended_in_order() -> Iterator[None]:
    """Inside, SIGTERM and SIGHUP raise a KeyboardInterrupt, too, that says so, and `by` which signal: hosts end in order.

    What comes after the first of them disturbs nothing.
    """
    leader = os.getpid()

    def end(number: int, frame) -> None:
        if os.getpid() != leader:  # a process that was forked off: it ends as its leader does
            return
        if number != signal.SIGINT:
            raise_ended(number, frame)
        ignore_endings()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in endings()}
    ended = False
    try:
        yield
    except KeyboardInterrupt:
        ended = True  # until the process is gone, nothing more disturbs it
        raise
    finally:
        for number, handler in before.items() if not ended else ():
            signal.signal(number, handler)


def follow_parent() -> None:
    """End when the process ends that asked for it, nox's or that of `--watch`, even by SIGKILL."""
    parent = int(os.environ.pop(PARENT, "0"))
    if parent == os.getppid():
        end_with_parent(signal.SIGTERM)
    if parent and parent != os.getppid() and not Path(f"/proc/{parent}").exists():  # it ended before we began
        raise SystemExit(128 + signal.SIGTERM)


def end_with_parent(number: int) -> None:
    """Have the kernel send this signal when the parent ends, however it does; elsewhere than on Linux nothing can."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)


def run_pytest(arguments: Sequence[str], directory: Path | None = None) -> int:
    """Run pytest as a process that does not outlive this one; its exit status.

    Where a KeyboardInterrupt ends the wait, it is raised once the run has cleared up.
    """
    command = [sys.executable, "-m", "pytest", *arguments]
    with subprocess.Popen(command, cwd=directory, env={**os.environ, PARENT: str(os.getpid())}) as process:
        try:
            return process.wait()
        except KeyboardInterrupt as end:
            if isinstance(end, Ended):
                process.terminate()
            _let_clear_up(process)
            raise


def _let_clear_up(process: subprocess.Popen) -> None:
    """Wait, undisturbed; Ctrl-C in the terminal was for the run, too, one for us alone is passed on."""
    ignore_endings()
    try:
        process.wait(timeout=3)
    except subprocess.TimeoutExpired:
        process.terminate()
        process.wait()
