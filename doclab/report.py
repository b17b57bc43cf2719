"""What became of every example of a run, as records: gathered from all processes, and written as JSON.

`--junitxml FILE` is pytest's own report.  `--report-json FILE` writes one object:

    engine       the row of `doclab.engines` that the pages ran on
    started      when, UTC, ISO 8601
    seconds      from then to the end of the run
    interrupted  whether somebody ended the run, as by Ctrl-C, and what has no record did not run; not for pytest's `-x`
    counts       how many examples `held`, `failed`, were `skipped`, or were `not run`; clean-ups and limits only where
                 they failed
    examples     a list of records, page by page and in page order

A record is an object, too:

    page      the Markdown file, relative to the working directory where that is shorter
    example   `linking/network::dns::2`: page, section, ordinal; `PAGE::clean-up` for what the page left behind,
              `PAGE::limits` for what its `engine=` needlessly keeps from this engine;
              "" where the page, or the process that ran it, failed as a whole
    result    `held`, `failed`, `skipped` or `not run`
    reason    why it was skipped or not run; for one that `held` when its page ran a second time, because Docker
              itself may be at fault, what the first run said; else ""
    seconds   that the example took
    file      where it stands: the page, or a file that the page includes
    line      of its first line in `file`, from 1
    message   what is wrong, as the terminal shows it, else ""
    docker    the daemon's version, "" where no host was made
"""

import errno
import json
import os
import re
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

import pytest
from _pytest.junitxml import LogXML, xml_key

from doclab import files
from doclab.source import relative
from doclab.verdict import FAILED, HELD, NOT_RUN, SKIPPED

CLEAN_UP = "clean-up"
LIMITS = "limits"
RESULTS = (HELD, FAILED, SKIPPED, NOT_RUN)
# A page, and what follows its name: `:123`, or `::section::ordinal`.  A test in Python may have a page in its own name.
PAGE = re.compile(r"(?P<file>(?:(?!\.py::).)*?\.md)(?::(?P<line>[0-9]+)|::(?P<name>.*))?", re.DOTALL)


class Record(TypedDict):
    """What became of one example; see above."""

    page: str
    example: str
    result: str
    reason: str
    seconds: float
    file: str
    line: int
    message: str
    docker: str


def record(page: Path, example: str, file: Path, line: int, result: str, **more) -> Record:
    """One record; `more` are its `reason`, `seconds`, `message` and `docker`."""
    found = Record(
        page=relative(page),
        example=example,
        result=result,
        reason="",
        seconds=0.0,
        file=relative(file),
        line=line,
        message="",
        docker="",
    )
    return {**found, **more}


def is_example(found: Record) -> bool:
    """Whether it counts as an example: what a page left, and what its limits keep out, do where that is wrong."""
    return found["result"] == FAILED or not found["example"].endswith((CLEAN_UP, LIMITS))


def count(records: Iterable[Record]) -> Counter[str]:
    """How many examples came to each result."""
    return Counter(found["result"] for found in records if is_example(found))


def is_green(counts: Mapping[str, int]) -> bool:
    """Whether something was verified, and nothing was wrong or could not be verified."""
    return counts[HELD] > 0 and not counts[FAILED] and not counts[NOT_RUN]


