"""Lines of a page that know where they come from: their file, which may be one that the page includes, and their line."""

import codecs
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Self

from markdown.preprocessors import Preprocessor
from pymdownx.snippets import SnippetMissingError, SnippetPreprocessor

from doclab.source import PageError, decode, relative

Origin = tuple[Path, int]

NOT_INCLUDED = (
    'this line includes nothing: write --8<-- "FILE" with nothing else on the line, one blank before the straight '
    "quotes and none behind them; where the line itself is to be shown, put it in backquotes, or in a markdown fence"
)
# Begins a line that somebody may have meant as an include, also in a quote or a list, where there can be none.
_SCISSORS = re.compile(r"[\s>*+:.\d-]*[-–—]8<[-–—]")
# What may stand around the mark of a section: the signs of a comment.
_BEFORE_MARK = re.compile(r"\s*(?:#+|//+|/\*+|<!--+|\{#|;+|%+|--|REM\b|dnl\b)?\s*", re.IGNORECASE)
_BEHIND_MARK = re.compile(r"\s*(?:\*+/|--+>|#\})?\s*")
_IN_BLOCK = (
    "between two lines of --8<-- a file is named without --8<-- and quotes: this line would include nothing"
)
_MARKED = (
    "the site takes out a line with the mark of a section: give the mark a line of its own, with nothing but the signs of "
    "a comment, or write ;--8<-- where the mark is to be shown"
)


class _Located(str):
    """A line that remembers its file and line number, also when an include indents it or takes a `;` away."""

    file: Path
    number: int

    def __new__(cls, text: str, file: Path, number: int) -> Self:
        line = super().__new__(cls, text)
        line.file, line.number = file, number
        return line

    def __radd__(self, indent: str) -> "_Located":
        return _Located(indent + str(self), self.file, self.number)

    def replace(self, *arguments) -> "_Located":
        return _Located(super().replace(*arguments), self.file, self.number)


def find_false_include(line: str) -> re.Match[str] | None:
    """The beginning of a line that looks like an include, where the extension takes it for prose.

    What it would take for an include, or for the mark of a section, now was behind a `;`, which is gone: it is to be
    shown.
    """
    known = (SnippetPreprocessor.RE_ALL_SNIPPETS, SnippetPreprocessor.RE_SNIPPET_SECTION)
    begun = _SCISSORS.match(line)  # first: hardly any line does
    return None if begun and any(pattern.match(line) for pattern in known) else begun


class LocatingSnippets(SnippetPreprocessor):
    """Includes as the site's own extension makes them, of lines that know where they come from."""

    def __init__(self, old: SnippetPreprocessor, page: Path, skipped: int) -> None:
        self.__dict__.update(old.__dict__)
        self.page, self.skipped = page, skipped  # lines of front matter, which the extension does not get
        self.RE_SNIPPET_FILE = self._asked = _Heard(old.RE_SNIPPET_FILE)
        self.RE_SNIPPET_SECTION = _MarkPattern(old.RE_SNIPPET_SECTION)
        self._at: Origin = (page, 1)  # the line that is being expanded

    def run(self, lines: list[str]) -> list[str]:
        """As the extension, but what can't be found is an error of the line that asks for it.  Raises PageError."""
        try:
            return super().run(_located(lines, self.page, self.skipped + 1))
        except SnippetMissingError as error:
            folders = ", ".join(relative(Path(folder)) for folder in self.base_path)
            raise PageError(*self._at, f"{error}; looked in {folders}") from None

    def get_snippet_path(self, path: str) -> str | None:
        """As the extension, but a file that can't be read is an error of that file, and one that includes itself of
        the line that does it, where the extension includes nothing.  Raises PageError."""
        found = super().get_snippet_path(path)
        if found:
            _check(Path(found))
            if found in self.seen or os.path.samefile(found, self.page):
                raise PageError(*self._at, f"{path} includes itself here: take this line out")
        return found

    def parse_snippets(self, lines: list[str], file_name: str | None = None, **options) -> list[str]:
        rows = _located(_rows_of(Path(file_name)), Path(file_name)) if file_name else lines
        if file_name:
            rows = self._asked_for(rows, Path(file_name))
        else:
            self._refuse_lost(rows)
        return super().parse_snippets(_Followed(rows, self._follow), file_name, **options)

    def _asked_for(self, rows: list["_Located"], file: Path) -> list["_Located"]:
        """The lines of a file that were asked for.  Raises PageError where those are none, or all empty, or some would
        be lost."""
        _, ranges, section = self._asked.groups
        if ranges:
            parts = [[rows[n] for n in span] for span in _chosen(ranges, len(rows))]
            self._refuse_lost([row for part in parts for row in part])
        elif section:
            self._refuse_lost(self._with_marks(rows, section[1:]))
            parts = [self.extract_section(section[1:], rows)]
        else:
            self._refuse_lost(rows)
            return rows
        chosen = [row for part in parts for row in part]
        if not all(parts) or not any(row.strip() for row in chosen):
            asked = f"{relative(file)}{ranges or section}"
            raise PageError(*self._at, f"{asked} has no text: name lines or a section with some")
        return chosen

    def _with_marks(self, rows: list["_Located"], section: str) -> list["_Located"]:
        """The lines of a section, with its own marks; all where it has none."""
        found = [self.RE_SNIPPET_SECTION.match(row) for row in rows]
        marks = [n for n, mark in enumerate(found) if mark and mark["name"] == section]
        return rows[marks[0] : marks[1] + 1 if marks[1:] else None] if marks else rows

    def _refuse_lost(self, rows: Sequence["_Located"]) -> None:
        """Refuse what the extension takes away without a word.  Raises PageError."""
        is_block = False
        for row in rows:
            if (found := self.RE_ALL_SNIPPETS.match(row)) and not found["escape"]:
                if is_block and found["inline_marker"]:
                    raise PageError(row.file, row.number, _IN_BLOCK)
                is_block ^= not found["inline_marker"]
            elif not is_block and self._is_mark_in_text(row):
                raise PageError(row.file, row.number, _MARKED)

    def _is_mark_in_text(self, row: str) -> bool:
        """Whether the line has the mark of a section, and text beside it, which would be lost with it."""
        found = self.RE_SNIPPET_SECTION.match(row)
        if not found or found["escape"]:
            return False
        return not (_BEFORE_MARK.fullmatch(found["pre"]) and _BEHIND_MARK.fullmatch(found["post"]))

    def _follow(self, line: str) -> None:
        if isinstance(line, _Located):
            self._at = (line.file, line.number)


