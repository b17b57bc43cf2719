"""`nox -s update` writes what really happened, touches nothing that still holds, and changes nothing the second time."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from doclab import __main__, edits, pages, source, update
from doclab.engines import DEFAULT, ENGINES
from doclab.session import DEFAULT_LIMIT
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
$ echo 0123'45'6789ab
aaaaaaaaaaaa
$ printf '0123''456789ab %s\\n' changed
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

RECORDED_PROGRAM = """for number in range( 2 ):
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
    assert page.with_name("program.py").read_text() == RECORDED_PROGRAM, (
        "the style of another project is its own"
    )
    times = [file.stat().st_mtime_ns for file in sorted(page.parent.iterdir())]
    assert "nothing to change" in record(page).stdout
    assert times == [file.stat().st_mtime_ns for file in sorted(page.parent.iterdir())]


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


def bytes_of(*files: Path) -> list[bytes]:
    return [file.read_bytes() for file in files]


# name: (page, what it becomes): where lines end differently, new ones end as the one above; all others stay.
FORMS = {
    "CRLF and a byte order mark": (
        "\ufeff# T\r\n\r\n```console\r\n$ echo Việt\r\n```\r\n",
        "\ufeff# T\r\n\r\n```console\r\n$ echo Việt\r\nViệt\r\n```\r\n",
    ),
    "mixed line endings": (
        "# T\r\n\n```console\n$ echo a\nold\n$ echo b\r\nold\r\n```\n",
        "# T\r\n\n```console\n$ echo a\na\n$ echo b\r\nb\r\n```\n",
    ),
    "no newline at the end": ("```console\n$ echo a\n```", "```console\n$ echo a\na\n```"),
    "tab characters": (
        "=== \"A\"\n\n\t```console\n\t$ printf 'a\\tb\\n\\nc\\n'\n\told\n\t```\n",
        "=== \"A\"\n\n\t```console\n\t$ printf 'a\\tb\\n\\nc\\n'\n\ta\tb\n\n\tc\n\t```\n",
    ),
    "a quote in a list": (
        "- a\n\n    > ```console\n    > $ seq 2\n    > ```\n",
        "- a\n\n    > ```console\n    > $ seq 2\n    > 1\n    > 2\n    > ```\n",
    ),
    "blanks at the ends of lines": (
        "Hai.  \n\n```console  \n$ echo a  \na   \n$ echo b\n```  \n",
        "Hai.  \n\n```console  \n$ echo a  \na   \n$ echo b\nb\n```  \n",
    ),
    "an ellipsis": (
        "```console\n$ seq 5\n1\n...\n6\n```\n",
        "```console\n$ seq 5\n1\n...\n5\n```\n",
    ),
}


def test_only_what_is_wrong_changes_and_only_once(tmp_path):
    pages = {tmp_path / f"{number}.md": forms for number, forms in enumerate(FORMS.values())}
    for page, (text, _) in pages.items():
        page.write_bytes(text.encode())
    done = record(*pages)
    assert done.returncode == 0, done.stderr
    assert bytes_of(*pages) == [text.encode() for _, text in pages.values()]
    times = [page.stat().st_mtime_ns for page in pages]
    assert record(*pages).stdout.count("nothing to change") == len(pages)
    assert times == [page.stat().st_mtime_ns for page in pages]
    assert sorted(tmp_path.iterdir()) == sorted(pages), "temporary files were left"


def test_what_a_page_includes_is_recorded_where_it_stands(tmp_path):
    (tmp_path / "session.txt").write_bytes(b"$ echo a\r\nold\r\n")
    (tmp_path / "part.md").write_text("Chung.\n\n!!! note\n\n    ```console\n    $ echo b\n    ```\n")
    (tmp_path / "program.py").write_bytes(b"print( 1 )\r\n")
    page = tmp_path / "page.md"
    text = (
        '```console\n--8<-- "session.txt"\n```\n\n--8<-- "part.md"\n\n```python\n--8<-- "program.py"\n```\n'
    )
    page.write_text(text)
    done = record(page)
    assert done.returncode == 0, done.stderr
    assert page.read_text() == text
    assert (tmp_path / "session.txt").read_bytes() == b"$ echo a\r\na\r\n"
    assert (tmp_path / "part.md").read_text().endswith("    $ echo b\n    b\n    ```\n")
    assert (tmp_path / "program.py").read_bytes() == b"print( 1 )\r\n#> 1\r\n"
    assert "nothing to change" in record(page).stdout


