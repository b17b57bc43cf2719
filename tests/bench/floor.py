"""Real pages against the floor: the same commands typed into plain bash, on the same daemon, one after the other."""

import contextlib
import shutil
import statistics
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from doclab import pages
from doclab.engines import Engine
from doclab.host import Host, open_host
from doclab.pages import Example
from doclab.run import PageRun
from doclab.source import relative
from tests.bench.process import Failed

DIRECTORY, KEPT = "/root/hieu-docker", "/root/floor"


def host_seconds(engine: Engine, times: int = 3) -> float:
    """The seconds that a host takes to come and go, the middle one of a few."""
    taken = []
    for _ in range(times):
        started = time.monotonic()
        with open_host(engine):
            pass
        taken.append(time.monotonic() - started)
    return statistics.median(taken)


def compare(listed: Sequence[Path], engine: Engine, times: int) -> tuple[float, float]:
    """The seconds of all pages verified, and those of their commands in plain bash.

    Each page has a host of its own, on which it is run both ways, `times` times, and which comes first changes; of each
    way the fastest run counts, because whatever else the machine does can only slow it down.  Pages with a
    pseudo-terminal are left out: plain bash has none.
    """
    ours = theirs = 0.0
    for page in listed:
        found = pages.examples(page)
        if not any(example.action == pages.RUN for example in found) or any(
            example.is_terminal for example in found
        ):
            continue
        taken: dict = {_plain: [], _verified: []}
        with open_host(engine) as host:
            for number in range(times):
                for way in [_plain, _verified][:: -1 if number % 2 else 1]:
                    taken[way].append(_timed(way, host, found))
        plain, verified = min(taken[_plain]), min(taken[_verified])
        ours, theirs = ours + verified, theirs + plain
        print(f"{relative(page)}: verified in {verified:.2f} s, in plain bash {plain:.2f} s", flush=True)
    return ours, theirs


def verified_seconds(listed: Sequence[Path], engine: Engine) -> list[float]:
    """The seconds of each page, read and verified, one after the other on one host."""
    taken = []
    with open_host(engine) as host:
        for page in listed:
            started = time.monotonic()
            found = pages.examples(page)
            read = time.monotonic() - started
            taken.append(read + _timed(_verified, host, found))
    return taken


def _timed(way, host: Host, found: Sequence[Example]) -> float:
    for folder in (DIRECTORY, KEPT, f"{DIRECTORY}-programs"):
        shutil.rmtree(host.outside(folder), ignore_errors=True)
        host.outside(folder).mkdir()
    return way(host, found)


def _verified(host: Host, found: Sequence[Example]) -> float:
    started = time.monotonic()
    with contextlib.closing(PageRun(found, host, DIRECTORY)) as run:
        for example in found:
            run.advance(example)
        left = run.finish()
    taken = time.monotonic() - started
    if not run.held or left:
        raise Failed(left or next(verdict.message for verdict in run.verdicts if verdict.message))
    return taken


def _plain(host: Host, found: Sequence[Example]) -> float:
    script = "\n".join(line for n, example in enumerate(found) for line in _typed(host, n, example))
    host.outside(f"{KEPT}/script").write_text(f"{script}\n", encoding="utf-8")
    command = host.argv(["bash", f"{KEPT}/script"], DIRECTORY)
    started = time.monotonic()
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return time.monotonic() - started


def _typed(host: Host, number: int, example: Example) -> list[str]:
    """What a reader would type for an example: its commands, or to save its file, or to run its program."""
    kept = f"{KEPT}/{number}-{Path(example.saves or 'program.py').name}"
    if example.saves or example.language == "python":
        host.outside(kept).write_text(f"{example.block.source}\n", encoding="utf-8")
    if example.saves:
        return [f"cp {kept} {example.saves}"]
    if example.action != pages.RUN or (example.is_limited and not example.runs_on(host.server_version)):
        return []
    if example.language == "python":
        return [f"{host.python} -u {kept}"]
    return [command.source for command in example.commands]
