"""Evidence: what ran where, when, with which result; the JSON that the site shows.

`evidence/ENGINE.json` says for one engine what became of every example when it last ran; `evidence/schema.json` says
what such a file holds.  Evidence holds for an example as long as its hash does, which is one of all examples on its
page: a page runs as a whole, and what a command does, and has to print, also depends on others.
"""

import functools
import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema

from doclab import files, pages
from doclab.engines import ENGINES, Engine
from doclab.source import PROJECT, all_pages, relative

if TYPE_CHECKING:
    import docker  # the site reads evidence without it

FOLDER = PROJECT / "evidence"


class EvidenceError(Exception):
    """A file of evidence that can't be read; prints as `FILE: what is wrong and what to do`."""


@dataclass(frozen=True)
class Environment:
    """What a page ran on: the engine's name, versions of the daemon, its API and its cgroups, the kernel, and the images.

    `images` maps a name such as `busybox:1.37` to the digest of its manifest in the registry it came from.
    """

    engine: str
    docker: str
    api: str
    kernel: str
    machine: str
    cgroups: str
    images: Mapping[str, str]


@dataclass(frozen=True)
class Result:
    """What became of one example: one of doclab.verdict's words, and how long it took, in seconds."""

    hash: str
    result: str
    seconds: float


def hashes(examples: Sequence[pages.Example]) -> dict[str, str]:
    """12 hex digits for each example that runs or says why not, by its name.

    They change with any example of the page, its outputs and conditions: commands build on those before them, may fail
    where `echo $?` follows, and print an address to the letter if the page writes it anywhere.  They do not change with
    prose, nor with a `reason=`, which each language words for itself.
    """
    page = json.dumps(
        [_content(example) for example in examples if example.action != pages.SHOW or example.saves]
    )
    return {
        example.name: hashlib.sha256(f"{example.name} {page}".encode()).hexdigest()[:12]
        for example in examples
        if example.ordinal
    }


def _content(example: pages.Example) -> list[Any]:
    options = sorted(pair for pair in example.block.options.items() if pair[0] != "reason")
    program = example.block.include.name if example.language == "python" and example.block.include else ""
    return [example.language, sorted(example.block.classes), options, program, example.block.source]


def environment(engine: Engine, client: "docker.DockerClient", images: Mapping[str, str]) -> Environment:
    """Ask the daemon what it is; `images` are the digests of what pages can pull from where it pulls."""
    version, about = client.version(), client.info()
    return Environment(
        engine.name,
        version["Version"],
        version["ApiVersion"],
        version["KernelVersion"],
        about["Architecture"],
        about.get("CgroupVersion", ""),  # of Linux alone
        dict(sorted(images.items())),
    )


