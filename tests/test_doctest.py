"""`nox -s doctest` lets a true page pass and stops every false one, on a real daemon, with page, line, command and diff.

All pages below are verified in one run, as a person would name several on the command line; each test then looks at
what became of one of them.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from xml.etree import ElementTree

import pytest

from doclab.source import PROJECT

PULL = "$ docker pull -q busybox:1.37 >/dev/null"

PAGES = {
    "true": """
        ```console
        PULL
        $ docker run -d --name one busybox:1.37 sleep 60
        4b0f00080e044b0f00080e044b0f00080e044b0f00080e044b0f00080e044b0f
        $ docker run -d --name two busybox:1.37 sleep 60
        5b0f00080e044b0f00080e044b0f00080e044b0f00080e044b0f00080e044b0f
        $ docker ps --format '{{.ID}} {{.Names}} {{.Status}}'
        5b0f00080e04 two Up 3 days
        4b0f00080e04 one Up Less than a second
        $ word=xin-chao; mkdir here; cd here
        ```

        ## Later { #later }

        !!! note
            ```console
            $ echo $word ${PWD##*/}
            xin-chao here
            $ cat; echo "stdin is empty"; cd ..; rmdir here
            stdin is empty
            $ false
            $ echo $?
            1
            $ for i in 1 2; do
            >   echo "line $i"
            > done
            line 1
            line 2
            $ ls no-such-file
            ...
            $ echo $?
            2
            ```

        ```{ .yaml title="config/app.yaml" }
        --8<-- "app.yaml"
        ```

        ```console
        $ cat config/app.yaml
        name: demo
        ```

        ```python
        --8<-- "names.py"
        ```

        ```python
        --8<-- "failing.py"
        ```

        ```console
        $ echo $?
        3
        ```

        ```{ .console .tty }
        $ docker exec -it one sh
        ...
        / # echo $((6 * 7))
        42
        / # exit
        $ docker rm -f one two
        one
        two
        $ docker rmi busybox:1.37 >/dev/null
        $ rm -r config
        ```
        """,
    "word": "```console\n$ echo the right word\nthe wrong word\n```\n",
    "digit": "```console\n$ echo 41\n42\n```\n",
    "line": "```console\n$ printf 'a\\nb\\n'\na\n```\n",
    "order": "```console\n$ printf 'a\\nb\\n'\nb\na\n```\n",
    "identity": """
        ```console
        $ printf '%s\\n' aaaa'aaaa'aaa1 aaaa'aaaa'aaa2 aaaa'aaaa'aaa1
        bbbbbbbbbbb1
        bbbbbbbbbbb2
        bbbbbbbbbbb2
        ```
        """,
    "status": "```console\n$ (exit 3)\n```\n",
    "hidden": "```console\n$ (exit 3)\n$ echo $?\n...\n```\n",
    "module": """
        ```{ .python title="greeting.py" }
        --8<-- "greeting.py"
        ```

        ```console
        $ mkdir lib; echo 'END = "!"' > lib/ending.py
        $ export PYTHONPATH=$PWD/lib
        ```

        ```python
        --8<-- "greets.py"
        ```

        ```console
        $ rm -r greeting.py lib __pycache__
        ```
        """,
    "hanging": """
        ```console
        $ echo before
        before
        $ trap '' TERM; echo started; sleep 1000
        ```

        ```console
        $ echo after
        after
        ```
        """,
    "background": "```console\n$ sleep 1000 & echo started\nstarted\n$ echo on\non\n```\n",
    "escaped": "```console\n$ setsid sleep 1001 >/dev/null 2>&1 &\n```\n",
    "flood": "```console\n$ yes\n```\n",
    "exit": "```console\n$ echo bye; exit 7\nbye\n```\n\n```console\n$ echo after\n```\n",
    "bytes": "```console\n$ printf 'a\\377b\\n'\nab\n```\n",
    "control": "```console\n$ printf 'a\\a\\n'\na\n```\n",
    "prompt": "```console\n$ echo '$ ls'\n```\n",
    "daemon": """
        ```console
        $ kill -9 $(pidof dockerd); while pidof -q dockerd; do sleep 0.1; done
        $ docker version >/dev/null
        ```
        """,
    "litter": """
        ```console
        PULL
        $ docker create --name litter busybox:1.37 >/dev/null
        $ docker network create litter-net >/dev/null
        $ docker volume create litter-volume
        litter-volume
        ```
        """,
    "windows": "\ufeff# Trang\r\n\r\n```console\r\n$ echo Việt\r\nViệt\r\n```\r\n",
    "limited": """
        ```{ .console engine="<1" }
        $ false
        ```

        ```{ .console .no-run reason="needs a Docker Hub account" }
        $ docker login
        ```
        """,
    "unclosed": "# T\n\n```console\n$ echo never run > /tmp/unclosed\n",
    "unknown": "```{ .console .typo }\n$ echo a\na\n```\n",
}


def write(folder: Path) -> list[Path]:
    (folder / "app.yaml").write_text("name: demo\n")
    (folder / "names.py").write_text(
        "import docker\n\nclient = docker.from_env()\nprint(sorted(c.name for c in client.containers.list()))\n"
        "#> ['one', 'two']\n"
    )
    (folder / "failing.py").write_text("import sys\n\nsys.exit(3)\n")
    (folder / "greeting.py").write_text('WORD = "xin chào"\n')
    (folder / "greets.py").write_text(
        "from ending import END\nfrom greeting import WORD\n\nprint(WORD + END)\n#> xin chào!\n"
    )
    for name, text in PAGES.items():
        (folder / f"{name}.md").write_bytes(dedent(text).lstrip("\n").replace("PULL", PULL).encode())
    return [folder / f"{name}.md" for name in PAGES]


def doctest(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-c", "doclab/pytest.toml", "--rootdir=.", "--numprocesses=0"]
    command += map(str, arguments)
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


class Run:
    """What one run said: each item's outcome by `page` and `section::ordinal`, and its message."""

    def __init__(self, folder: Path) -> None:
        reports = [f"--junitxml={folder}/report.xml", f"--report-json={folder}/report.json"]
        self.done = doctest(*write(folder), "--time-limit=3", *reports)
        self.report = json.loads((folder / "report.json").read_text())
        self.items: dict[str, dict[str, ElementTree.Element]] = {}
        for case in ElementTree.parse(folder / "report.xml").iter("testcase"):
            self.items.setdefault(Path(case.get("file")).stem, {})[case.get("name")] = case

    def outcomes(self, page: str) -> list[str]:
        ends = [
            [child.tag for child in case if child.tag != "properties"] for case in self.items[page].values()
        ]
        return [end[0] if end else "passed" for end in ends]

    def message(self, page: str) -> str:
        return "\n".join(
            child.text or child.get("message")
            for case in self.items[page].values()
            for child in case
            if child.tag != "properties"
        )


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    return Run(tmp_path_factory.mktemp("pages"))


