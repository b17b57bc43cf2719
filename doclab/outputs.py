"""What the commands of a verified page really did, kept so that the page can be held against it without Docker."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path

from doclab import files
from doclab.pages import RUN, SHOW, Example
from doclab.promises import Promise, promises, spelled_out, typed_by
from doclab.source import PROJECT
from doclab.values import Bindings
from doclab.verdict import HELD, Verdict

KEPT = PROJECT / ".cache" / "outputs"


@dataclass(frozen=True)
class Fact:
    """One command as it was typed, the lines that it printed, and its exit status."""

    typed: str
    lines: list[str]
    status: int


@dataclass(frozen=True)
class Reality:
    """A run in which all of a page held: which examples ran, which were only shown (their positions), and what came of it.

    What `engine=` or `needs=` kept from this engine is in neither.
    """

    ran: list[int]
    shown: list[int]
    facts: list[Fact]


def promised(examples: Sequence[Example], ran: Sequence[int]) -> list[list[Promise]]:
    """What the examples at these positions promise, command by command, when they run and no others."""
    following = [*ran[1:], None][: len(ran)]
    return [
        promises(examples[this], None if then is None else examples[then])
        for this, then in zip(ran, following, strict=True)
    ]


def bindings(examples: Sequence[Example], reality: Reality) -> Bindings:
    """What is known of identities before anything ran: those that the page writes in what ran or was shown."""
    return Bindings(spelled_out([examples[n] for n in sorted([*reality.ran, *reality.shown])]))


def broken(promises: Sequence[Promise], facts: Sequence[Fact], bindings: Bindings) -> bool | None:
    """Whether these facts break any of these promises, by the verifier's own judgement; `bindings` learns from them.

    None when none is broken up to a command that was never typed: what it would have printed, and what would have
    come after it, takes a Docker to find out.
    """
    for promise, fact in zip(promises, facts, strict=False):
        if promise.source != fact.typed:
            return None
        verdict = Verdict()
        verdict.judge(promise, fact.lines, fact.status, bindings)
        if verdict.result != HELD:
            return True
    return None if len(promises) != len(facts) else False


def save(page: Path, host, examples: Sequence[Example], verdicts: Sequence[Verdict]) -> None:
    """Keep what the commands of a page did on this host, in a run in which all of it held."""
    held = [n for n, verdict in enumerate(verdicts) if verdict.result == HELD]
    ran, shown = ([n for n in held if examples[n].action == action] for action in (RUN, SHOW))
    told = [told for n in ran for told in zip(verdicts[n].outputs, verdicts[n].statuses, strict=True)]
    typed = [promise.source for promise in chain(*promised(examples, ran))]
    facts = [Fact(source, *rest) for source, rest in zip(typed, told, strict=True)]
    kept = {"performed": _performed(examples), **asdict(Reality(ran, shown, facts))}
    files.write(_file(page, host.engine.name), json.dumps(kept, ensure_ascii=False, indent=1))


def load(page: Path, engine: str, examples: Sequence[Example]) -> Reality | None:
    """What the page's commands did when it last held; None when it never did, or has changed since."""
    try:
        kept = json.loads(_file(page, engine).read_text(encoding="utf-8"))
        reality = Reality(kept["ran"], kept["shown"], [Fact(**fact) for fact in kept["facts"]])
        is_same = kept["performed"] == _performed(examples)
    except (OSError, ValueError, KeyError, TypeError):  # none, or one of another version of doclab
        return None
    if not is_same:
        return None
    promises = [*chain(*promised(examples, reality.ran))]
    holds = broken(promises, reality.facts, bindings(examples, reality)) is False
    return reality if holds else None


def _performed(examples: Sequence[Example]) -> str:
    """A hash of all that a run of the page does: commands, programs, and files, without the outputs on the page."""
    done = hashlib.sha256()
    for example in examples:
        parts = [example.action, str(example.engines), example.needs, *typed_by(example)]
        done.update(json.dumps(parts).encode())
    return done.hexdigest()


def _file(page: Path, engine: str) -> Path:
    key = hashlib.sha256(str(page.resolve()).encode()).hexdigest()[:12]
    return KEPT / f"{page.stem}-{engine}-{key}.json"
