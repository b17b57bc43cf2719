"""python -m doclab: look at what the verifier sees, and record outputs anew."""

import argparse
import json
import sys
from pathlib import Path

from doclab import matrix, pages
from doclab.engines import DEFAULT, ENGINES
from doclab.evidence import EvidenceError
from doclab.host import HostError
from doclab.leftovers import PageTaken
from doclab.session import DEFAULT_LIMIT
from doclab.source import DOCS, relative
from doclab.update import UpdateError, update


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status is 0 only when it did something and all of it held."""
    parser = argparse.ArgumentParser(prog="python -m doclab", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    listing = commands.add_parser("examples", help="list the code blocks of pages, one JSON object a line")
    listing.add_argument("pages", nargs="+", type=Path, metavar="PAGE")
    listing.set_defaults(run=list_examples)
    recording = commands.add_parser("update", help="run pages and rewrite the outputs that no longer hold")
    recording.add_argument("pages", nargs="*", type=Path, metavar="PAGE", help="default: all of docs/vi")
    recording.add_argument("--engine", choices=sorted(ENGINES), default=DEFAULT)
    recording.add_argument("--time-limit", type=float, default=DEFAULT_LIMIT, metavar="SECONDS")
    recording.set_defaults(run=update_pages)
    engines = commands.add_parser("matrix", help="verify pages on every engine, and record the evidence")
    engines.add_argument("pages", nargs="*", type=Path, metavar="PAGE", help="default: all of docs/vi")
    engines.add_argument(
        "--engine",
        action="append",
        choices=sorted(ENGINES),
        help="one of the engines, or several, each with its own --engine (default: all but `host`)",
    )
    engines.set_defaults(run=run_matrix)
    options = parser.parse_args(arguments)
    try:
        return options.run(options)
    except (pages.PageError, HostError, PageTaken, EvidenceError) as error:
        print(error, file=sys.stderr)
        return 1


def list_examples(options: argparse.Namespace) -> int:
    """Print what was found: `file`, `line`, `language`, `action`, `reason`, `source`, and the example's `id`."""
    found = 0
    for page in options.pages:
        for example in pages.examples(page):
            found += 1
            print(json.dumps(_as_json(page, example), ensure_ascii=False))
    if not found:
        print("no examples found", file=sys.stderr)
    return 0 if found else 1


def update_pages(options: argparse.Namespace) -> int:
    """Record each page; one that can't be recorded stays as it was and stops no other."""
    failed = False
    for page in options.pages or sorted(DOCS.glob("vi/**/*.md")):
        print(relative(page), flush=True)
        try:
            changed = update(
                page, ENGINES[options.engine], lambda line: print(line, flush=True), options.time_limit
            )
        except (UpdateError, pages.PageError) as error:
            failed = True
            print(f"not updated: {error}", file=sys.stderr)
            continue
        print("\n".join(f"  rewrote {relative(file)}" for file in changed) or "  nothing to change")
    return 1 if failed else 0


def run_matrix(options: argparse.Namespace) -> int:
    """Run the pages on the engines; 0 when all of it held on all of them."""
    names = options.engine or [name for name, engine in ENGINES.items() if engine.suite]
    return 0 if matrix.run(names, [page.resolve() for page in options.pages]) else 1


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
