"""The output that a page shows against that of a real run: compare, explain the difference, rewrite."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher, unified_diff
from functools import cache
from itertools import takewhile
from unicodedata import normalize

from doclab.transcript import BLANKS, ELLIPSIS
from doclab.values import Bindings, Token, identities, masked, spells_out, tokens

_AFFORDABLE = 10**6  # pairs of lines to hold against each other one by one: half a second
_BLANK = re.compile(r"\s+")
_WITHOUT_WIDTH = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


class Contradiction(Exception):
    """A new value looks like one that the page already shows for another: record the whole page anew."""


@dataclass(frozen=True)
class Difference:
    """What is wrong with an output: a unified diff, a line for each identity that changed sides, and what can't be seen
    in the diff."""

    diff: str
    conflicts: tuple[str, ...]
    hints: tuple[str, ...] = ()

    @property
    def notes(self) -> str:
        return "\n".join(f"note: {note}" for note in (*self.conflicts, *self.hints))

    def __str__(self) -> str:
        return "\n".join(filter(None, [self.diff, self.notes]))


def compare(
    shown: Sequence[str], real: Sequence[str], bindings: Bindings, written: str = ""
) -> Difference | None:
    """Compare the output that a page shows with that of a real run, line by line.

    Typed values match by type, identities also by `bindings`, which learns the new ones when all lines match.  Values
    that the command or program spells out, as it is `written`, are no accident of the run: they match to the letter.
    A shown line of just `...` stands for any lines.  Returns None when the output holds.
    """
    shown, real = [line.rstrip(BLANKS) for line in shown], [line.rstrip(BLANKS) for line in real]
    try:
        found = _Search(shown, real, written).match(bindings)
    except _TooManyWays as too_many:
        difference = _explain(shown, real, bindings, written)
        return replace(difference, hints=(*difference.hints, str(too_many)))
    if found:
        bindings.adopt(found)
        return None
    return _explain(shown, real, bindings, written)


def may_share_spelling(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether one text can stand on the page for two outputs of one run: an id or address in it is one thing."""
    bindings = Bindings()
    return not compare(one, one, bindings) and not compare(one, other, bindings)


class _TooManyWays(Exception):
    """Nobody can wait until everything has been tried that the `...` of an output may stand for."""


class _Search:
    """What each `...` of an output stands for: the fewest lines first, until all others match.

    A page can ask for a clique of any graph, with ids for its nodes and `...` between them, so nothing is quick for all
    pages.  It is for those that are written for readers, because what comes after a `...` is tried no later than it
    could begin were all identities free, and what was tried in vain is known by those identities alone that come again.
    For the others there is an end: at three times what ten `...` take in the longest output that a command may have.
    """

    _MOST_TRIES = 300_000

    def __init__(self, shown: Sequence[str], real: Sequence[str], written: str) -> None:
        self._stretches, self._real, self._written = _stretches(shown), real, written
        self._last_shown = _last_places(self._stretches)
        self._last_real = _last_places([line] for line in real)
        self._could_match = cache(lambda ours, theirs: match_line(ours, theirs, Bindings(), written))
        self._latest = self._latest_starts()
        self._failed: set = set()
        self._tries = 0

    def match(self, bindings: Bindings) -> Bindings | None:
        """All that is bound once every line matches; None when that can't be."""
        found = self._match_stretch(0, 0, bindings) if self._latest[0] >= 0 else None
        return found and self._match_rest(1, len(self._stretches[0]), found)

    def _latest_starts(self) -> list[int]:
        """For each stretch the last line where it can begin; -1, and so for all before it, when there is none."""
        latest, end = [], len(self._real)
        for stretch in reversed(self._stretches):
            starts = range(end - len(stretch), -1, -1)
            if not latest:
                starts = starts[:1]  # the last stretch ends the output
            end = next((start for start in starts if self._could_begin(stretch, start)), -1)
            latest.append(end)
        return latest[::-1]

    def _could_begin(self, stretch: Sequence[str], start: int) -> bool:
        return all(map(self._could_match, stretch, self._real[start : start + len(stretch)]))

    def _match_stretch(self, number: int, start: int, bindings: Bindings) -> Bindings | None:
        stretch = self._stretches[number]
        if not self._could_begin(stretch, start):
            return None
        self._tries += 1
        if self._tries > self._MOST_TRIES:
            raise _TooManyWays("`...` may stand for too many things: show another line, or fewer `...`")
        tried = bindings.copy()
        pairs = zip(stretch, self._real[start : start + len(stretch)], strict=True)
        return (
            tried if all(match_line(ours, theirs, tried, self._written) for ours, theirs in pairs) else None
        )

    def _match_rest(self, number: int, start: int, bindings: Bindings) -> Bindings | None:
        """Match this stretch and those after it, with a `...` before each, from line `start` on."""
        if number == len(self._stretches):
            return bindings if start == len(self._real) else None
        latest = self._latest[number]
        for begin in range(max(start, latest) if number + 1 == len(self._stretches) else start, latest + 1):
            tried = self._match_stretch(number, begin, bindings)
            if not tried:
                continue
            again = bindings.again(
                lambda identity: self._last_shown.get(identity, -1) >= number,
                lambda identity, begin=begin: self._last_real.get(identity, -1) >= begin,
            )
            attempt = (number, begin, again)
            # Whoever tried this has tried the later lines as well.
            if again is None or attempt in self._failed:
                return None
            if found := self._match_rest(number + 1, begin + len(self._stretches[number]), tried):
                return found
            self._failed.add(attempt)
        return None


