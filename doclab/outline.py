"""The finished HTML of a page: which code blocks are in it, in which order, under which heading."""

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import NoReturn

from doclab.listeners import Block, Recorder
from doclab.origins import NOT_INCLUDED, find_false_include
from doclab.source import PageError

_MARGIN = r"[\s>*+.\d-]*"
_INDENTED = re.compile(_MARGIN + r"(?: {4}|\t)")
# Where browsers see a comment end; Python's own parser differs, and not in all versions alike (HTML Standard, 13.2.5).
_COMMENT = re.compile(r"<!--(?:-?>|.*?(?:--!?>|\Z))", re.DOTALL)
# What is in these elements no browser shows as code.
_OPAQUE = {"audio", "canvas", "iframe", "noembed", "noframes", "noscript", "plaintext", "select", "template"}
_OPAQUE |= {"textarea", "title", "video", "xmp"}
# Fences in which a line may look like an include: examples of how to write one, changes of one, and outputs.
_QUOTING = {"markdown", "md", "diff", "console"}
# A line that would begin a fence; one with backquotes further on is inline code.
_OPENER = re.compile(r"(?P<margin>[ \t>]*)(?P<fence>`{3,}(?=[^`]*$)|~{3,})[ \t]*[\w{.#+-]")


class Outline(HTMLParser):
    """Reads the HTML, with the marks that a recorder left in it; `blocks` are what it found.  Raises PageError."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self.recorder = recorder
        self.mark = re.compile(rf'data-block="{recorder.key}-(\d+)"')
        self.abandoned = re.compile(rf" ?abandoned-{recorder.key}-(\d+)-")
        self.blocks: list[Block] = []
        self.heading = ""
        self.past = 0  # the line after the last block, counted from 0
        self.taken: set[int] = set()  # the lines of blocks that have been seen
        # Each <pre> that is no fence: its place among the blocks, its text.
        self.open: list[tuple[int, list[str]]] = []
        self.opaque: list[str] = []  # the elements around that show no code
        self.seen: set[int] = set()  # the numbers of fences that were met

    def parse_comment(self, i: int, report: bool = True) -> int:
        return _COMMENT.match(self.rawdata, i).end()

    def handle_pi(self, data: str) -> None:
        self._refuse_hidden(data, "<?")

    def unknown_decl(self, data: str) -> None:
        self._refuse_hidden(data, "<![")

    def _refuse_hidden(self, html: str, opener: str) -> None:
        if hidden := self.mark.search(html):
            self._refuse(self.recorder.blocks[int(hidden.group(1))], f"`{opener}`")

    def _refuse(self, block: Block, opener: str) -> NoReturn:
        raise PageError(
            block.file,
            block.line,
            f"this fence is in {opener}, where no browser shows code: take it out of there",
        )

    def refuse_unseen(self, html: str) -> None:
        """Refuse a fence that is in the HTML and no element of it: in an attribute, a script.  Raises PageError."""
        for number in map(int, self.mark.findall(_COMMENT.sub("", html))):
            if number not in self.seen:
                self._refuse(self.recorder.blocks[number], "a tag, a script or a style")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Browsers take no notice of the slash in `<video/>`: the element goes on."""
        self.handle_starttag(tag, attrs)
        if tag not in _OPAQUE:
            self.handle_endtag(tag)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag in ("h2", "h3") and attributes.get("id"):
            self.heading = attributes["id"]
        if tag in _OPAQUE:
            self.opaque.append(tag)
        if tag == "pre" and (mark := self.mark.fullmatch(f'data-block="{attributes.get("data-block")}"')):
            number = int(mark.group(1))
            self.seen.add(number)
            if self.opaque:
                self._refuse(self.recorder.blocks[number], f"`<{self.opaque[-1]}>`")
            self.blocks.append(_under(self.recorder.blocks[number], self.heading))
            self._refuse_no_includes(number)
            self._refuse_swallowed(number)
            self._take(self.recorder.spans[number])
        elif tag == "pre":
            self.open.append((len(self.blocks), []))

    def _refuse_no_includes(self, number: int) -> None:
        """Refuse what a fence shows as its own text where a file was to be.  Raises PageError."""
        if self.recorder.blocks[number].language in _QUOTING:
            return
        for index in self.recorder.spans[number]:
            if find_false_include(self.recorder.texts[index]):
                raise PageError(*self.recorder.at(index), NOT_INCLUDED)

    def _refuse_swallowed(self, number: int) -> None:
        """Refuse a fence that nobody closed before the next one begins: that one's end is its own.  Raises PageError."""
        block, (start, *inside, _) = self.recorder.blocks[number], self.recorder.spans[number]
        ours = _OPENER.match(self.recorder.texts[start])
        for index in inside if ours else ():
            theirs = _OPENER.match(self.recorder.texts[index])
            is_here = self.recorder.at(index)[0] == block.file
            if (
                theirs
                and is_here
                and theirs["fence"].startswith(ours["fence"])
                and _quotes(theirs) == _quotes(ours)
            ):
                raise block.error(
                    f"this fence is left open: line {self.recorder.at(index)[1]} begins another one; close it before that, "
                    "or, to show that line, open it with a longer fence"
                )

    def handle_endtag(self, tag: str) -> None:
        if tag in self.opaque:
            self.opaque.remove(tag)
        if tag == "pre" and self.open:
            place, text = self.open.pop()
            self.blocks.insert(place, self._indented(self.abandoned.sub("", "".join(text))))

    def close(self) -> None:
        super().close()
        while self.open:  # a <pre> that nobody closed reaches to the end of the page
            self.handle_endtag("pre")

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open[-1][1].append(data)
            return
        lost = self.abandoned.search(data)
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
        best an indented one that has no others, since prose may have the same words."""
        found = [n for n, text in enumerate(texts) if n not in self.taken and words in text]
        lines, alone = self.recorder.texts, re.compile(_MARGIN + re.escape(words))
        return min(
            found,
            key=lambda n: (n < self.past, not _INDENTED.match(lines[n]), not alone.fullmatch(texts[n])),
            default=self.past,
        )


def _words(line: str) -> str:
    return " ".join(line.split())


def _quotes(opener: re.Match) -> int:
    return opener["margin"].count(">")


def _under(block: Block, heading: str) -> Block:
    return Block(**{**block.__dict__, "heading": heading})
