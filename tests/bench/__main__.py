"""python -m tests.bench [PAGE…]: what verification costs, measured in one run, as Markdown tables for a page.

Real PAGEs (default: all of docs/vi) are run against the floor, and on one host against two; pages that only `echo` are
given to other tools, too.  The exit status is 1 when a goal is missed.  Figures are worth what the machine is: ratios of
two runs that follow each other hold on a busy one, too, seconds do not.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from doclab import signals
from doclab.engines import DEFAULT, ENGINES
from doclab.source import PROJECT, all_pages
from tests.bench import echo, floor, hosts, peers

TABLE = PROJECT / ".cache" / "bench.md"
COLLECTED = (10, 100, 1000)  # pages


@dataclass(frozen=True)
class Figure:
    """One row: what was measured, the figure, its unit, and the least or most that it is meant to be."""

    name: str
    value: float
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None

    @property
    def is_met(self) -> bool:
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )

    def __str__(self) -> str:
        goal = f"≤ {self.at_most:g}" if self.at_most is not None else ""
        goal = f"≥ {self.at_least:g}" if self.at_least is not None else goal
        said = "" if not goal else "met" if self.is_met else "**missed**"
        return f"| {self.name} | {self.value:,.2f} {self.unit} | {goal} | {said} |"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("pages", nargs="*", type=Path, default=all_pages(), metavar="PAGE")
    own = sorted(name for name, engine in ENGINES.items() if not engine.is_shared)
    parser.add_argument("--engine", choices=own, default=DEFAULT)
    parser.add_argument("--times", type=int, default=3, metavar="N", help="how often a page is run each way")
    parser.add_argument("--echo", type=int, default=100, metavar="N", help="how many pages for other tools")
    options = parser.parse_args()
    signals.follow_parent()
    with tempfile.TemporaryDirectory() as folder:
        figures = []
        for figure in measure(options, Path(folder)):
            print(figure, flush=True)
            figures.append(figure)
        compared = [*peers.compare(options.echo, Path(folder), options.times)]
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text("\n".join([*table(figures), "", *peers.table(compared), ""]), encoding="utf-8")
    print(f"\n{TABLE.read_text(encoding='utf-8')}\nwritten to {TABLE}")
    return 0 if all(figure.is_met for figure in figures) else 1


def measure(options: argparse.Namespace, folder: Path) -> Iterator[Figure]:
    collected = {count: echo.collect(folder, count) for count in COLLECTED}
    few, many = COLLECTED[-2:]
    more = (collected[many].busy - collected[few].busy) / (many - few) / echo.EXAMPLES * 1000
    yield Figure(f"collecting one more example, from {few} to {many:,} pages", more, "ms", at_most=2)
    for count, taken in collected.items():
        yield Figure(f"collecting {count:,} pages of {echo.EXAMPLES} examples", taken.busy, "s")
        yield Figure("its memory", taken.memory, "MB")
    engine = ENGINES[options.engine]
    yield Figure("making a Docker host and taking it away", floor.host_seconds(engine), "s")
    ours, theirs = floor.compare(options.pages, engine, options.times)
    yield Figure("the pages' commands in plain bash", theirs, "s")
    yield Figure("the same, verified", ours, "s")
    yield Figure("verified against plain bash", ours / theirs, "times", at_most=1.1)
    one, two = hosts.compare(options.pages, options.engine)
    yield Figure("the pages on one host at a time", one.seconds, "s")
    yield Figure("the pages on two hosts at a time", two.seconds, "s")
    yield Figure("one host against two", one.seconds / two.seconds, "times", at_least=1.7)
    yield Figure("memory of the largest process then", two.memory, "MB")


def table(figures: list[Figure]) -> list[str]:
    return ["| | | goal | |", "|---|--:|--:|---|", *map(str, figures)]


if __name__ == "__main__":
    sys.exit(main())
