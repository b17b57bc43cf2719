"""Every block that doclab reads from a page has its true line, and what the site renders as no code is an error.

That the blocks are those of the site is the claim of test_extraction.py, which takes these pages, too.
"""

import unicodedata
from pathlib import Path

import pytest

from doclab import source
from doclab.blocks import included, read
from doclab.listeners import Recorder
from doclab.source import PageError

# Files beside the page under test; `--8<--` finds them because the page lies outside the project.
FILES = {
    "app.py": 'import os\n\nprint("xin chào")\n#> xin chào\n',
    "part.md": "Đoạn chung.\n\n```text\nfrom the part\n```\n\nHết.\n",
    "outer.md": 'Ngoài.\n\n--8<-- "part.md"\n\n```text\nfrom outer\n```\n',
    "Dockerfile": "FROM busybox:1.37\nRUN touch /a\n",
    "indented.md": "Trong.\n\n    a\n    b\n",
    "open.md": "Mở.\n\n```text\nnever closed\n",
    "gap.txt": "$ a\n\n$ b\n",
    "empty.txt": "",
    "shown.txt": "# --8<-- [start:a]\n$ echo ';--8<-- [start:x]'\n# --8<-- [end:a]\n",
    "twice.txt": "$ a\n1\n# --8<-- [start:again]\n$ a\n1\n# --8<-- [end:again]\n$ b\n",
}
# Files that no page can include.
SPOILT = {
    "nest.md": 'Trong.\n\n--8<-- "missing.md"\n',
    "marked.md": "\ufeffChữ.\n",
    "marked.txt": "\ufeff$ a\n1\n",
    "near.md": "Gần.\n\n--8<-- part.md\n",
    "hollow.txt": "a\n# --8<-- [start:hollow]\n\n# --8<-- [end:hollow]\n",
    "brace.txt": "# --8<-- [start:server]\nserver {\n  listen 80;\n} # --8<-- [end:server]\n",
    "lost.txt": "FROM busybox:1.37\nRUN rm -rf /x # --8<-- [start:b]\n",
    "marks.txt": "# --8<-- [start:a]\n$ a\n$ rm x # --8<-- [start:b]\n# --8<-- [end:a]\n",
    "round.md": 'Vòng.\n\n--8<-- "round.md"\n',
}

NFC, NFD = (unicodedata.normalize(form, "chạy thử ở Huế") for form in ("NFC", "NFD"))

