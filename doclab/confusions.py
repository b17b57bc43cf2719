"""Lies about volatile values: identities taken for each other, values misquoted, and values that stand for one of their
type."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from doclab.mutants import Mutant, Row, Step, beside_ellipsis, edit, put
from doclab.transcript import ELLIPSIS
from doclab.values import Bindings, Token, masked, spells_out, tokens

MISQUOTED = "a value is not the one that the command spells out"
Place = tuple[Row, Token]
_NAMES = ("sad_bell", "vibrant_bohr")  # two that dockerd may give


def confusions(page: Sequence[Step], known: Bindings) -> Iterator[Mutant]:
    """Two identities made one, one made two, and neighbours that change places, on all of a page; and each value that
    a command spells out misquoted by its output, each identity that the page writes by any."""
    seen, count = _seen(page)
    for n, (row, token) in enumerate(seen):
        nearest = (other for _, other in [*seen[:n][::-1], *seen[n:]] if other.kind is token.kind)
        different = next((other.text for other in nearest if other.identity != token.identity), None)
        if different:
            yield _edit("two identities are one", row, token, _put(row.text, token, different))
        if count[token.identity] > 1 and (text := _another(row.text, token)):
            yield _edit("one identity is two", row, token, text)
    yield from (_exchange(*one, *other) for one, other in _neighbours(seen) if _is_known(count, one, other))
    yield from (
        _edit(MISQUOTED, *place, text) for place, text, is_quoted in _replaced(page, known) if is_quoted
    )


def permitted(page: Sequence[Step], known: Bindings) -> Iterator[Mutant]:
    """Each other value replaced by another of its type, each two neighbours that stand nowhere else exchanged, and each
    line beside a `...` left out.

    That is no lie, but the same page with other values, or one that tells less, unless something on it knows better.
    """
    for step in page:
        for row in beside_ellipsis(step):
            yield edit("a line beside `...` is left out", ELLIPSIS, (row, ()))
    for place, text, is_quoted in _replaced(page, known):
        if not is_quoted:
            yield _edit("another value of its type", *place, text)
    seen, count = _seen(page)
    yield from (
        _exchange(*one, *other) for one, other in _neighbours(seen) if not _is_known(count, one, other)
    )


def _replaced(page: Sequence[Step], known: Bindings) -> Iterator[tuple[Place, str, bool]]:
    """Each value with the line that has another in its place, and whether its command spells it out, or the page does."""
    for step in page:
        for row in step.output:
            for token in tokens(row.text):
                if token.kind and (text := _another(row.text, token)):
                    is_written = token.identity is not None and bool(known.written_at(token.identity))
                    yield (row, token), text, is_written or spells_out(step.written, token.text)


def _seen(page: Sequence[Step]) -> tuple[list[Place], Counter]:
    rows = [row for step in page for row in step.output]
    seen = [(row, token) for row in rows for token in tokens(row.text) if token.identity]
    return seen, Counter(token.identity for _, token in seen)


def _neighbours(seen: list[Place]) -> Iterator[tuple[Place, Place]]:
    """Every two identities of one type, one after the other on the page, that differ."""
    for one, other in pairwise(seen):
        if one[1].kind is other[1].kind and one[1].identity != other[1].identity:
            yield one, other


def _is_known(count: Counter, *places: Place) -> bool:
    """Whether the page shows one of these identities somewhere else, too."""
    return any(count[token.identity] > 1 for _, token in places)


def _edit(change: str, row: Row, token: Token, text: str) -> Mutant:
    return edit(change, token.kind.name, (row, (text,)))


def _put(text: str, token: Token, new: str) -> str:
    return put(text, token.start, token.text, new)


def _exchange(row: Row, token: Token, row2: Row, token2: Token) -> Mutant:
    what = "two identities change places"
    if row is row2:  # the second first: the place of what stands before it stays
        return _edit(what, row, token, _put(_put(row.text, token2, token.text), token, token2.text))
    first, second = _put(row.text, token, token2.text), _put(row2.text, token2, token.text)
    return edit(what, token.kind.name, (row, (first,)), (row2, (second,)))


def _another(line: str, token: Token) -> str | None:
    """The line with another value of the same type in this one's place; None where there is none."""
    end = 12 if token.kind.name.startswith("id") else len(token.text)  # an id is known by its beginning
    places = [n for n in reversed(range(end)) if token.text[n] in "0123456789abcdef"]
    values = [put(token.text, n, token.text[n], digit) for n in places for digit in "0123456789"]
    for value in _NAMES if token.kind.name == "generated-name" else values:
        text = _put(line, token, value)
        if value != token.text and masked(text) == masked(line):
            return text
    return None
