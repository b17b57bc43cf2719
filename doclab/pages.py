"""Examples: what each code block of a page means, by the rules of the page format, with file and line."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from doclab import attributes, terminal, transcript
from doclab.bash import is_incomplete
from doclab.blocks import read
from doclab.listeners import Block
from doclab.source import SOURCE, TRANSLATION, PageError
from doclab.transcript import ELLIPSIS, PROMISE

RUN, SKIP, SHOW = "run", "skip", "show"
_SHELLS = {
    *("bash", "sh", "shell", "zsh", "ksh", "openrc", "csh", "tcsh", "tcshcon", "fish", "fishshell"),
    *("shell-session", "sh-session", "bash-session"),
}  # all their names in Pygments
_READS_PIPE = r"(?:\$\{?[#!]?|\(\(\s*)PIPESTATUS\b"
_ASKS_PIPE = re.compile(  # in the first command of a line, which does not define a function
    r"(?!\s*(?:function\s|[\w-]+\s*\(\)))"
    rf"""(?:'[^']*'|"(?:(?!{_READS_PIPE})[^"])*"|\d*[<>]&\d*|[^|;&\n'"])*?"""
    rf"""(?:"(?:(?!{_READS_PIPE})[^"])*)?{_READS_PIPE}"""
)
_PIPESTATUS = (
    "`PIPESTATUS` is of the last pipeline in a command, and this is a command by itself: write both in one, "
    "as in `false | true; echo ${PIPESTATUS[0]}`"
)


@dataclass(frozen=True)
class Example:
    """One code block and what the verifier does with it.

    `action` is RUN, SKIP (with its `reason`) or SHOW.  `saves` is the name under which a reader would save the
    block, "" for none.  `ordinal` counts the blocks of a section that run or are skipped, from 1; 0 for the rest.
    """

    block: Block
    action: str
    reason: str = ""
    saves: str = ""
    ordinal: int = 0

    @property
    def file(self) -> Path:
        return self.block.file

    @property
    def line(self) -> int:
        return self.block.line

    @property
    def language(self) -> str:
        return self.block.language

    @property
    def name(self) -> str:
        """`section::ordinal`, stable under edits of prose."""
        return f"{self.section}::{self.ordinal}"

    @property
    def section(self) -> str:
        """The id of its heading; before the first, `top`, as under a heading with that id."""
        return self.block.heading or "top"

    @property
    def engines(self) -> SpecifierSet:
        return SpecifierSet(self.block.options.get("engine", ""))

    @property
    def is_limited(self) -> bool:
        """Whether it has an `engine=`."""
        return bool(str(self.engines))

    @property
    def limit(self) -> str:
        """Its `engine=` as the page writes it, "" where it has none."""
        return self.block.options.get("engine", "")

    def runs_on(self, docker: str) -> bool:
        """Whether `engine=` admits this version of the daemon."""
        return self.engines.contains(_version(docker), prereleases=True)

    @property
    def needs(self) -> str:
        return self.block.options.get("needs", "")

    @property
    def is_terminal(self) -> bool:
        return "tty" in self.block.classes

    @cached_property
    def commands(self) -> list[transcript.Command]:
        """The commands of a `console` block.  Raises PageError."""
        try:
            return transcript.parse(self.block.source, is_incomplete)
        except transcript.TranscriptError as error:
            raise PageError(*self.place(error.offset), str(error)) from None

    @cached_property
    def typed(self) -> list[terminal.Typed]:
        """The lines of a `.tty` block that are typed.  Raises PageError."""
        try:
            return terminal.parse(self.block.source, is_incomplete)
        except transcript.TranscriptError as error:
            raise PageError(*self.place(error.offset), str(error)) from None

    @property
    def steps(self) -> list[transcript.Command] | list[terminal.Typed]:
        """What is typed in a `console` block, line by line, with the output of each."""
        return self.typed if self.is_terminal else self.commands

    def place(self, offset: int) -> tuple[Path, int]:
        """File and line of a line of the block, counted from 0."""
        return self.block.body[offset] if offset < len(self.block.body) else (self.file, self.line)


