"""The code blocks of a page, each with its file and line, as the site renders them.

The renderer is the extractor: the page goes through the Markdown extensions of mkdocs.yml, superfences marks
each fence that it turns into a code block, and what is marked in the finished HTML is a block.  So a fence in a
tab or a list is one, and a fence in a comment or inside a longer fence is not, because the site says so.
"""

import functools
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import markdown
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.utils import yaml
from mkdocs.utils.meta import get_data
from pymdownx.snippets import SnippetMissingError

from doclab.recording import Block, Recorder, tap
from doclab.source import DOCS, PROJECT, SNIPPETS, PageError, decode, relative


def render(file: Path) -> str:
    """The page as HTML, as the site's Markdown extensions make it; links are not resolved."""
    text = decode(file)
    return _renderer(file).convert(get_data(text)[0])


def read(file: Path) -> list[Block]:
    """Every code block that the site renders for this page, in reading order.  Raises PageError."""
    html, recorder = _record(file)
    outline = _Outline(recorder)
    outline.feed(html)
    outline.close()
    return outline.blocks


def included(file: Path) -> set[Path]:
    """The files that the page includes, in code blocks and elsewhere.  Raises PageError."""
    _, recorder = _record(file)
    return {source.resolve() for source, _ in recorder.lines} - {file.resolve()}


def _record(file: Path) -> tuple[str, Recorder]:
    text = decode(file)
    recorder = Recorder(file, _front_matter_lines(text))
    renderer = _renderer(file)
    tap(renderer, recorder)
    try:
        html = renderer.convert("\n" * recorder.skipped + get_data(text)[0])
    except SnippetMissingError as error:
        line = _line_of_include(text, str(error))
        raise PageError(file, line, f"{error}; looked in {_looked_in(file)}") from None
    if recorder.error:
        raise recorder.error
    return html, recorder


def _front_matter_lines(text: str) -> int:
    return text[: len(text) - len(get_data(text)[0])].count("\n")


def _line_of_include(text: str, message: str) -> int:
    path = re.search(r"'(.*?)'", message)
    for number, line in enumerate(text.split("\n"), 1):
        if "8<" in line and path and path.group(1) in line:
            return number
    return 1


def _looked_in(file: Path) -> str:
    return ", ".join(relative(Path(folder)) for folder in _include_folders(file))


def _include_folders(file: Path) -> list[str]:
    """The project's snippets; for a page outside the project also its own folder and the snippets beside it."""
    outside = [] if file.resolve().is_relative_to(DOCS) else [str(file.parent), str(file.parent / "snippets")]
    return [*outside, str(SNIPPETS)]


@functools.cache
def _markdown_settings() -> tuple[list[str], dict[str, dict]]:
    """The extensions of mkdocs.yml and their settings, as MkDocs itself reads them."""
    with open(PROJECT / "mkdocs.yml", encoding="utf-8") as stream:
        loaded = yaml.yaml_load(stream)
    config = MkDocsConfig(config_file_path=str(PROJECT / "mkdocs.yml"))
    config.load_dict({"site_name": "", "markdown_extensions": loaded["markdown_extensions"]})
    config.validate()
    return config.markdown_extensions, config.mdx_configs


def _renderer(file: Path) -> markdown.Markdown:
    extensions, settings = _markdown_settings()
    snippets = {**settings.get("pymdownx.snippets", {}), "base_path": _include_folders(file)}
    return markdown.Markdown(
        extensions=extensions, extension_configs={**settings, "pymdownx.snippets": snippets}
    )


_INDENTED = re.compile(r"[\s>*+.\d-]*(?: {4}|\t)")


class _Outline(HTMLParser):
    """The finished HTML: which blocks are in it, in which order, under which heading."""

    _ABANDONED = re.compile(r" ?doclab-abandoned-(\d+)-")

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self.recorder = recorder
        self.blocks: list[Block] = []
        self.heading = ""
        self.past = 0  # the line after the last block, counted from 0
        self.taken: set[int] = set()  # the lines of blocks that have been seen
        self.open: list[
            tuple[int, list[str]]
        ] = []  # each <pre> that is no fence: its place among the blocks, its text

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag in ("h2", "h3") and attributes.get("id"):
            self.heading = attributes["id"]
        if tag == "pre" and "data-doclab-block" in attributes:
            number = int(attributes["data-doclab-block"])
            self.blocks.append(_under(self.recorder.blocks[number], self.heading))
            self._take(self.recorder.spans[number])
        elif tag == "pre":
            self.open.append((len(self.blocks), []))

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre" and self.open:
            place, text = self.open.pop()
            self.blocks.insert(place, self._indented(self._ABANDONED.sub("", "".join(text))))

    def close(self) -> None:
        super().close()
        while self.open:  # a <pre> that nobody closed reaches to the end of the page
            self.handle_endtag("pre")

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open[-1][1].append(data)
            return
        lost = self._ABANDONED.search(data)
        if lost:
            index, message = self.recorder.abandoned[int(lost.group(1))]
            raise PageError(*self.recorder.at(index), message)

    def _take(self, lines: Sequence[int]) -> None:
        self.past = lines[-1] + 1
        self.taken.update(lines)

    def _indented(self, source: str) -> Block:
        """A code block without a fence: shown, never run.  Its lines are found again by their words."""
        source, texts, found = source.strip("\n"), [*map(_words, self.recorder.texts)], []
        at = self._start(texts, _words(source.split("\n")[0]))
        for line in source.split("\n"):
            if words := _words(line):
                at = next((n for n in range(at, len(texts)) if words in texts[n]), at)
            found.append(at)
            at += bool(words) or texts[at : at + 1] in ([], [""])  # Markdown joins empty lines
        self._take(found)
        body = tuple(map(self.recorder.at, found))
        (file, line), (_, end) = body[0], body[-1]
        return Block(file, line, end, "", (), {}, source, body, self.heading, False)

    def _start(self, texts: Sequence[str], words: str) -> int:
        """The line where a block begins with these words: best one after the last block, if it is not a footnote, and
        best an indented one, since prose may have the same words."""
        found = [n for n, text in enumerate(texts) if n not in self.taken and words in text]
        lines = self.recorder.texts
        return min(found, key=lambda n: (n < self.past, not _INDENTED.match(lines[n])), default=self.past)


def _words(line: str) -> str:
    return " ".join(line.split())


def _under(block: Block, heading: str) -> Block:
    return Block(**{**block.__dict__, "heading": heading})
