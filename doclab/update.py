"""Record outputs anew: run pages, rewrite what no longer holds, in the page and in its translation."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pytest_examples.lint import FormatError

from doclab import comparison, pages, programs
from doclab.edits import Displaced, Edit, Taken, apply, claim, like
from doclab.engines import Engine
from doclab.files import stage
from doclab.pages import Example, PageError
from doclab.promises import Promise, promises
from doclab.run import PageRun, open_page
from doclab.source import SOURCE, TRANSLATION, is_ours, relative
from doclab.verdict import FAILED, NOT_RUN, Verdict

# A line that Markdown could take for the end of a fence, for an include, or for the mark of a section.
_MARKS = re.compile(r"\s*(?:```|~~~|;*-+8<-+)|.*-8<-+[ \t]+\[")


class UpdateError(Exception):
    """A page that can't be recorded; it and its translation are as they were."""


class NothingRan(UpdateError):
    """A page without an example that runs on this engine."""

    def __init__(self, page: Path) -> None:
        super().__init__(f"{relative(page)}:1: no example ran: nothing was recorded")


def update(page: Path, engine: Engine, progress: Callable[[str], None], limit: float) -> list[Path]:
    """Run the page, rewrite it, its translation, its programs and its included transcripts; the files that changed.

    Raises NothingRan, UpdateError, PageError, PageTaken, HostError; nothing is written then.
    """
    try:
        with claim(_files(page)) as claimed:
            examples = pages.examples(page)
            if not any(example.action == pages.RUN for example in examples):
                raise NothingRan(page)
            twin = _twin(page)
            others = blocks_of_twin(examples, page, twin) if twin else []
            # Before they run, since their line numbers count; another project has a style of its own.
            tidy = _tidy_programs(examples) if is_ours(page) else {}
            as_run = [_with_program(example, tidy) for example in examples]
            with open_page(as_run, engine, progress, limit=limit, record=True) as run:
                outputs = _record(run, progress)
            if not any(outputs):
                raise NothingRan(page)
            texts = {
                file: like(claimed.text(file), text)
                for file, text in _rewritten_programs(run, outputs, tidy).items()
            }
            edits = _edits(examples, outputs)
            own = edits_of_twin(examples, others, edits, page, twin) if twin else []
            for file in {edit.file for edit in [*edits, *own]}:
                texts[file] = apply(
                    claimed.text(file), [edit for edit in [*edits, *own] if edit.file == file]
                )
            _refuse_misread(page, texts.get(page, claimed.text(page)), edits, examples, outputs)
            if twin:
                _refuse_misread(twin, texts.get(twin, claimed.text(twin)), own, others, outputs)
            return claimed.replace(texts)
    except (Taken, Displaced) as refused:
        raise UpdateError(str(refused)) from None


def _files(page: Path) -> set[Path]:
    """All files that recording the page may rewrite."""
    examples = pages.examples(page)
    twin = _twin(page)
    transcripts = [e for e in examples if e.action == pages.RUN and e.language == "console"]
    lines = {file for example in transcripts for file, _ in example.block.body}
    return {page, *lines, *filter(None, map(_program, examples)), *([twin] if twin else [])}


def _program(example: Example) -> Path | None:
    """The file of a program that runs.  One that is only saved, shown or explained is nobody's to rewrite."""
    return example.block.include if example.action == pages.RUN and example.language == "python" else None


def _tidy_programs(examples: Sequence[Example]) -> dict[Path, str]:
    """The programs as black and ruff would have them.  Raises UpdateError for what only a person can mend."""
    tidy = {}
    for program in filter(None, map(_program, examples)):
        try:
            tidy[program] = programs.formatted(program).rstrip("\n")
        except (FormatError, ValueError) as error:  # black's InvalidInput is a ValueError
            raise UpdateError(f"{relative(program)}: {error}") from None
    return tidy


