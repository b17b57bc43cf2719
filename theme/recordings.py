"""The recording of an example, to be played below it: what doclab.casts kept, until the reader opens it."""

import json
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from doclab import casts, evidence, pages
from theme.badges import date

WORDS = {
    "vi": "Xem ghi hình: {seconds:.0f} giây, Docker {docker}, {day}",
    "en": "Watch a recording: {seconds:.0f} s, Docker {docker}, {day}",
}


def players(
    examples: Sequence[pages.Example], name: str, language: str, folder: Path = casts.FOLDER
) -> Iterator[str]:
    """The HTML below each `console` and `python` block of the page, in order; "" where there is nothing to play.

    `name` is the page's id.  Raises EvidenceError.
    """
    hashes = evidence.hashes(examples)
    for example in examples:
        if example.language not in ("console", "python"):
            continue
        found = None
        if casts.RECORDED in example.block.classes:
            found = casts.load(folder, name, example, hashes[example.name])
        yield _player(*found, language) if found else ""


def _player(header: dict, events: list[list], language: str) -> str:
    about = header["doclab"]
    told = WORDS[language].format(
        seconds=events[-1][0], docker=about["docker"], day=date(about["day"], language)
    )
    lines = "\n".join(
        json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in [header, *events]
    )
    return (
        f'<details class="doclab-recording" data-search-exclude data-cast="{escape(lines).replace(chr(10), "&#10;")}">'
        f'<summary><span aria-hidden="true">▶</span> {escape(told)}</summary></details>'
    )