IN_PIECES = {
    "the output is included": (
        "$ printf 'one\\nthree\\n'\n--8<-- \"s.txt\"\n$ echo b\nb\n",
        "one\ntwo\n",
        "page.md:2",
    ),
    "the output goes on behind the include": (
        '--8<-- "s.txt:1:2"\n2\n',
        "$ seq 1 2 3\n1\n$ other\n",
        "s.txt:1",
    ),
    "more is in the file than is included": ('--8<-- "s.txt:1:1"\n', "$ echo a\n$ false\n", "s.txt:1"),
    "a section ends there": (
        '--8<-- "s.txt"\n',
        "$ echo a\n# --8<-- [start:out]\nold\n# --8<-- [end:out]\n",
        "s.txt:1",
    ),
}


@pytest.mark.parametrize("name", IN_PIECES)
def test_an_output_that_is_not_in_one_piece_stays(tmp_path, name):
    body, snippet, place = IN_PIECES[name]
    page = tmp_path / "page.md"
    page.write_text(f"```console\n{body}```\n")
    (tmp_path / "s.txt").write_text(snippet)
    done = record(page)
    assert done.returncode == 1
    assert (
        f"{tmp_path}/{place}: the output of this command has changed, and it does not stand whole"
        in done.stderr
    )
    assert (page.read_text(), (tmp_path / "s.txt").read_text()) == (f"```console\n{body}```\n", snippet)


def test_an_output_is_recorded_below_a_command_that_no_newline_ends(tmp_path):
    (tmp_path / "session.txt").write_text("$ echo a")
    page = tmp_path / "page.md"
    page.write_text('```console\n--8<-- "session.txt"\n```\n')
    assert record(page).returncode == 0
    assert (tmp_path / "session.txt").read_text() == "$ echo a\na\n"
    assert "nothing to change" in record(page).stdout


def test_a_transcript_that_is_included_twice_must_print_the_same(tmp_path):
    (tmp_path / "session.txt").write_text("$ echo $((n += 1))\n")
    page = tmp_path / "page.md"
    page.write_text('```console\n--8<-- "session.txt"\n```\n\n```console\n--8<-- "session.txt"\n```\n')
    done = record(page)
    assert "session.txt:1: the page includes this command twice" in done.stderr
    assert (tmp_path / "session.txt").read_text() == "$ echo $((n += 1))\n"


def test_what_is_included_twice_may_differ_in_what_changes_from_run_to_run(tmp_path):
    (tmp_path / "session.txt").write_text("$ echo after $((n += 1)) ms\n")
    (tmp_path / "program.py").write_text("import time\n\nprint(time.monotonic_ns(), 'ns')\n")
    page = tmp_path / "page.md"
    twice = 2 * '```console\n--8<-- "session.txt"\n```\n\n```python\n--8<-- "program.py"\n```\n\n'
    page.write_text(twice)
    assert record(page).returncode == 0
    assert (tmp_path / "session.txt").read_text() == "$ echo after $((n += 1)) ms\nafter 1 ms\n"
    assert "\n#> " in (tmp_path / "program.py").read_text()
    assert "nothing to change" in record(page).stdout


def test_what_is_included_twice_must_show_the_same_id(tmp_path):
    (tmp_path / "session.txt").write_text("$ echo 0123456789a$((n += 1))\n")
    page = tmp_path / "page.md"
    page.write_text('```console\n--8<-- "session.txt"\n```\n\n```console\n--8<-- "session.txt"\n```\n')
    assert "session.txt:1: the page includes this command twice" in record(page).stderr


