"""What people see while pages run, and after: a line for each page, what runs now, what was slow, and why what did not run.

pytest's own dots would be the same for one page and for twenty, and say nothing while xdist spreads the pages.
"""

import contextlib
import os
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from doclab import selection
from doclab.collect import LEFT_OUT
from doclab.engines import ENGINES
from doclab.host import HostError, prepare
from doclab.report import Record, Records, count, is_example, page_of, split_name
from doclab.source import relative
from doclab.verdict import FAILED, HELD, NOT_RUN, SKIPPED

_SLOWEST = 5  # examples to list
_NOTICEABLE = 1.0  # seconds from which one is slow
_MARKUP = {HELD: {"green": True}, FAILED: {"red": True}, SKIPPED: {"yellow": True}, NOT_RUN: {"yellow": True}}


class Progress:
    """A pytest plugin that reports on pages; on a terminal, its last line shows what runs now."""

    def __init__(self, terminal: pytest.TerminalReporter, records: Records, engine: str) -> None:
        self._terminal = terminal
        self._records = records
        self._engine = engine
        # With -v, pytest has a line for each example, as it always does.
        self._is_detailed = terminal.verbosity > 0
        self._is_over = False
        self._waiting: dict[str, int] = {}  # by page: how many of its items have not ended
        self._pages = 0
        self._running: dict[str, str] = {}  # by item: where it stands, and its name on the page
        self._started: dict[str, float] = {}  # by page

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if not session.config.option.collectonly:
            self._expect(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        if not self._pages:  # the same from every process, also from one that takes the place of another
            self._expect(ids)

    def _expect(self, ids: Iterable[str]) -> None:
        self._waiting = Counter(page for item in ids if (page := page_of(item)))
        if self._waiting and not self._pages:
            self._build_host()
        self._pages = len(self._waiting)

    def _build_host(self) -> None:
        """What hosts are made of takes minutes to build: once, here, where people see it.  Pages tell of errors."""
        with contextlib.suppress(HostError):
            prepare(ENGINES[self._engine], self._say)

    def _say(self, line: str, **markup: bool) -> None:
        self._terminal.write_line(line, **markup)
        self._terminal.flush()  # into a pipe, too: people watch CI

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str, location: tuple[str, int, str]) -> None:
        page = page_of(nodeid)
        self._terminal.showfspath = False if page and not self._is_detailed else None
        if page:
            self._started.setdefault(page, time.monotonic())
            self._running[nodeid] = f"{_relative(location[0])}:{location[1] + 1} {split_name(location[2])[1]}"
            self._show_running()

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport):
        found = getattr(report, "doclab", None)
        if found is None or report.when == "collect":
            return None
        word = NOT_RUN if found["result"] == NOT_RUN else report.outcome
        is_silent = not (self._is_detailed or self._is_over)  # then the page has a line, the example none
        return (word, "", "") if is_silent else (word, word[0], word.upper())

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if hasattr(report, "doclab") and hasattr(report, "node"):
            del report.node  # which of xdist's processes it was, is no news to people

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self._running.pop(nodeid, None)
        if page := page_of(nodeid):
            self._waiting[page] -= 1
            if not self._waiting[page]:
                self._show_page(page)
        self._show_running()

    def _show_page(self, page: str) -> None:
        if self._is_detailed:
            return
        name = _relative(page)
        found = self._records.of(name)
        counts = count(found)
        worst = next((result for result in (FAILED, NOT_RUN, HELD) if counts[result]), SKIPPED)
        done = self._pages - sum(map(bool, self._waiting.values()))
        told = ", ".join(f"{number} {result}" for result, number in counts.items())
        seconds = time.monotonic() - self._started[page]
        self._clear()
        width = len(str(self._pages))
        self._terminal.write(f"[{done:{width}}/{self._pages}] ")
        self._terminal.write(name, **_MARKUP[worst])
        self._say(f": {told} in {seconds:.1f} s")
        for record in found:
            if record["result"] == FAILED:
                self._say(f"    {record['message'].splitlines()[0]}", red=True)

    def _show_running(self) -> None:
        """On a terminal, name what runs, on a line that the next one overwrites."""
        if self._terminal.isatty and not self._is_detailed and self._running:
            text = f"running {' and '.join(re.sub(r'^/.*/', '', place) for place in self._running.values())}"
            self._terminal.rewrite(text[: self._terminal._tw.fullwidth - 1], erase=True)

    def _clear(self) -> None:
        if self._terminal.isatty:
            self._terminal.rewrite("", erase=True)
            self._terminal.write("\r")

    def pytest_keyboard_interrupt(self) -> None:
        self._clear()
        for name in self._running.values():
            self._say(f"interrupted while running {name}", yellow=True)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        self._is_over = True

    def pytest_terminal_summary(self, exitstatus: int, config: pytest.Config) -> None:
        if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and selection.is_of_pages_alone(config):
            self._terminal.write_line(f"nothing was verified: {self._why_nothing(config)}")
        if found := self._records.found:
            self._terminal.write_line("")
            for line in summary(found, self._engine):
                self._terminal.write_line(line)

    def _why_nothing(self, config: pytest.Config) -> str:
        option = config.option  # the processes of xdist don't tell what they deselected
        if "deselected" in self._terminal.stats or option.keyword or option.markexpr or option.deselect:
            return "the options of this run leave no example"
        if config.stash[LEFT_OUT]:
            return "no page with an example has changed (without --changed, all of them run)"
        return selection.why_nothing(config.args)


def summary(records: Sequence[Record], engine: str) -> list[str]:
    """The run in some lines: slow examples, what did not run and why, and how much of each."""
    examples = [record for record in records if is_example(record)]
    slow = sorted(examples, key=lambda record: record["seconds"], reverse=True)[:_SLOWEST]
    lines = [
        f"  {r['seconds']:6.1f} s  {r['file']}:{r['line']}  {r['example']}"
        for r in slow
        if r["seconds"] > _NOTICEABLE
    ]
    lines = ["slowest examples:", *lines] if lines else []
    lines += _run_twice(examples)
    for result in (SKIPPED, NOT_RUN):
        lines += _reasons(result, [record for record in examples if record["result"] == result])
    counts = count(records)
    told = ", ".join(f"{counts[result]} {result}" for result in _MARKUP if counts[result])
    versions = " and ".join(sorted({record["docker"] for record in records} - {""}))
    where = f"on Docker {versions} ({engine})" if versions else "on no Docker"
    pages = len({record["page"] for record in records})
    lines += [f"{_number(pages, 'page')} {where}, {_number(len(examples), 'example')}: {told or 'none'}"]
    return lines if counts[HELD] or counts[FAILED] else [*lines, "nothing was verified: no example ran"]


def _run_twice(records: Sequence[Record]) -> list[str]:
    """What an example said that held only when its page ran a second time."""
    said = [r["reason"] for r in records if r["result"] == HELD and r["reason"]]
    lines = [f"  {line}".rstrip() for text in said for line in text.splitlines()]
    return ["held in a second run of the page only:", *lines] if lines else []


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


def _reasons(result: str, records: Sequence[Record]) -> list[str]:
    places = defaultdict(list)
    for record in records:
        places[record["reason"]].append(f"{record['file']}:{record['line']}")
    lines = [f"  {reason.removeprefix('not run: ')}: {', '.join(where)}" for reason, where in places.items()]
    return [f"{result}:", *lines] if lines else []


def _relative(file: str) -> str:
    return relative(Path(os.path.abspath(file)))  # links keep the name that they were called by
