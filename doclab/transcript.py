"""Console transcripts: commands with the output under them, and real outputs as a transcript can show them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

SHELL = "$ "  # the prompt of the page's own bash
ELLIPSIS = "..."  # a line of an output on a page that stands for any lines
PROMISE = re.compile(r"(?P<margin> *)#>(?: (?P<text>.*))?")  # a line of output in a Python program
BLANKS = " \t"  # nobody sees them at the end of a line; other white space is a character like any

_NO_COMMAND = "; output that belongs to no command can't be checked"
# `# ls`, `host:~# ls`, `user@host:~$ ls`, `[user@host ~]$ ls`, `C:\\> dir`, `>>> 1`, `$ls`
_OTHER_PROMPT = re.compile(r"(?:\S*[@:~\\/]\S*|\[.*\]|)(?:[#$%>]|>>>) \S.*|\$\S.*")


class TranscriptError(Exception):
    """A transcript that can't be read; `offset` counts lines from its first, from 0."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True)
class Command:
    """One command of a transcript.

    `source` is what bash reads: no prompts, continuation lines joined by newlines.  `offset` is the line of its
    `$`, counted from the transcript's first line, from 0; the `length` lines from there are the command, the
    lines of `output` follow.
    """

    prompt: ClassVar[str] = SHELL
    source: str
    output: tuple[str, ...]
    offset: int
    length: int


def parse(transcript: str, is_incomplete: Callable[[str], bool]) -> list[Command]:
    """Read a transcript: `$ command`, `> continuation` while bash finds it incomplete, then its output.

    Raises TranscriptError for text before the first command, and for a command that never ends.
    """
    commands: list[Command] = []
    rows = transcript.split("\n")
    at = 0
    while at < len(rows):
        if not is_prompt(rows[at]):
            raise TranscriptError(
                f"a transcript begins with `$ ` and a command{other_prompt(rows[at]) or _NO_COMMAND}",
                at,
            )
        command = _read_command(rows, at, is_incomplete)
        commands.append(command)
        at += command.length + len(command.output)
    return commands


def other_prompt(line: str) -> str:
    """What to say of a line that seems to be a command behind another prompt, "" of one that does not."""
    return ": put that prompt in the place of this line's own" if _OTHER_PROMPT.fullmatch(line) else ""


def is_prompt(line: str) -> bool:
    return line == "$" or line.startswith(SHELL)


def _read_command(lines: Sequence[str], start: int, is_incomplete: Callable[[str], bool]) -> Command:
    source = lines[start][2:]
    if not source.strip():
        raise TranscriptError("there is no command after the prompt", start)
    at = start + 1
    while at < len(lines) and (lines[at] == ">" or lines[at].startswith("> ")) and is_incomplete(source):
        source += "\n" + lines[at][2:]
        at += 1
    # A complete command can't be told from an incomplete one by its looks, so ask bash about every one that is
    # the last: the page would wait for ever where its reader would see the prompt `> `.
    end = at
    while end < len(lines) and not is_prompt(lines[end]):
        end += 1
    if is_incomplete(source):
        raise TranscriptError(
            "bash finds this command incomplete: continue it on lines that begin with `> `", start
        )
    return Command(source, tuple(lines[at:end]), start, at - start)


_ESCAPE_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])")
# Back to the start of the line, erase what follows, or erase all of it.
_STEP = re.compile(r"(\r|\x1b\[(?:0?[JK]|2K))")
_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def on_screen(output: str) -> str:
    """The output as a terminal shows it, line by line: what follows a `\r` lies over what came before.

    Sequences that colour text and move the cursor (ECMA-48) are taken out.
    """
    text = _ESCAPE_SEQUENCE.sub(lambda found: found[0] if _STEP.fullmatch(found[0]) else "", output)
    return "\n".join(map(_draw, text.split("\n")))


def _draw(line: str) -> str:
    seen, at = "", 0
    for part in _STEP.split(line):
        if part == "\r":
            at = 0
        elif _STEP.fullmatch(part):
            seen = " " * at if "2" in part else seen[:at]
        else:
            seen = seen[:at] + part + seen[at + len(part) :]
            at += len(part)
    return seen


class Unshowable(Exception):
    """An output that no page can show."""


def lines(output: str) -> list[str]:
    """The lines of a real output as a reader sees them.

    Raises Unshowable for control characters, bytes that are not UTF-8, and lines that look like a prompt or are `...`.
    """
    text = on_screen(output)
    if not text:
        return []
    seen = [line.rstrip(BLANKS) for line in text.removesuffix("\n").split("\n")]
    for number, line in enumerate(seen, 1):
        if bad := _UNSHOWABLE.search(line):
            raise Unshowable(
                f"line {number} of its output has {_describe(bad.group())}, which a page can't show"
            )
        if is_prompt(line):
            raise Unshowable(
                f"line {number} of its output is `{line}`, which a page can't tell from a command: change the command"
            )
        if line == ELLIPSIS:
            raise Unshowable(
                f"line {number} of its output is `...`, which on a page stands for any lines: change the command"
            )
    return seen


def _describe(character: str) -> str:
    code = ord(character)
    return (
        f"the byte 0x{code - 0xDC00:02x} (not UTF-8)"
        if code >= 0xD800
        else f"the control character 0x{code:02x}"
    )
