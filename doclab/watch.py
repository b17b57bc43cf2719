"""`--watch`: verify a page again whenever it, a file that it includes, or the verifier is saved; Ctrl-C ends it."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest
from watchfiles import watch

from doclab import blocks, selection, signals
from doclab.source import DOCS, PROJECT, SNIPPETS, PageError, relative

_GLANCE = 100  # milliseconds without a change after which to look whether somebody pressed Ctrl-C
_TOOLS = (PROJECT / "doclab", PROJECT / "mkdocs.yml")


def run(chosen: Sequence[str], others: Sequence[str]) -> int:
    """Verify what was chosen, as pytest's arguments, at once and on every save; without, each page that is saved.

    A folder is the pages that it has at the time.

    `others` are pytest's further arguments.  Returns the exit status of the last run.
    """
    status: int = pytest.ExitCode.NO_TESTS_COLLECTED
    try:
        for arguments in _occasions(chosen):
            status = pytest.ExitCode.INTERRUPTED  # until it has come to its end
            status = signals.run_pytest([*arguments, *others])
            print("\nwatching: save a page to verify it, Ctrl-C to end", flush=True)
    except KeyboardInterrupt:
        print()
    return status


def _occasions(chosen: Sequence[str]) -> Iterator[list[str]]:
    """What to verify, each time that something is to be verified."""
    rest_on = set().union(*(_rests_on(page, ()) for page in _expanded(chosen).values()))
    named = {Path(argument) for argument in chosen if Path(argument).is_dir()}
    folders = {DOCS, SNIPPETS, *_TOOLS, *named, *(file.parent for file in rest_on)}
    noticed = watch(*folders, yield_on_timeout=True, rust_timeout=_GLANCE)
    next(noticed)  # from here on it misses nothing, not even what is saved during the first run
    if chosen:
        yield [*_expanded(chosen)]
    else:
        print("watching: save a page to verify it, Ctrl-C to end", flush=True)
    for changes in filter(None, noticed):
        saved = {Path(name).resolve() for _, name in changes}
        pages = _expanded(chosen) if chosen else _among(saved)
        arguments = {argument: saved & _rests_on(page, saved) for argument, page in pages.items()}
        if why := set().union(*arguments.values()):
            print(f"\nsaved: {', '.join(map(relative, sorted(why)))}", flush=True)
            yield [argument for argument, found in arguments.items() if found]


def _expanded(chosen: Iterable[str]) -> dict[str, Path]:
    return {argument: selection.page(argument) for argument in selection.expand(chosen)}


def _among(saved: Iterable[Path]) -> dict[str, Path]:
    return {relative(page): page for page in sorted(saved) if page.suffix == ".md" and page.exists()}


def _rests_on(page: Path, saved: Iterable[Path]) -> set[Path]:
    """The files that the verdict on a page comes from; of the verifier's own, those that were saved."""
    tools = {file for file in saved if any(file.is_relative_to(tool) for tool in _TOOLS)}
    with contextlib.suppress(PageError):  # the run tells of it
        return {page, *tools, *blocks.included(page)}
    return {page, *tools}