def _with_program(example: Example, tidy: Mapping[Path, str]) -> Example:
    """The example with the tidy text of the program that it includes, be it to run it or to save it."""
    include = example.block.include
    if include not in tidy or not pages.is_whole(example.block, include):
        return example
    return replace(example, block=replace(example.block, source=tidy[include]))


def _record(run: PageRun, progress: Callable[[str], None]) -> list[list[list[str]]]:
    """Run it all; for each example, the output of each command as the page should show it."""
    for example in run.examples:
        verdict = run.advance(example)
        if example.ordinal:
            is_new = verdict.result == FAILED and not verdict.broken
            progress(f"  {example.name}: {'recorded' if is_new else verdict.result}")
    _refuse_broken(run)
    if left := run.finish():
        raise UpdateError(left)
    return _rewrites(run)


def _refuse_broken(run: PageRun) -> None:
    """A command that failed or hung has no output worth showing."""
    for verdict in run.verdicts:
        if verdict.result == NOT_RUN or verdict.broken:
            raise UpdateError(verdict.broken or verdict.message)


def _rewrites(run: PageRun) -> list[list[list[str]]]:
    """All outputs are recorded anew where a new value would contradict one that the page keeps."""
    try:
        bindings = run.bindings()
        return _rewrite_all(
            run, lambda kept, real: comparison.rewrite(kept.output, real, bindings, kept.written)
        )
    except comparison.Contradiction:
        return _rewrite_all(run, lambda kept, real: comparison.record(kept.output, real))


def _rewrite_all(
    run: PageRun, rewrite: Callable[[Promise, Sequence[str]], list[str]]
) -> list[list[list[str]]]:
    return [
        [
            rewrite(promise, real)
            for promise, real in zip(promises(example, None), verdict.outputs, strict=True)
        ]
        if verdict.outputs
        else []
        for example, verdict in zip(run.examples, run.verdicts, strict=True)
    ]


def _edits(examples: Sequence[Example], outputs: list[list[list[str]]]) -> list[Edit]:
    """What changes in transcripts.

    Raises UpdateError where the page includes one twice, and it prints two things, and where an output that changes is
    not in one piece below its command.
    """
    found: dict[tuple[Path, int], tuple[Edit, tuple[str, ...]]] = {}
    for example, rewritten in zip(examples, outputs, strict=True):
        if example.language != "console":
            continue
        rows = example.block.source.split("\n")
        for step, new in zip(example.steps if rewritten else [], rewritten, strict=True):
            last = step.offset + step.length - 1
            file, line = example.place(last)
            edit = Edit(file, line, rows[last], len(step.output), tuple(new))
            if edit.new != step.output and not _is_in_one_piece(edit, example, last):
                raise UpdateError(
                    f"{relative(file)}:{line}: the output of this command has changed, and it does not stand whole below its "
                    "command in a file that the page shows: write both on the page, or include the whole file"
                )
            first, _ = found.setdefault((file, line), (edit, step.output))
            if not comparison.may_share_spelling(first.new, edit.new):
                raise UpdateError(
                    f"{relative(file)}:{line}: the page includes this command twice, and it prints two things: "
                    "write it on the page, once for each"
                )
    return [edit for edit, shown in found.values() if edit.new != shown]


def _is_in_one_piece(edit: Edit, example: Example, last: int) -> bool:
    """Whether the lines below the command, which ends at line `last` of the block, are its output, and are on the page.

    Where they are included, the page must have the line behind them as well, or they must end their file: what is put
    there would not be on the page otherwise.
    """
    places = [example.place(last + n) for n in range(edit.old + 1)]
    if places != [(edit.file, edit.line + n) for n in range(edit.old + 1)]:
        return False
    end = edit.line + edit.old
    rows = edit.file.read_text(encoding="utf-8").removesuffix("\n").count("\n") + 1
    return edit.file == example.file or end == rows or (edit.file, end + 1) in example.block.body


