"""pytest runs the pages: one item an example, in page order, each page on a host of its own.

A page collects as PAGE::SECTION::ORDINAL, which stays the same when prose is edited.  Running one example runs those
before it on the page first, as a reader would.  The last item of a page, `clean-up`, checks what the page left.
"""

import os
import subprocess
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path

import pytest
from sybil import Document, Region, Sybil
from sybil.example import Example as SybilExample
from sybil.example import SybilFailure

from doclab import engines, pages
from doclab.host import HostError
from doclab.run import PageRun, PageTaken, open_page
from doclab.session import DEFAULT_LIMIT
from doclab.source import DOCS, PROJECT, relative
from doclab.verdict import FAILED, HELD, NOT_RUN, SKIPPED

CLEAN_UP = "clean-up"
_RESULTS = pytest.StashKey[set[str]]()
_KEPT = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("doclab", "examples in Markdown pages")
    group.addoption(
        "--engine",
        choices=sorted(engines.ENGINES),
        default=engines.DEFAULT,
        help=f"which Docker to verify on (default: {engines.DEFAULT}); `host` is the daemon that DOCKER_HOST names",
    )
    group.addoption(
        "--time-limit",
        type=float,
        default=DEFAULT_LIMIT,
        metavar="SECONDS",
        help="how long one command may take (default: %(default)g)",
    )
    group.addoption(
        "--keep",
        action="store_true",
        help="stop the first page that fails where it fails, and open a shell in its host",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_RESULTS] = set()
    config.stash[_KEPT] = False
    config.pluginmanager.register(_Tally(config.stash[_RESULTS]))
    config.option.continue_on_collection_errors = True  # a page that can't be read stops no other page


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "Page | None":
    if file_path.suffix != ".md" or not _is_page(file_path, parent.session):
        return None
    inside = file_path.is_relative_to(parent.config.rootpath)
    return Page.from_parent(parent, path=file_path, nodeid=None if inside else str(file_path))


def _is_page(file: Path, session: pytest.Session) -> bool:
    """Whether to run this Markdown file: named on the command line, in docs/, or outside the project."""
    file = file.resolve()
    return session.isinitpath(file) or file.is_relative_to(DOCS) or not file.is_relative_to(PROJECT)


class _Tally:
    """Hears of every result, also of those from the processes over which xdist spreads the pages."""

    def __init__(self, results: set[str]) -> None:
        self.results = results

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.results.update(value for name, value in report.user_properties if name == "doclab")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Green only when something was verified: a run that skipped everything has shown nothing."""
    results = session.config.stash[_RESULTS]
    if exitstatus == pytest.ExitCode.OK and results and HELD not in results:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    results = config.stash[_RESULTS]
    if results and HELD not in results and FAILED not in results:
        terminalreporter.write_line("nothing was verified: no example ran", red=True)


def _evaluate(example: SybilExample) -> str | None:
    """Sybil's evaluator: None when the example holds, else what is wrong."""
    verdict = example.namespace["run"].advance(example.parsed)
    example.namespace["report"]("doclab", verdict.result)
    if verdict.result in (SKIPPED, NOT_RUN):
        pytest.skip(verdict.message)
    return None if verdict.result == HELD else verdict.message


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


_SYBIL = Sybil(parsers=[_parse], pattern="*.md", encoding="utf-8-sig")


class Page(pytest.File):
    """A Markdown file.  Its host is made when its first example is about to run."""

    def collect(self):
        try:
            document = _SYBIL.parse(self.path)
        except pages.PageError as error:
            raise self.CollectError(str(error)) from None
        self.document = document
        found = list(document.examples())
        for section, examples in groupby(found, key=lambda example: example.parsed.block.heading or "top"):
            yield Section.from_parent(self, name=section, examples=list(examples))
        if found:
            yield CleanUp.from_parent(self, name=CLEAN_UP)

    def setup(self) -> None:
        option = self.config.option
        self.stack = ExitStack()
        engine = engines.ENGINES[option.engine]
        try:
            examples = self.document.namespace["examples"]
            options = {"limit": option.time_limit, "stop_at_failure": option.keep}
            run = self.stack.enter_context(open_page(examples, engine, self._tell, **options))
        except (HostError, PageTaken) as error:
            pytest.fail(f"{relative(self.path)}: {error}", pytrace=False)
        self.document.namespace["run"] = run

    def teardown(self) -> None:
        try:
            run = self.document.namespace.get("run")
            if run and self.config.option.keep and any(v.result == FAILED for v in run.verdicts):
                self._open_shell(run)
        finally:
            self.stack.close()

    def _tell(self, line: str) -> None:
        reporter = self.config.pluginmanager.getplugin("terminalreporter")
        if reporter and reporter.verbosity > 0:
            reporter.write_line(line)

    def _open_shell(self, run: PageRun) -> None:
        if self.config.stash[_KEPT]:
            return
        self.config.stash[_KEPT] = True
        capture = self.config.pluginmanager.getplugin("capturemanager")
        capture.suspend_global_capture(in_=True)
        print(f"\nThe host of {relative(self.path)} as it is now; `exit` takes it away.", flush=True)
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


class ExampleItem(pytest.Item):
    """One example."""

    def __init__(self, *, example: SybilExample, **kwargs) -> None:
        super().__init__(**kwargs)
        self.example = example

    def runtest(self) -> None:
        self.example.namespace["report"] = lambda *pair: self.user_properties.append(pair)
        self.example.evaluate()

    def repr_failure(self, excinfo: pytest.ExceptionInfo, style=None):
        if isinstance(excinfo.value, SybilFailure):
            return excinfo.value.result
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        example = self.example.parsed
        return example.file, example.line - 1, f"{pages.page_id(self.path)}::{example.name}"


class CleanUp(pytest.Item):
    """What the page left behind, once all of it has run."""

    def runtest(self) -> None:
        run: PageRun = self.parent.document.namespace["run"]
        for example in run.examples:
            run.advance(example)
        if not run.is_complete:
            pytest.skip(f"{NOT_RUN}: the page did not reach its end")
        if left := run.finish():
            listed = "\n".join(f"  {item}" for item in left)
            raise LeftBehind(
                f"{relative(self.path)}: the page leaves behind:\n{listed}\nRemove it in the page's last section."
            )

    def repr_failure(self, excinfo: pytest.ExceptionInfo, style=None):
        if isinstance(excinfo.value, LeftBehind):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{pages.page_id(self.path)}::{CLEAN_UP}"


class LeftBehind(Exception):
    """A page must leave the reader's machine as it found it."""
