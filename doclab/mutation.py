"""Mutation testing of the pages: every lie about an output must be found out by what the commands really printed."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain
from pathlib import Path

from doclab import outputs, pages
from doclab.confusions import MISQUOTED, confusions, permitted
from doclab.engines import Engine
from doclab.mutants import LINES, NAMES, Mutant, Row, commands, lies, steps
from doclab.outputs import Reality
from doclab.pages import Example, PageError
from doclab.promises import Promise, promises
from doclab.run import open_page
from doclab.source import relative
from doclab.transcript import ELLIPSIS
from doclab.values import masked, tokens
from doclab.verdict import FAILED


class NotVerified(Exception):
    """A page that does not hold, so that nothing can be said of its mutants."""


class Trial:
    """A verified page and what it really did: says whether a lie on it is found out, without Docker."""

    def __init__(self, examples: Sequence[Example], reality: Reality) -> None:
        self._examples, self._ran, self._facts = examples, reality.ran, reality.facts
        self._promised = outputs.promised(examples, reality.ran)
        self._starts = [0, *accumulate(map(len, self._promised))]
        self.known = [outputs.bindings(examples, reality)]  # what has been bound before each example
        for group, start in zip(self._promised, self._starts, strict=False):
            known = self.known[-1].copy()
            is_broken = outputs.broken(group, self._facts[start : start + len(group)], known)
            assert is_broken is False, "what was kept of a page is of one that held"
            self.known.append(known)

    def finds_out(self, mutant: Mutant) -> bool | None:
        """Whether the lie breaks a promise, or makes the page unreadable; None when only a Docker could tell."""
        changed = mutant.apply(self._examples)
        touched = {row.example for row, _ in mutant.edits}
        first = max(0, min(map(self._ran.index, touched)) - 1)  # the one before may have its `$?` shown here
        try:
            for position in touched:
                pages.check(changed[position])
            promised = [self._again(n, changed, touched) for n in range(first, len(self._ran))]
        except PageError:
            return True
        return outputs.broken(
            [*chain(*promised)], self._facts[self._starts[first] :], self.known[first].copy()
        )

    def _again(self, n: int, changed: Sequence[Example], touched: set[int]) -> list[Promise]:
        this, *then = self._ran[n : n + 2]
        if touched.isdisjoint([this, *then]):
            return self._promised[n]
        return promises(changed[this], changed[then[0]] if then else None)


@dataclass(frozen=True)
class Survivor:
    """A lie that was not found out: where it is, what it is, and the types of values that allow for it, if any do."""

    place: str
    change: str
    target: str
    edits: list[tuple[str, tuple[str, ...]]]
    types: tuple[str, ...]


@dataclass(frozen=True)
class Ran:
    """What came of a changed command that was run: whether it `survived`, or in `error` why nobody knows."""

    survived: Survivor | None = None
    error: str = ""


@dataclass
class Findings:
    """What came of the lies on one page, counted by what they are about; `error` says why there were none.

    `permitted` counts values that were replaced by others of their type, `bound` those of them where the page knew
    better; `commands` counts changed commands by what `Trial.finds_out` says.
    """

    page: str
    tried: Counter[str] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)
    survivors: list[Survivor] = field(default_factory=list)
    permitted: Counter[str] = field(default_factory=Counter)
    bound: Counter[str] = field(default_factory=Counter)
    commands: Counter[bool | None] = field(default_factory=Counter)
    error: str = ""


def examine(page: Path, engine: Engine, limit: float, progress: Callable[[str], None]) -> Findings:
    """Try every lie on one page; where its real outputs are not known yet, run it first.

    Raises PageError, HostError, PageTaken, NotVerified.
    """
    examples, found = pages.examples(page), Findings(relative(page))
    if not any(example.action == pages.RUN for example in examples):
        return found
    reality = outputs.load(page, engine.name, examples) or _verify(page, examples, engine, limit, progress)
    trial, page_steps = Trial(examples, reality), steps(examples, reality.ran)
    for mutant in chain(lies(page_steps), confusions(page_steps, trial.known[0])):
        found.tried[mutant.target] += 1
        if trial.finds_out(mutant):
            found.killed[mutant.target] += 1
        else:
            found.survivors.append(_survivor(mutant, examples))
    for mutant in permitted(page_steps, trial.known[0]):
        found.permitted[mutant.target] += 1
        found.bound[mutant.target] += trial.finds_out(mutant) is True
    found.commands.update(map(trial.finds_out, commands(page_steps)))
    return found


def misspellings(page: Path, engine: Engine) -> list[Mutant]:
    """The changed commands of a verified page that must matter, but that only a Docker can judge."""
    examples = pages.examples(page)
    reality = outputs.load(page, engine.name, examples)
    found = commands(steps(examples, reality.ran)) if reality else []
    return [mutant for mutant in found if mutant.target == NAMES]


def run(page: Path, mutant: Mutant, engine: Engine, limit: float) -> Survivor | None:
    """Run the page with this lie in it, up to its first failure; None when there is one.  Raises HostError, PageTaken."""
    examples = pages.examples(page)
    changed = mutant.apply(examples)
    with open_page(changed, engine, lambda line: None, limit=limit, stop_at_failure=True) as page_run:
        try:
            found_out = any(page_run.advance(example).result == FAILED for example in changed)
        except PageError:
            return None
        return None if found_out or page_run.finish() else _survivor(mutant, examples)


def _verify(
    page: Path, examples: Sequence[Example], engine: Engine, limit: float, progress: Callable[[str], None]
) -> Reality:
    progress(f"{relative(page)}: verifying it first")
    with open_page(examples, engine, lambda line: None, limit=limit) as run:
        for example in examples:
            run.advance(example)
        if not run.held or run.finish():
            raise NotVerified(
                f"{relative(page)}: the page does not hold; see: nox -s doctest -- {relative(page)}"
            )
        outputs.save(page, run.host, examples, run.verdicts)
    if reality := outputs.load(page, engine.name, examples):
        return reality
    raise NotVerified(f"{relative(page)}: the page held, but what was kept of it does not hold")


def _survivor(mutant: Mutant, examples: Sequence[Example]) -> Survivor:
    row = mutant.edits[0][0]
    file, line = examples[row.example].place(row.index)
    edits = [(row.text, texts) for row, texts in mutant.edits]
    return Survivor(
        f"{relative(file)}:{line}", mutant.change, mutant.target, edits, tuple(_allow(mutant, examples))
    )


def _allow(mutant: Mutant, examples: Sequence[Example]) -> Iterator[str]:
    """The types of values that make the lie look true: all that changed are values, each for one of its type.

    What a command spells out is no accident of the run, so nothing excuses another value there.
    """
    if mutant.change == MISQUOTED:
        return
    if all(len(texts) == 1 and masked(row.text) == masked(texts[0]) for row, texts in mutant.edits):
        pairs = [(tokens(row.text), tokens(texts[0])) for row, texts in mutant.edits]
        yield from sorted(
            {
                a.kind.name
                for ours, theirs in pairs
                for a, b in zip(ours, theirs, strict=True)
                if a.text != b.text
            }
        )
    elif mutant.target == LINES and any(_is_beside_ellipsis(row, examples) for row, _ in mutant.edits):
        yield ELLIPSIS


def _is_beside_ellipsis(row: Row, examples: Sequence[Example]) -> bool:
    rows = examples[row.example].block.source.split("\n")
    around = rows[max(0, row.index - 1) : row.index + 2]
    return any(text.removeprefix(row.margin).strip() == ELLIPSIS for text in around)
