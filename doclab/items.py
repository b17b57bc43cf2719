"""A page as pytest sees it: a file, its sections, their examples, and what the page leaves behind."""

import contextlib
import os
import subprocess
import time
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path

import pytest
from sybil import Document, Region, Sybil
from sybil.example import Example as SybilExample

from doclab import changed, engines, outputs, pages
from doclab.host import HostError
from doclab.leftovers import PageTaken
from doclab.report import CLEAN_UP, LIMITS, record
from doclab.run import PageRun, open_page
from doclab.source import DOCS, PageError, relative
from doclab.verdict import FAILED, HELD, NOT_RUN, SKIPPED, Verdict

_PATIENCE = 10.0  # seconds for a command that is expected to fail
KEPT = pytest.StashKey[bool]()


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

    doclab: dict[str, object] | None = None

    def collect(self):
        changed.verifier()
        self._read = time.time()
        try:
            self.document = _SYBIL.parse(self.path)
        except PageError as error:
            self.doclab = record(self.path, "", error.file, error.line, FAILED, message=str(error))
            raise self.CollectError(str(error)) from None
        found = list(self.document.examples())
        for section, examples in groupby(found, key=lambda example: example.parsed.block.heading or "top"):
            yield Section.from_parent(self, name=section, examples=list(examples))
        if found:
            yield CleanUp.from_parent(self, name=CLEAN_UP)
        if self.config.option.check_limits and any(example.parsed.is_limited for example in found):
            yield Limits.from_parent(self, name=LIMITS)

    def setup(self) -> None:
        self.stack = ExitStack()
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
            return self.run.advance(example)
        # One fault, one failure: the first example that needs the host tells of it.
        if self._why_no_host.result == FAILED:
            place = f"{relative(example.file)}:{example.line}"
            told = Verdict(FAILED, f"{place}: {self._why_no_host.message}")
            self._why_no_host = Verdict(NOT_RUN, f"not run: the page had no Docker host, see {place}")
            return told
        return self._why_no_host

    def note(self) -> None:
        """Remember for `--changed` that all of the page held."""
        results = {verdict.result for verdict in self.run.verdicts}
        if HELD in results and results <= {HELD, SKIPPED} and self.run.host.engine.suite:
            with contextlib.suppress(OSError):  # no room: then it will run again
                changed.note(self.path, self.run.host.engine, self._read)

    def teardown(self) -> None:
        try:
            if self.run and self.run.held and self.path.is_relative_to(DOCS):
                outputs.save(
                    self.path, self.run.host, self.run.examples, self.run.verdicts
                )  # for `nox -s mutate`
            if self.run and self.config.option.keep and any(v.result == FAILED for v in self.run.verdicts):
                self._open_shell(self.run)
        finally:
            self.stack.close()

    def _tell(self, line: str) -> None:
        reporter = self.config.pluginmanager.getplugin("terminalreporter")
        capture = self.config.pluginmanager.getplugin("capturemanager")
        if reporter and reporter.verbosity > 0:
            with capture.global_and_fixture_disabled():
                reporter.write_line(line)

    def _open_shell(self, run: PageRun) -> None:
        if self.config.stash.get(KEPT, False):
            return
        self.config.stash[KEPT] = True
        capture = self.config.pluginmanager.getplugin("capturemanager")
        capture.suspend_global_capture(in_=True)
        failed = next(verdict for verdict in run.verdicts if verdict.result == FAILED)
        print(
            f"\n{failed.message}\n\nThe host of {relative(self.path)} as it is now; `exit` takes it away.",
            flush=True,
        )
        subprocess.run(
            run.host.argv(["env", f"TERM={os.environ.get('TERM', 'dumb')}", "bash"], run.directory),
            check=False,
        )
        capture.resume_global_capture()


class Section(pytest.Collector):
    """A heading of the page and the examples under it."""

    def __init__(self, *, examples: list[SybilExample], **kwargs) -> None:
        super().__init__(**kwargs)
        self.examples = examples

    def collect(self):
        for example in self.examples:
            yield ExampleItem.from_parent(self, name=str(example.parsed.ordinal), example=example)


class Failed(Exception):
    """What is wrong, in words for the reader of the report: it needs no traceback."""


class _Item(pytest.Item):
    """Something that comes to a verdict; `doclab` is then its record."""

    doclab: dict[str, object] | None = None

    @property
    def page(self) -> Page:
        return self.getparent(Page)

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
            return Verdict(FAILED, left)
        self.page.note()
        return Verdict()

    def reportinfo(self) -> tuple[Path, int, str]:
        last = self.page.document.namespace["examples"][-1]
        return last.file, last.line - 1, f"{pages.page_id(self.path)}::{CLEAN_UP}"


class Limits(_Item):
    """Whether what `engine=` keeps from this engine would fail here: a limit must not outlive its reason.

    The page runs once more on a host of its own, with every limit turned round, so that of two blocks for two sides of
    a border the other one runs.
    """

    def runtest(self) -> None:
        self.conclude(self._verdict())

    def _verdict(self) -> Verdict:
        examples, option = self.page.document.namespace["examples"], self.config.option
        limit = min(option.time_limit, _PATIENCE)
        with open_page(
            examples, engines.ENGINES[option.engine], lambda line: None, limit=limit, flip_limits=True
        ) as run:
            docker = run.host.server_version
            kept = [example for example in examples if example.is_limited and not example.runs_on(docker)]
            needless = [example for example in kept if run.advance(example).result == HELD]
        if not kept:
            return Verdict(SKIPPED, f"no example is kept from Docker {docker}")
        if needless:
            return Verdict(
                FAILED,
                "\n".join(
                    f"{relative(example.file)}:{example.line}: limited to Docker {example.engines}, but it holds on "
                    f"{docker}, too: widen the limit, or take it away"
                    for example in needless
                ),
            )
        return Verdict()

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{pages.page_id(self.path)}::{LIMITS}"
