"""The output that a page shows against that of a real run: compare, explain the difference, rewrite."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff

from doclab.values import Bindings, masked, tokens

ELLIPSIS = "..."


class Contradiction(Exception):
    """A new value looks like one that the page already shows for another: record the whole page anew."""


@dataclass(frozen=True)
class Difference:
    """What is wrong with an output: a unified diff, and a line for each identity that changed sides."""

    diff: str
    conflicts: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([self.diff, *(f"note: {conflict}" for conflict in self.conflicts)])


def compare(shown: Sequence[str], real: Sequence[str], bindings: Bindings) -> Difference | None:
    """Compare the output that a page shows with that of a real run, line by line.

    Typed values match by type, identities also by `bindings`, which learns the new ones when all lines match.
    A shown line of just `...` stands for any lines.  Returns None when the output holds.
    """
    shown, real = [line.rstrip() for line in shown], [line.rstrip() for line in real]
    tried = bindings.copy()
    if _match_lines(shown, real, tried, set()):
        bindings.adopt(tried)
        return None
    return _explain(shown, real, bindings)


def _match_lines(shown: Sequence[str], real: Sequence[str], bindings: Bindings, failed: set) -> bool:
    """`failed` remembers what has been tried in vain, or several `...` would try the same again and again."""
    for at, line in enumerate(shown):
        if line == ELLIPSIS:
            return _match_after_ellipsis(shown[at + 1 :], real[at:], bindings, failed)
        if at >= len(real) or not match_line(line, real[at], bindings):
            return False
    return len(shown) == len(real)


def _match_after_ellipsis(rest: Sequence[str], real: Sequence[str], bindings: Bindings, failed: set) -> bool:
    for skipped in range(len(real) + 1):
        attempt = (len(rest), len(real) - skipped, bindings.known())
        if attempt in failed:
            continue
        tried = bindings.copy()
        if _match_lines(rest, real[skipped:], tried, failed):
            bindings.adopt(tried)
            return True
        failed.add(attempt)
    return False


def match_line(shown: str, real: str, bindings: Bindings) -> bool:
    """Whether one line matches; `bindings` may have learned from it even when it does not."""
    ours, theirs = list(tokens(shown)), list(tokens(real))
    if [token.kind for token in ours] != [token.kind for token in theirs]:
        return False
    for our, their in zip(ours, theirs, strict=True):
        if our.kind is None and our.text != their.text:
            return False
        if our.kind is not None and our.kind.binds and not bindings.bind(our.kind, our.text, their.text):
            return False
    return True


def _explain(shown: Sequence[str], real: Sequence[str], bindings: Bindings) -> Difference:
    """Show only what differs: a line that matches is in the diff as the page spells it, a `...` that stands stays."""
    learned, conflicts, spelled = bindings.copy(), [], []
    for operation, a, b, c, d in _matcher(shown, real).get_opcodes():
        if operation != "equal":
            spelled += [ELLIPSIS] if [*shown[a:b]] == [ELLIPSIS] else real[c:d]
            continue
        for ours, theirs in zip(shown[a:b], real[c:d], strict=True):
            found = _conflicts(ours, theirs, learned)
            spelled.append(theirs if found else ours)
            conflicts += found
    diff = unified_diff(list(shown), spelled, "on the page", "in this run", lineterm="")
    return Difference("\n".join(diff), tuple(dict.fromkeys(conflicts)))


def _matcher(shown: Sequence[str], real: Sequence[str]) -> SequenceMatcher:
    ours, theirs = ([masked(line.rstrip()) for line in side] for side in (shown, real))
    return SequenceMatcher(None, ours, theirs, autojunk=False)


def _conflicts(shown: str, real: str, bindings: Bindings) -> list[str]:
    """Why two lines that are alike but for their values don't match; `bindings` learns from them if they do."""
    tried, found = bindings.copy(), []
    for our, their in zip(tokens(shown), tokens(real), strict=True):
        if our.kind and our.kind.binds and not tried.bind(our.kind, our.text, their.text):
            found.append(tried.conflict(our.kind, our.text, their.text))
    if not found:
        bindings.adopt(tried)
    return found


def rewrite(shown: Sequence[str], real: Sequence[str], bindings: Bindings) -> list[str]:
    """The output as the page should show it now.

    Lines that still match stay to the letter, `...` stays where the lines around it do, and in the others every
    identity that the page has met before keeps the page's spelling.  `bindings` learns what is new.  Raises
    Contradiction when a new value is spelled like another one of the page.
    """
    if compare(shown, real, bindings) is None:
        return list(shown)
    return _replace(shown, real, lambda ours, theirs: _settle(ours, theirs, bindings))


def record(shown: Sequence[str], real: Sequence[str]) -> list[str]:
    """The output exactly as it came, but for the lines that `...` stands for."""
    return _replace(shown, real, lambda _, theirs: theirs)


def _replace(shown: Sequence[str], real: Sequence[str], settle: Callable[[str, str], str]) -> list[str]:
    result: list[str] = []
    for operation, a, b, c, d in _matcher(shown, real).get_opcodes():
        if operation == "equal":
            result += [settle(ours, theirs) for ours, theirs in zip(shown[a:b], real[c:d], strict=True)]
        else:
            result += [
                settle(line, line) if line != ELLIPSIS else line for line in _elide(shown[a:b], real[c:d])
            ]
    return result


def _settle(shown: str, real: str, bindings: Bindings) -> str:
    """The shown line where it matches, else the real one in the page's spelling."""
    tried = bindings.copy()
    if match_line(shown.rstrip(), real.rstrip(), tried):
        bindings.adopt(tried)
        return shown
    spelled = bindings.spell(real)
    if not match_line(spelled, real, bindings):
        raise Contradiction(real)
    return spelled


def _elide(shown: Sequence[str], real: Sequence[str]) -> list[str]:
    """Keep the `...` of a changed stretch: as many lines stay visible before and after it as were."""
    if ELLIPSIS not in shown:
        return list(real)
    before = min(shown.index(ELLIPSIS), len(real))
    after = min(list(reversed(shown)).index(ELLIPSIS), len(real) - before)
    return [*real[:before], ELLIPSIS, *real[len(real) - after :]]
