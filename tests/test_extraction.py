"""What MkDocs builds is what the verifier collects: the same code blocks, in the same language and order, each with its
true line, whatever they are nested in."""

import re
import unicodedata
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from random import Random

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config

from doclab.blocks import read
from doclab.pages import examples
from doclab.source import PROJECT, PageError
from tests import test_blocks
from tests.random_pages import Writer

NFD = unicodedata.normalize("NFD", "chạy thử ở Huế")
NFC = unicodedata.normalize("NFC", NFD)

FILES = {
    **test_blocks.FILES,
    "session.txt": "$ echo a\na\n",
    "chapter.md": 'Đoạn chung.\n\n```text\nfrom the chapter\n```\n\n=== "A"\n\n    ```json\n    {}\n    ```\n',
    "tabbed.md": "Trong.\n\n\t```text\n\ta\n\t```\n",
}

# The forms in which tools that run examples were compared: each page once with LANG as `python`, once as `shell`.
FORMS = {
    "admonition": "!!! note\n\n    ```LANG\n    a\n    ```\n",
    "details without a blank line": "??? tip\n    ```LANG\n    a\n    ```\n",
    "tabs": '=== "A"\n\n    ```LANG\n    a\n    ```\n\n=== "B"\n\n    ```LANG\n    b\n    ```\n',
    "tab in an admonition": '!!! note\n\n    === "A"\n\n        ```LANG\n        a\n        ```\n',
    "tab characters": "!!! note\n\n\t```LANG\n\ta\n\t\tb\n\t```\n",
    "list and quote": "- một\n\n    ```LANG\n    a\n    ```\n\nHai.\n\n> ```LANG\n> b\n> ```\n",
    "options": '```LANG title="Ví dụ" hl_lines="1"\na\n```\n',
    "braces with blanks": "``` { .LANG .copy }\na\n```\n",
    "tight braces": "```{.LANG .copy}\na\n```\n\n```LANG { .copy }\nb\n```\n",
    "blanks around the language": "``` LANG\na\n```\n\n```LANG   \nb\n```\n",
    "tildes": "~~~LANG\na\n```\n~~~\n",
    "display blocks": "````markdown\n```LANG\nno\n```\n````\n\n~~~markdown\n```LANG\nno\n```\n~~~\n",
    "fence in a here-document": "````LANG\ncat <<E\n```LANG\nno\n```\nE\n````\n",
    "comment": "<!--\n```LANG\nno\n```\n-->\n\n```LANG\na\n```\n",
    "indented code": "Một.\n\n    ```LANG\n    shown\n    ```\n",
    "CRLF": '```LANG\r\na\r\n```\r\n\r\n=== "A"\r\n\r\n    ```LANG\r\n    b\r\n    ```\r\n',
    "byte order mark": "\ufeff```LANG\na\n```\n\n```LANG\nb\n```\n",
    "blank lines in indented blocks": "!!! note\n\n    ```LANG\n    a\n\n\n    b\n    ```\n",
    "include": '```LANG\n--8<-- "app.py"\n```\n',
    "included Markdown": '--8<-- "chapter.md"\n\n!!! note\n\n    --8<-- "chapter.md"\n\n```LANG\na\n```\n',
    "NFC and NFD": f"{NFD}\n\n```LANG\n{NFC}\n{NFD}\n```\n",
    "a longer closer": "```LANG\na\n````\nb\n```\n",
    "adjacent": "```LANG\na\n```\n```LANG\nb\n```\n",
    "empty": "```LANG\n```\n\n```LANG\n\n```\n\n```LANG\na\n```\n",
    "bullet's own line": "- ```LANG\n\n```LANG\na\n```\n",
}
CASES = {
    f"{name}, {lang}": text.replace("LANG", lang)
    for name, text in FORMS.items()
    for lang in ("python", "shell")
}

