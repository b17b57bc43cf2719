"""Whether the limits of a page, its `engine=`, are still needed: what they keep from an engine would have to fail there."""

from collections.abc import Iterator, Sequence
from itertools import chain, groupby
from pathlib import Path

from doclab import engines, pages
from doclab.host import HostError
from doclab.items import Item
from doclab.leftovers import PageTaken
from doclab.pages import Example
from doclab.promises import promises, typed_by
from doclab.report import LIMITS
from doclab.run import PageRun, open_page
from doclab.source import relative
from doclab.verdict import FAILED, HELD, NOT_RUN, SKIPPED, Verdict

Found = list[tuple[Example, str]]  # examples that are kept from this engine, and what became of each


class Limits(Item):
    """Whether what `engine=` keeps from this engine would fail here: a limit must not outlive its reason.

    Of two blocks in a row with the same commands, for two sides of a border, one has run: what it printed decides about
    the other.  For all others the page runs once more on a host of its own, with their limits turned round; and again
    without those that failed, as long as there are others.
    """

    def runtest(self) -> None:
        try:
            self.conclude(self._verdict())
        except (HostError, PageTaken) as error:
            self.conclude(Verdict(FAILED, f"{relative(self.path)}:1: {error}"))

    def _verdict(self) -> Verdict:
        run = self.page.run
        if not run:
            return Verdict(NOT_RUN, f"{NOT_RUN}: the page had no Docker host")
        is_shared = run.host.engine.is_shared
        if self.page.left and is_shared:  # it would be in the way
            return Verdict(NOT_RUN, f"{NOT_RUN}: the page left something behind")
        for example in run.examples:
            run.advance(example)  # whichever items were chosen
        docker = run.host.server_version
        limited = (e for e in run.examples if e.is_limited and e.action == pages.RUN)
        kept = [e for e in limited if not e.runs_on(docker) and not (e.needs and is_shared)]
        if not kept:
            return Verdict(SKIPPED, f"no example is kept from Docker {docker}")
        found = self._try(run, kept)
        if needless := [example for example in kept if (example, HELD) in found]:
            lines = [
                f"{relative(example.file)}:{example.line}: limited to Docker {example.limit}, but it holds on "
                f"{docker}, too: widen the limit, or take it away"
                for example in needless
            ]
            return Verdict(FAILED, "\n".join(lines))
        if untried := [example for example, result in found if result == NOT_RUN]:
            if not run.is_complete:
                return Verdict(NOT_RUN, f"{NOT_RUN}: the page broke off before all limits were tried")
            lines = [
                f"{relative(example.file)}:{example.line}: whether Docker {example.limit} is still needed could not be "
                "tried: where the page ran with its limits turned round, it broke off before this"
                for example in untried
            ]
            return Verdict(FAILED, "\n".join(lines))
        return Verdict()

    def _try(self, run: PageRun, kept: Sequence[Example]) -> Found:
        told: Found = []
        as_usual: list[Example] = []  # their limits are not turned round
        borders = [*_borders(run)]
        for border in borders:
            results = [(example, _told(run, example)) for example in border if example in kept]
            if all(result for _, result in results):
                told += results
                as_usual += border
        found = self._turn_round(kept, as_usual)
        while (failed := [e for e, result in found if result == FAILED]) and len(failed) < len(found):
            # The others may build on what failed, as clean-ups do, or were cut off by it: do they hold without it?
            around = chain.from_iterable(border for border in borders if any(e in border for e in failed))
            as_usual += [example for example in around if example in failed or example not in kept]
            found = self._turn_round(kept, as_usual)
        return told + found

    def _turn_round(self, kept: Sequence[Example], as_usual: Sequence[Example]) -> Found:
        """What becomes of the examples that are kept from this engine when all limits but these are turned round."""
        untold = [example for example in kept if example not in as_usual]
        if not untold:
            return []
        examples = self.page.document.namespace["examples"]
        turned = [example for example in examples if example.is_limited and example not in as_usual]
        option = self.config.option
        options = {"limit": option.time_limit, "turned": turned}
        with open_page(examples, engines.ENGINES[option.engine], lambda line: None, **options) as run:
            return [(example, run.advance(example).result) for example in untold]

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{pages.page_id(self.path)}::{LIMITS}"


def _borders(run: PageRun) -> Iterator[list[Example]]:
    """The limited examples of a page, those together that follow each other."""
    examples = (example for example in run.examples if _does(example))
    return (list(border) for is_limited, border in groupby(examples, lambda e: e.is_limited) if is_limited)


def _does(example: Example) -> bool:
    """Whether it runs, or saves a file."""
    return example.action == pages.RUN or bool(example.saves)


def _told(run: PageRun, example: Example) -> str:
    """What would become of an example where it stands, by what its twin printed; "" where that can't be told."""
    twin = _twin(run, example)
    if not twin:
        return ""
    ran, judged = run.verdicts[run.examples.index(twin)], Verdict()
    following = _next(run, max(twin, example, key=run.examples.index))
    while following and following.action != pages.RUN:  # a file to save shows no exit status
        following = _next(run, following)
    wanted = promises(example, following)
    if len(ran.statuses) != len(wanted):
        return ""  # it did not come to its end
    known = ran.known.copy()
    for promise, lines, status in zip(wanted, ran.outputs, ran.statuses, strict=True):
        judged.judge(promise, lines, status, known)
    return judged.result


def _twin(run: PageRun, example: Example) -> Example | None:
    """The limited example that ran right before or after the place of this one, if it types the same.

    Terminals have none: when a key is pressed there depends on how many lines the page waits for.
    """
    for beside in (_next(run, example), _next(run, example, backwards=True)):
        is_alike = beside and beside.is_limited and beside.needs == example.needs
        if is_alike and not example.is_terminal and typed_by(beside) == typed_by(example):
            return beside
    return None


def _next(run: PageRun, example: Example, backwards: bool = False) -> Example | None:
    """The next example on the page that did something on this engine."""
    ran = [
        other
        for other, verdict in zip(run.examples, run.verdicts, strict=True)
        if other is example or (verdict.result != SKIPPED and _does(other))
    ]
    place = ran.index(example) + (-1 if backwards else 1)
    return ran[place] if 0 <= place < len(ran) else None
