"""Random Markdown: code blocks in every form, nested in everything that can hold one.

Each line of code ends in a number of its own, so that one can tell where on the page it stands.
"""

import itertools
from random import Random

_PROSE = [
    "một *hai* `ba` **bốn**",
    "a & b < c",
    "Viết ``` ba dấu ``` ở giữa",
    "## Đề mục { #heading }",
    "- gạch",
    "> trích",
    "| a | b |",
    "***",
    "HTML",
    "*[HTML]: viết tắt",
    "<b>x</b>",
    "<!-- chú thích -->",
    "Chú[^1].",
]
_INFO = [
    "text",
    "json",
    "py",
    "sh",
    "",
    "  text  ",
    'text title="a b" hl_lines="1"',
    'text linenums="1"',
    "{ .text .copy }",
    "{.text #id}",
    "text { .copy }",
]
_CODE = [
    "a",
    "    b",
    "  c",
    "<!--",
    "-->",
    "<div>",
    "</pre>",
    "# h",
    '=== "T"',
    "!!! note",
    "> q",
    "- l",
    "\tt",
    "&lt;",
]
_CODE += ["```text", "~~~", "[^1]: n", "*[HTML]: y", "$ echo"]


class Writer:
    """Writes pages with the dice that it is given."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.numbers = itertools.count(1)

    def page(self) -> str:
        start = self.dice.choice(["", "", "", "---\ntitle: T\n---\n", "\ufeff"])
        text = start + "\n".join(self.flow(0)) + "\n"
        return text.replace("\n", "\r\n") if self.dice.random() < 0.15 else text

    def flow(self, depth: int) -> list[str]:
        lines = []
        for _ in range(self.dice.randint(1, 4 - depth // 2)):
            lines += self.block(depth)
            lines += [""] if self.dice.random() < 0.9 else []
        return lines

    def block(self, depth: int) -> list[str]:
        kinds = [self.fence, self.fence, self.console, self.prose, self.indented, self.include]
        if depth < 3:
            kinds += [self.admonition, self.tabs, self.item, self.quote, self.html, self.note, self.comment]
        kind = self.dice.choice(kinds)
        return kind() if kind in kinds[:6] else kind(self.flow(depth + 1))

    def code(self, lines: list[str]) -> list[str]:
        return [f"{line} u{next(self.numbers)}u" if self.dice.random() < 0.7 else line for line in lines]

    def fence(self) -> list[str]:
        mark = self.dice.choice(["```", "```", "````", "~~~", "~~~~"])
        body = self.code(self.dice.choices(["", *_CODE], k=self.dice.randrange(5)))
        return [mark + self.dice.choice(_INFO), *(row for row in body if not row.startswith(mark)), mark]

    def console(self) -> list[str]:
        output = [
            row for row in self.code(self.dice.choices(_CODE, k=self.dice.randrange(3))) if row[0] not in "`$"
        ]
        return ["```console", "$ echo a", *output, "$ echo b", "```"]

    def prose(self) -> list[str]:
        return [self.dice.choice(_PROSE)]

    def indented(self) -> list[str]:
        return ["    " + row for row in self.code(["first", *self.dice.choices(_CODE, k=2)])]

    def include(self) -> list[str]:
        return [f'--8<-- "{self.dice.choice(["chapter.md", "tabbed.md"])}"']

    def admonition(self, flow: list[str]) -> list[str]:
        opener = self.dice.choice(["!!! note", '??? tip "Mở"', "???+ tip"])
        return [opener, *self.dice.choice([[], [""]]), *self.shifted(flow)]

    def tabs(self, flow: list[str]) -> list[str]:
        return ['=== "A"', "", *self.shifted(flow), "", '=== "B"', "", *self.shifted(self.fence())]

    def item(self, flow: list[str]) -> list[str]:
        return [self.dice.choice(["- một", "1. một", "Từ\n:   Nghĩa"]), "", *self.shifted(flow)]

    def quote(self, flow: list[str]) -> list[str]:
        return [f"> {row}" if row else self.dice.choice([">", "> "]) for row in flow]

    def html(self, flow: list[str]) -> list[str]:
        opener = self.dice.choice(["<div>", "<div markdown>", '<section markdown="block">'])
        return [opener, "", *flow, "", f"</{opener[1:].split()[0].rstrip('>')}>"]

    def note(self, flow: list[str]) -> list[str]:
        return ["[^1]:", *self.shifted(flow)]

    def comment(self, flow: list[str]) -> list[str]:
        return ["<!--", *flow, "-->"]

    def shifted(self, rows: list[str]) -> list[str]:
        margin = self.dice.choice(["    ", "    ", "\t", "     "])
        return [margin + row if row else row for row in "\n".join(rows).split("\n")]
