"""The claims that the pages decide: which page owes which, with what verdict, by which examples."""

from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from doclab import pages
from doclab.blocks import render
from doclab.source import PageError, find_line

VERDICTS = ("true", "true-but", "no-longer", "false")

OWED = {
    "concepts/image": ("K1", "K2", "K3"),
    "concepts/container": ("K4", "K5"),
    "concepts/engine": ("K6", "K7", "K8"),
    "concepts/daemon": ("K9",),
    "concepts/client": ("K5", "K10", "K11"),
    "concepts/hub": ("K12", "K13"),
    "myths/configuration-management": ("M1",),
    "myths/hardware-virtualization": ("M2",),
    "myths/cloud-platform": ("M3",),
    "myths/deployment-framework": ("M4",),
    "myths/workload-manager": ("M5",),
    "myths/development-environment": ("M6",),
    "lifecycle": ("L1",),
    "copy-on-write": ("S1", "S2", "S3", "S4", "S5"),
    "processes": ("R1",),
    "linking/host": ("N1",),
    "linking/link": ("N2", "N3", "N4", "N5"),
    "linking/network": ("N6", "N7", "N8"),
}
"""Page id -> the claims that it decides.  A claim may be decided half on one page and half on another."""


@dataclass(frozen=True)
class Decision:
    """One claim on one page: its verdict, the id of its heading, the quote that states it ("" for none), and the
    examples of its section that run."""

    claim: str
    verdict: str
    heading: str
    quote: str
    examples: tuple[pages.Example, ...]


def decisions(page: Path, examples: Iterable[pages.Example]) -> list[Decision]:
    """The claims that a page with these examples decides, in its order.  Raises PageError."""
    headings = _headings(page)
    runs = [example for example in examples if example.action == pages.RUN]
    found = []
    for number, heading in enumerate(headings):
        if heading.claim:
            _check(page, heading)
            section = {heading.id} | {inner.id for inner in _inside(headings[number:])}
            deciding = tuple(example for example in runs if example.block.heading in section)
            found.append(Decision(heading.claim, heading.verdict, heading.id, heading.quote, deciding))
    return found


@dataclass
class _Heading:
    level: int
    id: str
    claim: str
    verdict: str
    quote: str = ""


def _check(page: Path, heading: _Heading) -> None:
    claims = {claim for owed in OWED.values() for claim in owed}
    known = {"data-claim": (heading.claim, claims), "data-verdict": (heading.verdict, VERDICTS)}
    for name, (value, values) in known.items():
        if value not in values:
            line = find_line(page, f'data-claim="{heading.claim}"')
            raise PageError(page, line, f'unknown {name}="{value}": see doclab/claims.py')


def _inside(headings: list[_Heading]) -> list[_Heading]:
    """The headings below the first one, up to the next of its level or higher."""
    inside = []
    for heading in headings[1:]:
        if heading.level <= headings[0].level:
            break
        inside.append(heading)
    return inside


def _headings(page: Path) -> list[_Heading]:
    outline = _Outline()
    outline.feed(render(page))
    return outline.headings


class _Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.headings: list[_Heading] = []
        self.is_quoted = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            has = {name: value or "" for name, value in attrs}
            self.headings.append(
                _Heading(
                    int(tag[1]), has.get("id", ""), has.get("data-claim", ""), has.get("data-verdict", "")
                )
            )
        elif tag == "blockquote":
            self.is_quoted = bool(self.headings) and not self.headings[-1].quote

    def handle_endtag(self, tag: str) -> None:
        if tag == "blockquote" and self.is_quoted:
            self.is_quoted = False
            self.headings[-1].quote = " ".join(self.headings[-1].quote.split())

    def handle_data(self, data: str) -> None:
        if self.is_quoted:
            self.headings[-1].quote += data
