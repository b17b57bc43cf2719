"""One example can be chosen by name or by line, in words that survive edits of prose, and runs after those before it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from doclab import selection
from doclab.engines import DEFAULT, ENGINES
from doclab.host import open_host
from doclab.source import PROJECT

PAGE = """# Page

```text
shown only
```

## One { #one }

```console
$ word=seen
```

Prose.

## Two { #two }

```console
$ echo $word
seen
```
"""


@pytest.fixture
def page(tmp_path) -> Path:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    return page


def verify(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "--rootdir=.", *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.parametrize(
    ("line", "name"), [(9, "one::1"), (10, "one::1"), (11, "one::1"), (17, "two::1"), (20, "two::1")]
)
def test_a_line_chooses_the_example_that_holds_it(page, line, name):
    assert selection.resolve([f"{page}:{line}"]) == [f"{page}::{name}"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (1, "no example is on this line; the nearest that runs is {page}::one::1, lines 9 to 11"),
        (4, "this code is only shown; the nearest that runs is {page}::one::1, lines 9 to 11"),
        (13, "no example is on this line; the nearest that runs is {page}::one::1, lines 9 to 11"),
        (15, "no example is on this line; the nearest that runs is {page}::two::1, lines 17 to 20"),
        (99, "no example is on this line; the nearest that runs is {page}::two::1, lines 17 to 20"),
    ],
)
def test_a_line_without_an_example_is_an_error_that_names_the_nearest(page, line, message):
    with pytest.raises(pytest.UsageError) as error:
        selection.resolve([f"{page}:{line}"])
    assert str(error.value) == f"{page}:{line}: {message.format(page=page)}"


def test_a_name_that_is_not_on_the_page_is_an_error_that_lists_those_that_are(page):
    with pytest.raises(pytest.UsageError, match=r"has no example two::2; it has one::1, two::1"):
        selection.resolve([f"{page}::two::2"])


def test_a_page_without_examples_says_so(page):
    page.write_text("# Page\n")
    with pytest.raises(pytest.UsageError, match="no example is on this line; the page has none that runs"):
        selection.resolve([f"{page}:1"])


def test_other_arguments_stay_as_they_are(page):
    arguments = [str(page), f"{page}::one", "docs/vi", "tests/test_x.py::test_y", f"{page.parent}/none.md:1"]
    assert selection.resolve(arguments) == arguments


def test_what_comes_last_rests_on_the_whole_page(page):
    assert selection.resolve([f"{page}::clean-up"]) == [str(page)]
    done = verify(f"{page}::clean-up")
    assert done.returncode == 0 and "2 examples: 2 held" in done.stdout, done.stdout
    page.write_text(PAGE.replace("word=seen", "word=other"))
    assert verify(f"{page}::clean-up").returncode == 1


def test_limits_are_chosen_where_there_are_some_and_they_are_checked(page):
    with pytest.raises(
        pytest.UsageError, match=r"page.md::limits is checked with --check-limits only: add it"
    ):
        selection.resolve([f"{page}::limits"])
    with pytest.raises(pytest.UsageError, match=r"page.md has no limits: no `engine=` is on it"):
        selection.resolve([f"{page}::limits"], check_limits=True)
    page.write_text(PAGE + '\n```{ .console engine="<1" }\n$ false\n```\n')
    assert selection.resolve([f"{page}::limits"], check_limits=True) == [str(page)]


@pytest.mark.parametrize(
    ("choice", "spread"),
    [("{page}:18", ["-n2", "--dist=loadfile"]), ("{page}::two::1", [])],
    ids=["line", "name"],
)
def test_what_is_chosen_runs_after_what_stands_before_it(page, choice, spread):
    done = verify(*spread, choice.format(page=page))
    assert done.returncode == 0 and "1 example: 1 held" in done.stdout, done.stdout


def test_pages_are_spread_and_one_page_is_not(page):
    one = verify("--numprocesses=auto", page)
    assert one.returncode == 0 and "workers" not in one.stdout, one.stdout
    (page.parent / "other.md").write_text(PAGE)
    two = verify("--numprocesses=auto", "--dist=loadfile", page.parent)
    assert two.returncode == 0 and f"{2 * os.cpu_count()} workers" in two.stdout, two.stdout


@pytest.fixture
def shared(monkeypatch, tmp_path) -> Path:
    """A folder of two pages that fail where both run at once, and a daemon for all of them."""
    for name in ("one", "two"):
        text = f"# Page\n\n```console\n$ mkdir {tmp_path}/busy && sleep 2\n$ rmdir {tmp_path}/busy\n```\n"
        (tmp_path / f"{name}.md").write_text(text)
    with open_host(ENGINES[DEFAULT]) as host:
        monkeypatch.setenv("DOCKER_HOST", host.docker_url)
        yield tmp_path


def test_pages_that_share_a_daemon_run_one_after_the_other(shared):
    done = verify("--engine=host", "--numprocesses=auto", "--dist=loadfile", shared)
    assert done.returncode == 0 and "workers" not in done.stdout, done.stdout


def test_lies_on_pages_that_share_a_daemon_are_tried_one_after_the_other(shared):
    command = [sys.executable, "-m", "doclab", "mutate", "--engine=host", *sorted(shared.glob("*.md"))]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=300)
    assert "not tested" not in done.stdout and "| all | " in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize(
    "option",
    [["-n2"], ["-n2", "--dist=loadfile"], ["-n2", "--watch"], ["--tx=2*popen", "--dist=loadfile"]],
)
def test_pages_that_share_a_daemon_are_not_spread(page, option):
    done = verify("--engine=host", *option, page)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "2: on the engine host" in done.stderr or "--tx=2*popen: on the engine host" in done.stderr
    assert "all pages share one daemon, and run one after the other: leave it out" in done.stderr


def test_what_could_not_run_because_of_what_stands_before_it_fails_and_says_why(page):
    page.write_text(PAGE.replace("word=seen", "exit"))
    done = verify(f"{page}::two::1")
    assert done.returncode == 1
    assert f"the session ended at {page}:10: this command ended the page's shell: {page}:17" in done.stdout


def test_what_is_chosen_fails_where_what_it_rests_on_failed(page):
    page.write_text(PAGE.replace("word=seen", "word=seen; echo more"))
    done = verify(f"{page}::two::1")
    assert done.returncode == 1
    assert f"{page}:17: this example rests on one before it, which failed:" in done.stdout
    assert f"{page}:10: the output differs" in done.stdout


def test_a_name_survives_edits_of_prose(page):
    page.write_text(PAGE.replace("Prose.", "More\n\nprose.\n\n```text\nshown, too\n```"))
    assert selection.resolve([f"{page}:25"]) == [f"{page}::two::1"]
