"""Every engine: run all pages on each, tell differences from failures, and write the evidence that the site shows."""

import contextlib
import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from docker.errors import DockerException
from requests.exceptions import RequestException

from doclab import casts, evidence, pages, signals
from doclab.client import connect, fell_silent
from doclab.engines import DEFAULT, ENGINES, Engine
from doclab.evidence import Environment, EvidenceError, Result
from doclab.host import HostError, open_host
from doclab.report import CLEAN_UP, LIMITS, check_folder, is_green, split_name
from doclab.rootfs import IMAGES
from doclab.source import PROJECT, SNIPPETS, SOURCE, all_pages, relative
from doclab.verdict import FAILED, HELD

Report = Mapping[str, Any]  # of one engine, as doclab.report describes it
Run = tuple[Environment, Report]

_WHOLE_RUNS = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)


def run(names: Sequence[str], files: Sequence[Path], folder: Path = evidence.FOLDER) -> bool:
    """Run the pages on each of these engines and record evidence in `folder`, the default one's also as it happened.

    Whether all of it held.

    Without `files`, all source pages.  Raises HostError, EvidenceError, PageError, OSError.
    """
    chosen = files or [SOURCE]  # a page of prose fails where it is named
    files = files or all_pages()
    check_folder(folder)
    evidence.load(folder)  # what can't be read now could not be added to when all has run
    texts = _texts(files)
    examples = {pages.page_id(file): pages.examples(file) for file in files}
    hashes = {name: evidence.hashes(found) for name, found in examples.items()}
    ran: list[Run] = []
    for name in names:
        where = environment(ENGINES[name])
        if any(map(pages.site_id, files)):
            evidence.check(where)
        print(f"\nDocker {where.docker}, from {ENGINES[name].suite or 'DOCKER_HOST'}", flush=True)
        report = _run_pages(name, chosen, folder / casts.FOLDER.name)
        _refuse_changed(texts, _texts(files), name)
        _record(folder, where, _results(report, hashes))
        ran.append((where, report))
    untried = _untried_limits(chain(*examples.values()), [where.docker for where, _ in ran])
    print("\n".join(["", *summary(ran), *untried]), flush=True)
    return all(is_green(report["counts"]) for _, report in ran)


def _texts(files: Iterable[Path]) -> dict[Path, bytes]:
    """All that the verdicts on these pages may come from."""
    snippets = (file for file in SNIPPETS.rglob("*") if file.is_file())
    return {file: file.read_bytes() for file in (*files, *snippets) if file.exists()}


def _refuse_changed(before: Mapping[Path, bytes], after: Mapping[Path, bytes], engine: str) -> None:
    changed = sorted(file for file in before.keys() | after.keys() if before.get(file) != after.get(file))
    if changed:
        raise EvidenceError(
            f"{relative(changed[0])} was changed while the pages ran: nothing is recorded of {engine}, run it once more"
        )


def environment(engine: Engine) -> Environment:
    """What pages run on: asked of a host made for the purpose."""
    with open_host(engine, progress=lambda line: print(f"  {line}", flush=True)) as host:
        try:
            with contextlib.closing(connect(host.docker_url)) as client:
                return evidence.environment(engine, client, host.digests(IMAGES))
        except (DockerException, RequestException) as error:
            raise HostError(fell_silent(host.docker_url, error)) from None


def _run_pages(name: str, chosen: Iterable[Path], recordings: Path) -> Report:
    """Verify the pages on one engine with pytest, whose own report the reader sees meanwhile."""
    with tempfile.TemporaryDirectory(prefix="doclab-") as folder:
        file = Path(folder, "report.json")
        arguments = ["-q", "-c", "doclab/pytest.toml", "--rootdir=."]  # as `nox -s doctest`
        arguments += [f"--engine={name}", "--check-limits", f"--report-json={file}", *map(str, chosen)]
        if name == DEFAULT:
            arguments.append(f"--recordings={recordings}")
        status = signals.run_pytest(arguments, PROJECT)
        if status not in _WHOLE_RUNS or not file.exists():
            raise SystemExit(status if status > 0 else 128 - status)  # pytest has said why
        return json.loads(file.read_text(encoding="utf-8"))


def _results(report: Report, hashes: Mapping[str, Mapping[str, str]]) -> dict:
    """The report as `evidence.record` takes it; what stands for no example of a page is left to the report."""
    ran: dict[str, tuple[str, dict[str, Result]]] = {}
    time = str(report["started"]).replace("+00:00", "Z")
    for record in report["examples"]:
        page, name = split_name(record["example"])
        if name in hashes.get(page, ()):
            result = Result(hashes[page][name], record["result"], round(record["seconds"], 2))
            ran.setdefault(page, (time, {}))[1][name] = result
    # PYTEST_ADDOPTS may choose some examples of a page: that is no evidence of it.
    return {page: found for page, found in ran.items() if found[1].keys() == hashes[page].keys()}


def summary(ran: Sequence[Run]) -> list[str]:
    """Say for each engine how much held; then, example by example, what differs between engines and what fails."""
    shown = {where.engine: f"Docker {where.docker} ({where.engine})" for where, _ in ran}
    lines = []
    for where, report in ran:
        counts = ", ".join(f"{number} {result}" for result, number in report["counts"].items() if number)
        lines.append(f"{shown[where.engine]}: {counts} in {report['seconds']:.0f} s")
    for records in _by_example(ran).values():
        failed = [engine for engine, record in records.items() if record["result"] == FAILED]
        if failed:
            is_held = DEFAULT in records and records[DEFAULT]["result"] == HELD
            on = ", ".join(shown[engine] for engine in failed)
            lines.append(_explain(records[failed[0]], on, holds=shown[DEFAULT] if is_held else None))
    if DEFAULT not in shown and len(lines) > len(ran):
        lines.append(f"Which of them differ from {DEFAULT} is not known: it did not run.")
    return lines


def _untried_limits(examples: Iterable[pages.Example], versions: Sequence[str]) -> list[str]:
    """Say which limits admit all of these versions of Docker: nobody knows whether they are still needed."""
    limited = (example for example in examples if example.is_limited and example.action == pages.RUN)
    counts = Counter(e.limit for e in limited if all(e.runs_on(version) for version in versions))
    return [
        f"engine={limit!r} was not tried from its other side, where no engine of this run lies; examples with it: {number}"
        for limit, number in sorted(counts.items())
    ]


def _record(folder: Path, where: Environment, results: Mapping) -> None:
    changed = evidence.differences(folder, where)
    before = evidence.load(folder).get(where.engine, {}).get("pages", {})
    if evidence.record(folder, where, results) and changed and (gone := before.keys() - results.keys()):
        print(
            f"What was known of {', '.join(sorted(gone))} on {where.engine} is gone: it was of another "
            f"{' and '.join(changed)}.  `nox -s matrix` runs all pages.",
            flush=True,
        )


def _by_example(ran: Sequence[Run]) -> dict[tuple[str, str], dict[str, Mapping]]:
    """The records of each example of each file, by the engine that it ran on."""
    found: dict[tuple[str, str], dict[str, Mapping]] = {}
    for where, report in ran:
        for record in report["examples"]:
            found.setdefault((record["example"], record["file"]), {})[where.engine] = record
    return dict(sorted(found.items()))


def _explain(record: Mapping, on: str, holds: str | None) -> str:
    what = f"{record['file']}:{record['line']}: {record['example']}"
    if record["example"].endswith((CLEAN_UP, LIMITS)) or holds is None:
        return f"FAILED   {what} on {on}"
    return f"DIFFERS  {what} holds on {holds}, not on {on}: limit it with engine=, or rewrite it"
