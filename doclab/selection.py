"""Which examples to run: what people write on the command line, in the words of pytest."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from doclab import pages
from doclab.pages import Example
from doclab.report import CLEAN_UP, LIMITS
from doclab.source import DOCS, PROJECT, PageError, relative


def resolve(arguments: Sequence[str], check_limits: bool = False) -> list[str]:
    """The arguments as pytest takes them: `page.md:123` becomes `page.md::section::ordinal`.

    What comes last, the clean-up and the limits, rests on all of its page: whoever chooses it chooses the page.
    Raises pytest.UsageError where no example is, and for a name that is none on the page.
    """
    return [_resolve(argument, check_limits) for argument in arguments]


def page(argument: str) -> Path:
    """The page, or the folder, of `page.md`, `page.md::section::ordinal`, or `page.md:123`, by its whole path."""
    return Path(_split(argument)[0]).resolve()


def _split(argument: str) -> tuple[str, str, str]:
    """The file, the line, and the name after `::`; "" for what is not there."""
    file, _, name = argument.partition("::")
    shorter, _, line = file.rpartition(":")
    is_line = line.isdecimal() and not name and not Path(file).exists()
    return (shorter, line, name) if is_line else (file, "", name)


def is_page(file: Path) -> bool:
    """Whether a Markdown file is a page although nobody has named it: it is in docs/, or outside the project."""
    target = file.resolve()
    return target.is_relative_to(DOCS) or not target.is_relative_to(PROJECT)


def expand(arguments: Iterable[str]) -> Iterator[str]:
    """The same with its pages in place of each folder; one without pages stays."""
    for argument in arguments:
        folder = Path(argument)
        found = sorted(filter(is_page, folder.rglob("*.md"))) if folder.is_dir() else []
        yield from map(str, found) if found else [argument]


def _resolve(argument: str, check_limits: bool) -> str:
    file, line, name = _split(argument)
    if not file.endswith(".md") or not Path(file).exists():
        return argument
    try:
        if line:
            return f"{file}::{_at_line(Path(file), int(line)).name}"
        if name:
            return file if _rests_on_all(Path(file), name, check_limits) else argument
    except PageError as error:
        raise pytest.UsageError(str(error)) from None
    return argument


def _at_line(page: Path, line: int) -> Example:
    here = [example for example in pages.examples(page) if example.file == page]
    for example in here:
        if example.line <= line <= example.block.end and example.ordinal:
            return example
    is_shown = any(example.line <= line <= example.block.end for example in here)
    what = "this code is only shown" if is_shown else "no example is on this line"
    found = [example for example in here if example.ordinal]
    if not found:
        raise pytest.UsageError(f"{relative(page)}:{line}: {what}; the page has none that runs")
    nearest = min(found, key=lambda example: max(example.line - line, line - example.block.end))
    raise pytest.UsageError(
        f"{relative(page)}:{line}: {what}; the nearest that runs is {relative(page)}::{nearest.name}, "
        f"lines {nearest.line} to {nearest.block.end}"
    )


def _rests_on_all(page: Path, name: str, check_limits: bool) -> bool:
    """Whether this name is that of the clean-up or of the limits.  Raises UsageError for one that is none."""
    found = [example for example in pages.examples(page) if example.ordinal]
    names = [example.name for example in found]
    if name == CLEAN_UP:
        return True
    if name in {*names, *(example.section for example in found)}:
        return False
    if name != LIMITS:
        raise pytest.UsageError(
            f"{relative(page)} has no example {name}; it has {', '.join(names) or 'none'}"
        )
    if not check_limits:
        raise pytest.UsageError(f"{relative(page)}::{LIMITS} is checked with --check-limits only: add it")
    if not any(example.is_limited for example in found):
        raise pytest.UsageError(f"{relative(page)} has no limits: no `engine=` is on it")
    return True
