"""`nox -s update` writes what really happened, touches nothing that still holds, and changes nothing the second time."""

import subprocess
import sys
from pathlib import Path

import pytest

from doclab import pages, update
from doclab.source import PROJECT


def record(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "doclab", "update", *map(str, arguments)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


PAGE = """# Page

Prose stays.  $ echo is no command here.

!!! note
    ```console
    $ echo new
    old
    $ printf 'a\\nb\\nc\\n'
    ...
    x
    $ printf '\\n\\n'
    $ echo kept
    kept
    ```

> ```console
> $ for i in 1 2; do
> >   echo $i
> > done
> ```

```console
$ echo 0123456789ab
aaaaaaaaaaaa
$ printf '0123456789ab %s\\n' changed
aaaaaaaaaaaa as it was
```

```python
--8<-- "program.py"
```
"""

RECORDED = (
    PAGE.replace("    old\n", "    new\n")
    .replace("    ...\n    x\n", "    ...\n    c\n")
    .replace("    $ printf '\\n\\n'\n", "    $ printf '\\n\\n'\n\n\n")
    .replace("> > done\n", "> > done\n> 1\n> 2\n")
    .replace("aaaaaaaaaaaa as it was", "aaaaaaaaaaaa changed")
)

PROGRAM = """for number in range( 2 ):
    print("number", number)
    #> number 7
print('done')
"""

FORMATTED = """for number in range(2):
    print("number", number)
    #> number 0
    #> number 1
print('done')
#> done
"""


@pytest.fixture
def page(tmp_path) -> Path:
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "page.md").write_text(PAGE)
    return tmp_path / "page.md"


def test_outputs_are_recorded_once(page):
    done = record(page)
    assert done.returncode == 0, done.stderr
    assert page.read_text() == RECORDED
    assert page.with_name("program.py").read_text() == FORMATTED
    times = [file.stat().st_mtime_ns for file in sorted(page.parent.iterdir())]
    assert "nothing to change" in record(page).stdout
    assert times == [file.stat().st_mtime_ns for file in sorted(page.parent.iterdir())]


def test_line_endings_and_byte_order_mark_stay(tmp_path):
    page = tmp_path / "page.md"
    page.write_bytes("\ufeff# T\r\n\r\n```console\r\n$ echo Việt\r\n```\r\n".encode())
    assert record(page).returncode == 0
    assert page.read_bytes() == "\ufeff# T\r\n\r\n```console\r\n$ echo Việt\r\nViệt\r\n```\r\n".encode()


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("echo out; false", "page.md:2: the output differs"),
        ("sleep 60", "page.md:2: this command was still running after 1 s"),
        ("docker network create left >/dev/null", "network left, from "),
        (
            "printf '```\\n'",
            "page.md:1: the output has a line that Markdown would take for the end of its fence",
        ),
    ],
)
def test_what_is_not_worth_recording_changes_nothing(tmp_path, command, message):
    page = tmp_path / "page.md"
    text = f"```console\n$ {command}\n```\n"
    page.write_text(text)
    done = record(page, "--time-limit=1")
    assert done.returncode == 1
    assert message in done.stderr
    assert page.read_text() == text
    assert list(tmp_path.iterdir()) == [page]


def test_a_translation_gets_the_same_outputs(tmp_path):
    source, twin = tmp_path / "vi.md", tmp_path / "en.md"
    source.write_text("Chữ.\n\n```console\n$ echo a\nold\n$ echo b\n```\n")
    twin.write_text("Words that take\nmore lines.\n\n```console\n$ echo a\nold\n$ echo b\n```\n")
    edits = [update.Edit(source, 4, "$ echo a", 1, ("a",)), update.Edit(source, 6, "$ echo b", 0, ("b",))]
    moved = update.edits_of_twin(pages.examples(source), edits, source, twin)
    assert (
        update.apply(twin, moved)
        == "Words that take\nmore lines.\n\n```console\n$ echo a\na\n$ echo b\nb\n```\n"
    )


def test_a_translation_with_other_commands_is_refused(tmp_path):
    source, twin = tmp_path / "vi.md", tmp_path / "en.md"
    source.write_text("```console\n$ echo a\n```\n")
    twin.write_text("```console\n$ echo b\n```\n")
    with pytest.raises(update.UpdateError, match=r"en.md: its code blocks are not those of .*vi.md"):
        update.edits_of_twin(pages.examples(source), [], source, twin)