class _Followed(list):
    """Lines that tell `follow` which of them is being read."""

    def __init__(self, lines: Iterable[str], follow: Callable[[str], None]) -> None:
        super().__init__(lines)
        self._follow = follow

    def __iter__(self) -> Iterator[str]:
        for line in super().__iter__():
            self._follow(line)
            yield line


class _Heard:
    """A pattern that remembers the groups of what it matched last: the extension keeps to itself what was asked for."""

    def __init__(self, pattern: re.Pattern) -> None:
        self._pattern = pattern
        self.groups: tuple[str | None, ...] = ()

    def match(self, text: str) -> re.Match | None:
        found = self._pattern.match(text)
        self.groups = found.groups() if found else ()
        return found


class _MarkPattern:
    """The pattern of a section's mark.  The extension puts a line whose mark is to be shown together from its groups."""

    def __init__(self, pattern: re.Pattern) -> None:
        self._pattern = pattern

    def match(self, line: str) -> "re.Match | _LocatedMatch | None":
        found = self._pattern.match(line)
        return _LocatedMatch(found, line) if found and isinstance(line, _Located) else found


class _LocatedMatch:
    """A match whose last group remembers where the line comes from, so that what is put together from it does."""

    def __init__(self, found: re.Match, line: _Located) -> None:
        self._found, self._line = found, line

    def group(self, name: str) -> str:
        text = self._found[name]
        return _Located(text, self._line.file, self._line.number) if name == "post" else text

    __getitem__ = group


def _check(included: Path) -> None:
    """Only a page may begin with a byte order mark: in its middle the mark would be a letter of a command or program."""
    decode(included)
    if included.read_bytes().startswith(codecs.BOM_UTF8):
        raise PageError(included, 1, "this file begins with a byte order mark: save it without")


def _rows_of(file: Path) -> list[str]:
    """The lines of a file as the extension counts them: the newline that ends it has an empty one behind it."""
    text = file.read_text(encoding="utf-8")
    return text.split("\n") if text else []


def ends(file: Path, number: int) -> bool:
    """Whether this is the empty line behind the newline that ends the file."""
    rows = _rows_of(file)
    return number == len(rows) and not rows[-1]


def _located(lines: Sequence[str], file: Path, first: int = 1) -> list[_Located]:
    return [_Located(line, file, number) for number, line in enumerate(lines, first)]


def _chosen(ranges: str, total: int) -> Iterator[range]:
    """The lines that `:2:4,-1:` asks for, from 0, as the extension counts them."""
    for span in ranges[1:].split(","):
        first, last = (int(number) if number else None for number in [*span.split(":"), ""][:2])
        start = max(0, first - 1) if first and first > 0 else first
        end = max(0, total + 1 + last) if last and last < 0 else last
        yield range(total)[start:end]


class Locator(Preprocessor):
    """Tells `hear` the origin and text of every line once includes are expanded; one that lost it has its neighbour's."""

    def __init__(self, page: Path, hear: Callable[[list[Origin], list[str]], None]) -> None:
        super().__init__()
        self.page, self.hear = page, hear

    def run(self, lines: list[str]) -> list[str]:
        origins, last = [], (self.page, 1)
        for line in lines:
            last = (line.file, line.number) if isinstance(line, _Located) else last
            origins.append(last)
        texts = [str(line) for line in lines]
        self.hear(origins, texts)
        return texts
