"""The same `echo` pages for other tools: plain bash, Sybil with the least evaluator that does it, and byexample."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from doclab.engines import DEFAULT, ENGINES
from tests.bench import echo
from tests.bench.floor import verified_seconds
from tests.bench.process import pytest, run

FEW = 5  # pages, where each has a Docker host: its price is plain from these

# Sybil alone: its own lexer for `console` fences, and one bash a page, which says when a command is done.
CONFTEST = r"""
import subprocess
from sybil import Sybil
from sybil.parsers.markdown import CodeBlockParser

def start(namespace):
    pipe = subprocess.PIPE
    namespace["bash"] = subprocess.Popen(["bash"], stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True)

def stop(namespace):
    namespace["bash"].communicate()

def evaluate(example):
    command, _, shown = example.parsed.removeprefix("$ ").partition("\n")
    bash = example.namespace["bash"]
    bash.stdin.write(f"{command}\necho DONE\n")
    bash.stdin.flush()
    real = "".join(iter(bash.stdout.readline, "DONE\n"))
    return None if real == shown else f"{real!r} is not {shown!r}"

parsers = [CodeBlockParser("console", evaluate)]
pytest_collect_file = Sybil(parsers=parsers, pattern="*.md", setup=start, teardown=stop).pytest()
"""


@dataclass(frozen=True)
class Tool:
    """The seconds that a tool took for one page and for `pages` of them, and the megabytes for these."""

    name: str
    pages: int
    first: float
    all: float
    memory: float | None = None

    def __str__(self) -> str:
        more = (
            (self.all - self.first) / (self.pages - 1) / echo.EXAMPLES * 1000
        )  # free of what it takes to start
        memory = f"{self.memory:.0f} MB" if self.memory else ""
        return f"| {self.name} | {self.first:.2f} s | {self.pages} | {self.all:.2f} s | {more:.2f} ms | {memory} |"


def compare(count: int, folder: Path, times: int) -> Iterator[Tool]:
    """The tools on `count` pages, the fastest run of each."""

    def tool(name: str, command: Callable[[Path], Sequence[object]], count: int = count) -> Tool:
        first, taken = (
            min(
                (run(command(echo.write(folder, number))) for _ in range(times)),
                key=lambda taken: taken.seconds,
            )
            for number in (1, count)
        )
        return Tool(name, count, first.seconds, taken.seconds, taken.memory)

    yield tool("plain bash, one a page", _scripts)
    yield tool(f"Sybil {version('sybil')} alone", _sybil)
    yield tool(f"byexample {version('byexample')}", _byexample)
    yield tool("doclab, collecting only", lambda pages: pytest("--collect-only", pages))
    yield min((_on_one_host(count, folder) for _ in range(times)), key=lambda tool: tool.all)
    yield tool("doclab, a Docker host for each page", lambda pages: pytest(pages), FEW)


def _scripts(pages: Path) -> list[object]:
    for page in pages.glob("*.md"):
        rows = page.read_text(encoding="utf-8").split("\n")
        page.with_suffix(".sh").write_text("\n".join(row[2:] for row in rows if row.startswith("$ ")))
    return ["bash", "-c", 'for script in "$0"/*.sh; do bash "$script"; done', pages]


def _sybil(pages: Path) -> list[object]:
    (pages / "conftest.py").write_text(CONFTEST)
    # Without the settings of this project, which load doclab.
    return [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, f"--rootdir={pages}", pages]


def _byexample(pages: Path) -> list[object]:
    return [Path(sys.executable).with_name("byexample"), "--language=shell", *sorted(pages.glob("*.md"))]


def _on_one_host(count: int, folder: Path) -> Tool:
    """What the verifier itself takes: Python and the host are there before."""
    first, *others = verified_seconds(sorted(echo.write(folder, count).glob("*.md")), ENGINES[DEFAULT])
    return Tool("doclab, on one Docker host that is there", count, first, first + sum(others))


def table(tools: Sequence[Tool]) -> list[str]:
    """A table for a page."""
    head = f"| {echo.EXAMPLES} `echo` a page | 1 page | pages | all pages | one more example | memory |"
    return [head, "|---|--:|--:|--:|--:|--:|", *map(str, tools)]