def _rewritten_programs(
    run: PageRun, outputs: list[list[list[str]]], tidy: Mapping[Path, str]
) -> dict[Path, str]:
    """The tidy programs, and those whose `#>` lines no longer hold, with new ones.

    Raises UpdateError where the page includes one twice, and it prints two things.
    """
    texts = {program: f"{source}\n" for program, source in tidy.items()}
    recorded: dict[Path, list[str]] = {}
    for example, verdict, rewritten in zip(run.examples, run.verdicts, outputs, strict=True):
        program, source = _program(example), f"{example.block.source}\n"
        if not program or not rewritten:
            continue
        (output,) = rewritten
        if program not in recorded and output != programs.promised(source):
            texts[program] = _promised_anew(program, source, verdict, output)
        if not comparison.may_share_spelling(recorded.setdefault(program, output), output):
            raise UpdateError(
                f"{relative(example.file)}:{example.line}: the page includes {relative(program)} twice, and it prints "
                "two things: make two programs of it"
            )
    return texts


def _promised_anew(program: Path, source: str, verdict: Verdict, output: list[str]) -> str:
    if len(verdict.printed) != len(output):
        raise UpdateError(
            f"{relative(program)}: not all of its output comes from `print`, or it has `...`: "
            "the `#>` lines can't be recorded"
        )
    text = programs.promise(program, source, list(zip(verdict.printed, output, strict=True)))
    if programs.promised(text) != output:
        raise UpdateError(
            f"{relative(program)}: the `#>` lines can't show the order of its output, because two "
            "`print` calls take turns (in a loop, or in a function called twice): print in one place"
        )
    return text


def _refuse_misread(
    page: Path, text: str, edits: Sequence[Edit], examples: Sequence[Example], outputs: list[list[list[str]]]
) -> None:
    """An output may end its own fence, or look like an include: the page would not say what was recorded."""
    staged = stage(page, text)
    try:
        again = pages.examples(staged)
    except PageError:
        again = []
    finally:
        staged.unlink()
    if len(again) != len(examples):
        again = examples  # which show what they showed, and that is not what they should
    for example, rewritten, read in zip(examples, outputs, again, strict=True):
        is_whole = example.language == "console" and {file for file, _ in example.block.body} == {page}
        if is_whole and rewritten and [list(step.output) for step in read.steps] != rewritten:
            raise _misread(example.file, example.line)
    for edit in edits:
        if edit.file != page and any(map(_MARKS.match, edit.new)):
            raise _misread(edit.file, edit.line)


def _misread(file: Path, line: int) -> UpdateError:
    return UpdateError(
        f"{relative(file)}:{line}: the output has a line that Markdown would take for the end of its fence, or for an "
        "include: filter that line out, or use a longer fence"
    )


def _twin(page: Path) -> Path | None:
    """The same page in the other language, where there is one."""
    for ours, theirs in ((SOURCE, TRANSLATION), (TRANSLATION, SOURCE)):
        if page.resolve().is_relative_to(ours):
            twin = theirs / page.resolve().relative_to(ours)
            return twin if twin.exists() else None
    return None


def blocks_of_twin(examples: Sequence[Example], page: Path, twin: Path) -> list[Example]:
    """What the translation has, block for block the same.  Raises UpdateError, PageError."""
    others = pages.examples(twin)
    if [e.block.source for e in examples] != [e.block.source for e in others]:
        raise UpdateError(
            f"{relative(twin)}: its code blocks are not those of {relative(page)}: make them equal first"
        )
    return others


def edits_of_twin(
    examples: Sequence[Example], others: Sequence[Example], edits: Sequence[Edit], page: Path, twin: Path
) -> list[Edit]:
    """The same edits in the translation, which has these other examples."""
    lines = {
        ours: theirs
        for example, other in zip(examples, others, strict=True)
        for (ours_file, ours), (_, theirs) in zip(example.block.body, other.block.body, strict=True)
        if ours_file == page
    }
    return [
        Edit(twin, lines[edit.line], edit.above, edit.old, edit.new) for edit in edits if edit.file == page
    ]
