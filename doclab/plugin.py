"""pytest runs the pages: one item an example, in page order, each page on a host of its own.

A page collects as PAGE::SECTION::ORDINAL, which stays the same when prose is edited.  Running one example runs those
before it on the page first, as a reader would.  The last item of a page, `clean-up`, checks what the page left.
"""

import contextlib
import math
import os
import sys
from pathlib import Path

import pytest

from doclab import changed, engines, interrupts, options, pages, report, selection, signals
from doclab.collect import LEFT_OUT, NAMED, Page
from doclab.progress import Progress
from doclab.source import in_utf8, relative

RECORDS = pytest.StashKey[report.Records]()
_NOT_WHOLE = (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR)


def pytest_addoption(parser: pytest.Parser) -> None:
    options.add(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Settle what is to run; an exit code where that is nothing."""
    if hasattr(config, "workerinput"):
        config.args[:] = config.workerinput["pages"]
        config.stash[NAMED] = config.workerinput["named"]
        config.stash[LEFT_OUT] = config.workerinput["left_out"]
        return None
    signals.follow_parent()
    options.check(config)
    config.option.loadscopereorder = False  # xdist would undo the order of pytest_collection_modifyitems
    if config.option.watch:
        return _watch(config)
    pages_alone = selection.is_of_pages_alone(config)
    config.args[:] = selection.resolve(config.args, config.option.check_limits, pages_alone)
    config.stash[NAMED] = [str(selection.page(argument)) for argument in config.args]
    config.stash[LEFT_OUT] = []
    return _leave_out_unchanged(config) if config.option.changed else None


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Over how many processes `--numprocesses=auto` spreads pages; one page, or a host kept open, needs none."""
    if engines.ENGINES[config.option.engine].is_shared:
        return 0
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ or config.option.numprocesses == "logical":
        return None  # as xdist itself has it
    named = {selection.page(argument) for argument in config.args}
    if config.option.keep or (len(named) == 1 and named.pop().suffix == ".md"):
        return 0
    return 5 * (os.cpu_count() or 1) // 2  # pages wait more than half of their time


def _watch(config: pytest.Config) -> int:
    from doclab import watch  # nobody else needs its library

    given = config.invocation_params.args
    chosen = [argument for argument in given if argument in config.args]
    if missing := [argument for argument in chosen if not selection.page(argument).exists()]:
        raise pytest.UsageError(f"there is no {missing[0]} to watch")
    others = [argument for argument in given if argument not in [*chosen, "--watch"]]
    return watch.run(chosen, others)


def _leave_out_unchanged(config: pytest.Config) -> pytest.ExitCode | None:
    engine = engines.ENGINES[config.option.engine]
    if config.option.check_limits:
        raise pytest.UsageError("--changed knows nothing of limits: leave one of the two out")
    if engine.is_shared:
        raise pytest.UsageError(
            f"--changed can't tell what has changed on the engine {engine.name}: leave it out"
        )
    kept, left_out = changed.split(config.args, engine)
    for page, time in left_out.items():
        print(f"left out: {relative(page)}, unchanged since it held on {time:%Y-%m-%d %H:%M}")
    # Folders stay folders: pytest can't be told of every page by its name.
    unchanged = {page.resolve() for page in left_out}
    config.args[:] = [argument for argument in config.args if selection.page(argument) not in unchanged]
    config.stash[LEFT_OUT] = [*map(str, unchanged)]
    if kept:
        return None
    print("no page has changed: nothing was verified in this run (without --changed, all of them run)")
    return options.NOTHING_VERIFIED


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    # xdist itself hands on the command line as it was
    stash = node.config.stash
    node.workerinput.update(pages=node.config.args, named=stash[NAMED], left_out=stash[LEFT_OUT])


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RECORDS] = report.Records()
    config.pluginmanager.register(config.stash[RECORDS])
    config.pluginmanager.register(interrupts)
    config.option.continue_on_collection_errors = True  # a page that can't be read stops no other page


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Follow no link round in a circle."""
    return True if collection_path.is_dir() and selection.leads_back(collection_path) else None


@pytest.hookimpl(tryfirst=True)
def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Dir | None:
    """Where pages alone run, a folder with an `__init__.py` is a folder: pytest would import it."""
    return pytest.Dir.from_parent(parent, path=path) if selection.is_of_pages_alone(parent.config) else None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Page | None:
    if file_path.suffix != ".md" or not _is_page(file_path, parent.session):
        return None
    # As pytest can write it into its own cache.
    name = in_utf8(file_path)
    inside = file_path.is_relative_to(parent.config.rootpath) and name == str(file_path)
    return Page.from_parent(parent, path=file_path, nodeid=None if inside else name)


def _is_page(file: Path, session: pytest.Session) -> bool:
    """Whether to run this Markdown file: changed, and named on the command line, in docs/, or outside the project."""
    name, stash = str(file.resolve()), session.config.stash
    return name not in stash[LEFT_OUT] and (name in stash[NAMED] or selection.is_page(file))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where pages are spread, begin with those that took longest: else all wait for the last one."""
    if not hasattr(config, "workerinput"):
        return
    from doclab import evidence  # slow to import, and needed here only

    took = evidence.seconds(engines.ENGINES[config.option.engine])
    items.sort(key=lambda item: -took.get(pages.page_id(item.path), math.inf))  # a page stays whole


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector):
    made = yield
    made.doclab = getattr(collector, "doclab", None)
    return made


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    made = yield
    if call.when == "call" and (found := getattr(item, "doclab", None)):
        made.doclab = found
        if made.skipped:  # at its place on the page, not where in doclab it was skipped
            made.longrepr = (found["file"], found["line"], f"Skipped: {found['reason']}")
    return made


def pytest_sessionstart(session: pytest.Session) -> None:
    config = session.config
    report.JUnit.register(config)
    if terminal := config.pluginmanager.getplugin("terminalreporter"):  # xdist's processes have none
        config.pluginmanager.register(Progress(terminal, config.stash[RECORDS], config.option.engine))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Green only when something was verified: a run that skipped everything, or found nothing, has shown nothing."""
    records, option = session.config.stash[RECORDS], session.config.option
    is_empty = exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and not session.config.stash[LEFT_OUT]
    if is_empty and selection.is_of_pages_alone(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if (
        exitstatus == pytest.ExitCode.OK
        and records.found
        and not report.is_green(report.count(records.found))
    ):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    if hasattr(session.config, "workerinput"):
        return
    _forget_failed(records, engines.ENGINES[option.engine])
    if option.report_json:  # one report for all processes
        _write_report(session, records.summary(option.engine, exitstatus in _NOT_WHOLE))


def _forget_failed(records: report.Records, engine: engines.Engine) -> None:
    """For `--changed`: when xdist replaces a process that was killed, the rest of its page may hold, and leave a note."""
    with contextlib.suppress(OSError):
        for page in records.failed:
            changed.forget(Path(page), engine)


def _write_report(session: pytest.Session, summary: dict[str, object]) -> None:
    """Write the report; where that fails, as on a full disk, say so: what was found stands on the terminal all the same."""
    option = session.config.option
    try:
        report.write(option.report_json, summary)
    except OSError as error:
        why = f"--report-json={option.report_json} can't be written ({error.strerror or error})"
        _tell(session.config, f"\n{why}: make room, or name another file, and run it again")
        if session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _tell(config: pytest.Config, line: str) -> None:
    if terminal := config.pluginmanager.getplugin("terminalreporter"):
        terminal.write_line(line, red=True)
    else:
        print(line, file=sys.stderr)
