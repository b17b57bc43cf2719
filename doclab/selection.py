"""Which examples to run: what people write on the command line, in the words of pytest."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from doclab import pages
from doclab.pages import Example
from doclab.report import CLEAN_UP, LIMITS
from doclab.source import DOCS, PROJECT, PageError, relative


def resolve(arguments: Sequence[str]) -> list[str]:
    """The arguments as pytest takes them: `page.md:123` becomes `page.md::section::ordinal`.

    Raises pytest.UsageError where no example is, and for a name that is none on the page.
    """
    return [_resolve(argument) for argument in arguments]


def page(argument: str) -> Path:
    """The page, or the folder, of `page.md`, `page.md::section::ordinal`, or `page.md:123`, by its whole path."""
    file = argument.partition("::")[0]
    shorter, _, line = file.rpartition(":")
    return Path(shorter if line.isdecimal() and not Path(file).exists() else file).resolve()


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


def _resolve(argument: str) -> str:
    file, colons, name = argument.partition("::")
    page, _, line = file.rpartition(":")
    try:
        if page.endswith(".md") and line.isdecimal() and not colons:
            return f"{page}::{_at_line(Path(page), int(line)).name}"
        if file.endswith(".md") and name and Path(file).exists():
            _check_name(Path(file), name)
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


def _check_name(page: Path, name: str) -> None:
    names = [example.name for example in pages.examples(page) if example.ordinal]
    known = {*names, *(found.partition("::")[0] for found in names), CLEAN_UP, LIMITS}
    if name not in known:
        raise pytest.UsageError(
            f"{relative(page)} has no example {name}; it has {', '.join(names) or 'none'}"
        )