# name: (page, the line of each opener, with its file where that is another one).  Lines count from 1.
PAGES: dict[str, tuple[str, list[int | tuple[str, int]]]] = {
    "plain": ("Một.\n\n```text\na\nb\n```\n", [3]),
    "no page text at all": ("```text\na\n```", [1]),
    "console": ("```console\n$ echo a\na\n$ for i in 1; do\n> echo $i\n> done\n1\n```\n", [1]),
    "python include": ('```python\n--8<-- "app.py"\n```\n', [1]),
    "front matter": ("---\ntitle: T\ntags: [a]\n---\n\n# H\n\n```text\na\n```\n", [8]),
    "front matter in CRLF": ("---\r\ntitle: T\r\n---\r\n\r\n```text\r\na\r\n```\r\n", [5]),
    "admonition": ("!!! note\n\n    ```text\n    a\n      b\n    ```\n", [3]),
    "admonition with a title": ('!!! note "Chú ý"\n    ```text\n    a\n    ```\n', [2]),
    "details": ("??? tip\n    Chữ.\n\n    ```text\n    a\n    ```\n", [4]),
    "open details": ('???+ tip "Mở"\n\n    ```text\n    a\n    ```\n', [3]),
    "tabs": (
        '=== "A"\n\n    ```text\n    a\n    ```\n\n=== "B"\n\n    ```text\n    b\n    ```\n',
        [3, 9],
    ),
    "tab in an admonition": ('!!! note\n\n    === "A"\n\n        ```text\n        a\n        ```\n', [5]),
    "admonition in a tab in details": (
        '??? q\n\n    === "A"\n\n        !!! note\n\n            ```console\n            $ echo a\n            a\n            ```\n',
        [7],
    ),
    "indented by a tab character": ("!!! note\n\n\t```text\n\ta\n\t```\n", [3]),
    "tab characters in the code": ("```text\na\tb\n\tc\n\t\td\n```\n", [1]),
    "tab characters in indented code": ("!!! note\n\n    ```text\n    a\tb\n    \tc\n    ```\n", [3]),
    "list item": ("- một\n\n    ```text\n    a\n    ```\n\n- hai\n\n    ```text\n    b\n    ```\n", [3, 9]),
    "list item without a blank line": ("1. một\n    ```text\n    a\n    ```\n", [2]),
    "nested list": ("- một\n    - hai\n\n        ```text\n        a\n        ```\n", [4]),
    "console in a list": (
        "1. một\n\n    ```console\n    $ cat <<E\n    > a\n    >\n    > E\n    a\n\n    ```\n",
        [3],
    ),
    "fence marks in a bullet's line": ("- ```text\n- hai\n\n```text\na\n```\n", [4]),
    "quote": ("> ```text\n> a\n>   b\n> ```\n", [1]),
    "console in a quote": ("> ```console\n> $ cat <<E\n> > a\n> > E\n> a\n> ```\n", [1]),
    "quote in a list": ("- một\n\n    > ```text\n    > a\n    > ```\n", [3]),
    "quote with a blank line": ("> ```text\n> a\n>\n> b\n> ```\n", [1]),
    "options without braces": ('```text title="a" hl_lines="1"\na\n```\n', [1]),
    "braces": ('``` { .text .copy title="a" }\na\n```\n', [1]),
    "tight braces": ("```{.text .copy}\na\n```\n", [1]),
    "braces after the language": ("```text { .copy }\na\n```\n", [1]),
    "blank before the language": ("``` text   \na\n```\n", [1]),
    "no language": ("```\na\n```\n", [1]),
    "braces with an id": ("``` { .text #here }\na\n```\n", [1]),
    "blanks after the closer": ("```text\na\n```  \t\n", [1]),
    "what only looks like an include, in code": (
        (
            "Viết `--8<-- x`, hay\n`--8<--x`.\n\n    --8<-- x\n\n````markdown\n```text\n--8<-- x\n```\n````\n\n"
            "<!--\n--8<-- x\n\n```text\n--8<-- x\n```\n-->\n\n```console\n$ cat page.md\n--8<-- x\n```\n"
        ),
        [4, 6, 20],
    ),
    "an include that is to be shown": (';--8<-- "app.py"\n\n```text\n;--8<-- "app.py"\n```\n', [3]),
    "tildes": ("~~~text\na\n```\nb\n~~~\n", [1]),
    "four backticks": ("````markdown\n```console\n$ false\n```\n````\n", [1]),
    "display block of tildes": ("~~~markdown\n```console\n$ false\n```\n~~~\n", [1]),
    "comment": ("Một.\n\n<!--\n```text\nno\n```\n-->\n\n```text\nyes\n```\n", [9]),
    "comment on one page line": ("<!-- ```text -->\n\n```text\nyes\n```\n", [3]),
    "rejected in a comment": ("<!--\n```text notest\n-->\n\nHai.\n", []),
    "rejected in a display block": ("````markdown\n```text notest\n````\n", [1]),
    "rejected in indented code": ("Một.\n\n    ```text notest\n    a\n    ```\n", [3]),
    "left open in indented code": ("Một.\n\n    ```text\n    a\n\nHai.\n", [3]),
    "left open in a display block": ("````markdown\n```text\na\n````\n\n```text\nb\n```\n", [1, 6]),
    "blanks at the ends of lines": ("```console\n$ echo a  \na   \n \n```\n\n```text\nb  \n```\n", [1, 7]),
    "left open in a comment": ("<!--\n```text\n-->\n\nHai.\n", []),
    "indented code": ("Một.\n\n    $ echo a\n    a\n\nHai.\n", [3]),
    "indented code that shows a fence": ("Một.\n\n    ```text\n    a\n    ```\n\nHai.\n", [3]),
    "indented code with a blank line": ("Một.\n\n    a\n\n    b\n\nHai.\n", [3]),
    "indented code in a list": ("- một\n\n        a\n\n```text\nb\n```\n", [3, 5]),
    "the same indented code twice": ("Một.\n\n    a\n\nHai.\n\n    a\n", [3, 7]),
    "indented code whose words stand in prose": ("Chữ a đây.\n\n    a\n", [3]),
    "indented code whose words stand in indented prose": ("- một\n\n    Chữ a đây.\n\n        a\n", [5]),
    "fence in a here-document": (
        "````console\n$ cat <<'E'\n> ```text\n> no\n> ```\n> E\n```text\nno\n```\n````\n",
        [1],
    ),
    "fence marks within a string": ("````console\n$ echo '```text'\n```text\n````\n", [1]),
    "CRLF": ("Một.\r\n\r\n```text\r\na\r\nb\r\n```\r\n\r\n```text\r\nc\r\n```\r\n", [3, 8]),
    "CRLF in a tab": ('=== "A"\r\n\r\n    ```text\r\n    a\r\n    ```\r\n', [3]),
    "byte order mark": ("\ufeff```text\na\n```\n\n```text\nb\n```\n", [1, 5]),
    "byte order mark and front matter": ("\ufeff---\ntitle: T\n---\n\n```text\na\n```\n", [5]),
    "NFC and NFD": (f"{NFD}\n\n```text\n{NFC}\n{NFD}\n```\n", [3]),
    "included file": ('```dockerfile title="Dockerfile"\n--8<-- "Dockerfile"\n```\n', [1]),
    "included file in a tab": (
        '=== "A"\n\n    ```dockerfile\n    --8<-- "Dockerfile"\n    ```\n\n```text\nb\n```\n',
        [3, 7],
    ),
    "lines of a file": ('```python\n--8<-- "app.py:3:4"\n```\n\n```text\nb\n```\n', [1, 5]),
    "lines of a file, a blank one among them": (
        '```text\n--8<-- "gap.txt:1:1,2:2,3:3"\n```\n\n```text\nb\n```\n',
        [1, 5],
    ),
    "a section with a mark to show": ('```text\n--8<-- "shown.txt:a"\n```\n\n```text\nb\n```\n', [1, 5]),
    "a section mark to show": ("```text\n;--8<-- [start:a]\n```\n\n```text\nb\n```\n", [1, 5]),
    "a change of an include": ('```diff\n+--8<-- "app.py"\n```\n', [1]),
    "an include that was left in a comment": ("<!--\n--8<-- part.md -->\n\n```text\na\n```\n", [4]),
    "escaped include": ('```markdown\n;--8<-- "app.py"\n```\n\n```text\nb\n```\n', [1, 5]),
    "blank lines": ("```text\n\na\n\n\nb\n\n```\n", [1]),
    "blank lines in an admonition": ("!!! note\n\n    ```text\n    a\n\n\n    b\n    ```\n", [3]),
    "empty fence": ("```text\n```\n", [1]),
    "included Markdown": ('--8<-- "part.md"\n\n```text\na\n```\n', [("part.md", 3), 3]),
    "included Markdown that includes": (
        'Một.\n\n--8<-- "outer.md"\n\n```text\na\n```\n',
        [("part.md", 3), ("outer.md", 5), 5],
    ),
    "included Markdown in an admonition": (
        '!!! note\n\n    --8<-- "part.md"\n\n```text\na\n```\n',
        [("part.md", 3), 5],
    ),
    "the same Markdown twice": ('--8<-- "part.md"\n\n--8<-- "part.md"\n', [("part.md", 3), ("part.md", 3)]),
    "include between snippet marks": (
        "Một.\n\n--8<--\npart.md\n--8<--\n\n```text\na\n```\n",
        [("part.md", 3), 7],
    ),
    "indented code in included Markdown": ('Một.\n\n--8<-- "indented.md"\n', [("indented.md", 3)]),
    "footnote used twice": ("Một[^1], hai[^1].\n\n[^1]:\n    ```text\n    a\n    ```\n", [4]),
    "footnote never used": ("Một.\n\n[^1]:\n    ```text\n    a\n    ```\n", [4]),
    "footnote": ("Một[^1].\n\n[^1]:\n    Chú.\n\n    ```text\n    a\n    ```\n\n```text\nb\n```\n", [10, 6]),
    "definition list": ("Từ\n:   Nghĩa.\n\n    ```text\n    a\n    ```\n", [4]),
    "md_in_html": ("<div markdown>\n\n```text\na\n```\n\n</div>\n", [3]),
    "plain HTML": ("<div>\n```text\nyes\n```\n</div>\n\n```text\nyes\n```\n", [2, 7]),
    "raw pre": ("<pre>\nraw\n</pre>\n\n```text\na\n```\n", [2, 5]),
    "a closer longer than the opener": ("```text\na\n````\nb\n```\n", [1]),
    "a closer of the other kind": ("```text\na\n~~~\n```\n", [1]),
    "two adjacent": ("```text\na\n```\n```text\nb\n```\n", [1, 4]),
    "under headings": ("# Một\n\n```text\na\n```\n\n## Hai { #two }\n\n```text\nb\n```\n", [3, 9]),
    "prose that resembles code": ("Viết `code` và ``` ba dấu ``` ở giữa.\n\n```text\na\n```\n", [3]),
    "specials": ('```text\n<a href="x">&amp; &lt;</a>\n```\n', [1]),
    "specials in a console": ("```console\n$ echo '<b>&amp;</b>' \"$HOME\" 2>&1\n<b>&amp;</b>\n```\n", [1]),
    "abbreviations": ("```text\nHTML\n```\n\n*[HTML]: x\n", [1]),
    "blank lines before all": ("\n \n    ```text\n    a\n    ```\n", [3]),
    "blank lines behind front matter": ("---\ntitle: T\n---\n \n    ```text\n    a\n    ```\n", [5]),
    "an include of an empty file": (
        '```console\n$ true\n--8<-- "empty.txt"\n$ echo a\n```\n\n```text\nb\n```\n',
        [1, 7],
    ),
    "an include that ends in an empty line": (
        '```text\n--8<-- "gap.txt:1:2"\n```\n\n```text\nb\n```\n',
        [1, 5],
    ),
    "raw HTML between": ("<p>x</p>\n\n```text\na\n```\n\n<hr>\n\n```text\nb\n```\n", [3, 9]),
}