def _stretches(shown: Sequence[str]) -> list[list[str]]:
    """The lines before, between and after each `...`."""
    stretches: list[list[str]] = [[]]
    for line in shown:
        if line == ELLIPSIS:
            stretches.append([])
        else:
            stretches[-1].append(line)
    return stretches


def _last_places(stretches: Iterable[Sequence[str]]) -> dict[tuple[str, str], int]:
    """Where each identity comes for the last time."""
    return {
        identity: number
        for number, stretch in enumerate(stretches)
        for line in stretch
        for identity in identities(line)
    }


def match_line(shown: str, real: str, bindings: Bindings, written: str = "") -> bool:
    """Whether one line matches; `bindings` may have learned from it even when it does not."""
    ours, theirs = tokens(shown), tokens(real)
    if [token.kind for token in ours] != [token.kind for token in theirs]:
        return False
    for our, their in zip(ours, theirs, strict=True):
        if our.text != their.text and (our.kind is None or _spelled(our, their, written)):
            return False
        if our.kind is not None and our.kind.binds and not bindings.bind(our.kind, our.text, their.text):
            return False
    return True


def _spelled(our: Token, their: Token, written: str) -> str:
    """The one of two different values that the command or program spells out; "" for neither."""
    return next((token.text for token in (our, their) if spells_out(written, token.text)), "")


def _explain(shown: Sequence[str], real: Sequence[str], bindings: Bindings, written: str) -> Difference:
    """Show only what differs: a line that matches is in the diff as the page spells it, a `...` that stands stays.

    Where page and run read the same, and the page has used a value for another thing before, it shows those lines.
    """
    learned, conflicts, met, hints, alike = bindings.copy(), [], [], [], []
    for operation, a, b, c, d in _opcodes(shown, real):
        if operation != "equal":
            here = _leave_out(shown[a:b], real[c:d])
            met += here
            hints += filter(None, map(_unseen, shown[a:b], here))
            continue
        for ours, theirs in zip(shown[a:b], real[c:d], strict=True):
            found = _conflicts(ours, theirs, learned, written)
            met.append(theirs if found else ours)
            conflicts += found
            alike += [f" {ours}"] if found and ours == theirs else []
    diff = [*unified_diff(list(shown), met, "on the page", "in this run", lineterm="")]
    return Difference("\n".join(diff or alike), tuple(dict.fromkeys(conflicts)), tuple(dict.fromkeys(hints)))


def _leave_out(shown: Sequence[str], real: Sequence[str]) -> Sequence[str]:
    """The real lines, with a `...` for those that the only one here stands for: as many as leave enough for the others."""
    if shown.count(ELLIPSIS) != 1 or len(real) < len(shown) - 1:
        return real
    at = shown.index(ELLIPSIS)
    return [*real[:at], ELLIPSIS, *real[len(real) - (len(shown) - 1 - at) :]]


def _unseen(shown: str, real: str) -> str | None:
    """In what two lines differ that look the same but for their values, in words; None for all others."""
    if masked(shown) == masked(real):
        return None  # two that are alike but far apart, in an output too long to line up well
    if masked(normalize("NFC", shown)) == masked(normalize("NFC", real)):
        return f"only how Unicode composes letters differs: {shown!a} on the page, {real!a} in this run"
    if masked(_WITHOUT_WIDTH.sub("", shown)) == masked(_WITHOUT_WIDTH.sub("", real)):
        return f"only characters without width differ: {shown!a} on the page, {real!a} in this run"
    if masked(_BLANK.sub(" ", shown).strip()) == masked(_BLANK.sub(" ", real).strip()):
        return f"only blanks differ: {shown!a} on the page, {real!a} in this run"
    return None


