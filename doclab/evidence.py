"""Evidence: what ran where, when, with which result; the JSON that the site shows.

`evidence/ENGINE.json` says for one engine what became of every example when it last ran; `evidence/schema.json` says
what such a file holds.  Evidence holds for an example as long as its hash does: the hash of the example and of
everything before it on its page, because commands build on each other.
"""

import functools
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
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

    They change with the example, its outputs and conditions, and with all before it; not with prose, and not with a
    `reason=`, which each language words for itself.
    """
    digest = hashlib.sha256()
    found = {}
    for example in examples:
        if example.action == pages.SHOW and not example.saves:
            continue
        options = sorted(pair for pair in example.block.options.items() if pair[0] != "reason")
        content = [example.language, sorted(example.block.classes), options, example.block.source]
        digest.update(json.dumps(content).encode())
        if example.ordinal:
            found[example.name] = digest.hexdigest()[:12]
    return found


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


def _read(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"), parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise unreadable(file, f"this is not JSON ({error})") from None
    error = jsonschema.exceptions.best_match(_validator().iter_errors(content))
    if error:
        raise unreadable(file, f"at {error.json_path}: {error.message}")
    if content["environment"]["engine"] != file.stem:
        raise unreadable(file, f"it says that it is of the engine {content['environment']['engine']!r}")
    return content


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
    _validator().validate(content)
    files.write(file, _lines(content))
    return file


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