def test_a_true_page_passes(run):
    assert run.outcomes("true") == ["passed"] * 8, run.done.stdout


def test_a_program_imports_what_the_page_has_saved(run):
    assert run.outcomes("module") == ["passed"] * 4, run.message("module")


@pytest.mark.parametrize(
    ("page", "line", "diff"),
    [
        ("word", 2, ["-the wrong word", "+the right word"]),
        ("digit", 2, ["-42", "+41"]),
        ("line", 2, ["+b"]),
        ("order", 2, ["-a", "+a"]),
        (
            "identity",
            2,
            [
                "bbbbbbbbbbb2 on this page stands for aaaaaaaaaaa2 of this run, but here the run shows aaaaaaaaaaa1"
            ],
        ),
        ("status", 2, ["exit status 3"]),
        ("hidden", 2, ["exit status 3"]),
        ("flood", 2, ["$ yes", "printed more than 10000 lines"]),
        ("exit", 2, ["$ echo bye; exit 7", "ended the page's shell"]),
        ("bytes", 2, ["the byte 0xff (not UTF-8)"]),
        ("control", 2, ["the control character 0x07"]),
        ("prompt", 2, ["which a page can't tell from a command: change the command"]),
        ("hanging", 4, ["$ trap '' TERM; echo started; sleep 1000", "still running after 3 s", "started"]),
        ("daemon", 3, ["exit status 1"]),
    ],
)
def test_a_false_page_fails_with_line_command_and_difference(run, page, line, diff):
    assert "failure" in run.outcomes(page)
    message = run.message(page)
    assert f"{page}.md:{line}: " in message
    assert [text for text in diff if text not in message] == [], message


