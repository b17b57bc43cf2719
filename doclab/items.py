"""What pytest runs of a page: its examples, and what it leaves behind."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sybil.example import Example as SybilExample

from doclab import pages
from doclab.report import CLEAN_UP, Record, record
from doclab.verdict import FAILED, HELD, NOT_RUN, Verdict

if TYPE_CHECKING:
    from doclab.collect import Page


class Failed(Exception):
    """What is wrong, in words for the reader of the report: it needs no traceback."""


class Item(pytest.Item):
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


class ExampleItem(Item):
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


class CleanUp(Item):
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