@pytest.fixture
def page(tmp_path: Path):
    """Writes a page, byte for byte, beside the files that it may include."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "latin.txt").write_bytes(b"$ a\nHu\xe9\n")
    for name, text in {**FILES, **SPOILT}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    def write(text: str) -> Path:
        file = tmp_path / "page.md"
        file.write_bytes(text.encode())
        return file

    return write


@pytest.mark.parametrize("name", PAGES)
def test_a_block_knows_the_line_of_its_fence(name, page):
    text, lines = PAGES[name]
    expected = [line if isinstance(line, tuple) else ("page.md", line) for line in lines]
    blocks = read(page(text))
    assert expected == [(block.file.name, block.line) for block in blocks]
    for block in blocks:
        assert len(block.body) == (len(block.source.split("\n")) if block.body else 0), "a line has no place"


def test_a_line_that_shows_the_mark_of_a_section_knows_where_it_stands(page):
    (block,) = read(page("```console\n$ a\n1\n\n$ echo ';--8<-- [start:x]'\n2\n```\n"))
    assert "$ echo '--8<-- [start:x]'" in block.source.split("\n")
    assert [line for _, line in block.body] == [2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "mark", ["# {}", "<!-- {} -->", "// {}", "  /* {} */", "-- {}", "REM {}", "{{# {} #}}", "{}"]
)
def test_the_mark_of_a_section_may_stand_in_a_comment_of_any_language(page, mark):
    start, end = (mark.format(f"--8<-- [{which}:a]") for which in ("start", "end"))
    (block,) = read(page(f"```text\n{start}\na\n{end}\n```\n"))
    assert block.source == "a"


def test_what_nobody_includes_is_not_lost(page):
    file = page("x = 1  # --8<-- [start:b]\n# --8<-- [start:a]\ny = 2\n# --8<-- [end:a]\n")
    file.rename(file.parent / "two.txt")
    (block,) = read(page('```text\n--8<-- "two.txt:a"\n```\n'))
    assert block.source == "y = 2"


def test_a_page_that_includes_itself_is_known_by_any_path(page):
    file = page('Một.\n\n--8<-- "page.md"\n')
    (file.parent / "sub").mkdir(exist_ok=True)
    with pytest.raises(PageError, match="includes itself here"):
        read(file.parent / "sub" / ".." / "page.md")


def test_a_page_does_not_know_the_marks_of_its_blocks(page):
    first, second = Recorder(page(""), 0), Recorder(page(""), 0)
    assert first.key != second.key
    forged = page(f'<pre data-block="{first.key}-1">a</pre>\n\n```text\nb\n```\n')
    assert [("", 1), ("text", 3)] == [(block.language, block.line) for block in read(forged)]


def test_a_block_knows_where_each_line_of_its_body_stands(page):
    file = page('Một.\n\n```text\na\n--8<-- "Dockerfile"\nb\n```\n')
    (block,) = read(file)
    # Its third line is the empty one after its last newline: the site shows it, too.
    assert [("page.md", 4), ("Dockerfile", 1), ("Dockerfile", 2), ("Dockerfile", 3), ("page.md", 6)] == [
        (origin.name, line) for origin, line in block.body
    ]
    assert len(block.body) == len(block.source.split("\n"))
    assert 7 == block.end


def test_a_literal_include_stands_where_it_is_written(page):
    (block,) = read(page('```markdown\n;--8<-- "app.py"\nb\n```\n'))
    assert ('--8<-- "app.py"\nb', [2, 3]) == (block.source, [line for _, line in block.body])


@pytest.mark.parametrize(
    ("chosen", "lines"),
    [(":4:5", [4, 5]), (":again", [4, 5]), (":4:5,1:2", [4, 5, 1, 2]), (":-2:-1", [7, 8]), (":5", [5, 7, 8])],
)
def test_a_stretch_of_a_file_stands_where_it_is_even_if_its_words_come_twice(chosen, lines, page):
    (block,) = read(page(f'```text\n--8<-- "twice.txt{chosen}"\nend\n```\n'))
    assert lines == [line for file, line in block.body if file.name == "twice.txt"]


@pytest.mark.parametrize(
    "body, expected",
    [
        ('--8<-- "Dockerfile"', "Dockerfile"),
        ('--8<-- "Dockerfile"\n# more', None),
        ('--8<-- "Dockerfile"\n--8<-- "app.py"', None),
        ("FROM scratch", None),
        (';--8<-- "Dockerfile"', None),
    ],
)
def test_an_include_is_one_file_and_nothing_else(body, expected, page):
    (block,) = read(page(f"```text\n{body}\n```\n"))
    assert expected == (block.include and block.include.name)


def test_an_included_file_is_what_its_author_wrote(page):
    file = page('!!! note\n\n    ```python\n    --8<-- "app.py"\n    ```\n')
    (block,) = read(file)
    assert FILES["app.py"] == block.source + "\n"


def test_attributes_are_those_of_the_fence(page):
    (block,) = read(page('``` { .console .no-run engine=">=23" reason="vì thế" }\n$ a\n```\n'))
    assert ("console", ("no-run",), {"engine": ">=23", "reason": "vì thế"}) == (
        block.language,
        block.classes,
        block.options,
    )


def test_a_section_is_the_nearest_h2_or_h3(page):
    """Only they have an id of their own: that of an h1 or h4 is made from its words and changes with them."""
    parts = ["# Trang", "## Hai { #two }", "### Ba { #three }", "#### Bốn", "## Khác { #other }"]
    file = page("\n\n".join(f"{heading}\n\n```text\na\n```" for heading in parts))
    assert ["", "two", "three", "three", "other"] == [block.heading for block in read(file)]


# name: (page, line of the error, a word of the message).
ERRORS = {
    "left open at the end": ("Một.\n\n```text\na\n", 3, "left open"),
    "left open before another": (
        "Một.\n\n```text\na\n\nHai.\n\n```console\n$ b\n```\n",
        3,
        "left open: line 8 begins another",
    ),
    "left open before one with attributes": (
        "~~~~text\na\n\n~~~~ { .console }\n$ b\n~~~~\n",
        1,
        "left open: line 4",
    ),
    "left open before a class": ("```text\na\n\n``` .console\n$ b\n```\n", 1, "left open: line 4"),
    "left open before one in the same quote": (
        "> ```text\n> a\n> ```console\n> $ b\n> ```\n",
        1,
        "left open: line 3",
    ),
    "left open in an admonition": ("!!! note\n\n    ```text\n    a\n\nHai.\n", 3, "left open"),
    "left open in a tab": ('=== "A"\n\n    ```text\n    a\n\n=== "B"\n\n    b\n', 3, "left open"),
    "left open in an admonition before another": (
        "!!! note\n\n    ```text\n    a\n\nHai.\n\n```text\nb\n```\n",
        3,
        "left open",
    ),
    "left open in a quote": ("> ```text\n> a\n\nHai.\n", 1, "left open"),
    "closer indented otherwise": ("```text\na\n  ```\n", 1, "left open"),
    "closer of the other kind": ("~~~text\na\n```\n", 1, "left open"),
    "closer longer than the opener": ("```text\na\n````\n", 1, "left open"),
    "fence on the bullet's line": ("- ```text\n  a\n  ```\n", 3, "left open"),
    "left open after one that is closed": ("```text\na\n```\n\n```text\nb\n", 5, "left open"),
    "left open after front matter": ("---\ntitle: T\n---\n\n```text\nb\n", 5, "left open"),
    "left open in an included file": ('Một.\n\n--8<-- "open.md"\n', ("open.md", 3), "left open"),
    "closed by what is included": (
        '```text\n--8<-- "part.md"\n',
        1,
        "closed by .*part.md:5, in another file",
    ),
    "closed where it is included": ('--8<-- "open.md"\n```\n', ("open.md", 3), "closed by .*page.md:2"),
    "right below indented code": ("Một.\n\n    thấy\n```text\na\n```\n", 4, "an empty line between"),
    "right below indented code in a list": (
        "- một\n\n        thấy\n    ```text\n    a\n    ```\n",
        4,
        "an empty line",
    ),
    "right below indented code in an admonition": (
        "!!! note\n\n        thấy\n    ```text\n    a\n    ```\n",
        4,
        "an empty line",
    ),
    "right below indented code in a quote": (">     thấy\n> ```text\n> a\n> ```\n", 2, "an empty line"),
    "two pairs of braces": ("```{.text}{.copy}\na\n```\n", 1, "only in part"),
    "an attribute without a name": ("``` { .text =.copy }\na\n```\n", 1, "only in part"),
    "attributes behind the braces": ('``` { .text } title="a" }\na\n```\n', 1, "only in part"),
    "in a script": ("<script>\n```text\na\n```\n</script>\n", 2, "in a tag, a script or a style"),
    "in an attribute of HTML": ('<table>\n<a title="\n```text\na\n```\n', 3, "in a tag, a script or a style"),
    "in an element that only seems to be closed": (
        '<iframe src="x"/>\n\n```text\na\n```\n',
        3,
        "in `<iframe>`",
    ),
    "options that the theme rejects": ('Một.\n\n```text test="skip"\na\n```\n', 3, "braces"),
    "a bare word after the language": ("```text notest\na\n```\n", 1, "braces"),
    "words in no form": ("```text !x\na\n```\n", 1, "braces"),
    "a missing include": ('Một.\n\n```text\n--8<-- "nowhere.txt"\n```\n', 4, "nowhere.txt"),
    "a missing include in prose": ('Một.\n\n--8<-- "nowhere.md"\n', 3, "nowhere.md"),
    "in an element that shows no code": (
        "<textarea>\n\n```text\na\n```\n\n</textarea>\n",
        3,
        "in `<textarea>`, where no browser",
    ),
    "in a template that Markdown enters": (
        "<template markdown>\n\n```text\na\n```\n\n</template>\n",
        3,
        "in `<template>`",
    ),
    "in an instruction": ("<?php\n```text\na\n```\n?>\n", 2, r"in `<\?`"),
    "in a section of characters": ("<![CDATA[\n```text\na\n```\n]]>\n", 2, r"in `<!\[`"),
    "an include that is not UTF-8": ('```text\n--8<-- "latin.txt"\n```\n', ("latin.txt", 2), "not UTF-8"),
    "a folder as an include": ('```text\n--8<-- "folder"\n```\n', ("folder", 1), "can't be read"),
    "a missing include in an included file": ('Một.\n\n\n\n--8<-- "nest.md"\n', ("nest.md", 3), "missing.md"),
    "a missing include behind an included file": (
        '--8<-- "part.md"\n\n--8<-- "missing.md"\n',
        3,
        "missing.md",
    ),
    "a missing include that prose mentions": (
        'Chép nowhere.md bằng 8<.\n\n;--8<-- "nowhere.md"\n\n--8<-- "nowhere.md"\n',
        5,
        "nowhere.md' could not be found; looked in ",
    ),
    "a missing include after front matter": ('---\ntitle: T\n---\n\n--8<-- "nowhere.md"\n', 5, "nowhere.md"),
    "a missing include between snippet marks": ("--8<--\npart.md\nnowhere.md\n--8<--\n", 3, "nowhere.md"),
    "an include without a name": ('Một.\n\n--8<-- ":1:2"\n', 3, "could not be found"),
    "a byte order mark in a transcript": (
        '```console\n--8<-- "marked.txt"\n```\n',
        ("marked.txt", 1),
        "byte order mark: save it without",
    ),
    "a byte order mark in included Markdown": (
        'Một.\n\n--8<-- "marked.md"\n',
        ("marked.md", 1),
        "byte order mark: save it without",
    ),
    "an include with a blank behind it": ('Một.\n\n--8<-- "part.md" \n', 3, "includes nothing: write --8<--"),
    "an include without a blank": ('```text\n--8<--"app.py"\n```\n', 2, "includes nothing"),
    "an include without quotes": ("```dockerfile\n--8<-- Dockerfile\n```\n", 2, "includes nothing"),
    "an include in curly quotes": ("!!! note\n\n    --8<-- “part.md”\n", 3, "includes nothing"),
    "an include between dashes of a typographer": ('—8<— "part.md"\n', 1, "includes nothing"),
    "an include without a file": ('--8<-- ""\n', 1, "includes nothing"),
    "an include with words behind it": ('--8<-- "part.md" chung\n', 1, "includes nothing"),
    "an include in a quote": ('> --8<-- "part.md"\n', 1, "includes nothing"),
    "an include in a fence in a quote": ('> ```text\n> --8<-- "app.py"\n> ```\n', 2, "includes nothing"),
    "an include on the bullet's line": ('1. --8<-- "part.md"\n', 1, "includes nothing"),
    "no include in an included file": ('Một.\n\n--8<-- "near.md"\n', ("near.md", 3), "includes nothing"),
    "lines that are not there": (
        '```text\n--8<-- "Dockerfile:4:5"\n```\n',
        2,
        "Dockerfile:4:5 has no text",
    ),
    "a line behind the last": ('--8<-- "part.md:8"\n', 1, "part.md:8 has no text"),
    "lines that end before they begin": ('--8<-- "part.md:3:1"\n', 1, "part.md:3:1 has no text"),
    "some lines that are not there": ('--8<-- "part.md:1:1,9:9"\n', 1, "part.md:1:1,9:9 has no text"),
    "an empty section": ('```text\n--8<-- "hollow.txt:hollow"\n```\n', 2, "hollow.txt:hollow has no text"),
    "a page that includes itself": ('Một.\n\n--8<-- "page.md"\n', 3, "page.md includes itself here"),
    "a page that includes a section of its own": (
        '<!-- --8<-- [start:a] -->\n\nMột.\n\n<!-- --8<-- [end:a] -->\n\n--8<-- "page.md:a"\n',
        7,
        "page.md includes itself here",
    ),
    "a file that includes itself": ('--8<-- "round.md"\n', ("round.md", 3), "round.md includes itself here"),
    "an include between snippet marks": (
        '--8<--\npart.md\n--8<-- "app.py"\n--8<--\n',
        3,
        "is named without --8<--",
    ),
    "a command with the mark of a section": (
        "```console\n$ false # --8<-- [start:a]\n```\n",
        2,
        "give the mark a line of its own",
    ),
    "a line of a loop with the mark of a section": (
        "```console\n$ for a in 1; do\n>   echo two # --8<-- [start:a]\n> done\n```\n",
        3,
        "give the mark a line of its own",
    ),
    "a line of a file with the mark of a section": (
        '```dockerfile title="Dockerfile"\n--8<-- "lost.txt"\n```\n',
        ("lost.txt", 2),
        "give the mark a line of its own",
    ),
    "a brace beside the mark of a section": (
        '```nginx title="a.conf"\n--8<-- "brace.txt:server"\n```\n',
        ("brace.txt", 4),
        "give the mark a line of its own",
    ),
    "a command without letters with the mark of a section": (
        "```console\n$ false\n$ : # --8<-- [start:a]\n$ echo $?\n0\n```\n",
        3,
        "give the mark a line of its own",
    ),
    "a line of output with the mark of a section": (
        "```console\n$ cat a\n---  --8<-- [start:y]\n```\n",
        3,
        "give the mark a line of its own",
    ),
    "words beside the mark of a section": ("Chữ mất --8<-- [start:z] đi đâu.\n", 1, "or write ;--8<--"),
    "a command with a mark in a section": (
        '```console\n--8<-- "marks.txt:a"\n```\n',
        ("marks.txt", 3),
        "give the mark a line of its own",
    ),
    "a missing section": ('Một.\n\n```text\n--8<-- "app.py:nope"\n```\n', 4, "nope"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_what_is_no_code_on_the_site_is_an_error_with_its_line(name, page):
    text, place, word = ERRORS[name]
    file, line = place if isinstance(place, tuple) else ("page.md", place)
    with pytest.raises(PageError, match=word) as caught:
        read(page(text))
    assert (file, line) == (caught.value.file.name, caught.value.line)
    assert f"{file}:{line}: " in str(caught.value)


def test_a_page_that_is_not_utf8_is_an_error_with_its_line(tmp_path):
    file = tmp_path / "page.md"
    file.write_bytes(b"Mot.\n\nHu\xe9.\n")
    with pytest.raises(PageError, match=r"page\.md:3: this is not UTF-8"):
        read(file)


@pytest.mark.parametrize(("character", "name"), [("\0", "NUL"), ("\2", "STX"), ("\3", "ETX")])
def test_a_page_with_a_character_that_ends_or_hides_text_is_an_error_with_its_line(tmp_path, character, name):
    file = tmp_path / "page.md"
    file.write_text(f"Một.\n\n```console\n$ true{character}false\n```\n")
    with pytest.raises(PageError, match=rf"page\.md:4: this line has the character {name}, which"):
        read(file)


def test_a_page_on_which_markdown_itself_fails_is_an_error_of_that_page(tmp_path):
    file = tmp_path / "page.md"
    file.write_text('<ul markdown="span">\n</ul>\n1. b\n')
    with pytest.raises(PageError, match=r"page\.md:1: Markdown itself fails on this page"):
        read(file)


def test_a_page_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(PageError, match="can't be read"):
        read(tmp_path / "none.md")


def test_files_included_in_code_and_in_prose_are_known(tmp_path):
    (tmp_path / "app.py").write_text("print(1)\n")
    (tmp_path / "figure.svg").write_text("<figure></figure>\n")
    page = tmp_path / "page.md"
    page.write_text('```python\n--8<-- "app.py"\n```\n\n--8<-- "figure.svg"\n\n    --8<-- "app.py"\n')
    assert included(page) == {tmp_path / "app.py", tmp_path / "figure.svg"}


@pytest.fixture
def nested(tmp_path) -> Path:
    """A page two folders below a folder, each of them with a file to include."""
    page = tmp_path / "top/docs/guide/page.md"
    page.parent.mkdir(parents=True)
    for folder in (page.parent, *list(page.parents)[1:4]):
        (folder / f"{folder.name if folder != tmp_path else 'above'}.txt").write_text("found\n")
    return page


def includes(page: Path, name: str) -> bool:
    page.write_text(f'```text\n--8<-- "{name}"\n```\n')
    try:
        return [block.source for block in read(page)] == ["found"]
    except PageError as error:
        assert "looked in" in str(error)
        return False


@pytest.mark.parametrize(
    ("mark", "found"),
    [
        ("top/mkdocs.yml", ["guide.txt", "docs.txt", "docs/docs.txt", "top.txt"]),
        ("top/.git", ["guide.txt", "docs.txt", "docs/docs.txt", "top.txt"]),
        ("top/docs/.git", ["guide.txt", "docs.txt"]),
        ("top/docs/guide/mkdocs.yml", ["guide.txt"]),
        ("top/other.yml", ["guide.txt"]),
    ],
)
def test_a_page_of_another_project_includes_from_the_folders_up_to_its_root(nested, tmp_path, mark, found):
    (tmp_path / mark).touch()
    names = ["guide.txt", "docs.txt", "docs/docs.txt", "top.txt", "above.txt"]
    assert [name for name in names if includes(nested, name)] == found


def test_a_page_that_is_a_link_includes_from_where_it_leads_to_as_well(nested, tmp_path):
    (tmp_path / "top/mkdocs.yml").touch()
    (tmp_path / "top/README.md").write_text('```text\n--8<-- "top.txt"\n--8<-- "guide.txt"\n```\n')
    nested.symlink_to(tmp_path / "top/README.md")
    assert [block.source for block in read(nested)] == ["found\n\nfound"]


def test_only_pages_of_this_project_include_from_its_snippets(nested, tmp_path, monkeypatch):
    assert not includes(nested, "contributing/Dockerfile")
    monkeypatch.setattr(source, "PROJECT", tmp_path)
    nested.write_text('```text\n--8<-- "contributing/Dockerfile"\n```\n')
    assert read(nested)
