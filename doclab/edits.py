"""Edits of text files that lose nothing: line endings, byte order mark, indentation and all other lines stay, a file
is replaced in one step, and only if nobody else has touched it."""

import contextlib
import fcntl
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from doclab.files import stage
from doclab.source import relative
from doclab.transcript import BLANKS

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|$)")  # what Python, and so MkDocs, takes for the end of a line


class Taken(Exception):
    """Somebody else is at work on a file; the message says on which."""


class Displaced(Exception):
    """A line of a file is not the one below which an output is to be written; the message says where."""


@dataclass(frozen=True)
class Edit:
    """The output of one command: the `old` lines below line `line` of `file`, which reads `above` without its
    indentation, become `new`."""

    file: Path
    line: int
    above: str
    old: int
    new: tuple[str, ...]


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text of a file with these edits of it made; a new line ends as the one above it does.  Raises Displaced."""
    rows = [[match[1], match[2]] for match in _LINE.finditer(text)]
    for edit in sorted(set(edits), key=lambda edit: edit.line, reverse=True):
        above, ending = rows[edit.line - 1]
        indent = _unescaped(above).removesuffix(edit.above)
        if indent + edit.above != _unescaped(above):
            raise Displaced(
                f"{relative(edit.file)}:{edit.line} is not {edit.above!r}, so its output can't be recorded"
            )
        if edit.new and not ending:  # the command ends a file that no newline ends
            ending = rows[edit.line - 1][1] = "\n"
        new = [[(indent + line).rstrip(BLANKS), ending] for line in edit.new]
        rows[edit.line : edit.line + edit.old] = new
    return "".join(part for row in rows for part in row)


def _unescaped(line: str) -> str:
    """The line as it is shown: a mark of the extension for includes that is to be shown stands behind a `;` more."""
    return re.sub(r";(;*-+8<-)", r"\1", line, count=1)


class Claim:
    """Files that nobody else records meanwhile, as they were when they were taken."""

    def __init__(self, before: Mapping[Path, bytes]) -> None:
        self._before = before

    def text(self, file: Path) -> str:
        """What the file held, with its byte order mark and line endings."""
        return self._before[file.resolve()].decode()

    def replace(self, texts: Mapping[Path, str]) -> list[Path]:
        """Write these files, each in one step; those that changed.  Raises Taken, and then writes nothing."""
        new = {file: text for file, text in texts.items() if text != self.text(file)}
        for file in new:
            if file.read_bytes() != self._before[file.resolve()]:
                raise Taken(f"{relative(file)} was changed while its page ran: run the page once more")
        staged: dict[Path, Path] = {}
        try:
            for file, text in new.items():
                staged[file] = stage(file, text)
            for file, temporary in staged.items():
                os.replace(temporary, file.resolve())  # a link stays a link
        finally:
            for temporary in staged.values():
                temporary.unlink(missing_ok=True)
        return list(new)


@contextlib.contextmanager
def claim(files: Iterable[Path]) -> Iterator[Claim]:
    """Take files for as long as it takes.  Raises Taken when another process has one of them, or one is read-only."""
    with contextlib.ExitStack() as stack:
        before = {}
        for file in sorted({file.resolve() for file in files}):
            stream = stack.enter_context(file.open("rb"))
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Taken(
                    f"{relative(file)}: another update is recording it: wait for that, or stop it"
                ) from None
            if not file.stat().st_mode & 0o222:  # root could write it, but was asked not to
                raise Taken(f"{relative(file)} is read-only: allow writing, and run the page once more")
            before[file] = stream.read()
        yield Claim(before)


def like(before: str, text: str) -> str:
    """The text with the byte order mark and the line endings that it had before something rewrote it."""
    mark = "\ufeff" if before.startswith("\ufeff") else ""
    return mark + (text.replace("\n", "\r\n") if "\r\n" in before else text)
