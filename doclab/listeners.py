"""Listeners in the site's Markdown renderer: which of the lines that it reads become code blocks."""

import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import markdown
from markdown.extensions.attr_list import get_attrs
from pymdownx.superfences import RE_OPTIONS, SuperFencesBlockPreprocessor, SuperFencesException

from doclab.origins import NOT_INCLUDED, LocatingSnippets, Locator, Origin, ends, find_false_include
from doclab.source import PageError, relative

_REJECTED = (
    'the theme renders this line as prose: put attributes in braces, as in { .console .no-run reason="…" }'
)
_LEFT_OPEN = "this fence is left open: close it at the same indentation"
_GIVEN_BACK = "the site renders this fence as prose: put an empty line between it and the indented code above"
_HALF_READ = "the site reads these attributes only in part: write them in one pair of braces, and no blank around a `=`"
# What Python-Markdown reads of a list of attributes, which ends for it at the first thing that is none.
_ATTRIBUTES = re.compile(r"""(?: |[^ =}]++(?:=(?:"[^"]*"|'[^']*'|[^ =}"'][^ =}]*+))?)*+""")


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
    body: tuple[Origin, ...]
    heading: str = ""
    is_fence: bool = True

    @property
    def include(self) -> Path | None:
        """The one file that is the whole body, None where the body is written on the page."""
        files = {file for file, _ in self.body}
        included = files - {self.file}
        return included.pop() if len(files) == 1 and included else None

    def error(self, message: str) -> PageError:
        """What to raise about the block as a whole."""
        return PageError(self.file, self.line, message)


def tap(renderer: markdown.Markdown, recorder: "Recorder") -> None:
    """Put our listeners in the place of the two preprocessors that include files and find fences."""
    old = renderer.preprocessors["snippet"]
    renderer.preprocessors.register(LocatingSnippets(old, recorder.file, recorder.skipped), "snippet", 32)
    locator = Locator(recorder.file, recorder.hear)
    # Lines are final then, and nothing is stashed yet.
    renderer.preprocessors.register(locator, "doclab-locator", 31.9)
    old = renderer.preprocessors["fenced_code_block"]
    fences = _RecordingFences(renderer, recorder)
    fences.config, fences.extension = old.config, old.extension
    renderer.preprocessors.register(fences, "fenced_code_block", 25)


@dataclass
class Recorder:
    """What the listeners heard: where each line came from, the fences, and those that may come to nothing.

    `skipped` lines of front matter stand before the page's text.  The marks in the HTML have a `key` that no page knows.
    """

    file: Path
    skipped: int
    lines: list[Origin] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    spans: list[range] = field(default_factory=list)  # of each block, from its opener to its closer
    abandoned: list[tuple[int, str]] = field(default_factory=list)
    error: PageError | None = None
    key: str = field(default_factory=secrets.token_hex)

    def hear(self, lines: list[Origin], texts: list[str]) -> None:
        self.lines, self.texts = lines, texts

    def at(self, index: int) -> Origin:
        return self.lines[index] if index < len(self.lines) else (self.file, len(self.lines))

    def mark(self, index: int, message: str) -> str:
        """Words for the opener of a fence, or what looks like an include: the HTML has them where it shows that line, and
        that is an error."""
        self.abandoned.append((index, message))
        return f" abandoned-{self.key}-{len(self.abandoned) - 1}-"

    def fail(self, index: int, message: str) -> None:
        """Remember the first error: superfences swallows exceptions, so none may be raised inside it."""
        if self.error is None:
            self.error = PageError(*self.at(index), message)


class _RecordingFences(SuperFencesBlockPreprocessor):
    """superfences, recording each fence that becomes a code block, and each that does not."""

    def __init__(self, renderer: markdown.Markdown, recorder: Recorder) -> None:
        super().__init__(renderer)
        self.recorder = recorder
        self.opener: int | None = None
        self.index = -1
        self.marks: list[tuple[int, str]] = []  # of openers that came to nothing

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
        if not _ATTRIBUTES.fullmatch(m["attrs"].replace("\t", " ")):
            self._abandon(self.index, _HALF_READ)
            return False
        return self._try_open(m, super().handle_attrs)

    def handle_unrecognized(self, m: re.Match) -> bool:
        return self._try_open(m, super().handle_unrecognized)

    def _try_open(self, m: re.Match, parse) -> bool:
        if twice := _first_twice(_keys(m)):
            self._abandon(
                self.index, f"`{twice}` stands here twice, and the site takes the last one: take one out"
            )
            return False
        try:
            okay = parse(m)
        except SuperFencesException as error:
            self.recorder.fail(self.index, str(error))
            okay = False
        if okay:
            self.opener = self.index
            self.values = {**self.options, **self.attrs, **({"id": self.id} if self.id else {})}
        else:
            self._abandon(self.index, _REJECTED)
        return okay

    def _abandon(self, index: int, message: str) -> None:
        self.marks.append((index, self.recorder.mark(index, message)))

    def process_nested_block(self, ws: str, content: str, start: int, end: int) -> None:
        first, last = self.recorder.at(start), self.recorder.at(end - 1)
        body = [self.recorder.at(index) for index in range(start + 1, end - 1)]
        if first[0] != last[0]:
            self.recorder.fail(
                start,
                f"this fence is closed by {relative(last[0])}:{last[1]}, in another file: close it here",
            )
        if body == [first]:  # the line that an empty fence is given back with
            body = []
        code = list(self.code)
        if body and body[-1][0] != first[0] and not code[-1].strip() and ends(*body[-1]):
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
        code = f'<pre data-block="{self.recorder.key}-{len(self.recorder.blocks)}"></pre>'
        self.recorder.blocks.append(self.pending)
        self.recorder.spans.append(self.span)
        self.opener = None
        # What superfences gives back in place of the block, where that is in indented code, or right below it.
        self.first += self.recorder.mark(start, _GIVEN_BACK)
        super()._store(source, code, start, end)

    def clear(self) -> None:
        if getattr(self, "opener", None) is not None:
            self._abandon(self.opener, _LEFT_OPEN)
        self.opener = None
        super().clear()

    def reassemble(self, lines: list[str]) -> list[str]:
        """Mark the openers that came to nothing, and what looks like an include, to see in the HTML what became of them."""
        self.clear()
        lines = [str(line) for line in lines]
        for index, mark in self.marks:
            lines[index] += mark
        for index, line in enumerate(lines):
            # At its beginning: a comment that begins further up may end in this line.
            if begun := find_false_include(line):
                lines[index] = begun[0] + self.recorder.mark(index, NOT_INCLUDED) + line[begun.end() :]
        return super().reassemble(lines)


def _keys(m: re.Match) -> list[str]:
    """The keys of a fence's attributes, as superfences reads them; `#here` is an `id`."""
    if m["attrs"] is None:
        return [option["key"] for option in RE_OPTIONS.finditer(m["options"] or "")]
    return [key for key, _ in get_attrs(m["attrs"].replace("\t", " ")) if key != "."]


def _first_twice(keys: list[str]) -> str:
    """The first key that comes again, "" where none does."""
    return next((key for at, key in enumerate(keys) if key in keys[:at]), "")


class _Counted(list):
    """Lines that tell the search how far it has come; its own count is a local variable."""

    def __init__(self, lines: Iterable[str], search: _RecordingFences) -> None:
        super().__init__(lines)
        self.search = search

    def __iter__(self) -> Iterator[str]:
        for self.search.index, line in enumerate(list.__iter__(self)):  # noqa: B020
            yield line
