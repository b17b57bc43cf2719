"""Small lies about what really happened are found out, all of them counted, and those that live are explained."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from doclab import __main__ as command_line
from doclab import comparison, mutation, outputs, pages, score
from doclab.confusions import confusions, permitted
from doclab.engines import DEFAULT, ENGINES
from doclab.mutants import NAMES, commands, lies, steps
from doclab.outputs import Reality
from doclab.session import DEFAULT_LIMIT
from doclab.source import DOCS, PROJECT
from doclab.values import Bindings
from doclab.verdict import SKIPPED, Verdict

# What each command prints is what really happens: the page is run once, on a real host.
PAGE = """# Page

!!! note
    ```console
    $ printf '%s\\n' 0123'45'89abcd 0123'67'89abcd; echo $((5 + 5)) MB of 3 files
    aaaaaaaaaaaa
    aaaaaaaaaaab
    20 MB of 3 files
    $ echo 0123'45'89abcd again
    aaaaaaaaaaaa again
    $ (exit 3)
    $ echo $?
    3
    $ for number in 1 2 3; do
    >   echo "number $number"
    > done
    number 1
    ...
    number 3
    ```

```python
--8<-- "program.py"
```

```{ .console .tty }
$ echo a terminal: 1
a terminal: 1
```
"""
PROGRAM = 'for name in ("một", "hai"):\n    print(name)\n    #> một\n    #> hai\n'


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """The recorded outputs of these tests, apart from those of the pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outputs, "KEPT", tmp_path_factory.mktemp("outputs"))
        yield outputs.KEPT


@pytest.fixture(scope="module")
def page(tmp_path_factory, kept) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    (folder / "program.py").write_text(PROGRAM)
    (folder / "page.md").write_text(PAGE)
    return folder / "page.md"


def examine(page: Path) -> mutation.Findings:
    return mutation.examine(page, ENGINES[DEFAULT], DEFAULT_LIMIT, lambda line: None)


@pytest.fixture(scope="module")
def found(page) -> mutation.Findings:
    return examine(page)


def test_every_lie_is_found_out(found):
    assert not found.survivors
    assert found.tried == found.killed
    assert {"lines", "words", "numbers", "signs", "blanks", "id12", "size", "exit statuses"} == set(
        found.tried
    )


def test_what_the_format_permits_is_counted_apart(found):
    # Of the two identities one is shown twice, and so is bound; they are neighbours, and `aaaaaaaaaaaa` is known.
    assert found.permitted == {"id12": 3, "size": 1, "...": 2}
    assert found.bound == {"id12": 2, "size": 0, "...": 0}


def test_changed_commands_are_seen(found):
    assert found.commands[None] > 10, "a changed command is one that was never typed"
    assert not found.commands[False]


def test_a_page_is_run_once(page, found, monkeypatch):
    monkeypatch.setattr(mutation, "open_page", None)
    assert examine(page) == found


