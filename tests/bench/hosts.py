"""All pages on one Docker host at a time against all of them on two."""

from collections.abc import Sequence
from pathlib import Path

from tests.bench.process import Taken, pytest, run


def compare(listed: Sequence[Path], engine: str) -> tuple[Taken, Taken]:
    """What it takes on one, and on two."""
    one, two = (
        run(pytest(f"--engine={engine}", f"--numprocesses={count}", "--dist=loadfile", *listed))
        for count in (1, 2)
    )
    return one, two
