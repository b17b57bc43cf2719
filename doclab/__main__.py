"""python -m doclab: look at what the verifier sees, record outputs anew, and test the pages with small lies."""

import argparse
import functools
import json
import os
import random
import signal
import sys
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from itertools import repeat
from pathlib import Path

from doclab import matrix, mutation, pages, score, selection, signals
from doclab.engines import ENGINES, Engine
from doclab.evidence import EvidenceError
from doclab.host import HostError
from doclab.leftovers import DaemonGone, PageTaken
from doclab.mutants import Mutant
from doclab.options import ENGINE, TIME_LIMIT
from doclab.source import all_pages, relative
from doclab.update import NothingRan, UpdateError, update
from doclab.workers import workers


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status is 0 only when it did something and all of it held."""
    parser = argparse.ArgumentParser(prog="python -m doclab", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    listing = _add(
        commands, "examples", list_examples, "list the code blocks of pages, one JSON object a line"
    )
    listing.add_argument("pages", nargs="+", type=Path, metavar="PAGE")
    recording = _add(
        commands, "update", update_pages, "run pages and rewrite the outputs that no longer hold"
    )
    _add_pages(recording)
    _add_run(recording)
    engines = _add(commands, "matrix", run_matrix, "verify pages on every engine, and record the evidence")
    _add_pages(engines)
    engines.add_argument(
        "--engine",
        action="append",
        choices=sorted(ENGINES),
        help="one of the engines, or several, each with its own --engine (default: all but `host`)",
    )
    lying = _add(
        commands, "mutate", mutate_pages, "change pages in small ways, and see whether each is found out"
    )
    _add_pages(lying)
    _add_run(lying)
    lying.add_argument(
        "--commands",
        type=_count,
        default=0,
        metavar="N",
        help="also run N pages with a misspelt command, on Docker",
    )
    lying.add_argument("--seed", type=int, default=0, help="which N they are (default: %(default)s)")
    options = parser.parse_args(arguments)
    signals.follow_parent()
    try:
        _settle_pages(parser, options)
        status = options.run(options)
        sys.stdout.flush()
        return status
    except (pages.PageError, HostError, PageTaken, EvidenceError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt as end:
        print(str(end) or "stopped", file=sys.stderr)
        return 128 + getattr(end, "by", signal.SIGINT)
    except BrokenPipeError:  # nobody reads on, as behind `| head`
        # Else Python would complain once more on its exit, when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(f"{error.filename or 'a file'} can't be read or written: {error.strerror}", file=sys.stderr)
        return 1
    except BrokenProcessPool:
        print("a process at work was killed: is there enough memory?", file=sys.stderr)
        return 1


def _add(
    commands, name: str, run: Callable[[argparse.Namespace], int], purpose: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}.")
    parser.set_defaults(run=run)
    return parser


def _add_pages(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pages", nargs="*", type=Path, metavar="PAGE", help="default: all of docs/vi")


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--engine", **ENGINE)
    parser.add_argument("--time-limit", **TIME_LIMIT)


def _settle_pages(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Put its pages in the place of each folder; `options.named` are those that somebody named one by one."""
    options.named = {given.resolve() for given in options.pages if not given.is_dir()}
    found = {}
    for page in map(Path, selection.expand(map(str, options.pages))):
        if page.is_dir():
            parser.error(selection.why_nothing([str(page)]))
        if page.is_file() and page.suffix != ".md":
            parser.error(f"{page} is no page: the name of a page ends in .md")
        found[os.path.abspath(page)] = page  # one that is in a named folder, too, comes once
    options.pages = [*found.values()]


def _is_named(page: Path, options: argparse.Namespace) -> bool:
    """Whether somebody asked for just this page: then it has to have an example, as one in a folder has not."""
    return page.resolve() in options.named


def _count(text: str) -> int:
    """Read a number of things, as argparse's `type`."""
    if text.isdecimal():
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is no whole number, 0 or above")


def list_examples(options: argparse.Namespace) -> int:
    """Print what was found: `file`, `line`, `language`, `action`, `reason`, `source`, and the example's `id`."""
    failed, total = False, 0
    for page in options.pages:
        try:
            found = _some(page) if _is_named(page, options) else pages.examples(page)
        except pages.PageError as error:  # it hides no other page
            failed = True
            print(error, file=sys.stderr)
            continue
        for example in found:
            print(json.dumps(_as_json(page, example), ensure_ascii=False))
        total += len(found)
    if not total and not failed:
        print("no examples found", file=sys.stderr)
    return 0 if total and not failed else 1


