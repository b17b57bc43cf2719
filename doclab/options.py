"""The options of a run of pages, and which of them can't be had."""

import argparse
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from doclab import engines, report, selection
from doclab.session import DEFAULT_LIMIT, time_limit

NOTHING_VERIFIED = pytest.ExitCode.NO_TESTS_COLLECTED


# Those that other commands have, too, as argparse takes them.
ENGINE = {
    "choices": sorted(engines.ENGINES),
    "default": engines.DEFAULT,
    "help": "which Docker to run on (default: %(default)s); `host` is the daemon that your own `docker` talks to",
}
TIME_LIMIT = {
    "type": time_limit,
    "default": DEFAULT_LIMIT,
    "metavar": "SECONDS",
    "help": "how long one command may take (default: %(default)g)",
}


def add(parser: pytest.Parser) -> None:
    """Tell pytest of them."""
    group = parser.getgroup("doclab", "examples in Markdown pages")
    group.addoption("--engine", **ENGINE)
    group.addoption("--time-limit", **TIME_LIMIT)
    group.addoption(
        "--keep",
        action="store_true",
        help="stop the first page that fails where it fails, and open a shell there: its host, directory, variables, "
        "functions",
    )
    group.addoption(
        "--changed",
        action="store_true",
        help="leave out the pages that are as they were when they last held, on the same engine, images and verifier; "
        f"exit status {NOTHING_VERIFIED:d} where that leaves nothing to verify",
    )
    group.addoption(
        "--watch",
        action="store_true",
        help="verify the pages again whenever they are saved, or, without pages, each page that is; Ctrl-C ends it",
    )
    group.addoption(
        "--check-limits",
        action="store_true",
        help="also run what `engine=` keeps from this engine, and fail where it holds all the same",
    )
    group.addoption(
        "--recordings",
        type=Path,
        metavar="FOLDER",
        help="write the `.recorded` examples of every page that holds, as asciicasts",
    )
    group.addoption(
        "--report-json",
        type=Path,
        metavar="FILE",
        help="write what became of every example; the format is described in doclab/report.py",
    )


def check(config: pytest.Config) -> None:
    """Refuse what can't work before anything runs.  Raises pytest.UsageError."""
    _check_targets(config.option)
    _check_processes(config)


def _check_targets(option: argparse.Namespace) -> None:
    """Refuse what can't be written before anything runs, not after all of it has."""
    reports = {"--report-json": option.report_json, "--junitxml": _junit_file(option)}
    reports = {name: file for name, file in reports.items() if file}
    for name, file in reports.items():
        if any(path.name.lower().endswith(selection.ENDINGS) for path in (file, file.resolve())):
            raise pytest.UsageError(f"{name}={file} may be a page: name another file")
        _check_target(name, file, report.check, "a file")
    if len({file.resolve() for file in reports.values()}) < len(reports):
        raise pytest.UsageError(
            f"{' and '.join(reports)} are both {option.report_json.resolve()}: name two files"
        )
    if option.recordings:
        _check_target("--recordings", option.recordings, report.check_folder, "a folder")


def _check_target(name: str, target: Path, check: Callable[[Path], None], what: str) -> None:
    try:
        check(target)
    except OSError as error:
        raise pytest.UsageError(
            f"{name}={target} can't be written ({error.strerror}): name {what} that can be"
        ) from None


def _junit_file(option: argparse.Namespace) -> Path | None:
    """The file that pytest makes of its own report; None where it makes none, or writes to a device."""
    if not (given := getattr(option, "xmlpath", None)):
        return None
    file = Path(os.path.expanduser(os.path.expandvars(given)))
    return file if file.is_file() or not file.exists() else None


def _check_processes(config: pytest.Config) -> None:
    """Refuse to run two pages at once on one daemon, where each would find, and remove, what the other made; and where
    a shell is to open at the terminal, which only one process has."""
    number, places = config.getoption("numprocesses", None) or 0, config.getoption("tx", None)
    spread = (
        f"--numprocesses={number}" if number > 1 else f"--tx={places[0]}" if places and not number else ""
    )
    engine = engines.ENGINES[config.option.engine]
    if engine.is_shared and spread:
        raise pytest.UsageError(
            f"{spread}: on the engine {engine.name} all pages share one daemon, and run one after the other: leave it out"
        )
    if config.option.keep and spread:
        raise pytest.UsageError(
            f"{spread}: --keep opens its shell in the process of this terminal: leave it out"
        )
