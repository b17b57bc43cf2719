"""What became of every example of a run, as records: gathered from all processes, and written as JSON.

`--report-json FILE` writes one object:

    engine    the row of `doclab.engines` that the pages ran on
    started   when, UTC, ISO 8601
    seconds   from then to the end of the run
    counts    how many examples `held`, `failed`, were `skipped`, or were `not run`; clean-ups and limits only where
              they failed
    examples  a list of records, page by page and in page order

A record is an object, too:

    page      the Markdown file, relative to the working directory where that is shorter
    example   `linking/network::dns::2`: page, section, ordinal; `PAGE::clean-up` for what the page left behind,
              `PAGE::limits` for what its `engine=` needlessly keeps from this engine;
              "" where the page, or the process that ran it, failed as a whole
    result    `held`, `failed`, `skipped` or `not run`
    reason    why it was skipped or not run, else ""
    seconds   that the example took
    file      where it stands: the page, or a file that the page includes
    line      of its first line in `file`, from 1
    message   what is wrong, as the terminal shows it, else ""
    docker    the daemon's version, "" where no host was made
"""

import json
import os
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from doclab.source import relative
from doclab.verdict import FAILED, HELD, NOT_RUN, SKIPPED

CLEAN_UP = "clean-up"
LIMITS = "limits"
RESULTS = (HELD, FAILED, SKIPPED, NOT_RUN)


def record(page: Path, example: str, file: Path, line: int, result: str, **more) -> dict[str, object]:
    """One record; `more` are its `reason`, `seconds`, `message` and `docker`."""
    return {
        "page": relative(page),
        "example": example,
        "result": result,
        "reason": "",
        "seconds": 0.0,
        "file": relative(file),
        "line": line,
        "message": "",
        "docker": "",
        **more,
    }


class Records:
    """A pytest plugin that gathers the records of a run, also from the processes over which xdist spreads pages.

    Items and collectors leave theirs on pytest's report, as `report.doclab`; whatever fails without one gets one.
    """

    def __init__(self) -> None:
        self._started = time.time()
        self._found: list[dict[str, object]] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._take(report)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._take(report)

    def _take(self, report: pytest.CollectReport | pytest.TestReport) -> None:
        if found := getattr(report, "doclab", None):
            self._found.append(found)
        elif report.failed:
            file, line, name = report.location or (report.nodeid.split("::")[0], None, report.nodeid)
            message = report.longreprtext
            self._found.append(
                record(Path(file), name or "", Path(file), (line or 0) + 1, FAILED, message=message)
            )

    @property
    def found(self) -> list[dict[str, object]]:
        """The records so far, page by page; on a page in the order of its examples."""
        return sorted(self._found, key=lambda found: str(found["page"]))

    def count(self) -> Counter[str]:
        """How many examples came to each result; a page that leaves nothing behind has verified nothing by that."""
        counted = (
            r
            for r in self._found
            if r["result"] == FAILED or not str(r["example"]).endswith((CLEAN_UP, LIMITS))
        )
        return Counter(str(found["result"]) for found in counted)

    def summary(self, engine: str) -> dict[str, object]:
        """The whole run, as `--report-json` writes it."""
        counts = self.count()
        return {
            "engine": engine,
            "started": datetime.fromtimestamp(self._started, UTC).isoformat(timespec="seconds"),
            "seconds": round(time.time() - self._started, 3),
            "counts": {result: counts[result] for result in RESULTS},
            "examples": self.found,
        }


def write(file: Path, summary: dict[str, object]) -> None:
    """Write the summary as JSON, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=file.parent, prefix=f".{file.name}-", delete=False) as stream:
        json.dump(summary, stream, ensure_ascii=False, indent=1)
        stream.write("\n")
    os.chmod(stream.name, 0o644)  # temporary files are for their owner only
    os.replace(stream.name, file)
