"""What pytest runs of a page: its examples, what it leaves behind, and whether its limits are still needed."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sybil.example import Example as SybilExample

from doclab import engines, pages
from doclab.host import HostError
from doclab.leftovers import PageTaken
from doclab.pages import Example
from doclab.report import CLEAN_UP, LIMITS, Record, record
from doclab.run import open_page
from doclab.source import relative
from doclab.verdict import FAILED, HELD, NOT_RUN, SKIPPED, Verdict

if TYPE_CHECKING:
    from doclab.collect import Page

_PATIENCE = 10.0  # seconds for a command that is expected to fail


class Failed(Exception):
    """What is wrong, in words for the reader of the report: it needs no traceback."""


class _Item(pytest.Item):
    """Something that comes to a verdict; `doclab` is then its record."""

    doclab: Record | None = None

    @property
    def page(self) -> "Page":
        return self.getparent(pytest.File)

    def conclude(self, verdict: Verdict) -> None:
        """Leave a record, and tell pytest in its own way."""
        file, line, name = self.reportinfo()
        told = {"message" if verdict.result == FAILED else "reason": verdict.message}
        version = self.page.run.host.server_version if self.page.run else ""
        self.doclab = record(
            self.page.path,
            name,
            file,
            line + 1,
            verdict.result,
            seconds=round(verdict.seconds, 3),
            docker=version,
            **told,
        )
        if verdict.result == FAILED:
            raise Failed(verdict.message)
        if verdict.result != HELD:
            pytest.skip(verdict.message)

    def repr_failure(self, excinfo: pytest.ExceptionInfo, style=None):
        if isinstance(excinfo.value, Failed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)


class ExampleItem(_Item):
    """One example."""

    def __init__(self, *, example: SybilExample, **kwargs) -> None:
        super().__init__(**kwargs)
        self.example = example

    def runtest(self) -> None:
        self.example.namespace["item"] = self
        self.example.evaluate()

    def reportinfo(self) -> tuple[Path, int, str]:
        example = self.example.parsed
        return example.file, example.line - 1, f"{pages.page_id(self.path)}::{example.name}"


class CleanUp(_Item):
    """What the page left behind, once all of it has run."""

    def runtest(self) -> None:
        started = time.monotonic()
        verdict = self._verdict()
        verdict.seconds = time.monotonic() - started
        self.conclude(verdict)

    def _verdict(self) -> Verdict:
        run = self.page.run
        for example in run.examples if run else ():
            run.advance(example)
        # A file that the reader would save has no item of its own.
        lost = [v for e, v in zip(run.examples, run.verdicts, strict=True) if not e.ordinal] if run else []
        if failed := [verdict for verdict in lost if verdict.result == FAILED]:
            return failed[0]
        if not run or not run.is_complete:
            return Verdict(NOT_RUN, f"{NOT_RUN}: the page did not reach its end")
        if left := run.finish():
            self.page.left = left
            return Verdict(FAILED, left)
        if run.held and not run.host.engine.is_shared:  # on the reader's own daemon things change unseen
            self.page.note()
        return Verdict()

    def reportinfo(self) -> tuple[Path, int, str]:
        last = self.page.document.namespace["examples"][-1]
        return last.file, last.line - 1, f"{pages.page_id(self.path)}::{CLEAN_UP}"


class Limits(_Item):
    """Whether what `engine=` keeps from this engine would fail here: a limit must not outlive its reason.

    The page runs once more on a host of its own, with every limit turned round, so that of two blocks for two sides of
    a border the other one runs; and again without those that failed, as long as there are others.
    """

    def runtest(self) -> None:
        try:
            self.conclude(self._verdict())
        except (HostError, PageTaken) as error:
            self.conclude(Verdict(FAILED, f"{relative(self.path)}:1: {error}"))

    def _verdict(self) -> Verdict:
        if self.page.left and self._engine.is_shared:  # it would be in the way
            return Verdict(NOT_RUN, f"{NOT_RUN}: the page left something behind")
        docker, found = self._turn_round()
        if not found:
            return Verdict(SKIPPED, f"no example is kept from Docker {docker}")
        kept: list[Example] = []
        while (failed := [e for e, result in found if result == FAILED]) and len(failed) < len(found):
            # The others may build on what failed, as clean-ups do, or were cut off by it: do they hold without it?
            kept += failed
            _, found = self._turn_round(still_kept=kept)
        needless = [example for example, result in found if result == HELD]
        if not needless and any(result == NOT_RUN for _, result in found):
            return Verdict(NOT_RUN, f"{NOT_RUN}: the page broke off before all limits were tried")
        if not needless:
            return Verdict()
        lines = [
            f"{relative(example.file)}:{example.line}: limited to Docker {example.engines}, but it holds on "
            f"{docker}, too: widen the limit, or take it away"
            for example in needless
        ]
        return Verdict(FAILED, "\n".join(lines))

    def _turn_round(self, still_kept: Sequence[Example] = ()) -> tuple[str, list[tuple[Example, str]]]:
        """The version of Docker, and what became of each example that is kept from it, but for those still kept."""
        examples = self.page.document.namespace["examples"]
        options = {"limit": min(self.config.option.time_limit, _PATIENCE), "still_kept": still_kept}
        with open_page(examples, self._engine, lambda line: None, flip_limits=True, **options) as run:
            docker = run.host.server_version
            kept = [example for example in examples if example.is_limited and not example.runs_on(docker)]
            return docker, [(e, run.advance(e).result) for e in kept if e not in still_kept]

    @property
    def _engine(self) -> engines.Engine:
        return engines.ENGINES[self.config.option.engine]

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{pages.page_id(self.path)}::{LIMITS}"
