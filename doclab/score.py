"""What a mutation test found, as Markdown tables, and whether that is good enough."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from doclab.mutation import Findings, Ran, Survivor
from doclab.transcript import ELLIPSIS

REQUIRED = 99.5  # percent of the lies that must be found out


def is_good(findings: Sequence[Findings], ran: Sequence[Ran]) -> bool:
    """Whether enough lies were found out, every survivor is allowed for by a type, and no changed command went by."""
    tried, killed = (sum(map(Counter.total, counts)) for counts in _counts(findings))
    return (
        not any(one.survived or one.error for one in ran)
        and killed * 100 >= tried * REQUIRED > 0
        and not any(page.error or page.commands[False] for page in findings)
        and all(survivor.types for page in findings for survivor in page.survivors)
    )


def _counts(findings: Iterable[Findings]) -> tuple[list[Counter], list[Counter]]:
    return [page.tried for page in findings], [page.killed for page in findings]


def report(findings: Sequence[Findings], ran: Sequence[Ran]) -> Iterator[str]:
    """The lines of the report."""
    yield from _by_page(findings)
    yield ""
    yield from _by_target(findings)
    yield ""
    yield _all_told(findings)
    yield from _on_commands(findings)
    if not any(page.tried or page.error for page in findings):
        yield "nothing was tested: none of these pages has an example that runs and shows something"
    if ran:
        judged = sum(not one.error for one in ran)
        yield f"{judged} of them were run on a Docker: {ran.count(Ran())} found out."
        yield from (_told(one.survived) for one in ran if one.survived)
        yield from (f"not run: {one.error}" for one in ran if one.error)
    for page in findings:
        yield from map(_told, page.survivors)
        if page.error:
            yield f"not tested: {page.error}"


def _by_page(findings: Sequence[Findings]) -> Iterator[str]:
    yield "| page | lies | found out | |"
    yield "|---|--:|--:|--:|"
    for page in findings:
        yield _row(page.page, page.tried.total(), page.killed.total())
    tried, killed = (sum(map(Counter.total, counts)) for counts in _counts(findings))
    yield _row("all", tried, killed)


def _by_target(findings: Sequence[Findings]) -> Iterator[str]:
    tried, killed = (sum(counts, Counter()) for counts in _counts(findings))
    others = sum((page.permitted for page in findings), Counter())
    bound = sum((page.bound for page in findings), Counter())
    yield "| about | lies | found out | | changes that the format permits | found out |"
    yield "|---|--:|--:|--:|--:|--:|"
    for target in tried | others:
        rest = f" {others[target]:,} | {bound[target]:,} |" if others[target] else " | |"
        yield _row(target, tried[target], killed[target]) + rest


def _all_told(findings: Sequence[Findings]) -> str:
    tried = sum(page.tried.total() + page.permitted.total() for page in findings)
    killed = sum(page.killed.total() + page.bound.total() for page in findings)
    return f"With the changes that the format permits, {killed:,} of {tried:,} were found out{_rate(tried, killed)}."


def _rate(tried: int, killed: int) -> str:
    return f", {int(killed * 10_000 / tried) / 100:.2f} %" if tried else ""  # never rounded up


def _row(name: str, tried: int, killed: int) -> str:
    return f"| {name} | {tried:,} | {killed:,} | {_rate(tried, killed).lstrip(', ')} |"


def _on_commands(findings: Sequence[Findings]) -> Iterator[str]:
    counts = sum((page.commands for page in findings), Counter())
    yield (
        f"{counts.total():,} changes of commands: {counts[True]:,} found out, {counts[None]:,} seen as commands that "
        f"were never typed (what they would print takes a Docker: `-- --commands N` runs some), {counts[False]:,} not seen."
    )


def _told(survivor: Survivor) -> str:
    """A survivor with its place, why it may live, and where it may not, what it looks like."""
    what = f"{survivor.place}: {survivor.change} ({survivor.target})"
    if survivor.types == (ELLIPSIS,):
        return f"{what}: `...` stands for any lines"
    if survivor.types:
        return f"{what}: any {', '.join(survivor.types)} will do, the page shows it once"
    lines = [line for old, new in survivor.edits for line in (f"-{old}", *(f"+{text}" for text in new))]
    return "\n".join([f"{what}: NOT EXPLAINED", *lines])