def _opcodes(shown: Sequence[str], real: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """Which lines to hold against each other: those that could match, as SequenceMatcher tells it.

    It takes quadratic time for many lines that are alike, so both ends are matched before.
    """
    ours, theirs = ([masked(line.rstrip(BLANKS)) for line in side] for side in (shown, real))
    start = _common(ours, theirs)
    end = _common(ours[start:][::-1], theirs[start:][::-1])
    a, b, c, d = start, len(ours) - end, start, len(theirs) - end
    is_long = (b - a) * (d - c) > _AFFORDABLE
    middle = SequenceMatcher(None, ours[a:b], theirs[c:d], autojunk=is_long).get_opcodes()
    return [
        ("equal", 0, a, 0, c),
        *((operation, a + i, a + j, c + k, c + m) for operation, i, j, k, m in middle),
        ("equal", b, len(ours), d, len(theirs)),
    ]


def _common(ours: Sequence[str], theirs: Sequence[str]) -> int:
    """How many lines, or characters, both begin with."""
    pairs = zip(ours, theirs, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def differs_at(shown: str, real: str) -> int:
    """The first character that can't match in two lines that differ; where all values can, the first that differs."""
    ours, theirs = tokens(shown), tokens(real)
    for our, their in zip(ours, theirs, strict=False):
        if our.kind is not their.kind or (our.kind is None and our.text != their.text):
            return our.start + _common(our.text, their.text)
    if len(ours) != len(theirs):
        return sum(len(token.text) for token in ours[: len(theirs)])
    return _common(shown, real)


def _conflicts(shown: str, real: str, bindings: Bindings, written: str) -> list[str]:
    """Why two lines that are alike but for their values don't match; `bindings` learns from them if they do."""
    tried, found = bindings.copy(), []
    for our, their in zip(tokens(shown), tokens(real), strict=True):
        if our.text != their.text and (spelled := _spelled(our, their, written)):
            found.append(f"{spelled} is written in what runs here, so it has to match to the letter")
        elif our.kind and our.kind.binds and not tried.bind(our.kind, our.text, their.text):
            found.append(tried.conflict(our.kind, our.text, their.text))
    if not found:
        bindings.adopt(tried)
    return found


def rewrite(shown: Sequence[str], real: Sequence[str], bindings: Bindings, written: str = "") -> list[str]:
    """The output as the page should show it now.

    Lines that still match stay to the letter, `...` stays where the lines around it do, and in the others every
    identity that the page has met before keeps the page's spelling.  `bindings` learns what is new.  Raises
    Contradiction when a new value is spelled like another one of the page.
    """
    if compare(shown, real, bindings, written) is None:
        return list(shown)
    return _replace(shown, real, lambda ours, theirs: _settle(ours, theirs, bindings, written))


def record(shown: Sequence[str], real: Sequence[str]) -> list[str]:
    """The output exactly as it came, but for the lines that `...` stands for."""
    return _replace(shown, real, lambda _, theirs: theirs)


def _replace(shown: Sequence[str], real: Sequence[str], settle: Callable[[str, str], str]) -> list[str]:
    result: list[str] = []
    for operation, a, b, c, d in _opcodes(shown, real):
        if operation == "equal":
            result += [settle(ours, theirs) for ours, theirs in zip(shown[a:b], real[c:d], strict=True)]
        else:
            result += [
                settle(line, line) if line != ELLIPSIS else line for line in _elide(shown[a:b], real[c:d])
            ]
    return result


def _settle(shown: str, real: str, bindings: Bindings, written: str) -> str:
    """The shown line where it matches, else the real one in the page's spelling."""
    tried = bindings.copy()
    if match_line(shown.rstrip(BLANKS), real.rstrip(BLANKS), tried, written):
        bindings.adopt(tried)
        return shown
    spelled = bindings.spell(real)
    if not match_line(spelled, real, bindings, written):
        raise Contradiction(real)
    return spelled


def _elide(shown: Sequence[str], real: Sequence[str]) -> list[str]:
    """Keep the `...` of a changed stretch: as many lines stay visible before and after it as were."""
    if ELLIPSIS not in shown:
        return list(real)
    before = min(shown.index(ELLIPSIS), len(real))
    after = min(list(reversed(shown)).index(ELLIPSIS), len(real) - before)
    return [*real[:before], ELLIPSIS, *real[len(real) - after :]]
