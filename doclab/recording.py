"""Listeners in the site's Markdown renderer: which lines it reads, and which of them become code blocks."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import markdown
from markdown.preprocessors import Preprocessor
from pymdownx.snippets import SnippetPreprocessor
from pymdownx.superfences import SuperFencesBlockPreprocessor, SuperFencesException

from doclab.source import PageError, decode, relative

_REJECTED = (
    'the theme renders this line as prose: put attributes in braces, as in { .console .no-run reason="…" }'
)


@dataclass(frozen=True)
class Block:
    """A code block that the site renders.

    `line` is that of the fence's opener in `file`, from 1; `end` that of its closer; `body` lists, for each line
    of `source`, the file and line that it came from (an included line comes from the snippet).
    `heading` is the id of the section, its nearest h2 or h3: others have no id of their own; "" before the first.
    """

    file: Path
    line: int
    end: int
    language: str
    classes: tuple[str, ...]
    options: dict[str, str]
    source: str
    body: tuple[tuple[Path, int], ...]
    heading: str = ""
    is_fence: bool = True

    @property
    def include(self) -> Path | None:
        """The one file that is the whole body, None where the body is written on the page."""
        files = {file for file, _ in self.body}
        included = files - {self.file}
        return included.pop() if len(files) == 1 and included else None


def tap(renderer: markdown.Markdown, recorder: "Recorder") -> None:
    """Put our listeners in the place of the two preprocessors that include files and find fences."""
    old = renderer.preprocessors["snippet"]
    snippets = _LocatingSnippets(old, recorder)
    renderer.preprocessors.register(snippets, "snippet", 32)
    locator = _Locator(recorder)
    renderer.preprocessors.register(
        locator, "doclab-locator", 31.9
    )  # lines are final, and nothing is stashed yet
    old = renderer.preprocessors["fenced_code_block"]
    fences = _RecordingFences(renderer, recorder)
    fences.config, fences.extension = old.config, old.extension
    renderer.preprocessors.register(fences, "fenced_code_block", 25)


class _Located(str):
    """A line that remembers its file and line number, also after an include has indented it."""

    file: Path
    number: int

    def __new__(cls, text: str, file: Path, number: int) -> Self:
        line = super().__new__(cls, text)
        line.file, line.number = file, number
        return line

    def __radd__(self, indent: str) -> "_Located":
        return _Located(indent + str(self), self.file, self.number)


@dataclass
class Recorder:
    """What the listeners heard: where each line came from, the fences, and those that came to nothing."""

    file: Path
    skipped: int
    lines: list[tuple[Path, int]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    spans: list[range] = field(default_factory=list)  # of each block, from its opener to its closer
    abandoned: list[tuple[int, str]] = field(default_factory=list)
    error: PageError | None = None

    def at(self, index: int) -> tuple[Path, int]:
        return self.lines[index] if index < len(self.lines) else (self.file, len(self.lines))

    def fail(self, index: int, message: str) -> None:
        """Remember the first error: superfences swallows exceptions, so none may be raised inside it."""
        if self.error is None:
            self.error = PageError(*self.at(index), message)


class _LocatingSnippets(SnippetPreprocessor):
    """Includes as the site's own extension makes them, of lines that know where they come from."""

    def __init__(self, old: SnippetPreprocessor, recorder: Recorder) -> None:
        self.__dict__.update(old.__dict__)
        self.recorder = recorder

    def run(self, lines: list[str]) -> list[str]:
        return super().run([_Located(line, self.recorder.file, n) for n, line in enumerate(lines, 1)])

    def parse_snippets(self, lines: list[str], file_name: str | None = None, **options) -> list[str]:
        return super().parse_snippets(_locate(lines, file_name) if file_name else lines, file_name, **options)


def _locate(lines: list[str], file_name: str) -> list[_Located]:
    """Lines of an included file, which are all of it or a stretch, with their numbers there."""
    file = Path(file_name)
    text = decode(file).split("\n")
    start = next((n for n in range(len(text)) if text[n : n + len(lines)] == lines), 0)
    return [_Located(line, file, start + n) for n, line in enumerate(lines, 1)]