def test_a_program_that_is_included_twice_must_print_the_same(tmp_path):
    program = "import os\n\nos.chdir('/tmp')\nos.mkdir(f'{len(os.listdir())}')\nprint(len(os.listdir()))\n"
    include = '```python\n--8<-- "program.py"\n```\n'
    (tmp_path / "program.py").write_text(program)
    page = tmp_path / "page.md"
    page.write_text(f"{include}\n{include}")
    done = record(page)
    assert done.returncode == 1
    assert f"{page}:5: the page includes {tmp_path}/program.py twice, and it prints two things" in done.stderr
    assert (tmp_path / "program.py").read_text() == program


def test_a_program_stays_as_it_was_where_its_page_fails(tmp_path):
    (tmp_path / "program.py").write_text("print(1)\n")
    page = tmp_path / "page.md"
    page.write_text('```python\n--8<-- "program.py"\n```\n\n```console\n$ false\n```\n')
    assert record(page).returncode == 1
    assert (tmp_path / "program.py").read_text() == "print(1)\n"


@pytest.fixture
def ours(tmp_path, monkeypatch) -> Path:
    """A folder for pages of this project."""
    monkeypatch.setattr(source, "PROJECT", tmp_path)
    return tmp_path


def record_here(page: Path) -> list[Path]:
    return update.update(page, ENGINES[DEFAULT], print, DEFAULT_LIMIT)


def test_the_programs_of_this_project_become_tidy_also_where_the_page_saves_them(ours):
    program, page = ours / "program.py", ours / "page.md"
    program.write_text("a = [ 1,2 ]")
    include = '--8<-- "program.py"'
    page.write_text(
        f'```python\n{include}\n```\n\n```python title="a.py"\n{include}\n```\n\n```console\n$ cat a.py\n$ rm a.py\n```\n'
    )
    assert record_here(page) == [program, page]
    assert program.read_text() == "a = [1, 2]\n"
    assert page.read_text().endswith("$ cat a.py\na = [1, 2]\n$ rm a.py\n```\n")


@pytest.mark.parametrize("name", ["prints.py", "json.py"])
def test_a_program_may_go_by_a_name_that_the_recorder_uses(ours, name):
    (ours / name).write_text("print(1)\n")
    (ours / "page.md").write_text(f'```python\n--8<-- "{name}"\n```\n')
    assert record_here(ours / "page.md") == [ours / name]
    assert (ours / name).read_text() == "print(1)\n#> 1\n"


def test_what_does_not_run_is_no_program_to_rewrite(ours):
    files = {
        "saved.py": "import os\n\n\nif True:\n    a = 1\n    b = 2\n#> 3\n",
        "shown.py": "c = ( 1 )\n#> 4\n",
        "told.txt": "$ echo  a\nb\n",
    }
    for name, text in files.items():
        (ours / name).write_text(text)
    page = ours / "page.md"
    text = (
        '```python title="app.py"\n--8<-- "saved.py:5:6"\n```\n\n'
        '```python title="all.py"\n--8<-- "saved.py"\n```\n\n'
        '```{ .python .no-run reason="why not" }\n--8<-- "shown.py"\n```\n\n'
        '```{ .console .no-run reason="why not" }\n--8<-- "told.txt"\n```\n\n'
        "```console\n$ rm all.py\n$ cat app.py; rm app.py\n```\n"
    )
    page.write_text(text)
    (ours / "shown.py").chmod(0o444)
    assert record_here(page) == [page]
    assert page.read_text() == text.removesuffix("```\n") + "    a = 1\n    b = 2\n```\n"
    assert {name: (ours / name).read_text() for name in files} == files


