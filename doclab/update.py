"""Record outputs anew: run pages, rewrite what no longer holds, in the page and in its translation."""

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_examples.lint import FormatError

from doclab import comparison, pages, programs
from doclab.engines import Engine
from doclab.pages import Example
from doclab.promises import promises
from doclab.run import PageRun, open_page
from doclab.source import DOCS, relative
from doclab.values import Bindings
from doclab.verdict import NOT_RUN, Verdict


class UpdateError(Exception):
    """A page that can't be recorded; it and its translation are as they were."""


@dataclass(frozen=True)
class Edit:
    """The output of one command: the `old` lines below line `line` of `file`, which reads `above` without its
    indentation, become `new`."""

    file: Path
    line: int
    above: str
    old: int
    new: tuple[str, ...]


def update(page: Path, engine: Engine, progress: Callable[[str], None], limit: float) -> list[Path]:
    """Run the page, rewrite it, its translation and its programs; the files that changed.

    Raises UpdateError, PageError, HostError; nothing is written then.
    """
    _format_programs(page)
    with open_page(pages.examples(page), engine, progress, limit=limit, record=True) as run:
        for example in run.examples:
            verdict = run.advance(example)
            if example.ordinal:
                progress(f"  {example.name}: {verdict.result}")
        _refuse_broken(run)
        if left := run.finish():
            raise UpdateError(left)
        outputs = _rewrites(run)
        written = _rewritten_programs(run, outputs)
        edits = _edits(run.examples, outputs)
    texts = {page: apply(page, [edit for edit in edits if edit.file == page])}
    _refuse_misread(page, texts[page], run.examples, outputs)
    if twin := _twin(page):
        texts[twin] = apply(twin, edits_of_twin(run.examples, edits, page, twin))
    return [file for file, text in {**texts, **written}.items() if _write(file, text)]


def _format_programs(page: Path) -> None:
    """As black and ruff would have them, before they run: their line numbers count."""
    for example in pages.examples(page):
        if example.block.include and example.language == "python":
            try:
                _write(example.block.include, programs.formatted(example.block.include))
            except FormatError as error:
                raise UpdateError(str(error)) from None


def _refuse_broken(run: PageRun) -> None:
    """A command that failed or hung has no output worth showing."""
    for verdict in run.verdicts:
        if verdict.result == NOT_RUN or verdict.is_broken:
            raise UpdateError(verdict.message)


def _rewrites(run: PageRun) -> list[list[list[str]]]:
    """For each example, the output of each command as the page should show it.

    All outputs are recorded anew where a new value would contradict one that the page keeps.
    """
    try:
        bindings = Bindings()
        return _rewrite_all(run, lambda shown, real: comparison.rewrite(shown, real, bindings))
    except comparison.Contradiction:
        return _rewrite_all(run, comparison.record)


def _rewrite_all(
    run: PageRun, rewrite: Callable[[Sequence[str], Sequence[str]], list[str]]
) -> list[list[list[str]]]:
    return [
        [
            rewrite(promise.output, real)
            for promise, real in zip(promises(example, None), verdict.outputs, strict=True)
        ]
        if verdict.outputs
        else []
        for example, verdict in zip(run.examples, run.verdicts, strict=True)
    ]


def _edits(examples: Sequence[Example], outputs: list[list[list[str]]]) -> list[Edit]:
    edits = []
    for example, rewritten in zip(examples, outputs, strict=True):
        if example.language != "console":
            continue
        rows = example.block.source.split("\n")
        for step, new in zip(example.steps if rewritten else [], rewritten, strict=True):
            if new != list(step.output):
                last = step.offset + step.length - 1
                file, line = example.place(last)
                edits.append(Edit(file, line, rows[last], len(step.output), tuple(new)))
    return edits


