"""One example can be chosen by name or by line, in words that survive edits of prose, and runs after those before it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from doclab import report, selection
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
    arguments += [f"tests/test_x.py::test_y[{'long' * 100}]", "tests/test_x.py::test_y[a.md::b]"]
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


def test_where_pages_alone_run_no_python_is_imported(tmp_path):
    """It would run on this machine, and not in a host."""
    (tmp_path / "side.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    (tmp_path / "page.md").write_text("```console\n$ true\n```\n")
    command = [sys.executable, "-m", "pytest", "-c", "doclab/pytest.toml", "--rootdir=."]
    for named, told in (
        ("side.py", "side.py is no page: the name of a page ends in .md"),
        ("nowhere", "nowhere: there is no such file or folder"),
    ):
        arguments = [*command, str(tmp_path / "page.md"), str(tmp_path / named)]
        done = subprocess.run(arguments, cwd=PROJECT, capture_output=True, text=True, check=False)
        assert done.returncode == pytest.ExitCode.USAGE_ERROR and told in done.stderr, done.stdout
    assert not (tmp_path / "ran").exists()


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
    assert two.returncode == 0 and f"{5 * os.cpu_count() // 2} workers" in two.stdout, two.stdout


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


def test_a_shell_opens_in_the_process_of_the_terminal_only(page):
    done = verify("-n2", "--keep", page)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--numprocesses=2: --keep opens its shell in the process of this terminal" in done.stderr


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


SESSION = ["-c", "doclab/pytest.toml", "--numprocesses=0"]  # as `nox -s doctest`, in one process


@pytest.fixture
def tree(tmp_path) -> Path:
    """A folder with pages everywhere, Python that nobody may run, and links round in circles."""
    pages = ["a.md", ".b.md", "build/b.md", "venv/c.md", "d/e::f.md", "d/x[1].md", "package/p.md"]
    others = [
        ".hidden/h.md",
        "node_modules/n.md",
        "d/.git/g.md",
        "env/e.md",
        "env/pyvenv.cfg",
        "A.MD",
        "folder.md/x",
    ]
    for name in [*pages, *others]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("```console\n$ echo on\non\n```\n")
    for name in ("conftest.py", "test_x.py", "package/__init__.py", "package/conftest.py"):
        (tmp_path / name).write_text("raise SystemExit('this was imported')\n")
    (tmp_path / "test_session.txt").write_text(">>> 1\n2\n")
    (tmp_path / "d/link").symlink_to("../build")
    (tmp_path / "d/up").symlink_to("..")
    (tmp_path / "build/other").symlink_to("../venv")
    (tmp_path / "venv/other").symlink_to("../build")
    (tmp_path / "venv/gone.md").symlink_to("nowhere.md")
    return tmp_path


def test_pytest_and_the_commands_find_the_same_pages(tree):
    done = verify(*SESSION, "--collect-only", "-q", tree)
    collected = {page for line in done.stdout.splitlines() if (page := report.page_of(line))}
    assert collected == {*selection.expand([str(tree)])}, done.stdout + done.stderr
    names = {str(Path(page).relative_to(tree)) for page in collected}
    assert {"a.md", ".b.md", "build/b.md", "venv/c.md", "d/e::f.md", "d/x[1].md", "package/p.md"} <= names
    assert {"d/link/b.md", "build/other/c.md", "venv/other/b.md"} <= names, "links are followed"
    assert not any(
        "up" in name or name.startswith((".hidden", "node", "env/", "A", "folder")) for name in names
    )


def test_a_folder_is_run_without_its_python(tree):
    done = verify(*SESSION, "-n2", "--dist=loadfile", tree / "package", tree / "d")
    assert done.returncode == 0 and "5 pages on Docker" in done.stdout, done.stdout + done.stderr
    assert "d/e::f.md: 1 held in" in done.stdout and "d/x[1].md: 1 held in" in done.stdout


@pytest.mark.parametrize("spread", [[], ["-n2", "--dist=loadfile"]], ids=["alone", "spread"])
@pytest.mark.parametrize(
    ("files", "why"),
    [
        ([], "there is no page in {folder}; a page is a file whose name ends in .md"),
        (["a.txt", "b.MD"], "there is no page in {folder}; a page is a file whose name ends in .md"),
        (["a.md"], "no example is on the page in {folder}"),
        (["a.md", "b.md"], "no example is on any of the 2 pages in {folder}"),
    ],
    ids=["empty", "no page", "one page", "two pages"],
)
def test_a_folder_without_an_example_is_a_failure_that_says_why(tmp_path, files, why, spread):
    for name in files:
        (tmp_path / name).write_text("# Prose\n")
    done = verify(*SESSION, *spread, tmp_path)
    assert done.returncode == 1
    assert f"nothing was verified: {why.format(folder=tmp_path)}\n" in done.stdout


def test_what_options_leave_out_is_not_said_to_be_missing(page):
    done = verify(*SESSION, "-k", "nosuch", page)
    assert done.returncode == 1
    assert "nothing was verified: the options of this run leave no example" in done.stdout


def test_a_run_of_tests_that_finds_none_ends_as_pytest_has_it(tmp_path):
    done = verify(tmp_path)
    assert done.returncode == 5 and "nothing was verified" not in done.stdout


@pytest.mark.parametrize("name", ["x[1].md", "e::f.md", "x[1].md::top::1", "a[b]/c.md", "a[b]"])
def test_a_name_that_pytest_cannot_take_is_refused_with_what_to_name(tmp_path, name):
    (tmp_path / "a[b]").mkdir()
    for page in ("x[1].md", "e::f.md", "a[b]/c.md"):
        (tmp_path / page).write_text(PAGE)
    with pytest.raises(pytest.UsageError) as error:
        selection.resolve([f"{tmp_path}/{name}"])
    assert f": name the folder {tmp_path} instead, or rename it" in str(error.value)
    assert str(error.value).startswith(
        f"{tmp_path}/{name.removesuffix('::top::1')}: pytest takes no name with "
    )


def test_a_page_with_colons_is_a_page_in_every_report(tmp_path):
    (tmp_path / "e::f.md").write_text("```console\n$ echo on\noff\n```\n")
    done = verify(*SESSION, tmp_path, f"--junitxml={tmp_path}/junit.xml")
    assert f"[1/1] {tmp_path}/e::f.md: 1 failed in" in done.stdout
    case = f'classname="{tmp_path}/e::f" name="top::1" file="{tmp_path}/e::f.md" line="1"'
    assert case in (tmp_path / "junit.xml").read_text()


@pytest.mark.parametrize(
    ("nodeid", "page"),
    [
        ("docs/a.md::top::1", "docs/a.md"),
        ("/x/e::f.md::top::1", "/x/e::f.md"),
        ("/x/a.md/b.md", "/x/a.md/b.md"),
        ("tests/test_x.py::test_y[a.md::b]", ""),
        ("tests/test_x.py::test_y", ""),
    ],
)
def test_the_page_of_an_item_is_a_markdown_file(nodeid, page):
    assert report.page_of(nodeid) == page


def test_what_a_page_includes_is_collected_in_the_order_of_the_site(tmp_path):
    (tmp_path / "page.md").write_text('# Page\n\n--8<-- "part.md"\n')
    block = "```console\n$ true\n```\n"
    (tmp_path / "part.md").write_text(f"{block}\n## Later {{ #later }}\n\n{block}")
    listed = verify("--collect-only", "-q", str(tmp_path / "page.md")).stdout
    assert -1 < listed.find("::top::1") < listed.find("::later::1"), listed


def test_the_line_of_an_include_is_answered_with_the_examples_that_come_from_there(page):
    (page.parent / "part.md").write_text("Prose.\n\n```console\n$ echo part\npart\n```\n")
    page.write_text('# Page\n\n--8<-- "part.md"\n')
    there = rf"what the page includes has {page}::top::1 \({page.parent}/part.md:3\)"
    with pytest.raises(pytest.UsageError, match=there):
        selection.resolve([f"{page}:3"])
    page.write_text(PAGE + '\n--8<-- "part.md"\n')
    with pytest.raises(pytest.UsageError, match=rf"::two::2 \({page.parent}/part.md:3\)"):
        selection.resolve([f"{page}:22"])
    with pytest.raises(pytest.UsageError, match="the nearest that runs is"):
        selection.resolve([f"{page}:15"])
