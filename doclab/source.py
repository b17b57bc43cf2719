"""Markdown files as text, and where on a page something is wrong."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

PROJECT = Path(__file__).parents[1]
DOCS = PROJECT / "docs"
SOURCE, TRANSLATION = DOCS / "vi", DOCS / "en"
SNIPPETS = PROJECT / "snippets"
# The first can be no part of a command, the others are marks of Python-Markdown.
_UNWRITABLE = re.compile("[\0\2\3]")


class PageError(Exception):
    """Something on a page that can't be read; prints as `page.md:LINE: what to do`.

    `others` are further ones on the same page, each of which prints on a line of its own.
    """

    def __init__(self, file: Path, line: int, message: str, others: Sequence["PageError"] = ()) -> None:
        super().__init__("\n".join([f"{relative(file)}:{line}: {message}", *map(str, others)]))
        self.file, self.line, self.message, self.others = file, line, message, others

    def __reduce__(self):
        return PageError, (self.file, self.line, self.message, self.others)  # between processes


def all_pages() -> list[Path]:
    """The pages of the site, as they are written: in Vietnamese."""
    return sorted(SOURCE.rglob("*.md"))


def is_ours(file: Path) -> bool:
    """Whether a file is one of this project, and not of another whose documentation is verified."""
    return file.resolve().is_relative_to(PROJECT)


def relative(file: Path) -> str:
    """The file as people write it: relative to the working directory where that is shorter."""
    try:
        return in_utf8(file.resolve().relative_to(Path.cwd()))
    except ValueError:
        return in_utf8(file)


def in_utf8(file: Path | str) -> str:
    """The name of the file; bytes of it that are not UTF-8, which no report could hold, as escapes."""
    return os.fsencode(file).decode("utf-8", "backslashreplace")


def find_line(file: Path, text: str) -> int:
    """The first line of the file with this text in it; 1 where there is none, as when an included file has it."""
    lines = decode(file).split("\n")
    return next((number for number, line in enumerate(lines, 1) if text in line), 1)


def decode(file: Path) -> str:
    """The text as MkDocs reads it: UTF-8, with or without a byte order mark, any line endings."""
    if in_utf8(file) != str(file):
        raise PageError(file, 1, "the name of this file is not UTF-8: rename it")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        raise PageError(file, line, f"this is not UTF-8 ({error.reason}): save it as UTF-8") from None
    except OSError as error:
        raise PageError(file, 1, f"this file can't be read: {error.strerror}") from None
    if found := _UNWRITABLE.search(text):
        line, name = text[: found.start()].count("\n") + 1, {"\0": "NUL", "\2": "STX", "\3": "ETX"}[found[0]]
        why = "which no shell can be given" if name == "NUL" else "which Markdown keeps for itself"
        raise PageError(file, line, f"this line has the character {name}, {why}: take it out")
    return text