def test_after_a_broken_command_the_rest_of_the_page_is_not_run(run):
    assert run.outcomes("hanging") == ["failure", "skipped", "skipped"]
    assert "not run: the session ended at " in run.message("hanging")
    assert run.outcomes("exit") == ["failure", "skipped", "skipped"]


@pytest.mark.parametrize(
    ("page", "left"),
    [
        ("litter", ["container litter", "network litter-net", "volume litter-volume", "image busybox:1.37"]),
        ("background", ["process sleep 1000"]),
        ("escaped", ["process sleep 1001"]),
    ],
)
def test_what_a_page_leaves_behind_fails_it(run, page, left):
    assert run.outcomes(page)[-1] == "failure"
    assert [item for item in left if item not in run.message(page)] == []


@pytest.mark.parametrize(
    ("page", "hint"),
    [
        ("hanging", "Where it needs longer, `--time-limit SECONDS` gives it more."),
        (
            "exit",
            "`exit` does that, and so does a failure after `set -e`: put it, `set -e` included, into `( … )`",
        ),
    ],
)
def test_what_ended_the_page_comes_with_what_may_help_once(run, page, hint):
    assert run.message(page).count(hint) == 1, run.message(page)


def test_every_block_at_fault_is_in_every_report(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```bash\na\n```\n\n```console\nx\n```\n")
    done = doctest(page, f"--report-json={tmp_path}/report.json")
    (record,) = json.loads((tmp_path / "report.json").read_text())["examples"]
    for said in (done.stdout, record["message"]):
        assert f"{page}:1: shell runs in" in said and f"{page}:6: a transcript begins with" in said
    assert record["line"] == 1 and done.returncode == 1


def test_line_endings_and_byte_order_mark_do_not_matter(run):
    assert run.outcomes("windows") == ["passed", "passed"]


def test_what_does_not_run_says_why(run):
    assert run.outcomes("limited")[:2] == ["skipped", "skipped"]
    assert "needs Docker <1" in run.message("limited")
    assert "needs a Docker Hub account" in run.message("limited")


@pytest.mark.parametrize(
    ("page", "message"),
    [("unclosed", ":3: this fence is left open"), ("unknown", ":1: unknown class `.typo`")],
)
def test_a_page_that_cannot_be_read_is_an_error_and_stops_no_other(run, page, message):
    assert f"{page}.md{message}" in run.done.stdout


def test_the_terminal_has_a_line_for_each_page_and_says_at_once_what_is_wrong(run):
    lines = run.done.stdout.splitlines()
    (at,) = [number for number, line in enumerate(lines) if re.match(r"\[.*/\d+\] .*/word\.md: ", line)]
    assert re.search(r": 1 failed in \d+\.\d s$", lines[at])
    assert lines[at + 1].endswith("/word.md:2: the output differs")
    assert sum(line.startswith("[") for line in lines) == len(PAGES) - 2, "two pages can't be read"


def test_the_terminal_ends_with_what_was_slow_and_what_did_not_run_and_why(run):
    end = run.done.stdout.partition("slowest examples:")[2]
    assert re.search(r"^ +3\.\d s  \S+/hanging\.md:1  \S+/hanging::top::1$", end, re.MULTILINE)
    assert re.search(r"^  needs a Docker Hub account: \S+/limited\.md:5$", end, re.MULTILINE)
    assert re.search(
        r"^  the session ended at \S+/exit\.md:2: this command ended.*/exit\.md:6$", end, re.MULTILINE
    )
    counts = run.report["counts"]
    told = f"{counts['held']} held, {counts['failed']} failed, 2 skipped, {counts['not run']} not run"
    assert f"{len(PAGES)} pages on Docker " in end and told in end


def test_the_junit_report_says_where(run):
    (case, clean_up) = run.items["word"].values()
    page = case.get("file")
    assert page.endswith("/word.md") and case.get("classname") == page.removesuffix(".md")
    assert (case.get("name"), case.get("line")) == ("top::1", "1")
    assert clean_up.get("name") == "clean-up"
    (skipped, *_) = [child for child in run.items["limited"]["top::2"] if child.tag == "skipped"]
    assert skipped.get("message") == "needs a Docker Hub account" and "limited.md:5: " in skipped.text
    assert run.items["unclosed"]["page"].get("line") == "3"


def records(run: Run, page: str) -> list[dict]:
    return [record for record in run.report["examples"] if record["page"].endswith(f"/{page}.md")]


def test_the_json_report_holds_every_example_once(run):
    assert set(PAGES) == {Path(record["page"]).stem for record in run.report["examples"]}
    names = [record["example"] for record in run.report["examples"] if record["example"]]
    assert sorted(set(names)) == sorted(names)
    assert run.report["counts"]["held"] == sum(
        r["result"] == "held" and not r["example"].endswith("::clean-up") for r in run.report["examples"]
    )
    assert run.report["engine"] == "trixie" and run.report["seconds"] > 3
    assert run.report["interrupted"] is False


def test_the_json_report_says_what_where_and_why(run):
    (word, clean) = records(run, "word")
    assert (word["result"], word["line"], word["file"]) == ("failed", 1, word["page"])
    assert word["message"].startswith(f"{word['page']}:2: the output differs\n$ echo the right word\n")
    assert word["docker"][0].isdigit() and (clean["example"], clean["result"]) == (
        word["page"].removesuffix(".md") + "::clean-up",
        "held",
    )
    assert [r["result"] for r in records(run, "hanging")] == ["failed", "not run", "not run"]
    assert 3 <= records(run, "hanging")[0]["seconds"] < 4
    assert records(run, "hanging")[1]["reason"].startswith("not run: the session ended at ")
    assert [r["reason"] for r in records(run, "limited")][1] == "needs a Docker Hub account"
    (unclosed,) = records(run, "unclosed")
    assert (unclosed["example"], unclosed["result"], unclosed["line"]) == ("", "failed", 3)


def test_any_failure_fails_the_run(run):
    assert run.done.returncode == 1


@pytest.mark.parametrize("text", ["No code here.\n", PAGES["limited"], "```text\nshown only\n```\n", ""])
def test_nothing_verified_is_a_failure_that_says_so(tmp_path, text):
    page = tmp_path / "page.md"
    page.write_text(dedent(text))
    done = doctest(page)
    assert done.returncode == 1 and "nothing was verified" in done.stdout


def test_a_page_that_was_named_has_examples(tmp_path):
    for name, text in {"true": "```console\n$ echo on\non\n```\n", "prose": "# Prose\n"}.items():
        (tmp_path / f"{name}.md").write_text(text)
    assert doctest(tmp_path).returncode == 0, "a folder may hold pages of prose"
    done = doctest(*sorted(tmp_path.glob("*.md")))
    assert done.returncode == 1 and f"{tmp_path}/prose.md:1: no examples found" in done.stdout


def test_a_page_that_is_not_text_is_an_error_with_its_line(tmp_path):
    page = tmp_path / "page.md"
    page.write_bytes(b"Mot.\n\nHu\xe9.\n")
    done = doctest(page)
    assert done.returncode == 1 and f"{page}:3: this is not UTF-8" in done.stdout
    assert "Traceback" not in done.stdout and "decode(" not in done.stdout


def test_a_page_goes_by_the_name_that_it_was_called(tmp_path):
    folder = tmp_path / "có dấu cách"
    folder.mkdir()
    (tmp_path / "page.md").write_text("```console\n$ echo on\non\n```\n")
    (folder / "trang số 1.md").symlink_to("../page.md")
    done = doctest(folder / "trang số 1.md")
    assert done.returncode == 0 and f"{folder}/trang số 1.md: 1 held in " in done.stdout


@pytest.mark.parametrize("limit", ["0", "-1", "nan", "inf", "1e9", "soon"])
def test_a_time_limit_is_a_time(tmp_path, limit):
    done = doctest(tmp_path, f"--time-limit={limit}")
    assert done.returncode == 4 and f"{limit} is no number of seconds above 0" in done.stderr
