"""Recordings: what the commands of an example printed in a verified run, and when, for the site to play.

`evidence/recordings/PAGE/SECTION-ORDINAL.cast` is an asciicast of version 2
(https://docs.asciinema.org/manual/asciicast/v2/) of an example that is `.recorded`.  Its header has one more object,
`doclab`: the example, its hash as in doclab.evidence, the day, and the daemon's version.

The output and the times between its pieces are those of the run.  The typing is not: the verifier types a line at
once, and nobody could read along.
"""

import codecs
import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema

from doclab import evidence, files
from doclab.pages import Example
from doclab.transcript import SHELL

if TYPE_CHECKING:  # the site reads recordings without a verifier
    from doclab.session import Pieces
    from doclab.verdict import Verdict

FOLDER = evidence.FOLDER / "recordings"
RECORDED = "recorded"  # the class of a fence whose run is kept

_DAY = r"^\d{4}-\d\d-\d\d$"
_HEADER = {
    "type": "object",
    "required": ["version", "width", "height", "doclab"],
    "properties": {
        "version": {"const": 2},
        "width": {"type": "integer", "minimum": 1},
        "height": {"type": "integer", "minimum": 1},
        "doclab": {
            "type": "object",
            "required": ["example", "hash", "day", "docker"],
            "additionalProperties": {"type": "string"},
            "properties": {"day": {"type": "string", "pattern": _DAY}},
        },
    },
}
_EVENT = {
    "type": "array",
    "prefixItems": [{"type": "number", "minimum": 0, "maximum": 86400}, {"const": "o"}, {"type": "string"}],
    "minItems": 3,
    "maxItems": 3,
}
_VALIDATOR = jsonschema.Draft202012Validator(  # of its lines
    {"type": "array", "prefixItems": [_HEADER], "items": _EVENT, "minItems": 2}
)
_COLUMNS, _ROWS = (40, 80), 24  # the narrowest and the widest picture, and the highest
_WORD = 0.12  # seconds to type one
_PAUSE = 0.8  # seconds before a line is typed, and after the last one
_TOGETHER = 0.01  # seconds: nobody sees that what is closer came in two pieces


def save(
    folder: Path, page: str, docker: str, examples: Sequence[Example], verdicts: Sequence["Verdict"]
) -> None:
    """Keep the recordings of a page that held on this version of Docker, in place of those it had.  Raises OSError."""
    for file in (folder / page).glob("*.cast"):  # those of pages below it are in folders, and stay
        file.unlink()
    hashes = evidence.hashes(examples)
    for example, verdict in zip(examples, verdicts, strict=True):
        if RECORDED in example.block.classes and verdict.outputs:  # else it was skipped
            about = {
                "example": f"{page}::{example.name}",
                "hash": hashes[example.name],
                "day": f"{datetime.now(UTC):%Y-%m-%d}",
                "docker": docker,
            }
            files.write(_file(folder, page, example), cast(example, verdict, about))


def load(folder: Path, page: str, example: Example, hash: str) -> tuple[dict[str, Any], list[list]] | None:
    """The header and the events of an example's recording; None without one, or when examples of its page have changed since.

    Raises EvidenceError.
    """
    file = _file(folder, page, example)
    if not file.exists():
        return None
    try:
        text = file.read_text(encoding="utf-8").removesuffix("\n")
        # splitlines() also splits what is printed.
        lines = [evidence.parse(line) for line in text.split("\n")]
    except (OSError, ValueError, RecursionError) as error:
        raise evidence.unreadable(file, f"this is no recording ({error})") from None
    if fault := evidence.mismatch(_VALIDATOR, lines) or evidence.not_past(lines[0]["doclab"]["day"]):
        raise evidence.unreadable(file, f"this is no recording ({fault})")
    header, *events = lines
    return (header, events) if header["doclab"]["hash"] == hash else None


def _file(folder: Path, page: str, example: Example) -> Path:
    return folder / page / f"{example.name.replace('::', '-')}.cast"


def cast(example: Example, verdict: "Verdict", about: dict[str, str]) -> str:
    """The asciicast of an example that held."""
    shown = [
        line
        for step, lines in zip(example.steps, verdict.outputs, strict=True)
        for line in [*_prompted(step).split("\r\n"), *lines]
    ]
    longest = max(map(len, shown), default=0) + 1  # with the cursor
    columns = min(max(longest, _COLUMNS[0]), _COLUMNS[1])
    rows = min(sum(max(1, -(-len(line) // columns)) for line in shown) + 1, _ROWS)
    header = {"version": 2, "width": columns, "height": rows, "doclab": about}
    events = [[round(time, 3), "o", text] for time, text in _play(example, verdict.pieces)]
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in [header, *events])


def _play(example: Example, pieces: Sequence["Pieces"]) -> Iterator[tuple[float, str]]:
    """What the screen is told, and when, in seconds from the beginning."""
    now = 0.0
    for step, came in zip(example.steps, pieces, strict=True):
        if _is_ours(step):
            yield now, SHELL
        now += _PAUSE
        if _is_ours(step):
            for word in re.findall(r"\s*\S+", _prompted(step).removeprefix(SHELL)):
                yield now, word
                now += _WORD
            yield now, "\r\n"
        for time, text in _joined(came):
            yield now + time, text if example.is_terminal else text.replace("\n", "\r\n")
        now += came[-1][0]
    yield now, SHELL
    yield now + _PAUSE, ""


def _is_ours(step) -> bool:
    """Whether a line is typed at the page's own prompt; a program prints its prompt, and echoes, by itself."""
    return step.prompt == SHELL


def _prompted(step) -> str:
    """A line as the screen shows it once it is typed; "" where what is typed is in the output already."""
    return SHELL + step.source.replace("\n", "\r\n> ") if _is_ours(step) else ""


def _joined(pieces: "Pieces") -> Iterator[tuple[float, str]]:
    """The pieces as text, those joined that came together; a letter may come in two of them."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    begun, text = 0.0, ""
    for time, piece in pieces:
        if text and time - begun > _TOGETHER:
            yield begun, text
            text = ""
        begun = begun if text else time
        text += decoder.decode(piece)
    if text:
        yield begun, text