class _Locator(Preprocessor):
    """Note the origin of every line once includes are expanded; a line that lost it has its neighbour's."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self.recorder = recorder

    def run(self, lines: list[str]) -> list[str]:
        last = (self.recorder.file, 1)
        for line in lines:
            last = (line.file, line.number) if isinstance(line, _Located) else last
            self.recorder.lines.append(last)
        self.recorder.texts = [str(line) for line in lines]
        return self.recorder.texts


class _RecordingFences(SuperFencesBlockPreprocessor):
    """superfences, recording each fence that becomes a code block, and each that does not."""

    def __init__(self, renderer: markdown.Markdown, recorder: Recorder) -> None:
        super().__init__(renderer)
        self.recorder = recorder
        self.opener: int | None = None
        self.index = -1

    def restore_raw_text(self, lines: list[str]) -> list[str]:
        """As superfences, which gives an empty fence back with an empty line in it: an origin for that one, too."""
        restored: list[str] = []
        for line in lines:
            restored += super().restore_raw_text([line])
            first, given = len(restored) - 3, restored[-2:-1]
            if restored[-1] != line and given == [""] and self.recorder.texts[first + 1].strip():
                self.recorder.lines.insert(first + 1, self.recorder.lines[first])
                self.recorder.texts.insert(first + 1, "")
        return restored

    def search_nested(self, lines: list[str]) -> list[str]:
        self.opener = None
        return super().search_nested(_Counted(lines, self))

    def parse_options(self, m: re.Match) -> bool:
        return self._try_open(m, super().parse_options)

    def handle_attrs(self, m: re.Match) -> bool:
        return self._try_open(m, super().handle_attrs)

    def handle_unrecognized(self, m: re.Match) -> bool:
        return self._try_open(m, super().handle_unrecognized)

    def _try_open(self, m: re.Match, parse) -> bool:
        try:
            okay = parse(m)
        except SuperFencesException as error:
            self.recorder.fail(self.index, str(error))
            okay = False
        if okay:
            self.opener = self.index
            self.values = {**self.options, **self.attrs}
        else:
            self.recorder.abandoned.append((self.index, _REJECTED))
        return okay

    def process_nested_block(self, ws: str, content: str, start: int, end: int) -> None:
        first, last = self.recorder.at(start), self.recorder.at(end - 1)
        body = [self.recorder.at(index) for index in range(start + 1, end - 1)]
        if first[0] != last[0]:
            self.recorder.fail(
                start,
                f"this fence is closed by {relative(last[0])}:{last[1]}, in another file: close it here",
            )
        body = [place for place in body if place != first]  # the line that an empty fence is given back with
        code = list(self.code)
        if body and body[-1][0] != first[0] and not code[-1].strip():
            # snippets makes a line of its own of the newline that ends an included file
            body.pop()
            code.pop()
        self.span = range(start, end)
        self.pending = Block(
            file=first[0],
            line=first[1],
            end=last[1],
            language=self.lang or "",
            classes=tuple(self.classes),
            options=self.values,
            source=self.rebuild_block(code),
            body=tuple(body),
        )
        self.formatter = lambda **_: ""  # the HTML is thrown away, so highlight nothing
        super().process_nested_block(ws, content, start, end)

    def _store(self, source: str, code: str, start: int, end: int) -> None:
        code = f'<pre data-doclab-block="{len(self.recorder.blocks)}"></pre>'
        self.recorder.blocks.append(self.pending)
        self.recorder.spans.append(self.span)
        self.opener = None
        super()._store(source, code, start, end)

    def clear(self) -> None:
        if getattr(self, "opener", None) is not None:
            self.recorder.abandoned.append(
                (self.opener, "this fence is left open: close it at the same indentation")
            )
        self.opener = None
        super().clear()

    def reassemble(self, lines: list[str]) -> list[str]:
        """Mark the openers that came to nothing, to see in the HTML what became of them."""
        self.clear()
        lines = [str(line) for line in lines]
        for number, (index, _) in enumerate(self.recorder.abandoned):
            lines[index] += f" doclab-abandoned-{number}-"
        return super().reassemble(lines)


class _Counted(list):
    """Lines that tell the search how far it has come; its own count is a local variable."""

    def __init__(self, lines: Iterable[str], search: _RecordingFences) -> None:
        super().__init__(lines)
        self.search = search

    def __iter__(self) -> Iterator[str]:
        for self.search.index, line in enumerate(list.__iter__(self)):  # noqa: B020
            yield line