def examples(page: Path) -> list[Example]:
    """Everything on the page that the site shows as code, in reading order.

    Raises PageError, one for all blocks that are at fault.
    """
    seen: Counter[str] = Counter()
    result = []
    faults: dict[str, PageError] = {}  # by what they say: a page may include a block twice
    for block in read(page):
        try:
            example = _classify(block)
            check(example)
        except PageError as error:
            faults[str(error)] = error
            continue
        if example.action != SHOW:
            seen[example.section] += 1
            example = replace(example, ordinal=seen[example.section])
        result.append(example)
    if faults:
        first, *others = faults.values()
        raise PageError(first.file, first.line, first.message, others)
    return result


def check(example: Example) -> None:
    """Read a transcript, whether it runs or not, and a program's promises: what can't be read is an error now, not after
    ten others have run.

    Raises PageError.
    """
    if example.language == "python" and example.action == RUN:
        _check_promises(example)
    if example.language != "console":
        return
    for step in example.steps:
        if example.action == RUN and _ASKS_PIPE.match(step.source):
            raise PageError(*example.place(step.offset), _PIPESTATUS)
        for n, pair in enumerate(pairwise(step.output), step.offset + step.length + 1):
            if pair == (ELLIPSIS, ELLIPSIS):
                raise PageError(
                    *example.place(n), "one `...` stands for any number of lines: take this one out"
                )


def _check_promises(example: Example) -> None:
    """Refuse a line that looks like a program's output, and is a comment.  Raises PageError."""
    for n, row in enumerate(example.block.source.split("\n")):
        if row.lstrip().startswith("#>") and not PROMISE.fullmatch(row):
            raise PageError(
                *example.place(n), "no output is promised here: write `#> ` with blanks, no tab, around it"
            )


def site_id(page: Path) -> str | None:
    """`linking/network` for docs/vi/linking/network.md and its translation; None for what is no page of the site."""
    page = page.resolve()
    for folder in (SOURCE, TRANSLATION):
        if page.is_relative_to(folder):
            return str(page.relative_to(folder).with_suffix(""))
    return None


def page_id(page: Path) -> str:
    """The id of a page of the site; other pages by their path."""
    return site_id(page) or str(page.resolve().with_suffix(""))


def _classify(block: Block) -> Example:
    if not block.language:
        return _classify_bare(block)
    attributes.check(block)
    saves = block.options.get("title", "")
    if block.language == "console":
        return _classify_console(block)
    if saves and block.include and "no-run" not in block.classes:
        return Example(block, SHOW, saves=attributes.file_name(block, saves))
    if block.language == "python":
        return _classify_python(block)
    if block.language in _SHELLS:
        raise block.error(
            "shell runs in `console` only: write ```console, with `$ ` before each command and its output below",
        )
    return Example(block, SHOW)


def _classify_bare(block: Block) -> Example:
    if block.is_fence:
        raise block.error("this fence has no language: write ```text if it is only shown")
    return Example(block, SHOW)


def _classify_console(block: Block) -> Example:
    if "no-run" in block.classes:
        return Example(block, SKIP, block.options["reason"])
    return Example(block, RUN)


def _classify_python(block: Block) -> Example:
    if "no-run" in block.classes:
        return Example(block, SKIP, block.options["reason"])
    if block.include is None or not is_whole(block, block.include):
        raise block.error(
            'a Python program is a whole file: put it under snippets/ and include it with --8<-- "page/file.py"',
        )
    return Example(block, RUN)


def is_whole(block: Block, included: Path) -> bool:
    """Whether the block shows all of the file that it includes, not some lines of it."""
    return block.source.rstrip("\n") == included.read_text(encoding="utf-8").rstrip("\n")


def _version(text: str) -> Version:
    """What Docker Desktop or a vendor appends to the version, as in `26.1.5~bpo12+1`, is not always PEP 440."""
    try:
        return Version(text)
    except InvalidVersion:
        # A daemon built from source has none, as `dev`: it is newer than any release.
        return Version(re.sub(r"[^\d.].*|\.+$", "", text) or "9999")
