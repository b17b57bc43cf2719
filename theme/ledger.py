"""The tables of the page `verified`, as Markdown: what the pages claim, and where it was seen to hold.

A page writes `<!-- doclab: NAME -->` on a line of its own where the table NAME belongs.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from doclab import claims, pages
from doclab.claims import Decision
from doclab.engines import ENGINES
from doclab.source import DOCS
from theme.badges import CHANGED, DIFFERS, FAILED, HELD, NOT_RUN, STOPPED, date, label, mark, states
from theme.badges import WORDS as STATES

_WORST_FIRST = (FAILED, DIFFERS, CHANGED, STOPPED, HELD, NOT_RUN)
_PLACE = re.compile(
    r"(?ms)^(?P<fence>```+|~~~+).*?^(?P=fence)|^<!--[ \t]*doclab:(?P<table>[^\n]*?)-->[ \t]*$"
)
WORDS = {
    "vi": {
        "claims": ("Mã", "Nhận định", "Kết luận", "Số ví dụ", "Docker"),
        "true": "đúng",
        "true-but": "đúng, nhưng …",
        "no-longer": "không còn đúng",
        "false": "sai",
        "totals": "Kết quả",
        "engines": ("Docker", "Gói của", "API", "Nhân Linux", "cgroup", "Chạy từ ngày"),
        "images": ("Image", "Digest", "Docker"),
        "skipped": ("Trang", "Ví dụ", "Lý do"),
        "limits": ("Trang", "Ví dụ", "Chạy trên"),
        "own": "máy có sẵn",
        "part": "{held} trong {all} ví dụ, số còn lại không chạy ở đó",
        "nothing": "Chưa có bằng chứng nào: hãy chạy `nox -s matrix`.",
        "none": "Không có ví dụ nào như vậy.",
    },
    "en": {
        "claims": ("Id", "Claim", "Verdict", "Examples", "Docker"),
        "true": "true",
        "true-but": "true, but …",
        "no-longer": "no longer",
        "false": "false",
        "totals": "Result",
        "engines": ("Docker", "Packages of", "API", "Kernel", "cgroup", "Run since"),
        "images": ("Image", "Digest", "Docker"),
        "skipped": ("Page", "Example", "Reason"),
        "limits": ("Page", "Example", "Runs on"),
        "own": "a daemon that was there",
        "part": "{held} of {all} examples, the others do not run there",
        "nothing": "There is no evidence yet: run `nox -s matrix`.",
        "none": "There is no such example.",
    },
}


TABLES = ("claims", "totals", "engines", "images", "skipped", "limits")


class UnknownTable(Exception):
    """A page asks for a table that there is none of, in `place`."""

    def __init__(self, name: str, place: str) -> None:
        super().__init__(f"there is no table {name!r}; there are {', '.join(TABLES)}")
        self.place = place


def asks_for_tables(markdown: str) -> bool:
    """Whether there is a place for one."""
    return any(match["table"] is not None for match in _PLACE.finditer(markdown))


class Ledger:
    """What all pages of one language say and what is known of them; each public method is one table.

    `read` tells the examples of a page.
    """

    def __init__(
        self, language: str, known: Mapping[str, Any], read: Callable[[Path], Sequence[pages.Example]]
    ) -> None:
        self._known = known
        self._language = language
        self._words = WORDS[language]
        files = sorted((DOCS / language).rglob("*.md"))
        self._examples = {file: list(states(read(file), pages.page_id(file), known)) for file in files}
        self._decisions = {file: claims.decisions(file, read(file)) for file in files}

    def fill(self, markdown: str) -> str:
        """The page with every table in its place.  Raises UnknownTable."""
        return _PLACE.sub(self._fill, markdown)

    def _fill(self, match: re.Match) -> str:
        if match["table"] is None:  # in a fence it is shown
            return match[0]
        name = match["table"].strip()
        if name not in TABLES:
            raise UnknownTable(name, match[0])
        return getattr(self, name)()

    def claims(self) -> str:
        """Every claim, its verdict, how many examples decide it, and on which engines all of them held."""
        rows = []
        for file, decision in self._sorted_decisions():
            link = f"[{decision.quote.strip('“”')}]({self._path(file)}#{decision.heading})"
            examples = len(decision.examples)
            rows.append(
                (
                    decision.claim,
                    link,
                    self._words[decision.verdict],
                    str(examples),
                    self._held(file, decision),
                )
            )
        return self._table("claims", rows)

    def _sorted_decisions(self) -> list[tuple[Path, Decision]]:
        found = [(file, decision) for file, all_of_it in self._decisions.items() for decision in all_of_it]
        order = "KMLSRN"
        return sorted(found, key=lambda pair: (order.index(pair[1].claim[0]), int(pair[1].claim[1:])))

    def _held(self, file: Path, decision: Decision) -> str:
        names = {example.name for example in decision.examples}
        seen = [found for example, found in self._examples[file] if example.name in names]
        known = [engine for engine in self._known if any(engine in states for states in seen)]
        # What an engine has no evidence of, beside examples that it has some of, nobody has run there.
        found = {engine: [states.get(engine, STOPPED) for states in seen] for engine in known}
        return " ".join(self._mark(engine, states) for engine, states in found.items())

    def _mark(self, engine: str, states: Sequence[str]) -> str:
        """The worst of these states on an engine; where some held and the others did not run, how many did."""
        worst = next(state for state in _WORST_FIRST if state in states)
        says, part = STATES[self._language][worst], ""
        if worst == HELD and (held := states.count(HELD)) < len(states):
            says = f"{says}: {self._words['part'].format(held=held, all=len(states))}"
            part = f'<span class="doclab-part" aria-hidden="true">{held}/{len(states)}</span>'
        return mark(worst, label(engine, self._known), says, says, part)

    def totals(self) -> str:
        """How many examples held, differed, failed or did not run, on each engine."""
        if not self._known:
            return self._words["nothing"]
        counts = {
            engine: Counter(found[engine] for _, found in self._all() if engine in found)
            for engine in self._known
        }
        head = (self._words["totals"], *(f"Docker {label(engine, self._known)}" for engine in self._known))
        rows = [
            (STATES[self._language][state], *(str(counts[engine][state]) for engine in self._known))
            for state in (HELD, DIFFERS, FAILED, CHANGED, NOT_RUN, STOPPED)
        ]
        return _markdown(head, rows)

    def engines(self) -> str:
        """The engines: version, origin, and the time of the oldest run that counts."""
        rows = []
        for engine, content in self._known.items():
            where = content["environment"]
            suite = ENGINES[engine].suite
            oldest = min((page["time"][:10] for page in content["pages"].values()), default="")
            rows.append(
                (
                    where["docker"],
                    f"Debian {suite}" if suite else self._words["own"],
                    where["api"],
                    f"{where['kernel']} ({where['machine']})",
                    where["cgroups"] and f"v{where['cgroups']}",
                    date(oldest, self._language) if oldest else "",
                )
            )
        return self._table("engines", rows)

    def images(self) -> str:
        """The images that pages pull, with the digest of each, and the engines that pulled that one."""
        engines: dict[tuple[str, str], list[str]] = {}
        for engine, content in self._known.items():
            for image in content["environment"]["images"].items():
                engines.setdefault(image, []).append(label(engine, self._known))
        rows = [
            (f"`{name}`", f"`{digest}`", ", ".join(labels))
            for (name, digest), labels in sorted(engines.items())
        ]
        return self._table("images", rows)

    def skipped(self) -> str:
        """Every example that never runs, with its reason."""
        rows = [
            (self._link(file), f"`{example.name}`", example.reason)
            for file, found in self._examples.items()
            for example, _ in found
            if example.action == pages.SKIP
        ]
        return self._table("skipped", rows, "none")

    def limits(self) -> str:
        """Every example that runs on some engines only, with its limit."""
        rows = [
            (self._link(file), f"`{example.name}`", f"Docker {example.limit.replace('<', '&lt;')}")
            for file, found in self._examples.items()
            for example, _ in found
            if example.is_limited and example.action == pages.RUN
        ]
        return self._table("limits", rows, "none")

    def _all(self) -> Iterator[tuple[pages.Example, dict[str, str]]]:
        for found in self._examples.values():
            yield from (pair for pair in found if pair[0].action == pages.RUN)

    def _path(self, file: Path) -> str:
        return file.relative_to(DOCS / self._language).as_posix()

    def _link(self, file: Path) -> str:
        return f"[{pages.page_id(file)}]({self._path(file)})"

    def _table(self, name: str, rows: list[tuple[str, ...]], empty: str = "nothing") -> str:
        return _markdown(self._words[name], rows) if rows else self._words[empty]


def _markdown(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