def _rewritten_programs(run: PageRun, outputs: list[list[list[str]]]) -> dict[Path, str]:
    """The programs whose `#>` lines no longer hold, with new ones."""
    changed = {}
    for example, verdict, rewritten in zip(run.examples, run.verdicts, outputs, strict=True):
        if (
            example.language == "python"
            and rewritten
            and rewritten[0] != programs.promised(example.block.source)
        ):
            changed[example.block.include] = _promised_anew(example.block.include, verdict, rewritten[0])
    return changed


def _promised_anew(program: Path, verdict: Verdict, output: list[str]) -> str:
    if len(verdict.printed) != len(output):
        raise UpdateError(
            f"{relative(program)}: not all of its output comes from `print`, or it has `...`: "
            "the `#>` lines can't be recorded"
        )
    text = programs.promise(program, list(zip(verdict.printed, output, strict=True)))
    if programs.promised(text) != output:
        raise UpdateError(
            f"{relative(program)}: the `#>` lines can't show the order of its output, because two "
            "`print` calls take turns (in a loop, or in a function called twice): print in one place"
        )
    return text


def apply(page: Path, edits: Sequence[Edit]) -> str:
    """The page's text with the edits made; byte order mark, line endings and indentation stay as they are."""
    text = page.read_bytes().decode()
    ending = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(ending)
    for edit in sorted(edits, key=lambda edit: edit.line, reverse=True):
        indent = lines[edit.line - 1].removesuffix(edit.above)
        lines[edit.line : edit.line + edit.old] = [(indent + line).rstrip() for line in edit.new]
    return ending.join(lines)


def _refuse_misread(
    page: Path, text: str, examples: Sequence[Example], outputs: list[list[list[str]]]
) -> None:
    """An output may end its own fence, or look like an include: the page would not say what was recorded."""
    staged = _stage(page, text)
    try:
        again = pages.examples(staged)
    except pages.PageError:
        again = []
    finally:
        staged.unlink()
    for number, (example, rewritten) in enumerate(zip(examples, outputs, strict=True)):
        if example.language == "console" and rewritten:
            read = (
                [list(step.output) for step in again[number].steps] if len(again) == len(examples) else None
            )
            if read != rewritten:
                raise UpdateError(
                    f"{relative(example.file)}:{example.line}: the output has a line that Markdown would take for the "
                    "end of its fence, or for an include: filter that line out, or use a longer fence"
                )


def _twin(page: Path) -> Path | None:
    """The same page in the other language, where there is one."""
    for ours, theirs in (("vi", "en"), ("en", "vi")):
        if page.resolve().is_relative_to(DOCS / ours):
            twin = DOCS / theirs / page.resolve().relative_to(DOCS / ours)
            return twin if twin.exists() else None
    return None


def edits_of_twin(examples: Sequence[Example], edits: Sequence[Edit], page: Path, twin: Path) -> list[Edit]:
    """The same edits where the translation has the same examples, block for block."""
    others = pages.examples(twin)
    if [e.block.source for e in examples] != [e.block.source for e in others]:
        raise UpdateError(
            f"{relative(twin)}: its code blocks are not those of {relative(page)}: make them equal first"
        )
    lines = {
        ours: theirs
        for example, other in zip(examples, others, strict=True)
        for (ours_file, ours), (_, theirs) in zip(example.block.body, other.block.body, strict=True)
        if ours_file == example.file
    }
    return [Edit(twin, lines[edit.line], edit.above, edit.old, edit.new) for edit in edits]


def _write(file: Path, text: str) -> bool:
    """Replace the file in one step, if its text changes."""
    if file.read_bytes() == text.encode():
        return False
    os.replace(_stage(file, text), file)
    return True


def _stage(file: Path, text: str) -> Path:
    """A new file beside the old one, with its permissions."""
    with tempfile.NamedTemporaryFile(
        dir=file.parent, prefix=f".{file.stem}-", suffix=file.suffix, delete=False
    ) as stream:
        stream.write(text.encode())
    os.chmod(stream.name, file.stat().st_mode)
    return Path(stream.name)