# More of the same, where tools that look for fences alone lose their way.
CASES |= {
    "front matter in CRLF": "---\r\ntitle: T\r\ntags: [a]\r\n---\r\n\r\n```text\r\na\r\n```\r\n",
    "front matter behind a byte order mark": "\ufeff---\ntitle: T\n---\n```text\na\n```\n",
    "three levels": '1. một\n\n    !!! note\n\n        === "A"\n\n            > ```text\n            > a\n            > ```\n',
    "quote in a tab": '=== "A"\n\n    > !!! note\n    >\n    >     ```text\n    >     a\n    >     ```\n',
    "nested quotes": "> > ```text\n> > a\n> > ```\n>\n> ```text\n> b\n> ```\n",
    "footnotes come last": "A[^1].\n\n[^1]:\n    ```text\n    a\n    ```\n\n        indented\n\n```text\nb\n```\n",
    "definition list": "Từ\n:   Nghĩa.\n\n    ```text\n    a\n    ```\n\n:   Nghĩa khác.\n\n        indented\n",
    "md_in_html": '<div markdown>\n\n```text\na\n```\n\n<section markdown="block">\n```text\nb\n```\n</section>\n\n</div>\n',
    "details of HTML": "<details markdown>\n<summary>S</summary>\n\n```text\na\n```\n\n</details>\n",
    "HTML without Markdown": "<div>\n\n```text\na\n```\n\n</div>\n",
    "raw pre around a fence": "<pre>\nraw\n</pre>\n\n```text\na\n```\n",
    "line numbers": '```yaml linenums="1"\na: 1\nb: 2\n```\n\n```text\nc\n```\n',
    "abbreviation": "```text\nHTML\n```\n\n*[HTML]: x\n",
    "an included transcript": '```console\n--8<-- "session.txt"\n```\n\n```text\na\n```\n',
    "a tab before an included fence": '--8<-- "tabbed.md"\n\n```text\nb\n```\n',
    "an include that is indented by a tab": '!!! note\n\n\t--8<-- "chapter.md"\n',
    "a comment that is never closed": "```text\na\n```\n\n<!-- x\n",
    "a comment in a fence": "```text\n<!--\n```\n\n```text\n-->\n```\n",
    "an id and a class": "``` { .text #here .copy }\na\n```\n",
    "a program": '```python\n--8<-- "app.py"\n```\n',
    "a terminal": "``` { .console .tty }\n$ sh\n/ # exit\n```\n",
    "a skipped transcript": '``` { .console .no-run reason="a < b" }\n$ a <&- "$b"\n<c>\n```\n',
}


@dataclass(frozen=True)
class Built:
    """A code block in a finished page."""

    language: str
    text: str


class Finished(HTMLParser):
    """The code blocks of a page that MkDocs has built, without the column of their line numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Built] = []
        self.language = "text"  # that the theme gives to code without one
        self.text: str | None = None  # of the <pre> that is open
        self.in_numbers = self.in_article = False

    def handle_starttag(self, tag, attrs):
        names = (dict(attrs).get("class") or "").split()
        self.in_article = self.in_article or tag == "article"
        self.in_numbers = self.in_numbers or "linenodiv" in names
        for name in names:
            self.language = name.removeprefix("language-") if name.startswith("language-") else self.language
        if tag == "pre":
            self.text = ""

    def handle_endtag(self, tag):
        self.in_article = self.in_article and tag != "article"
        if tag == "pre" and self.text is not None:
            if self.in_article and not self.in_numbers:
                self.blocks.append(Built(self.language, trimmed(self.text)))
                self.language = "text"
            self.text, self.in_numbers = None, False

    def parse_comment(self, start, report=True):
        """As a browser (HTML Standard, 13.2.5.43 and after), which Python's parser follows in its latest versions only."""
        return re.compile(r"<!--(?:>|->|.*?--!?>|.*)", re.DOTALL).match(self.rawdata, start).end()

    def handle_data(self, data):
        if self.text is not None:
            self.text += data


def trimmed(code: str) -> str:
    """Empty lines at either end are beyond what a renderer keeps."""
    return code.strip("\n")


CASES |= {f"{name}, with its lines": text for name, (text, _) in test_blocks.PAGES.items()}
RANDOM = {f"random {seed}": Writer(Random(seed)).page() for seed in range(200)}
ALL = {**CASES, **RANDOM}
NUMBERS = {name: number for number, name in enumerate(ALL)}


