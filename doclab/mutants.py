"""Small lies that a page could tell: of its outputs each line, word, number, sign and blank changed alone, each failure
hidden, and of its commands each word."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from doclab.pages import Example
from doclab.promises import ASKS_STATUS, promises, typed
from doclab.transcript import BLANKS, ELLIPSIS, PROMISE
from doclab.values import Token, masked, tokens

LINES, STATUSES, COMMANDS, NAMES = "lines", "exit statuses", "commands", "names in commands"
_PART = re.compile(r"(?P<numbers>\d+)|(?P<words>[^\W\d]+)|(?P<blanks>\s+)|(?P<signs>.)")
_NAME = re.compile(r"[^\W\d]{2,}")
_QUOTED = re.compile(r"'[^']*(?:'|$)|\"[^\"]*(?:\"|$)")
_ADDED = ("một dòng thêm vào", "")  # lines that no page has there


@dataclass(frozen=True)
class Row:
    """A line on a page: the position of its example, its row there, what stands before its text, and the text."""

    example: int
    index: int
    margin: str
    text: str


@dataclass(frozen=True)
class Mutant:
    """A page with one lie in it.

    `change` says what was done, `target` to what: lines, words, …, or a type of `doclab.values`.  `edits` holds the
    rows that changed, each with the texts that stand in its place.
    """

    change: str
    target: str
    edits: tuple[tuple[Row, tuple[str, ...]], ...]

    def apply(self, examples: Sequence[Example]) -> list[Example]:
        """The page with the lie in it."""
        changed = list(examples)
        for position in {row.example for row, _ in self.edits}:
            here = {
                row.index: [row.margin + t for t in texts]
                for row, texts in self.edits
                if row.example == position
            }
            block = examples[position].block
            rows = [text for n, row in enumerate(block.source.split("\n")) for text in here.get(n, [row])]
            changed[position] = replace(examples[position], block=replace(block, source="\n".join(rows)))
        return changed


@dataclass(frozen=True)
class Step:
    """A command of a page, the rows that it is typed in, and those of its output.

    A program has no rows that are typed.  `written` is the command, or what the program spells out.
    """

    written: str
    typed: list[Row]
    output: list[Row]

    @property
    def asks_status(self) -> bool:
        """Whether it shows how the command before it ended."""
        return bool(self.typed) and self.written.strip() == ASKS_STATUS


def steps(examples: Sequence[Example], ran: Sequence[int]) -> list[Step]:
    """The commands of the examples at these positions."""
    return [step for position in ran for step in _steps(position, examples[position])]


def _steps(position: int, example: Example) -> Iterator[Step]:
    rows = example.block.source.split("\n")
    if example.language == "python":
        yield _step_of_program(position, example, rows)
        return
    for step in example.steps:
        here = [
            Row(position, n, "", rows[n])
            for n in range(step.offset, step.offset + step.length + len(step.output))
        ]
        yield Step(typed(step), here[: step.length], here[step.length :])


def _step_of_program(position: int, example: Example, rows: Sequence[str]) -> Step:
    found = [(n, PROMISE.fullmatch(row)) for n, row in enumerate(rows)]
    output = [Row(position, n, f"{match['margin']}#> ", match["text"] or "") for n, match in found if match]
    (promise,) = promises(example, None)
    return Step(promise.written, [], output)


def lies(page: Sequence[Step]) -> Iterator[Mutant]:
    """Every lie about a line of output, or about something in it."""
    count = Counter(token.identity for step in page for row in step.output for token in tokens(row.text))
    for step in page:
        yield from _lines(step, count)
        if step.asks_status and [row.text for row in step.output] != ["0"]:
            yield edit(
                "a failure is not shown", STATUSES, *((row, ()) for row in [*step.typed, *step.output])
            )
        for row in step.output:
            if row.text != ELLIPSIS:
                yield from _parts(row, step.asks_status)


def commands(page: Sequence[Step]) -> Iterator[Mutant]:
    """Every command left out with its output, or typed twice; and each of its words with another letter.

    The target is NAMES where not one may be misspelt: words outside quotes that several commands share, such as
    programs, options, containers, images.
    """
    count = Counter(word for step in page if step.typed for word in set(_NAME.findall(step.written)))
    for step in page:
        whole = [*step.typed, *step.output]
        if step.typed:
            yield edit("a command is left out", COMMANDS, *((row, ()) for row in whole))
            twice = (whole[-1], (whole[-1].text, *(row.text for row in whole)))
            yield edit("a command is typed twice", COMMANDS, twice)
        for row in step.typed:
            for word in _NAME.finditer(row.text, 2):
                _, other = next(_words(word.group()))
                text = put(row.text, word.start(), word.group(), other)
                is_name = (
                    count[word.group()] > 1 and row is step.typed[0] and _is_bare(row.text, word.start())
                )
                target = NAMES if is_name else COMMANDS
                yield edit("a letter is another", target, (row, (text,)))


def _is_bare(command: str, at: int) -> bool:
    return not any(quote.start() < at < quote.end() for quote in _QUOTED.finditer(command))


def edit(change: str, target: str, *edits: tuple[Row, tuple[str, ...]]) -> Mutant:
    """These rows, each with other texts in its place."""
    return Mutant(change, target, edits)


def put(text: str, start: int, old: str, new: str) -> str:
    """The text with `new` where `old` stands at `start`."""
    return text[:start] + new + text[start + len(old) :]


def _lines(step: Step, count: Counter) -> Iterator[Mutant]:
    """Lies about whole lines; `count` says how often the page shows each identity."""
    for last in [*step.typed, *step.output][-1:]:
        for text in _ADDED:
            yield edit("a line is added", LINES, (last, (last.text, text)))
    told_less = beside_ellipsis(step)
    for row in step.output:
        if row not in told_less:
            yield edit("a line is left out", LINES, (row, ()))
        yield edit("a line stands twice", LINES, (row, (row.text, row.text)))
    for one, other in pairwise(step.output):
        if one.text != other.text and not _is_renaming(one, other, count):
            yield edit("two lines change places", LINES, (one, (other.text,)), (other, (one.text,)))


def beside_ellipsis(step: Step) -> list[Row]:
    """The lines next to a `...`: without one of them the page tells less, but nothing that is not so."""
    pairs = [*pairwise(step.output), *pairwise(step.output[::-1])]
    return [row for row, other in pairs if other.text == ELLIPSIS != row.text]


def _is_renaming(one: Row, other: Row, count: Counter) -> bool:
    """Whether two lines differ in nothing but values that the page shows nowhere else."""
    values = [token for row in (one, other) for token in tokens(row.text) if token.identity]
    return masked(one.text) == masked(other.text) and all(count[token.identity] == 1 for token in values)


def _parts(row: Row, is_status: bool) -> Iterator[Mutant]:
    for token in tokens(row.text):
        if token.kind:
            for what, new in _spoilt(token):
                yield edit(what, token.kind.name, (row, (put(row.text, token.start, token.text, new),)))
            continue
        for part in _PART.finditer(token.text):
            target = STATUSES if is_status else part.lastgroup
            for what, new in _CHANGES[part.lastgroup](part.group()):
                text = put(row.text, token.start + part.start(), part.group(), new)
                if text.rstrip(BLANKS) != row.text.rstrip(BLANKS):
                    yield edit(what, target, (row, (text,)))


def _words(word: str) -> Iterator[tuple[str, str]]:
    middle = len(word) // 2
    yield "a letter is another", word[:middle] + ("x" if word[middle] != "x" else "y") + word[middle + 1 :]
    yield "a word is left out", ""
    yield "upper and lower case change", word.swapcase()


def _numbers(number: str) -> Iterator[tuple[str, str]]:
    for at in sorted({0, len(number) - 1}):
        yield "a digit is another", number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :]
    yield "a digit is added", number + "0"
    yield "a number is left out", ""


def _signs(sign: str) -> Iterator[tuple[str, str]]:
    yield "a sign is another", ";" if sign != ";" else ":"
    yield "a sign is left out", ""


def _blanks(blanks: str) -> Iterator[tuple[str, str]]:
    yield "a blank is added", blanks + " "
    yield "blanks are left out", ""


_CHANGES: dict[str, Callable[[str], Iterator[tuple[str, str]]]] = {
    "words": _words,
    "numbers": _numbers,
    "signs": _signs,
    "blanks": _blanks,
}


def _spoilt(token: Token) -> Iterator[tuple[str, str]]:
    """A volatile value that is none any more."""
    if token.kind.name == "padding":
        yield "columns touch", ""
        yield "columns are one blank apart", " "
        return
    yield "a value is left out", ""
    yield "a value is a word", "value"
    if masked(cut := token.text[: len(token.text) // 2]) != masked(token.text):
        yield "a value is cut short", cut
