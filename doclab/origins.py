"""Lines of a page that know where they come from: their file, which may be one that the page includes, and their line."""

from collections.abc import Callable
from pathlib import Path
from typing import Self

from markdown.preprocessors import Preprocessor
from pymdownx.snippets import SnippetPreprocessor

from doclab.source import decode

Origin = tuple[Path, int]


class _Located(str):
    """A line that remembers its file and line number, also when an include indents it or takes a `;` away."""

    file: Path
    number: int

    def __new__(cls, text: str, file: Path, number: int) -> Self:
        line = super().__new__(cls, text)
        line.file, line.number = file, number
        return line

    def __radd__(self, indent: str) -> "_Located":
        return _Located(indent + str(self), self.file, self.number)

    def replace(self, *arguments) -> "_Located":
        return _Located(super().replace(*arguments), self.file, self.number)


class LocatingSnippets(SnippetPreprocessor):
    """Includes as the site's own extension makes them, of lines that know where they come from."""

    def __init__(self, old: SnippetPreprocessor, page: Path) -> None:
        self.__dict__.update(old.__dict__)
        self.page = page

    def run(self, lines: list[str]) -> list[str]:
        return super().run([_Located(line, self.page, n) for n, line in enumerate(lines, 1)])

    def parse_snippets(self, lines: list[str], file_name: str | None = None, **options) -> list[str]:
        return super().parse_snippets(_locate(lines, file_name) if file_name else lines, file_name, **options)


def _locate(lines: list[str], file_name: str) -> list[_Located]:
    """Lines of an included file, which are all of it or a stretch, with their numbers there."""
    file = Path(file_name)
    text = decode(file).split("\n")
    start = next((n for n in range(len(text)) if text[n : n + len(lines)] == lines), 0)
    return [_Located(line, file, start + n) for n, line in enumerate(lines, 1)]


class Locator(Preprocessor):
    """Tells `hear` the origin and text of every line once includes are expanded; one that lost it has its neighbour's."""

    def __init__(self, page: Path, hear: Callable[[list[Origin], list[str]], None]) -> None:
        super().__init__()
        self.page, self.hear = page, hear

    def run(self, lines: list[str]) -> list[str]:
        origins, last = [], (self.page, 1)
        for line in lines:
            last = (line.file, line.number) if isinstance(line, _Located) else last
            origins.append(last)
        texts = [str(line) for line in lines]
        self.hear(origins, texts)
        return texts
