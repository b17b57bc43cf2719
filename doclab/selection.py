"""Which examples to run: what people write on the command line, in the words of pytest."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from doclab import pages
from doclab.pages import Example
from doclab.report import CLEAN_UP, LIMITS, PAGE
from doclab.source import DOCS, PageError, decode, in_utf8, is_ours, relative

ENDINGS = (".md", ".markdown", ".mdown", ".mkd")  # of Markdown elsewhere
_UNSPEAKABLE = ("[", "::")  # what pytest takes for the end of a file's name
_VIRTUAL_ENVIRONMENTS = ("pyvenv.cfg", "conda-meta/history")


def resolve(arguments: Sequence[str], check_limits: bool = False, pages_alone: bool = False) -> list[str]:
    """The arguments as pytest takes them: `page.md:123` becomes `page.md::section::ordinal`.

    What comes last, the clean-up and the limits, rests on all of its page: whoever chooses it chooses the page.  With
    `pages_alone` nothing else than pages and folders may be named.
    Raises pytest.UsageError where no example is, and for a name that is none on the page.
    """
    return [_resolve(argument, check_limits, pages_alone) for argument in arguments]


def page(argument: str) -> Path:
    """The page, or the folder, of `page.md`, `page.md::section::ordinal`, or `page.md:123`, by its whole path."""
    return Path(_split(argument)[0]).resolve()


def _split(argument: str) -> tuple[str, str, str]:
    """The file, the line, and the name after `::`; "" for what is not there."""
    if os.path.exists(argument):  # pathlib raises an error where a test has a long name
        return argument, "", ""
    if match := PAGE.fullmatch(argument):
        return match["file"], match["line"] or "", match["name"] or ""
    file, _, name = argument.partition("::")
    return file, "", name


def is_page(file: Path) -> bool:
    """Whether a Markdown file is a page although nobody has named it: it is in docs/, or outside the project."""
    return file.resolve().is_relative_to(DOCS) or not is_ours(file)


def expand(arguments: Iterable[str]) -> Iterator[str]:
    """The same with its pages in place of each folder; one without pages stays."""
    for argument in arguments:
        folder = Path(argument)
        found = sorted(filter(is_page, _below(folder))) if folder.is_dir() else []
        yield from map(str, found) if found else [argument]


def _below(folder: Path) -> Iterator[Path]:
    """The Markdown files that pytest finds in a folder, and in the folders below it."""
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _below(entry) if _is_walked(entry) else ()
        elif entry.suffix == ".md" and entry.is_file():
            yield entry


def _is_walked(folder: Path) -> bool:
    """Whether pytest walks a folder below one that was named: as pytest.toml tells it, and as it does by itself."""
    is_left_out = folder.name.startswith(".") or folder.name in ("node_modules", "__pycache__")
    is_environment = any((folder / mark).is_file() for mark in _VIRTUAL_ENVIRONMENTS)
    return not (is_left_out or is_environment or leads_back(folder))


def leads_back(folder: Path) -> bool:
    """Whether it is, by some link, a folder that it lies in itself: whoever followed it would walk for ever."""
    parents = Path(os.path.abspath(folder)).parents
    return any(above.exists() and folder.samefile(above) for above in parents)


def is_of_pages_alone(config: pytest.Config) -> bool:
    """Whether a run of pytest looks for no tests in Python, as that of `nox -s doctest`."""
    return not config.getini("python_files")


def why_nothing(arguments: Sequence[str]) -> str:
    """Why no example was found in what was named."""
    where = ", ".join(arguments)
    found = [argument for argument in expand(arguments) if _split(argument)[0].endswith(".md")]
    if not found:
        return f"there is no page in {where}; a page is a file whose name ends in .md"
    return (
        f"no example is on {'the page' if len(found) == 1 else f'any of the {len(found)} pages'} in {where}"
    )


def _resolve(argument: str, check_limits: bool, pages_alone: bool) -> str:
    file, line, name = _split(argument)
    _refuse_unspeakable(file)
    is_markdown = file.lower().endswith(ENDINGS)
    if Path(file).is_file() and not file.endswith(".md") and (is_markdown or pages_alone):
        # Python that is named would be imported by pytest: it would run here, and not in a host.
        raise pytest.UsageError(f"{file} is no page: the name of a page ends in .md")
    if pages_alone and not os.path.exists(file):
        raise pytest.UsageError(f"{file}: there is no such file or folder")
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


def _refuse_unspeakable(file: str) -> None:
    """Refuse a name that pytest reads as another one, or can't hand on to other processes.  Raises UsageError."""
    if (name := in_utf8(file)) != file:
        raise pytest.UsageError(f"{name}: this name is not UTF-8: rename it")
    mark = next((mark for mark in _UNSPEAKABLE if mark in file), "")
    if mark and os.path.exists(file):
        folder = Path(f"{file.partition(mark)[0]}_").parent
        raise pytest.UsageError(
            f"{file}: pytest takes no name with `{mark}` in it: name the folder {folder} instead, or rename it"
        )


def _at_line(page: Path, line: int) -> Example:
    everywhere = pages.examples(page)
    here = [example for example in everywhere if example.file == page]
    for example in here:
        if example.line <= line <= example.block.end and example.ordinal:
            return example
    is_shown = any(example.line <= line <= example.block.end for example in here)
    what = "this code is only shown" if is_shown else "no example is on this line"
    found = [example for example in here if example.ordinal]
    included = [example for example in everywhere if example.ordinal and example.file != page]
    if included and (not found or _includes(page, line)):
        listed = ", ".join(f"{relative(page)}::{e.name} ({relative(e.file)}:{e.line})" for e in included)
        raise pytest.UsageError(f"{relative(page)}:{line}: {what}; what the page includes has {listed}")
    if not found:
        raise pytest.UsageError(f"{relative(page)}:{line}: {what}; the page has none that runs")
    nearest = min(found, key=lambda example: max(example.line - line, line - example.block.end))
    raise pytest.UsageError(
        f"{relative(page)}:{line}: {what}; the nearest that runs is {relative(page)}::{nearest.name}, "
        f"lines {nearest.line} to {nearest.block.end}"
    )


def _includes(page: Path, line: int) -> bool:
    lines = decode(page).split("\n")
    return line <= len(lines) and "--8<--" in lines[line - 1]


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