def test_doctest_keeps_the_outputs_of_a_page(monkeypatch):
    monkeypatch.setattr(outputs, "KEPT", PROJECT / ".cache" / "outputs")
    page = DOCS / "vi" / "myths" / "index.md"
    command = [sys.executable, "-m", "pytest", "-q", "-c", "pyproject.toml", "--rootdir=.", str(page)]
    started = time.time()
    subprocess.run(command, cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
    file = outputs._file(page, DEFAULT)
    assert file.stat().st_mtime >= started - 1
    assert outputs.load(page, DEFAULT, pages.examples(page)), f"{file} should hold what the page did"


@pytest.mark.parametrize(
    "spoilt", ["", "{}", '{"performed": "", "ran": [0], "shown": [], "facts": [{"said": "a"}]}']
)
def test_outputs_that_another_version_kept_are_not_taken(page, found, kept, spoilt):
    file = outputs._file(page, DEFAULT)
    text = file.read_text()
    try:
        file.write_text(spoilt)
        assert outputs.load(page, DEFAULT, pages.examples(page)) is None
    finally:
        file.write_text(text)


SHOWN = """```console
$ hostname -i
10.9.0.9
```

```python title="address.py" engine=">=28"
--8<-- "address.py"
```
"""


def ended(page: Path, *verdicts: Verdict) -> Reality | None:
    """What is kept of a run that ended with these verdicts."""
    host = SimpleNamespace(engine=ENGINES[DEFAULT])
    outputs.save(page, host, pages.examples(page), verdicts)
    return outputs.load(page, DEFAULT, pages.examples(page))


def test_a_file_that_the_engine_is_not_shown_writes_no_identity(tmp_path, kept):
    (tmp_path / "address.py").write_text('ADDRESS = "10.9.0.7"\n')
    page = tmp_path / "page.md"
    page.write_text(SHOWN)
    ran = Verdict(outputs=[["10.9.0.7"]], statuses=[0])
    assert ended(page, ran, Verdict(SKIPPED, "needs Docker >=28, this is 26.1.5"))
    assert ended(page, ran, Verdict()) is None, "10.9.0.7 is written on the page"


def test_a_page_whose_kept_outputs_do_not_hold_is_not_verified(page, kept, monkeypatch):
    run = SimpleNamespace(advance=lambda example: None, held=True, finish=lambda: "", host=None, verdicts=[])
    monkeypatch.setattr(mutation, "open_page", lambda *_, **options: contextlib.nullcontext(run))
    monkeypatch.setattr(outputs, "save", lambda *run: None)
    monkeypatch.setattr(outputs, "load", lambda *page: None)
    with pytest.raises(mutation.NotVerified, match="the page held, but what was kept of it does not hold"):
        examine(page)


def test_outputs_of_a_page_that_does_something_else_now_are_not_taken(page, found, kept):
    examples = pages.examples(page)
    assert outputs.load(page, DEFAULT, examples)
    text = page.read_text()
    try:
        for new in (
            text.replace("again", "anew"),
            text.replace("echo a", "echo b"),
            text.replace("20 MB", "2 m"),
            text.replace("{ .console .tty }", "console"),
        ):
            page.write_text(new)
            assert outputs.load(page, DEFAULT, pages.examples(page)) is None, new
        page.write_text(text.replace("# Page", "# Another title"))
        assert outputs.load(page, DEFAULT, pages.examples(page))
    finally:
        page.write_text(text)


@pytest.mark.parametrize(
    ("loose", "survives"),
    [
        (lambda line: line.lower(), "upper and lower case change"),
        (lambda line: "".join(c for c in line if not c.isdigit()), "a digit is another"),
        (lambda line: "".join(line.split()), "a blank is added"),
    ],
)
def test_a_verifier_that_is_too_lenient_is_noticed(page, found, monkeypatch, loose, survives):
    strict = comparison.match_line
    monkeypatch.setattr(
        comparison,
        "match_line",
        lambda ours, theirs, *known: loose(ours) == loose(theirs) or strict(ours, theirs, *known),
    )
    lenient = examine(page)
    assert survives in [survivor.change for survivor in lenient.survivors if not survivor.types]
    assert not score.is_good([lenient], [])
    assert "page.md:28: " in (report := "\n".join(score.report([lenient], [])))
    assert "NOT EXPLAINED\n-" in report


def test_a_lie_in_the_text_is_the_lie_that_was_tried(page, found, tmp_path):
    """Mutants are made of examples that have been read; read from a page with the same lie, they are the same."""
    (tmp_path / "program.py").write_text(PROGRAM)
    original = pages.examples(page)
    mutants = [*lies(steps(original, [0])), *commands(steps(original, [0]))]
    for mutant in mutants:
        rows = PAGE.split("\n")
        for row, texts in sorted(mutant.edits, key=lambda edit: -edit[0].index):
            assert rows[4 + row.index] == f"    {row.text}"
            rows[4 + row.index : 5 + row.index] = [f"    {text}" for text in texts]
        (tmp_path / "page.md").write_text("\n".join(rows))
        try:
            sources = [example.block.source for example in pages.examples(tmp_path / "page.md")]
        except pages.PageError:
            with pytest.raises(pages.PageError):
                pages.check(mutant.apply(original)[0])
        else:
            expected = [example.block.source for example in mutant.apply(original)]
            assert [[line.rstrip() for line in text.split("\n")] for text in expected] == [
                [line.rstrip() for line in text.split("\n")] for text in sources
            ]


def lines(text: str, tmp_path: Path):
    """The steps of a page with one transcript."""
    (tmp_path / "page.md").write_text(f"```console\n{text}\n```\n")
    return steps(pages.examples(tmp_path / "page.md"), [0])


def told(mutants) -> set[str]:
    return {"|".join(text for _, texts in mutant.edits for text in texts) for mutant in mutants}


def test_lies_about_a_line(tmp_path):
    page = lines("$ x\na 19\nb", tmp_path)
    expected = {"", "a 19|a 19", "b|b", "b|a 19", "b|một dòng thêm vào", "b|"}  # lines
    expected |= {"x 19", " 19", "A 19", "x", "B"}  # words
    expected |= {"a 29", "a 10", "a 190", "a", "a  19", "a19"}  # numbers and blanks
    assert expected == {text.rstrip() if not text.strip() else text for text in told(lies(page))} - {"a "} | {
        "a"
    }


def test_lies_about_identities(tmp_path):
    a, b, c = ("aaaaaaaaaaa1", "aaaaaaaaaaa2", "aaaaaaaaaaa0")
    page = lines(f"$ x\n{a} {b}\n{a}", tmp_path)
    assert told(confusions(page, Bindings())) == {
        f"{b} {b}",
        f"{a} {a}",
        b,
        f"{c} {b}",
        c,
        f"{b} {a}",
        f"{a} {a}|{b}",
    }
    assert told(permitted(page, Bindings())) == {f"{c} {b}", f"{a} {c}", c}


def test_lone_neighbours_that_change_places_are_no_lie(tmp_path):
    page = lines("$ x\n172.17.0.2\n172.17.0.3", tmp_path)
    assert told(confusions(page, Bindings())) == {"172.17.0.2", "172.17.0.3"}  # two are one
    assert "172.17.0.3|172.17.0.2" in told(permitted(page, Bindings()))


def test_a_page_without_examples_tells_no_lies(tmp_path, kept):
    page = tmp_path / "page.md"
    page.write_text("Chữ.\n\n```text\na\n```\n")
    found = examine(page)
    assert not found.tried and not found.error
    assert not score.is_good([found], []), "a test of nothing is no success"


def test_a_value_that_its_command_spells_out_is_not_excused(tmp_path, kept, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text("```console\n$ echo at least 5 MB\nat least 5 MB\n$ echo $((2 * 3)) MB\n6 MB\n```\n")
    assert not (found := examine(page)).survivors
    assert found.permitted == {"size": 1}
    strict = comparison.match_line
    monkeypatch.setattr(
        comparison, "match_line", lambda ours, theirs, bound, written: strict(ours, theirs, bound)
    )
    (survivor,) = examine(page).survivors
    assert survivor.edits == [("at least 5 MB", ("at least 1 MB",))]
    assert not survivor.types


def test_a_failure_that_is_not_shown(tmp_path):
    hidden = [
        m
        for m in lies(lines("$ false\n$ echo $?\n1\n$ true\n$ echo $?\n0", tmp_path))
        if "failure" in m.change
    ]
    assert [row.text for mutant in hidden for row, _ in mutant.edits] == ["$ echo $?", "1"]


def test_names_in_commands_are_shared_and_bare(tmp_path):
    page = lines("$ docker start web\n$ docker stop web\n$ docker run -e \"web\" '\n> docker'", tmp_path)
    names = Counter(text for mutant in commands(page) if mutant.target == NAMES for text in told([mutant]))
    assert set(names) == {
        "$ docxer start web",
        "$ docker start wxb",
        "$ docxer stop web",
        "$ docker stop wxb",
        '$ docxer run -e "web" \'',
    }


GOOD = mutation.Findings("page.md", tried=Counter(words=1), killed=Counter(words=1))


def test_a_changed_command_can_be_run(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```console\n$ word=1 other=1\n$ test $word -eq 1\n$ test -n other\n```\n")
    (one, *_, same) = (m for m in commands(steps(pages.examples(page), [0])) if "letter" in m.change)
    assert mutation.run(page, one, ENGINES[DEFAULT], DEFAULT_LIMIT) is None
    survivor = mutation.run(page, same, ENGINES[DEFAULT], DEFAULT_LIMIT)
    assert survivor.edits == [("$ test -n other", ("$ test -n otxer",))]
    assert not score.is_good([GOOD], [mutation.Ran(survivor)])


def test_a_command_that_could_not_be_run_hides_no_other():
    assert score.is_good([GOOD], [mutation.Ran()])
    ran = [mutation.Ran(), mutation.Ran(error="page.md: $ docxer ps: no host")]
    assert not score.is_good([GOOD], ran)
    found = [*score.report([GOOD], ran)]
    assert "1 of them were run on a Docker: 1 found out." in found
    assert "not run: page.md: $ docxer ps: no host" in found


def test_the_report_never_rounds_up_to_what_is_required():
    nearly = mutation.Findings("page.md", tried=Counter(words=100_000), killed=Counter(words=99_499))
    assert "| page.md | 100,000 | 99,499 | 99.49 % |" in [*score.report([nearly], [])]
    assert not score.is_good([nearly], [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("```console\n$ echo a\nb\n```\n", "page.md: the page does not hold; see: nox -s doctest -- "),
        ("```console\n$ echo a\n", "page.md:1: this fence is left open"),
        ("Chữ.\n", "page.md:1: no examples found"),
        ("```text\na\n```\n", "nothing was tested"),
    ],
)
def test_a_page_that_does_not_hold_or_shows_nothing_is_an_error(tmp_path, kept, capfd, text, message):
    page = tmp_path / "page.md"
    page.write_text(text)
    assert command_line.main(["mutate", str(page)]) == 1
    assert message in capfd.readouterr().out


def test_the_command_succeeds_where_every_lie_is_found_out(page, found, capfd):
    (page.parent / "true.md").write_text("```console\n$ echo a\na\n```\n")
    assert command_line.main(["mutate", str(page.parent / "true.md")]) == 0
    assert "true.md | 7 | 7 | 100.00 % |" in capfd.readouterr().out


def test_a_page_of_prose_in_a_folder_is_no_error(tmp_path, kept, capfd):
    (tmp_path / "true.md").write_text("```console\n$ echo a\na\n```\n")
    (tmp_path / "prose.md").write_text("Chữ.\n")
    assert command_line.main(["mutate", str(tmp_path)]) == 0
    assert "no examples found" not in capfd.readouterr().out


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (signal.SIGINT, "stopped\n"),
        (signal.SIGTERM, "ended by SIGTERM\n"),
        (signal.SIGHUP, "ended by SIGHUP\n"),
        (signal.SIGKILL, ""),
    ],
)
def test_however_it_is_ended_it_leaves_no_process(tmp_path, number, message):
    mark = f"{os.getpid()}{number:d}1"
    (tmp_path / "page.md").write_text(f"```console\n$ sleep {mark}\n```\n")
    command = [sys.executable, "-m", "doclab", "mutate", str(tmp_path / "page.md")]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        wait_until(lambda: is_sleeping(mark))
        process.send_signal(number)
        told = process.stderr.read().decode()
    wait_until(lambda: not is_sleeping(mark))
    assert told == message
    assert process.returncode == (-number if number == signal.SIGKILL else 128 + number)


def is_sleeping(mark: str) -> bool:
    return not subprocess.run(
        ["pgrep", "-fx", f"sleep {mark}"], stdout=subprocess.DEVNULL, check=False
    ).returncode


def wait_until(condition, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "this did not come true in time"
        time.sleep(0.05)
