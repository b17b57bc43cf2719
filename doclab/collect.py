"""A Markdown page as pytest collects it: a file, its sections, and in them the examples that Sybil found."""

import contextlib
import os
import subprocess
import time
from contextlib import ExitStack
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import NoReturn

import pytest
from sybil import Document, Region, Sybil
from sybil.example import Example as SybilExample

from doclab import casts, changed, engines, outputs, pages
from doclab.host import HostError
from doclab.items import CleanUp, ExampleItem
from doclab.leftovers import PageTaken
from doclab.limits import Limits
from doclab.report import CLEAN_UP, LIMITS, Record, record
from doclab.run import PageRun, open_page
from doclab.source import PageError, decode, relative
from doclab.verdict import FAILED, HELD, NOT_RUN, Verdict

NAMED = pytest.StashKey[list[str]]()  # what somebody asked for: a page of prose in a folder is none of that
LEFT_OUT = pytest.StashKey[list[str]]()  # the pages that `--changed` need not run
_KEPT = pytest.StashKey[bool]()


def _parse(document: Document) -> list[Region]:
    """Sybil's parser: the regions of a page that run or say why not, from the renderer's own mouth."""
    starts = [0]
    for line in document.text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    document.namespace["examples"] = pages.examples(Path(document.path))
    found = [example for example in document.namespace["examples"] if example.action != pages.SHOW]
    spans, end = [], 0
    for example in found:
        if example.file == Path(document.path):
            start, end = starts[example.line - 1], starts[example.block.end] - 1
        else:  # in a Markdown file that the page includes: no stretch of this text is its own
            start = end
        spans.append(Region(start, end, example, _evaluate))
    return spans


def _evaluate(example: SybilExample) -> None:
    """Sybil's evaluator: the item that pytest runs has a record to leave, too."""
    item: ExampleItem = example.namespace["item"]
    item.conclude(item.page.verdict(example.parsed))


_SYBIL = Sybil(parsers=[_parse], pattern="*.md", encoding="utf-8-sig")