def _some(page: Path) -> list[pages.Example]:
    """The examples of a page that somebody has named: it has some.  Raises PageError."""
    if found := pages.examples(page):
        return found
    raise pages.PageError(page, 1, "no examples found")


@signals.ended_in_order()
def update_pages(options: argparse.Namespace) -> int:
    """Record each page; one that can't be recorded stays as it was and stops no other."""
    failed = ran = False
    for page in options.pages or all_pages():
        print(relative(page), flush=True)
        try:
            if _is_named(page, options):
                _some(page)
            changed = update(
                page, ENGINES[options.engine], lambda line: print(line, flush=True), options.time_limit
            )
        except (UpdateError, pages.PageError, PageTaken, DaemonGone) as error:
            if isinstance(error, NothingRan) and not _is_named(page, options):  # a page of prose among others
                print("  nothing to record")
                continue
            failed = True
            print(f"not updated: {error}", file=sys.stderr)
            continue
        ran = True
        print("\n".join(f"  rewrote {relative(file)}" for file in changed) or "  nothing to change")
    if not (ran or failed):
        print(
            "nothing was recorded: none of these pages has an example that runs on this engine",
            file=sys.stderr,
        )
    return 0 if ran and not failed else 1


@signals.ended_in_order()
def run_matrix(options: argparse.Namespace) -> int:
    """Run the pages on the engines; 0 when all of it held on all of them."""
    names = options.engine or [name for name, engine in ENGINES.items() if engine.suite]
    chosen = [page for page in options.pages if _is_named(page, options) or _has_examples(page)]
    if options.pages and not chosen:
        raise pages.PageError(options.pages[0], 1, "no examples found")
    return 0 if matrix.run(names, [page.resolve() for page in chosen]) else 1


def _has_examples(page: Path) -> bool:
    return any(example.action != pages.SHOW for example in pages.examples(page))


@signals.ended_in_order()
def mutate_pages(options: argparse.Namespace) -> int:
    """Try thousands of small lies, several pages at a time, and report which were found out."""
    engine, limit = ENGINES[options.engine], options.time_limit
    listed = options.pages or all_pages()
    named = [_is_named(page, options) for page in listed]
    with workers(1 if engine.is_shared else None) as pool:
        findings = pool.each(_examine, listed, repeat(engine), repeat(limit), named)
        read = [page for page, found in zip(listed, findings, strict=True) if not found.error]
        chances = [(page, mutant) for page in read for mutant in mutation.misspellings(page, engine)]
        chosen = random.Random(options.seed).sample(chances, min(options.commands, len(chances)))
        ran = pool.each(_run, *zip(*chosen, strict=True), repeat(engine), repeat(limit)) if chosen else []
    print("\n".join(score.report(findings, ran)))
    return 0 if score.is_good(findings, ran) else 1


def _examine(page: Path, engine: Engine, limit: float, is_named: bool) -> mutation.Findings:
    try:
        if is_named:
            _some(page)
        return mutation.examine(page, engine, limit, functools.partial(print, flush=True))
    except (mutation.NotVerified, pages.PageError, HostError, PageTaken) as error:
        return mutation.Findings(relative(page), error=str(error))


def _run(page: Path, mutant: Mutant, engine: Engine, limit: float) -> mutation.Ran:
    row, (text,) = mutant.edits[0]
    what = f"{relative(page)}: {row.text} -> {text}"
    try:
        survivor = mutation.run(page, mutant, engine, limit)
    except (HostError, PageTaken) as error:  # what the others found is worth knowing all the same
        return mutation.Ran(error=f"{what}: {error}")
    print(f"{'SURVIVED' if survivor else 'found out'}  {what}", flush=True)
    return mutation.Ran(survivor)


def _as_json(page: Path, example: pages.Example) -> dict[str, object]:
    identity = {"id": f"{pages.page_id(page)}::{example.name}"} if example.ordinal else {}
    return {
        "file": relative(example.file),
        "line": example.line,
        "language": example.language,
        "action": example.action,
        "reason": example.reason,
        "source": example.block.source,
        **identity,
        **({"saves": example.saves} if example.saves else {}),
    }


if __name__ == "__main__":
    sys.exit(main())