class Records:
    """A pytest plugin that gathers the records of a run, also from the processes over which xdist spreads pages.

    Items and collectors leave theirs on pytest's report, as `report.doclab`; a page that fails without one gets one.
    Of a process that was killed, xdist says which item it ran, not where that stands: that was told when it began.
    It then has another process run that item; it has failed all the same.
    """

    def __init__(self) -> None:
        self._started = datetime.now(UTC)
        self._clock = time.monotonic()
        self._found: dict[str, list[Record]] = defaultdict(list)  # by page
        # By item: its file, line from 0, and name.
        self._begun: dict[str, tuple[str, int | None, str]] = {}
        # Items whose process was killed.
        self._killed: set[str] = set()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._take(report)

    def pytest_runtest_logstart(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        self._begun[nodeid] = location

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._take(report)

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport) -> None:
        self._take(report)
        self._killed.add(crashitem)

    def _take(self, report: pytest.CollectReport | pytest.TestReport) -> None:
        if report.nodeid in self._killed:
            return
        if found := getattr(report, "doclab", None):
            self._found[found["page"]].append(found)
        elif report.failed and (page := page_of(report.nodeid)):
            at = self._begun.get(report.nodeid) or report.location
            file, line, name = at if at and at[1] is not None else (page, 0, "")
            place = Path(os.path.abspath(file)), line + 1
            found = record(Path(page), name, *place, FAILED, message=report.longreprtext)
            self._found[found["page"]].append(found)

    @property
    def found(self) -> list[Record]:
        """The records so far, page by page; on a page in the order of its examples."""
        return [record for page in sorted(self._found) for record in self._found[page]]

    @property
    def failed(self) -> set[str]:
        """The pages on which something failed."""
        return {record["page"] for record in self.found if record["result"] == FAILED}

    def of(self, page: str) -> list[Record]:
        """The records of one page so far."""
        return self._found.get(page, [])

    def summary(self, engine: str, is_interrupted: bool) -> dict[str, object]:
        """The whole run, as `--report-json` writes it."""
        counts = count(self.found)
        return {
            "engine": engine,
            "started": self._started.isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - self._clock, 3),
            "interrupted": is_interrupted,
            "counts": {result: counts[result] for result in RESULTS},
            "examples": self.found,
        }


class JUnit:
    """A pytest plugin that tells pytest's JUnit report what a record says: a page is a class, an example a case.

    pytest itself would call the case `2`, and count its lines from 0.  Of a run that was interrupted it would tell what
    held until then, and no more: that becomes an error, a case of its own.
    """

    def __init__(self, xml: LogXML) -> None:
        self._xml = xml

    @classmethod
    def register(cls, config: pytest.Config) -> None:
        """Take part where `--junitxml` was given."""
        if xml := config.stash.get(xml_key, None):
            config.pluginmanager.register(cls(xml))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._name(report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._name(report)

    def pytest_keyboard_interrupt(self) -> None:
        case = self._xml.node_reporter("interrupted")
        case.attrs.update(classname="doclab", name="interrupted")
        case._add_simple("error", "the run was ended before its end: what has no case here did not run")

    def _name(self, report: pytest.CollectReport | pytest.TestReport) -> None:
        if found := getattr(report, "doclab", None):
            page, name = split_name(found["example"])
            case = self._xml.node_reporter(report)
            case.add_attribute("classname", page or found["page"])
            case.add_attribute("name", name or "page")
            case.add_attribute("file", found["file"])
            case.add_attribute("line", found["line"])


def page_of(nodeid: str) -> str:
    """The page that an item of pytest belongs to, "" for an item that is no example."""
    match = PAGE.fullmatch(nodeid)
    return match["file"] if match else ""


def split_name(example: str) -> tuple[str, str]:
    """The page's id, which may have `::` in it, and the name of the example on the page."""
    page, _, name = example.rpartition("::")
    if name.isdecimal():
        page, _, section = page.rpartition("::")
        name = f"{section}::{name}"
    return page, name


def check(file: Path) -> None:
    """Raise OSError where `write` could not write: better before a run than after it."""
    if file.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(file))
    if file.exists() and not file.is_file():  # a device would be replaced by the report
        raise OSError(errno.EINVAL, "it is no regular file", str(file))
    check_folder(file.parent)


def check_folder(folder: Path) -> None:
    """Make the folder if need be; raise OSError where no file can be made in it."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass


def write(file: Path, summary: dict[str, object]) -> None:
    """Write the summary as JSON, whole or not at all.  Raises OSError."""
    files.write(file, json.dumps(summary, ensure_ascii=False, indent=1) + "\n")
