"""A pytest plugin: a run that is ended clears up undisturbed, and so do the processes over which xdist spreads it.

Without this, xdist's processes would live on for ten seconds after the one that leads them, and their hosts, too.
"""

import contextlib
import os
import signal
from collections.abc import Generator

import pytest

from doclab import signals


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        signals.ignore_endings()  # the leader's business, who then sends SIGTERM
        signal.signal(signal.SIGTERM, _interrupt)
        signals.end_with_parent(signal.SIGKILL)
        return
    for number in {*signals.endings()} - {signal.SIGINT}:  # that one is pytest's own
        signal.signal(number, signals.raise_ended)
    if config.pluginmanager.hasplugin("xdist"):
        config.pluginmanager.register(_Workers())


@pytest.hookimpl(tryfirst=True)
def pytest_keyboard_interrupt(excinfo: pytest.ExceptionInfo) -> None:
    """Whatever ends the run, it clears up undisturbed, also by a second Ctrl-C."""
    signals.ignore_endings()
    if isinstance(excinfo.value, signals.Ended):
        print(f"\n{excinfo.value}")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop() -> Generator[None, object, object]:
    """Once all has run, it is told undisturbed, which takes no time: to Ctrl-C pytest would answer with a traceback.

    So it is after `-x`, which leaves the loop by an exception.
    """
    try:
        return (yield)
    finally:
        signals.ignore_endings()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if signals.Ended.by:
        session.exitstatus = 128 + signals.Ended.by


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


def _interrupt(number: int, frame) -> None:
    signal.signal(number, signals.ignore)
    raise KeyboardInterrupt