def load(folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    """Read all evidence: by engine, in the order of doclab.engines.  Raises EvidenceError."""
    found = {file.stem: _read(file) for file in folder.glob("*.json") if file.name != "schema.json"}
    if unknown := sorted(found.keys() - ENGINES.keys()):
        raise EvidenceError(
            f"{relative(folder / unknown[0])}.json: there is no engine {unknown[0]!r}: remove the file, "
            f"or add the engine to doclab/engines.py (known are {', '.join(ENGINES)})"
        )
    return {name: found[name] for name in ENGINES if name in found}


def seconds(engine: Engine, folder: Path = FOLDER) -> dict[str, float]:
    """How long the commands of each page took, by page id; of what there is no readable evidence, nothing."""
    try:
        known = _read(folder / f"{engine.name}.json")["pages"]
    except (OSError, EvidenceError):
        return {}
    return {name: took(page) for name, page in known.items()}


def took(page: Mapping[str, Any]) -> float:
    """How many seconds the commands of a page took, by its evidence."""
    return sum(result["seconds"] for result in page["examples"].values())


def series(docker: str) -> str:
    """`26.1` of the version `26.1.5+dfsg1`: what readers call it."""
    return ".".join(re.findall(r"\d+", docker)[:2])


def _read(file: Path) -> dict[str, Any]:
    try:
        content = parse(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise unreadable(file, f"this is not JSON ({error})") from None
    except OSError as error:
        raise unreadable(file, f"it can't be read ({error.strerror})") from None
    if fault := _fault(content):
        raise unreadable(file, fault)
    if content["environment"]["engine"] != file.stem:
        raise unreadable(file, f"it says that it is of the engine {content['environment']['engine']!r}")
    return content


def parse(text: str) -> Any:
    """Read JSON as its standard has it, which Python does not.  Raises ValueError, RecursionError."""
    content = json.loads(text, parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_unique)
    json.dumps(content, ensure_ascii=False).encode()  # `\ud800` can be read, and not be written
    return content


def _fault(content: Any) -> str:
    """What is wrong with the content of a file of evidence, and where in it; "" for nothing."""
    if told := mismatch(_validator(), content):
        return told
    for name, page in content["pages"].items():
        if told := not_past(page["time"]):
            return f"at $.pages.{name}.time: {told}"
    return ""


def not_past(time: str) -> str:
    """Why nothing can have run on this day or at this time (UTC, ISO 8601); "" where it can."""
    try:
        moment = datetime.fromisoformat(time).replace(tzinfo=UTC)
    except ValueError as error:
        return f"{time} is no time ({error})"
    latest = datetime.now(UTC) + timedelta(days=1)  # the clocks of two machines differ
    return f"{time} is still to come" if moment > latest else ""


def mismatch(validator: jsonschema.Draft202012Validator, content: Any) -> str:
    """Where in the content it is not what its schema says, and how; "" where it is."""
    error = jsonschema.exceptions.best_match(validator.iter_errors(content))
    return f"at {error.json_path}: {error.message}" if error else ""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Python reads a key that is there twice, and keeps the last of its values."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"{next(key for key in keys if keys.count(key) > 1)!r} is there twice")
    return found


def _refuse(constant: str) -> None:
    """Python reads NaN and Infinity, which are no JSON."""
    raise ValueError(f"{constant} is no number")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse(digits)


def unreadable(file: Path, fault: str) -> EvidenceError:
    """What to say of a file of evidence with this fault."""
    return EvidenceError(
        f"{relative(file)}: {fault}: evidence is written by `nox -s matrix`, never by hand: remove the file, and run that"
    )


@functools.cache
def _validator() -> jsonschema.Draft202012Validator:
    file = FOLDER / "schema.json"
    try:
        schema = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EvidenceError(f"{relative(file)} can't be read ({error}): take it from Git again") from None
    return jsonschema.Draft202012Validator(schema)


def record(
    folder: Path, environment: Environment, ran: Mapping[str, tuple[str, Mapping[str, Result]]]
) -> Path | None:
    """Write what a run found; the file, None when it found nothing of the site's pages.

    `ran` maps a page id to when its run began (UTC, ISO 8601) and to its results by example.  What the file says of
    other pages stays, if they ran in the same environment and still exist: else nobody knows whether it still holds.
    """
    file = folder / f"{environment.engine}.json"
    known = _read(file) if file.exists() else {"environment": None, "pages": {}}
    found = known["pages"] if known["environment"] == asdict(environment) else {}
    for name, (time, results) in ran.items():
        found[name] = {"time": time, "examples": {key: asdict(result) for key, result in results.items()}}
    ours = {pages.page_id(page) for page in all_pages()}
    found = {name: page for name, page in sorted(found.items()) if name in ours}
    if not found:
        return None
    content = {"environment": asdict(environment), "pages": found}
    if fault := _fault(content):
        raise EvidenceError(f"{relative(file)}: what was found can't be written: {fault}")
    files.write(file, _lines(content))
    return file


def check(environment: Environment) -> None:
    """Raise EvidenceError where nothing can be recorded of this environment: to be known before pages run."""
    schema = _validator().schema["properties"]["environment"]
    errors = _validator().evolve(schema=schema).iter_errors(asdict(environment))
    if error := jsonschema.exceptions.best_match(errors):
        raise EvidenceError(
            f"nothing can be recorded of the engine {environment.engine!r}: its {error.json_path[2:]}: {error.message}"
        )


def differences(folder: Path, environment: Environment) -> list[str]:
    """In what this environment differs from the one that its file is of, such as `kernel`: see `record`."""
    file = folder / f"{environment.engine}.json"
    before = _read(file)["environment"] if file.exists() else asdict(environment)
    return [key for key, value in asdict(environment).items() if before[key] != value]


def _lines(content: dict[str, Any]) -> str:
    """JSON with one line an example: small, and a diff shows which example changed."""
    parts = [f'{{\n"environment": {json.dumps(content["environment"], indent=1)},\n"pages": {{']
    for number, (name, page) in enumerate(content["pages"].items()):
        parts.append(
            f'{"," if number else ""}\n{json.dumps(name)}: {{"time": {json.dumps(page["time"])}, "examples": {{'
        )
        rows = [f"  {json.dumps(key)}: {json.dumps(result)}" for key, result in page["examples"].items()]
        parts.append("\n" + ",\n".join(rows) + "\n}}")
    return "".join(parts) + "\n}}\n"
