"""What a page promises of each command: the output under it, and that it succeeds unless the page shows otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doclab import programs
from doclab.pages import RUN, Example
from doclab.source import relative
from doclab.terminal import Typed
from doclab.transcript import ELLIPSIS, Command

ASKS_STATUS = "echo $?"


@dataclass(frozen=True)
class Promise:
    """One command of a page.

    `source` is what a reader types, `output` the lines that must come, and `may_fail` says that the next command
    shows the exit status, as a shell user would.  `written` is where it may spell out a value that it prints: of a
    `program` that the page includes, what its comments and docstrings don't say.
    """

    file: Path
    line: int
    source: str
    output: Sequence[str]
    may_fail: bool
    written: str
    program: str = ""

    @property
    def place(self) -> str:
        """`page.md:LINE`, and the program that the page includes there."""
        return ": ".join(filter(None, [f"{relative(self.file)}:{self.line}", self.program]))


def promises(example: Example, following: Example | None) -> list[Promise]:
    """The promises of an example, one for each command; `following` is the next example that runs."""
    first = following.steps[0] if following and following.language == "console" else None
    if example.language == "python":
        return [_promise_of_program(example, _shows_status(first))]
    return [
        Promise(*example.place(step.offset), typed(step), step.output, _shows_status(then), typed(step))
        for step, then in zip(example.steps, [*example.steps[1:], first], strict=True)
    ]


def spelled_out(examples: Sequence[Example]) -> list[tuple[str, str]]:
    """Where these examples may spell out an identity: their commands, programs, and files to save, each behind its place."""
    found = []
    for example in examples:
        if example.action == RUN:
            found += [(promise.place, promise.written) for promise in promises(example, None)]
        elif example.saves:
            found.append((place_of(example), named_in(example)))
    return found


def place_of(example: Example) -> str:
    """`page.md:LINE` of its fence."""
    return f"{relative(example.file)}:{example.line}"


def named_in(example: Example) -> str:
    """What a program, or a file that commands will read, spells out."""
    source = example.block.source
    return programs.constants(source) if example.language == "python" else source


def _promise_of_program(example: Example, may_fail: bool) -> Promise:
    source, file = example.block.source, example.block.include
    return Promise(
        example.file,
        example.line,
        f"python {file.name}",
        programs.promised(source),
        may_fail,
        named_in(example),
        relative(file),
    )


def _shows_status(step: Command | Typed | None) -> bool:
    """Whether it shows how the command before it ended: `...` would stand for any status."""
    return step is not None and step.source.strip() == ASKS_STATUS and ELLIPSIS not in step.output


def typed(step: Command | Typed) -> str:
    """What a step of a transcript types."""
    return step.text if isinstance(step, Typed) else step.source


def typed_by(example: Example) -> list[Any]:
    """What an example does, whatever its outputs: its lines behind their prompts, or its program, or the file it saves."""
    if example.language == "console":
        return [example.is_terminal, *((step.prompt, typed(step)) for step in example.steps)]
    name = example.block.include.name if example.block.include else ""
    source = example.block.source
    return [example.saves, name, source if example.saves else programs.without_promises(source)]
