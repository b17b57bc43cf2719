"""What became of one example, in words that say where, which command, and what differs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from doclab.comparison import Difference, compare, differs_at
from doclab.promises import Promise
from doclab.session import Pieces
from doclab.values import Bindings

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # what a terminal may take for a command
HELD, FAILED, SKIPPED, NOT_RUN = "held", "failed", "skipped", "not run"


@dataclass
class Verdict:
    """What became of one example.

    `message` says why; `outputs` holds the real lines of each command, `statuses` its exit status, `pieces` what it
    printed when, `printed` the line of the `print` call for each line of a recorded program.  `known` is what identities
    stood for before the example.  `broken` is the message from the first command on whose output is not worth recording:
    it failed, hung, or flooded.  With `may_be_dockers_fault` it failed where Docker had lost what some container printed,
    or printed an error that is none.
    """

    result: str = HELD
    message: str = ""
    broken: str = ""
    may_be_dockers_fault: bool = False
    seconds: float = 0.0
    outputs: list[list[str]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    pieces: list[Pieces] = field(default_factory=list)
    printed: list[int] = field(default_factory=list)
    known: Bindings = field(default_factory=Bindings)

    def judge(self, promise: Promise, real: list[str], status: int, bindings: Bindings) -> bool:
        """Hold the lines that really came and the exit status against what the page promises of a command."""
        self.outputs.append(real)
        self.statuses.append(status)
        difference = compare(promise.output, real, bindings, promise.written)
        unexpected = 0 if promise.may_fail else status
        if difference or unexpected:
            self._fail(promise, difference, unexpected, real)
        return not (difference or unexpected)

    def _fail(self, promise: Promise, difference: Difference | None, status: int, real: list[str]) -> None:
        parts = [
            f"{promise.place}: {'the output differs' if difference else 'the command failed'}",
            quoted(promise.source),
        ]
        if difference:
            parts += [_clipped(difference.diff), _clipped(difference.notes, lines=20)]
        if status:
            parts.append(f"exit status {status}: a page shows a failure with `$ echo $?` and its number next")
        if not difference:  # then `...` stands for what the command said
            parts.append(_tail("\n".join(real)))
        self._add("\n".join(filter(None, parts)), is_broken=bool(status))

    def break_off(self, place: str, source: str, reason: str, output: str = "") -> None:
        """The command at `place` can't be judged at all, for `reason`, after this `output`."""
        parts = [f"{place}: {reason}", source and quoted(source), _tail(output)]
        self._add("\n".join(filter(None, parts)), is_broken=True)

    def explain(self, reason: str) -> None:
        """Say more about what has failed."""
        self.message += f"\n{reason}"
        if self.broken:
            self.broken += f"\n{reason}"

    def _add(self, message: str, is_broken: bool) -> None:
        self.result = FAILED
        self.message = "\n\n".join(filter(None, [self.message, message]))
        if is_broken or self.broken:
            self.broken = "\n\n".join(filter(None, [self.broken, message]))


def quoted(source: str) -> str:
    """A command as a transcript shows it, in characters that no terminal takes for a command."""
    return printable(
        "\n".join(f"{'>' if number else '$'} {line}" for number, line in enumerate(source.split("\n")))
    )


def _tail(output: str) -> str:
    shown = last_lines(output)
    return "\n".join(["its last output:", *shown]) if shown else ""


def last_lines(output: str, lines: int = 10, width: int = 200) -> list[str]:
    """The end of an output, in characters that no terminal takes for a command."""
    text = output.encode("utf-8", "replace").decode().rstrip()[-lines * width :]
    return [printable(line.rstrip())[:width] for line in text.splitlines()[-lines:]]


def printable(text: str) -> str:
    """The text in characters that no terminal takes for a command; line feeds and tabs stay."""
    return _UNPRINTABLE.sub(lambda found: repr(found[0])[1:-1], text)


def _clipped(text: str, lines: int = 100, width: int = 1000) -> str:
    """As much of a difference as anybody reads, and how much more there is."""
    rows = printable(text).split("\n")
    shown = [row if len(row) <= width else _cut(row, rows[:lines], width) for row in rows[:lines]]
    rest = [f"… and {len(rows) - lines} more lines"] if len(rows) > lines else []
    return "\n".join(shown + rest)


def _cut(row: str, rows: Sequence[str], width: int) -> str:
    """The part of a long row of a diff that differs from the row most like it on the other side."""
    other = {"-": "+", "+": "-"}.get(row[:1])
    at = max((differs_at(row[1:], one[1:]) for one in rows if one[:1] == other), default=0)
    start = max(0, at - width // 2)
    before = f"{row[:1]}{start} more and …" if start else row[:1]
    rest = len(row) - width - start
    return f"{before}{row[start + 1 : start + width]}" + (f"… and {rest} more" if rest > 0 else "")