@pytest.mark.parametrize("text", ["print(nosuch)\n", "def f(:\n"])
def test_what_only_a_person_can_mend_is_said_with_the_file(ours, text):
    (ours / "program.py").write_text(text)
    (ours / "page.md").write_text('```python\n--8<-- "program.py"\n```\n')
    with pytest.raises(update.UpdateError) as refused:
        record_here(ours / "page.md")
    assert str(refused.value).startswith(f"{ours}/program.py: ruff failed")


def test_a_program_of_another_project_that_python_cannot_read_fails_as_its_reader_would_see(tmp_path):
    (tmp_path / "program.py").write_text("def f(:\n")
    (tmp_path / "page.md").write_text('```python\n--8<-- "program.py"\n```\n')
    done = record(tmp_path / "page.md")
    assert f"not updated: {tmp_path}/page.md:1: " in done.stderr and "+SyntaxError: " in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another")
def test_a_page_stays_its_owners(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```console\n$ echo a\n```\n")
    os.chown(page, 1000, 1001)
    assert record(page).returncode == 0 and page.read_text() == "```console\n$ echo a\na\n```\n"
    assert (page.stat().st_uid, page.stat().st_gid) == (1000, 1001)


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.md").write_text("```console\n$ echo a\n```\n")
    (tmp_path / "real.md").chmod(0o640)
    (tmp_path / "page.md").symlink_to("real.md")
    assert record(tmp_path / "page.md").returncode == 0
    assert (tmp_path / "page.md").is_symlink()
    assert (tmp_path / "real.md").read_text() == "```console\n$ echo a\na\n```\n"
    assert (tmp_path / "real.md").stat().st_mode & 0o777 == 0o640


def test_a_read_only_page_stays_as_it_is(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```console\n$ echo a\n```\n")
    page.chmod(0o444)
    done = record(page)
    assert done.returncode == 1 and "page.md is read-only" in done.stderr
    assert page.read_text() == "```console\n$ echo a\n```\n"


SLOW = "```console\n$ echo a\nold\n```\n\n```console\n$ sleep 4\n```\n"


@pytest.fixture
def recording(tmp_path):
    """A page that is being recorded, and the process that does it: its first example has run, its second is slow."""
    page = tmp_path / "page.md"
    page.write_text(SLOW)
    command = [sys.executable, "-m", "doclab", "update", str(page)]
    with subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert any("top::1: " in line for line in process.stdout), process.stderr.read()
        yield page, process
        process.kill()


def test_two_updates_of_a_page_do_not_race(recording):
    page, process = recording
    second = record(page)
    assert second.returncode == 1
    assert "page.md: another update is recording it" in second.stderr
    assert process.wait() == 0
    assert page.read_text() == SLOW.replace("old", "a")


def test_what_somebody_wrote_meanwhile_is_not_lost(recording):
    page, process = recording
    page.write_text(SLOW + "\nMore.\n")
    assert process.wait() == 1
    assert "page.md was changed while its page ran" in process.stderr.read()
    assert page.read_text() == SLOW + "\nMore.\n"


@pytest.mark.parametrize(
    ("number", "status", "told"),
    [
        (signal.SIGINT, 130, "stopped\n"),
        (signal.SIGTERM, 143, "ended by SIGTERM\n"),
        (signal.SIGHUP, 129, "ended by SIGHUP\n"),
        (signal.SIGKILL, -9, ""),
    ],
)
def test_an_update_that_is_stopped_changes_nothing_and_says_so(recording, number, status, told):
    page, process = recording
    process.send_signal(number)
    assert (process.wait(), process.stderr.read()) == (status, told)
    assert page.read_text() == SLOW
    assert list(page.parent.iterdir()) == [page]
    assert record(page).returncode == 0, "what was stopped is in the way of the next update"


@pytest.mark.parametrize("text", ["Chữ.\n\n```text\na\n```\n", '```{ .console engine="<1" }\n$ false\n```\n'])
def test_a_named_page_on_which_no_example_ran_is_a_failure(tmp_path, text):
    page = tmp_path / "page.md"
    page.write_text(text)
    done = record(page)
    assert done.returncode == 1
    assert f"not updated: {page}:1: no example ran: nothing was recorded" in done.stderr


def test_a_page_of_prose_in_a_folder_has_nothing_to_record(tmp_path):
    (tmp_path / "prose.md").write_text("Chữ.\n")
    (tmp_path / "page.md").write_text("```console\n$ echo a\n```\n")
    done = record(tmp_path)
    assert done.returncode == 0 and "prose.md\n  nothing to record\n" in done.stdout, done.stderr
    assert f"rewrote {tmp_path}/page.md" in done.stdout


def test_what_is_recorded_anew_has_not_failed(tmp_path):
    (tmp_path / "page.md").write_text("```console\n$ echo a\nold\n```\n\n```console\n$ echo b\nb\n```\n")
    done = record(tmp_path / "page.md")
    assert "  top::1: recorded\n  top::2: held\n" in done.stdout


def test_a_refusal_tells_of_the_command_that_broke_and_of_no_output_before_it(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```console\n$ echo a\nold\n$ (exit 3)\n$ echo b\n```\n")
    done = record(page)
    assert done.stderr.startswith(f"not updated: {page}:4: the command failed\n$ (exit 3)\nexit status 3")
    assert "top::1: failed" in done.stdout


def test_pages_of_prose_alone_are_nothing_that_was_recorded(tmp_path, monkeypatch, capsys):
    (page := tmp_path / "page.md").write_text("Chữ.\n")
    monkeypatch.setattr(__main__, "all_pages", lambda: [page])
    assert __main__.main(["update"]) == 1
    told = capsys.readouterr()
    assert "nothing to record" in told.out
    assert "nothing was recorded: none of these pages has an example that runs" in told.err


def test_a_translation_gets_the_same_outputs(tmp_path):
    source, twin = tmp_path / "vi.md", tmp_path / "en.md"
    source.write_text("Chữ.\n\n```console\n$ echo a\nold\n$ echo b\n```\n")
    twin.write_text("Words that take\nmore lines.\n\n```console\n$ echo a\nold\n$ echo b\n```\n")
    changes = [edits.Edit(source, 4, "$ echo a", 1, ("a",)), edits.Edit(source, 6, "$ echo b", 0, ("b",))]
    examples = pages.examples(source)
    others = update.blocks_of_twin(examples, source, twin)
    moved = update.edits_of_twin(examples, others, changes, source, twin)
    assert (
        edits.apply(twin.read_text(), moved)
        == "Words that take\nmore lines.\n\n```console\n$ echo a\na\n$ echo b\nb\n```\n"
    )


def test_a_translation_whose_fence_an_output_would_end_stays(tmp_path, monkeypatch):
    source, twin = tmp_path / "vi.md", tmp_path / "en.md"
    body = "$ printf '`%.0s' 1 2 3\n"
    source.write_text(f"````console\n{body}````\n")
    twin.write_text(f"```console\n{body}```\n")
    monkeypatch.setattr(update, "_twin", lambda page: twin)
    with pytest.raises(update.UpdateError, match=r"en.md:1: the output has a line that Markdown would take"):
        update.update(source, ENGINES[DEFAULT], print, DEFAULT_LIMIT)
    assert (source.read_text(), twin.read_text()) == (
        f"````console\n{body}````\n",
        f"```console\n{body}```\n",
    )


def test_a_translation_with_other_commands_is_refused_before_anything_runs(tmp_path, monkeypatch):
    source, twin = tmp_path / "vi.md", tmp_path / "en.md"
    source.write_text("```console\n$ echo a\n```\n")
    twin.write_text("```console\n$ echo b\n```\n")
    monkeypatch.setattr(update, "_twin", lambda page: twin)
    monkeypatch.setattr(update, "open_page", lambda *_, **__: pytest.fail("the page ran"))
    with pytest.raises(update.UpdateError, match=r"en.md: its code blocks are not those of .*vi.md"):
        update.update(source, ENGINES[DEFAULT], print, DEFAULT_LIMIT)