@pytest.fixture(scope="module")
def docs(tmp_path_factory) -> Path:
    """All pages, and the files that they include in the folder where the verifier looks for those."""
    docs = tmp_path_factory.mktemp("site") / "docs"
    (docs / "snippets").mkdir(parents=True)
    for name, text in FILES.items():
        (docs / "snippets" / name).write_text(text, encoding="utf-8")
    for name, text in ALL.items():
        (docs / f"{NUMBERS[name]}.md").write_bytes(text.encode())
    return docs


@pytest.fixture(scope="module")
def site(docs) -> Path:
    """The pages as MkDocs builds them with the project's Markdown extensions, and nothing of the verifier's but its
    fence; the language of each block is written into the HTML, too."""
    config = load_config(
        str(PROJECT / "mkdocs.yml"),
        docs_dir=str(docs),
        site_dir=str(docs.with_name("site")),
        theme={"name": "material"},
        nav=[f"{number}.md" for number in NUMBERS.values()],
        plugins=[],
        hooks=[],
    )
    config.mdx_configs["pymdownx.highlight"] = {"pygments_lang_class": True}
    config.mdx_configs["pymdownx.snippets"]["base_path"] = [str(docs / "snippets")]
    build(config)
    return Path(config.site_dir)


def built(site: Path, name: str) -> list[Built]:
    page = Finished()
    page.feed((site / str(NUMBERS[name]) / "index.html").read_text(encoding="utf-8"))
    return page.blocks


def collected(docs: Path, name: str):
    return read(docs / f"{NUMBERS[name]}.md")


def as_built(blocks) -> list[Built]:
    return [Built(block.language or "text", trimmed(block.source)) for block in blocks]


@pytest.mark.parametrize("name", CASES)
def test_what_is_built_is_what_is_collected(name, docs, site):
    assert built(site, name) == as_built(collected(docs, name)), (
        "the site and the verifier see different code"
    )
    check_lines(collected(docs, name))


def check_lines(blocks) -> None:
    """Each line of code stands where its block says, below the opener of its fence."""
    for block in blocks:
        page = block.file.read_text(encoding="utf-8-sig").split("\n")
        if block.is_fence:
            assert re.search("```|~~~", page[block.line - 1]), f"no fence opens on line {block.line}"
            assert re.search("```|~~~", page[block.end - 1]), f"no fence closes on line {block.end}"
        lines = block.source.split("\n") if block.body else []
        for (file, line), text in zip(block.body, lines, strict=True):
            there = file.read_text(encoding="utf-8-sig").split("\n")
            if number := re.search(r"u\d+u", text):
                assert number.group() in there[line - 1], f"{text!r} does not stand on line {line}"
            elif block.is_fence and text.strip():
                assert text.split() == there[line - 1].replace(";--8<", "--8<").split()[-len(text.split()) :]


def test_the_comparison_is_as_large_as_that_of_the_tools(docs, site):
    """48 pages and 72 blocks of Python and shell: all right, none that is not there, none passed over in silence."""
    forms = [f"{name}, {lang}" for name in FORMS for lang in ("python", "shell")]
    rendered = [block for name in forms for block in built(site, name)]
    assert (len(forms), len(rendered)) >= (48, 72)
    for name in forms:
        try:
            found = len(examples(docs / f"{NUMBERS[name]}.md"))
        except PageError as error:  # of the page format: shell runs in `console` only, and so on
            assert error.line in [block.line for block in collected(docs, name)]
        else:
            assert found == len(built(site, name))


def test_random_pages(docs, site):
    compared = 0
    for name in RANDOM:
        try:
            blocks = collected(docs, name)
        except PageError as error:
            assert re.search("left open|as prose|in another file|includes nothing", error.message)
            continue
        assert built(site, name) == as_built(blocks), f"see {docs / str(NUMBERS[name])}.md"
        check_lines(blocks)
        compared += len(blocks)
    assert compared > 3 * len(RANDOM), "too many of these pages can't be read: mend tests/random_pages.py"
