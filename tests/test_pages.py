"""Every block of a page is run, skipped for a stated reason, or shown; what is none of these is an error with its line."""

import pickle
from pathlib import Path

import pytest

from doclab.pages import RUN, SHOW, SKIP, examples, page_id
from doclab.source import DOCS, PageError

FILES = {
    "app.py": 'print("a")\n#> a\n',
    "Dockerfile": "FROM busybox:1.37\n",
    "run.sh": "echo a\n",
    "session.txt": "$ echo a\na\n",
    "bad.md": "Một.\n\n```console\nx\n```\n",
    "empty.py": "",
    "near.py": "x = 1\n#>1\n",
    "tab.py": "if 1:\n\tprint(1)\n\t#> 1\n",
}
APP, DOCKERFILE = '--8<-- "app.py"', '--8<-- "Dockerfile"'


@pytest.fixture
def page(tmp_path: Path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    def write(text: str) -> Path:
        file = tmp_path / "page.md"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def fence(opener: str, body: str) -> str:
    """A page whose only fence opens on line 3."""
    return f"Một.\n\n```{opener}\n{body}\n```\n"


# (what stands after the ```, body): (action, reason, saved as).
ACCEPTED = {
    ("console", "$ echo a\na"): (RUN, "", ""),
    ("console", "$ for i in 1; do\n> echo $i\n> done\n1"): (RUN, "", ""),
    ("console", '--8<-- "session.txt"'): (RUN, "", ""),
    ("{ .console }", "$ echo a"): (RUN, "", ""),
    ("console", "$ false | true; echo ${PIPESTATUS[0]}\n1"): (RUN, "", ""),
    ("console", "$ grep PIPESTATUS run.sh"): (RUN, "", ""),
    ("console", "$ echo a | grep b || echo ${PIPESTATUS[0]}\n0"): (RUN, "", ""),
    ("console", "$ grep '$PIPESTATUS' run.sh"): (RUN, "", ""),
    ("console", "$ trap 'echo ${PIPESTATUS[@]}' ERR"): (RUN, "", ""),
    ("console", "$ function f { echo ${PIPESTATUS[0]}; }"): (RUN, "", ""),
    ("console", "$ my-f() { echo ${PIPESTATUS[0]}; }"): (RUN, "", ""),
    ("console", "$ test $PIPESTATUS_OLD = 1"): (RUN, "", ""),
    ('{ .console engine=">=23" }', "$ a"): (RUN, "", ""),
    ('{ .console engine=">=23,<28" }', "$ a"): (RUN, "", ""),
    ('{ .console engine="~=26.1" }', "$ a"): (RUN, "", ""),
    ('{ .console needs="linux-host" }', "$ a"): (RUN, "", ""),
    ("{ .console .tty }", "$ sh\n/ # exit"): (RUN, "", ""),
    ('{ .console .no-run reason="cần tài khoản" }', "$ a"): (SKIP, "cần tài khoản", ""),
    ('{ .console .no-run .tty reason="b" }', "$ a"): (SKIP, "b", ""),
    ('{ .console .no-run reason="b" engine="<23" needs="linux-host" }', "$ a"): (SKIP, "b", ""),
    ("{ .console .no-copy }", "$ a"): (RUN, "", ""),
    ("python", APP): (RUN, "", ""),
    ("{ .python }", APP): (RUN, "", ""),
    ('{ .python engine=">=23" needs="linux-host" }', APP): (RUN, "", ""),
    ('{ .python .no-run reason="b" }', APP): (SKIP, "b", ""),
    ('{ .python .no-run reason="b" }', "print(1)"): (SKIP, "b", ""),
    ('python title="app.py"', APP): (SHOW, "", "app.py"),
    ('{ .python title="app.py" }', APP): (SHOW, "", "app.py"),
    ('dockerfile title="Dockerfile"', DOCKERFILE): (SHOW, "", "Dockerfile"),
    ('yaml title="conf/a.yaml"', DOCKERFILE): (SHOW, "", "conf/a.yaml"),
    ('sh title="run.sh"', '--8<-- "run.sh"'): (SHOW, "", "run.sh"),
    ('dockerfile title="Dockerfile"', "FROM scratch"): (SHOW, "", ""),
    ("dockerfile", DOCKERFILE): (SHOW, "", ""),
    ("text", "a"): (SHOW, "", ""),
    ("json", "{}"): (SHOW, "", ""),
    ('yaml hl_lines="1" linenums="1"', "a: b"): (SHOW, "", ""),
    ("{ .yaml #here title='a=b title=c' }", "a: b"): (SHOW, "", ""),
    ("yaml title='title='", "a: b"): (SHOW, "", ""),
    ("yaml title='./a.yaml'", DOCKERFILE): (SHOW, "", "./a.yaml"),
    ("markdown", ";--8<-- 'x'"): (SHOW, "", ""),
}


@pytest.mark.parametrize("opener, body", ACCEPTED)
def test_a_fence_is_run_skipped_or_shown(opener, body, page):
    (example,) = examples(page(fence(opener, body)))
    assert ACCEPTED[opener, body] == (example.action, example.reason, example.saves)
    assert 3 == example.line
    assert (example.ordinal == 0) == (example.action == SHOW)


# (what stands after the ```, body): (line of the error, words of the message, which say what to do).
REFUSED = {
    ("", "a"): (3, "no language.*```text"),
    ("bash", "a"): (3, "shell runs in `console` only"),
    ("sh", "a"): (3, "shell runs in `console` only"),
    ("shell", "a"): (3, "shell runs in `console` only"),
    ("zsh", "a"): (3, "shell runs in `console` only"),
    ("csh", "a"): (3, "shell runs in `console` only"),
    ("tcsh", "a"): (3, "shell runs in `console` only"),
    ("openrc", "a"): (3, "shell runs in `console` only"),
    ("bash", '--8<-- "run.sh"'): (3, "shell runs in `console` only"),
    ('sh title="run.sh"', "echo a"): (3, "shell runs in `console` only"),
    ("pycon", ">>> 1"): (3, "write ```python"),
    ("py", APP): (3, "write ```python"),
    ("python3", APP): (3, "write ```python"),
    ("python", "print(1)"): (3, "a whole file"),
    ("python", f"{APP}\nprint(2)"): (3, "a whole file"),
    ("python", f"{APP}\n{APP}"): (3, "a whole file"),
    ("python", '--8<-- "app.py:1:1"'): (3, "a whole file"),
    ("python", '--8<-- "empty.py"'): (3, "a whole file"),
    ('python title="app.py"', "print(1)"): (3, "a whole file"),
    ("nonsense", "a"): (3, "unknown language `nonsense`.*```text"),
    ("mermaid", "a"): (3, "unknown language `mermaid`"),
    ("Console", "$ a"): (3, "lower case: `console`"),
    ("Dockerfile", DOCKERFILE): (3, "lower case: `dockerfile`"),
    ("{ .no-run .console reason='b' }", "$ a"): (3, "unknown language `no-run`"),
    ("{ title='a' }", "$ a"): (3, "no language"),
    ("{ .console .norun }", "$ a"): (3, r"unknown class `\.norun`.*known are no-run, recorded, tty"),
    ("{ .text .no-run reason='b' }", "a"): (3, r"unknown class `\.no-run`"),
    ("{ .python .tty }", APP): (3, r"unknown class `\.tty`.*known are no-run"),
    ("{ .console skip='a' }", "$ a"): (
        3,
        "unknown attribute `skip`.*known are engine, needs, reason: take it out",
    ),
    ("{ .console no-run }", "$ a"): (
        3,
        r"unknown attribute `no-run` \(did you mean `\.no-run`\?\) on a console fence",
    ),
    ("{ .console enginee='>=23' }", "$ a"): (3, r"unknown attribute `enginee` \(did you mean `engine`\?\)"),
    ("{ .console title='a' }", "$ a"): (3, "unknown attribute `title`"),
    ("{ .text engine='>=23' }", "a"): (3, "unknown attribute `engine` on a text fence.*: take it out"),
    ("{ .console engine }", "$ a"): (3, '`engine` has no value: write engine="…"'),
    ('{ .console engine= ">=23" }', "$ a"): (3, "only in part"),
    ('{ .console .no-run reason = "b" }', "$ a"): (3, "only in part"),
    ('{ .dockerfile title = "Dockerfile" }', DOCKERFILE): (3, "only in part"),
    ("{ .dockerfile title }", DOCKERFILE): (3, "`title` has no value"),
    ('{ .python .no-copy .annotate linenums="1" title = "app.py" }', APP): (3, "only in part"),
    ("{ .console engine=a=b }", "$ a"): (3, "only in part"),
    ("{ .console .no-run }", "$ a"): (3, "say why"),
    ("{ .console .no-run reason='  ' }", "$ a"): (3, "say why"),
    ("{ .python .no-run }", APP): (3, "say why"),
    ("{ .console reason='b' }", "$ a"): (3, r"belongs to `\.no-run`"),
    ("{ .console engine='23' }", "$ a"): (3, "PEP 440"),
    ("{ .console engine='new' }", "$ a"): (3, "PEP 440"),
    ("{ .console needs='linux' }", "$ a"): (3, "known are linux-host"),
    ("{ .console needs='' }", "$ a"): (3, "known are linux-host"),
    ("console title='a'", "$ a"): (3, "unknown attribute `title`"),
    ("text title='/a'", DOCKERFILE): (3, "name of a file"),
    ("text title='a/../../b'", DOCKERFILE): (3, "name of a file"),
    ("text title=' a'", DOCKERFILE): (3, "name of a file"),
    ("text title='a/'", DOCKERFILE): (3, "name of a file"),
    ("text title='a/.'", DOCKERFILE): (3, "name of a file"),
    ("text title='.'", DOCKERFILE): (3, "name of a file"),
    ("text title=''", DOCKERFILE): (3, "`title` is empty"),
    ("{ .text title='' }", "a"): (3, "`title` is empty"),
    ("{ .console engine='' }", "$ a"): (
        3,
        '`engine` is empty: write engine="…" with a value, or take it out',
    ),
    ("{ .console engine=' , ' }", "$ a"): (3, "`engine` is empty"),
    ("{ .console engine='>=23' engine='<23' }", "$ a"): (3, "`engine` stands here twice"),
    ("{ .console .no-run reason=a reason='b' }", "$ a"): (3, "`reason` stands here twice"),
    ("{ .text #one title='=' #two }", "a"): (3, "`id` stands here twice"),
    ("dockerfile title='a' title='b'", DOCKERFILE): (3, "`title` stands here twice.*: take one out"),
    ("{ .console #here }", "$ a"): (3, "unknown attribute `id` on a console fence.*: take it out"),
    ("{ .python id='here' }", APP): (3, "unknown attribute `id` on a python fence"),
    ("{ .python title='app.py' #here }", APP): (3, "unknown attribute `id` on a python fence"),
    ("console", "a"): (4, "begins with"),
    ("console", "$ a\n$ echo 'b\nc"): (5, "incomplete"),
    ("console", "$ a\nb\n$"): (6, "no command"),
    ("console", "# a\n$ b"): (4, "begins with.*: put that prompt in the place of this line's own"),
    ("console", "me@host:~$ a"): (4, "begins with.*: put that prompt in the place of this line's own"),
    ("{ .console .tty }", "[me@host ~]$ a"): (4, "begins with.*: put that prompt in the place"),
    ("console", "100% done"): (4, "output that belongs to no command can't be checked"),
    ("{ .console .no-run reason='b' }", "C:\\> dir"): (4, "begins with"),
    ("{ .console .tty }", "/ # exit"): (4, "begins with"),
    ("console", "$ a\n...\n...\nb"): (6, "take this one out"),
    ("{ .console .tty }", "$ a\n...\n..."): (6, "take this one out"),
    ("console", DOCKERFILE): (("Dockerfile", 1), "begins with"),
    ("console", "$ false | true\n$ echo ${PIPESTATUS[0]}\n1"): (5, "write both in one"),
    ("console", '$ s=("${PIPESTATUS[@]}")'): (4, "write both in one"),
    ("console", "$ [ ${PIPESTATUS[0]} -eq 0 ] && echo well"): (4, "write both in one"),
    ("console", "$ if (( PIPESTATUS[0] )); then echo ill; fi"): (4, "write both in one"),
    ("console", "$  echo $PIPESTATUS"): (4, "write both in one"),
    ("console", '$ printf "%s | %s" "${PIPESTATUS[@]}"'): (4, "write both in one"),
    ("console", '$ echo "a | b: ${PIPESTATUS[*]}"'): (4, "write both in one"),
    ("console", "$ echo >&2 ${PIPESTATUS[0]}"): (4, "write both in one"),
    ("console", "$ echo ${!PIPESTATUS[@]}"): (4, "write both in one"),
    ("python", '--8<-- "near.py"'): (("near.py", 2), "no output is promised here: write `#> `"),
    ("python", '--8<-- "tab.py"'): (("tab.py", 3), "no output is promised here"),
    ("", APP): (3, "no language"),
    ('{ title="app.py" }', APP): (3, "no language"),
}


@pytest.mark.parametrize("opener, body", REFUSED)
def test_anything_else_is_an_error_with_its_line(opener, body, page):
    place, words = REFUSED[opener, body]
    file, line = place if isinstance(place, tuple) else ("page.md", place)
    with pytest.raises(PageError, match=words) as caught:
        examples(page(fence(opener, body)))
    assert (file, line) == (caught.value.file.name, caught.value.line)
    assert f"{file}:{line}: " in str(caught.value)


def test_every_block_at_fault_is_told_of_once_with_its_line(page):
    file = page(
        "```bash\na\n```\n\n```console\n$ fine\n```\n\n```console\nx\n```\n\n"
        '--8<-- "bad.md"\n\n--8<-- "bad.md"\n'
    )
    with pytest.raises(PageError) as caught:
        examples(file)
    first, second, third = str(pickle.loads(pickle.dumps(caught.value))).split("\n")
    assert (caught.value.file, caught.value.line) == (file, 1) and "no language" not in caught.value.message
    assert first.startswith(f"{file}:1: shell runs in `console` only")
    assert second.startswith(f"{file}:10: a transcript begins with")
    assert third.startswith(f"{file.parent}/bad.md:4: a transcript begins with")


def test_an_error_in_an_included_page_has_its_own_line(page):
    with pytest.raises(PageError, match=r"bad\.md:4: a transcript begins"):
        examples(page('Một.\n\n--8<-- "bad.md"\n'))


def test_indented_code_is_shown(page):
    assert [SHOW] == [example.action for example in examples(page("Một.\n\n    $ echo a\n"))]


SECTIONS = """# Trang

{top}

```console
$ a
```

## Một {{ #one }}

{prose}

```console
$ a
```

```text
b
```

``` {{ .console .no-run reason="c" }}
$ a
```

### Hai {{ #two }}

```python
--8<-- "app.py"
```
"""


def test_an_example_is_named_by_its_section_and_its_place_in_it(page):
    found = examples(page(SECTIONS.format(top="x", prose="y")))
    assert ["top::1", "one::1", "one::2", "two::1"] == [example.name for example in found if example.ordinal]


def test_names_survive_edits_of_prose(page):
    before = [example.name for example in examples(page(SECTIONS.format(top="x", prose="y")))]
    text = SECTIONS.format(top="x\n\n#### Xen vào\n\nx", prose="```json\n{}\n```\n\ny").replace(
        "# Trang", "# Trang khác"
    )
    after = [example.name for example in examples(page(text)) if example.block.language != "json"]
    assert before == after


def test_a_page_without_sections_has_names_too(page):
    assert ["top::1"] == [example.name for example in examples(page("```console\n$ a\n```\n"))]


def test_a_section_called_top_gives_no_name_twice(page):
    block = "```console\n$ a\n```"
    found = examples(page(f"{block}\n\n## Một {{ #one }}\n\n{block}\n\n## Trên {{ #top }}\n\n{block}\n"))
    assert ["top::1", "one::1", "top::2"] == [example.name for example in found]


def test_engine_and_needs_are_read(page):
    (example,) = examples(page(fence('{ .console .tty engine=">=23,<28" needs="linux-host" }', "$ a")))
    assert [False, True, True, False] == [
        example.engines.contains(v) for v in ("20.10.24", "23.0", "27.9", "28.0")
    ]
    assert ("linux-host", True) == (example.needs, example.is_terminal)
    (plain,) = examples(page(fence("console", "$ a")))
    assert ("", False, True) == (plain.needs, plain.is_terminal, plain.engines.contains("20.10.24"))


def test_a_place_in_a_block_is_a_line_of_the_page_or_of_the_file_it_includes(page):
    (written,) = examples(page(fence("console", "$ a\nb\n$ c")))
    assert [("page.md", 4), ("page.md", 6)] == [
        (written.place(command.offset)[0].name, written.place(command.offset)[1])
        for command in written.commands
    ]
    (included,) = examples(page(fence("python", APP)))
    file, line = included.place(1)
    assert ("app.py", 2) == (file.name, line)


@pytest.mark.parametrize(
    "page, expected",
    [
        (DOCS / "vi/linking/network.md", "linking/network"),
        (DOCS / "en/linking/network.md", "linking/network"),
        (DOCS / "vi/index.md", "index"),
        (Path("/elsewhere/page.md"), "/elsewhere/page"),
    ],
)
def test_a_page_and_its_translation_have_one_id(page, expected):
    assert expected == page_id(page)
