"""Processes that work side by side and, however the work is ended, take their Docker hosts away and say nothing."""

import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from doclab import signals

# Seconds to take a host away; killed, a process takes it along all the same, but for empty cgroups.
_GRACE = 5.0


class Workers:
    """So many processes; by default as many as there are cores."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def each(self, function: Callable, *arguments: Iterable) -> list:
        """What the function returns for each set of arguments, in their order; `function` is one of a module."""
        return [*self._pool.map(_Task(function), *arguments)]


@contextlib.contextmanager
def workers(number: int | None = None) -> Iterator[Workers]:
    """Start so many, and end them with this block, at once when it is left by an exception."""
    pool = ProcessPoolExecutor(number, initializer=_prepare)
    try:
        yield Workers(pool)
    except BaseException:
        _end(multiprocessing.active_children())
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _end(processes: Sequence[multiprocessing.Process]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(_GRACE)
        process.kill()


def _prepare() -> None:
    for number in signals.endings():
        signal.signal(number, _leave)
    signals.end_with_parent(signal.SIGTERM)


def _leave(number: int, frame) -> None:
    signals.ignore_endings()  # a second one would cut off what the first began
    sys.exit(128 + signal.SIGINT)


class _Task:
    """The function; a process that is told to end does so, where the pool would give it the next piece of work."""

    def __init__(self, function: Callable) -> None:
        self._function = function

    def __call__(self, *arguments):
        try:
            return self._function(*arguments)
        except SystemExit as ended:
            os._exit(ended.code)