class Page(pytest.File):
    """A Markdown file.  Its host is made when its first example is about to run.

    `doclab` is the record of a page that can't be read.
    """

    doclab: Record | None = None

    def collect(self):
        changed.verifier()
        self._read = time.time()
        try:
            decode(self.path)  # what Sybil says of a page that is not text names no line
            self.document = _SYBIL.parse(self.path)
        except PageError as error:
            self._refuse(error)
        # As the site has them: Sybil goes by their lines on the page, and an include has all of its examples in one.
        order = {
            id(example): place for place, example in enumerate(self.document.namespace.get("examples", ()))
        }
        found = sorted(self.document.examples(), key=lambda example: order[id(example.parsed)])
        if not found and str(self.path.resolve()) in self.config.stash[NAMED]:
            self._refuse(PageError(self.path, 1, "no examples found: nothing was verified"))
        for section, examples in groupby(found, key=lambda example: example.parsed.block.heading or "top"):
            yield Section.from_parent(self, name=section, examples=list(examples))
        if found:
            yield CleanUp.from_parent(self, name=CLEAN_UP)
        if self.config.option.check_limits and any(example.parsed.is_limited for example in found):
            yield Limits.from_parent(self, name=LIMITS)

    def _refuse(self, error: PageError) -> NoReturn:
        self.doclab = record(self.path, "", error.file, error.line, FAILED, message=str(error))
        raise self.CollectError(str(error)) from None

    def setup(self) -> None:
        self.stack = ExitStack()
        self.left = ""  # what the clean-up found
        items = [item for item in self.session.items if item.getparent(Page) is self]
        self._asked_for = {item.example.parsed.name for item in items if isinstance(item, ExampleItem)}
        self._told: list[Verdict] = []  # the failures of examples that nobody asked for
        self._is_second_run = False
        self._open()

    def _open(self) -> None:
        self.run: PageRun | None = None
        option = self.config.option
        engine = engines.ENGINES[option.engine]
        examples = self.document.namespace["examples"]
        options = {"limit": option.time_limit, "stop_at_failure": option.keep}
        try:
            self.run = self.stack.enter_context(open_page(examples, engine, self._tell, **options))
        except (HostError, PageTaken) as error:
            self._why_no_host = Verdict(FAILED, str(error))

    def verdict(self, example: pages.Example) -> Verdict:
        """What became of an example; everything before it on the page has run, too."""
        if self.run:
            verdict = self.run.advance(example)
            if verdict.may_be_dockers_fault:
                return self._second_verdict(example, verdict)
            return self._with_those_before(example, verdict)
        # One fault, one failure: the first example that needs the host tells of it.
        if self._why_no_host.result == FAILED:
            place = f"{relative(example.file)}:{example.line}"
            told = Verdict(FAILED, f"{place}: {self._why_no_host.message}")
            self._why_no_host = Verdict(NOT_RUN, f"not run: the page had no Docker host, see {place}")
            return told
        return self._why_no_host

    def _with_those_before(self, example: pages.Example, verdict: Verdict) -> Verdict:
        """Nobody may have asked for what runs before an example; it rests on that all the same, so it tells of a failure."""
        if verdict.result != HELD:
            return verdict
        for earlier, its in zip(self.run.examples, self.run.verdicts, strict=False):
            is_told = earlier.ordinal == 0 or earlier.name in self._asked_for or its in self._told
            if its.result == FAILED and not is_told:
                self._told.append(its)
                place = f"{relative(example.file)}:{example.line}"
                told = f"{place}: this example rests on one before it, which failed:\n\n{its.message}"
                return replace(verdict, result=FAILED, message=told)
        return verdict

    def _second_verdict(self, example: pages.Example, first: Verdict) -> Verdict:
        """Where Docker itself may be at fault, which no page can help: that of the page's one more run, on a new host.

        It says that it is one, and why: what a second run hides would be a fault of the page.
        """
        if self._is_second_run:
            first.explain("The page ran twice for that reason.")
            return first
        self._is_second_run = True
        self.stack.close()
        self._open()
        verdict = self.verdict(example)
        if verdict.result == HELD:
            failed = (v for v in self.run.verdicts if v.result == FAILED)
            verdict = next(
                failed, replace(verdict, message=f"Docker itself may be at fault: {first.message}")
            )
        return verdict

    def note(self) -> None:
        """Remember for `--changed` that all of the page held, where that says something."""
        if self._is_second_run:  # the second run may hide a fault of the page
            return
        run = self.run
        judged = zip(run.examples, run.verdicts, strict=True)
        if any(example.action == pages.RUN and verdict.result == HELD for example, verdict in judged):
            # No room, or it can't be read any more: then it will run again.
            with contextlib.suppress(OSError, PageError):
                changed.note(self.path, run.host.engine, self._read)

    def teardown(self) -> None:
        try:
            if self.run and self.run.held and (name := pages.site_id(self.path)):
                self._save(name, self.run)
            if self.run and self.config.option.keep and (why := self._why_failed(self.run)):
                self._open_shell(self.run, why)
        finally:
            self.stack.close()

    def _save(self, name: str, run: PageRun) -> None:
        """Keep what a page of the site did: for `nox -s mutate`, and for the site to play."""
        with contextlib.suppress(OSError):  # no room: then it will run again
            outputs.save(self.path, run.host, run.examples, run.verdicts)
        if folder := self.config.option.recordings:
            try:
                casts.save(folder, name, run.host.server_version, run.examples, run.verdicts)
            except OSError as error:
                why = f"its recordings can't be written below {relative(folder)}: {error.strerror}"
                pytest.fail(f"{relative(self.path)}:1: {why}", pytrace=False)

    def _tell(self, line: str) -> None:
        reporter = self.config.pluginmanager.getplugin("terminalreporter")
        capture = self.config.pluginmanager.getplugin("capturemanager")
        if reporter and reporter.verbosity > 0:
            with capture.global_and_fixture_disabled():
                reporter.write_line(line)

    def _why_failed(self, run: PageRun) -> str:
        return next((v.message for v in run.verdicts if v.result == FAILED), self.left)

    def _open_shell(self, run: PageRun, why: str) -> None:
        if self.config.stash.get(_KEPT, False):
            return
        self.config.stash[_KEPT] = True
        capture = self.config.pluginmanager.getplugin("capturemanager")
        capture.suspend_global_capture(in_=True)
        print(
            f"\n{why}\n\nThe host of {relative(self.path)} as it is now; `exit` takes it away.",
            flush=True,
        )
        subprocess.run(run.shell(os.environ.get("TERM", "dumb")), check=False)
        capture.resume_global_capture()


class Section(pytest.Collector):
    """A heading of the page and the examples under it."""

    def __init__(self, *, examples: list[SybilExample], **kwargs) -> None:
        super().__init__(**kwargs)
        self.examples = examples

    def collect(self):
        for example in self.examples:
            yield ExampleItem.from_parent(self, name=str(example.parsed.ordinal), example=example)
