"""The matrix tells a difference between engines from a failure, reports a limit without a reason, and records evidence."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from processes import children, sleeping, traces, wait_until

from doclab import __main__, evidence, matrix, pages
from doclab.engines import DEFAULT
from doclab.evidence import Environment, EvidenceError
from doclab.source import DOCS, PROJECT
from doclab.verdict import FAILED, HELD, SKIPPED

LIMITED = """```{{ .console engine="<20" }}
$ echo {said}
said
```

```console
$ echo always
always
```
"""


def check_limits(tmp_path: Path, said: str, more: str = "") -> subprocess.CompletedProcess[str]:
    page = tmp_path / "page.md"
    page.write_text(LIMITED.format(said=said) + more, encoding="utf-8")
    return check_page(page)


def check_page(page: Path, program: Sequence[str] = ("-m", "pytest")) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *program, "-q", "-c", "pyproject.toml", "--rootdir=.", "--check-limits"]
    return subprocess.run([*command, page], cwd=PROJECT, capture_output=True, text=True, check=False)


def test_a_limit_with_a_reason_passes(tmp_path):
    done = check_limits(tmp_path, "another thing")
    assert done.returncode == 0, done.stdout
    assert "3 passed, 1 skipped" in done.stdout, "the limits are an item of their own, beside the clean-up"


def test_a_limit_that_outlived_its_reason_is_reported(tmp_path):
    done = check_limits(tmp_path, "said")
    assert done.returncode == 1
    assert "page.md:1: limited to Docker <20, but it holds on 26." in done.stdout


LATER = """
```{{ .console engine="<20" }}
$ {command}
```
"""


def test_a_limit_is_justified_by_what_it_builds_on(tmp_path):
    """A clean-up would hold on any engine, had there been something to clean up."""
    done = check_limits(tmp_path, "another thing > file; cat file", LATER.format(command="rm file"))
    assert done.returncode == 0, done.stdout


def test_a_limit_is_not_justified_by_what_it_does_not_build_on(tmp_path):
    done = check_limits(tmp_path, "another thing > file; cat file", LATER.format(command="touch a; rm a"))
    assert done.returncode == 1, done.stdout
    assert "page.md:11: limited to Docker <20, but it holds on 26." in done.stdout
    assert "page.md:1: limited" not in done.stdout


def test_a_limit_is_justified_by_what_builds_on_something_else(tmp_path):
    second, third = LATER.format(command="touch a; rm file"), LATER.format(command="rm a")
    done = check_limits(tmp_path, "another thing > file; cat file", second + third)
    assert done.returncode == 0, done.stdout


def test_a_limit_behind_one_that_ends_the_session_is_tried_without_it(tmp_path):
    done = check_limits(tmp_path, "another thing; exit 3", LATER.format(command="true"))
    assert done.returncode == 1 and "page.md:11: limited to Docker <20, but it holds on 26." in done.stdout, (
        done.stdout
    )


def test_what_builds_on_one_side_of_a_border_is_tried_with_it(tmp_path):
    """The other side fails here, so it says nothing of what comes later."""
    page = tmp_path / "page.md"
    page.write_text(
        block("<20", "$ false")
        + block(">=20", "$ touch ready")
        + "```console\n$ [ -e ready ] || exit 3\n```\n\n"
        + block("<20", "$ echo a", "a")
        + block(">=20", "$ rm ready")
    )
    done = check_page(page)
    assert done.returncode == 1, done.stdout
    assert "page.md:13: limited to Docker <20, but it holds on 26." in done.stdout, done.stdout
    assert "page.md:1: limited" not in done.stdout


def block(engine: str, *lines: str) -> str:
    return "\n".join([f'```{{ .console engine="{engine}" }}', *lines, "```", "", ""])


ON_ONE_HOST = "import pytest, sys; from doclab import limits; limits.open_page = None; sys.exit(pytest.main(sys.argv[1:]))"


def test_of_two_sides_of_a_border_the_one_that_ran_decides_about_the_other(tmp_path):
    page = tmp_path / "page.md"
    for shown, status in (("2", 0), ("1", 1)):
        sides = block("<20", "$ false", "$ echo $?", shown) + block(">=20", "$ false", "$ echo $?", "1")
        page.write_text(sides)
        done = check_page(page, program=["-c", ON_ONE_HOST])
        assert done.returncode == status, done.stdout
    assert "page.md:1: limited to Docker <20, but it holds on 26." in done.stdout


def test_the_exit_status_may_be_shown_behind_a_file(tmp_path):
    (tmp_path / "a.txt").write_text("a\n")
    page = tmp_path / "page.md"
    page.write_text(
        block("<20", "$ echo a; false", "a")
        + block(">=20", "$ echo a; false", "a")
        + '```{ .text title="a.txt" }\n--8<-- "a.txt"\n```\n\n```console\n$ echo $?\n1\n```\n'
    )
    done = check_page(page)
    assert done.returncode == 1 and "page.md:1: limited to Docker <20, but it holds on 26." in done.stdout


def test_what_runs_everywhere_decides_nothing(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "```console\n$ mkdir /d 2>&1 | wc -l\n0\n```\n\n" + block("<20", "$ mkdir /d 2>&1 | wc -l", "0")
    )
    done = check_page(page)
    assert done.returncode == 0, done.stdout


def test_where_one_of_several_has_no_other_side_all_are_turned_round(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        block("<20", "$ echo a > file")
        + block("<20", "$ ls")
        + block(">=20", "$ echo a > file")
        + block(">=20", "$ ls", "file")
    )
    done = check_page(page)
    assert done.returncode == 1 and "page.md:1: limited to Docker <20, but it holds on 26." in done.stdout
    assert "page.md:5: limited" not in done.stdout, done.stdout


def test_a_file_for_other_engines_is_no_limit_to_take_away(tmp_path):
    (tmp_path / "run.py").write_text("print('a')\n")
    page = tmp_path / "page.md"
    file = '```{ .python title="run.py" engine="<20" }\n--8<-- "run.py"\n```\n\n'
    page.write_text(file + block("<20", "$ python3 run.py", "b") + "```console\n$ true\n```\n")
    done = check_page(page)
    assert done.returncode == 0, done.stdout


def test_it_decides_where_it_ran_with_what_ran_before_it(tmp_path):
    """Were all limits turned round, the second one would print `a`."""
    page = tmp_path / "page.md"
    page.write_text(
        block("<20", "$ echo a > file; cat file", "c")
        + block(">=20", "$ echo b > file")
        + "```console\n$ true\n```\n\n"
        + block(">=20", "$ cat file", "b")
        + block("<20", "$ cat file", "b")
    )
    done = check_page(page)
    assert done.returncode == 1 and "page.md:19: limited to Docker <20, but it holds on 26." in done.stdout
    assert "page.md:1: limited" not in done.stdout


def test_one_that_ran_elsewhere_on_the_page_decides_nothing(tmp_path):
    page = tmp_path / "page.md"
    between = "```console\n$ touch file\n```\n\n"
    page.write_text(block("<20", "$ ls") + between + block(">=20", "$ ls", "file"))
    done = check_page(page)
    assert done.returncode == 1 and "page.md:1: limited to Docker <20, but it holds on 26." in done.stdout


def test_where_the_page_breaks_off_limits_are_not_tried(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```console\n$ exit 3\n```\n" + LATER.format(command="true"), encoding="utf-8")
    done = check_page(page)
    assert "1 failed, 1 skipped, 2 not run" in done.stdout, "neither the clean-up nor the limits"


def where(engine: str, docker: str) -> Environment:
    return Environment(engine, docker, "1.45", "6.1.0", "x86_64", "2", {})


def report(**results: str) -> dict:
    examples = [
        {"example": f"page::{name}", "result": result, "file": "page.md", "line": 7}
        for name, result in results.items()
    ]
    return {"counts": {HELD: 3, FAILED: 1, SKIPPED: 0}, "seconds": 12.3, "examples": examples}


@pytest.mark.parametrize(
    ("default", "other", "line"),
    [
        (HELD, FAILED, "DIFFERS  page.md:7: page::x holds on {ours}, not on {theirs}: "),
        (FAILED, FAILED, "FAILED   page.md:7: page::x on {ours}, {theirs}"),
        (FAILED, HELD, "FAILED   page.md:7: page::x on {ours}"),
        (SKIPPED, FAILED, "FAILED   page.md:7: page::x on {theirs}"),
    ],
)
@pytest.mark.parametrize("docker", ["20.10.24", "26.1.5"], ids=["another Docker", "the same Docker"])
def test_a_difference_is_told_from_a_failure(default, other, line, docker):
    ran = [(where(DEFAULT, "26.1.5"), report(x=default)), (where("host", docker), report(x=other))]
    counts, _, told = matrix.summary(ran)
    ours, theirs = f"Docker 26.1.5 ({DEFAULT})", f"Docker {docker} (host)"
    assert counts == f"{ours}: 3 held, 1 failed in 12 s"
    assert told.startswith(line.format(ours=ours, theirs=theirs))


def test_without_the_default_engine_a_difference_is_not_known():
    told = matrix.summary([(where("forky", "28.5.2"), report(x=FAILED))])
    assert (
        told[1].startswith("FAILED ")
        and told[2] == f"Which of them differ from {DEFAULT} is not known: it did not run."
    )


def test_files_without_examples_do_not_hide_each_other():
    unread = report(x=FAILED)
    unread["examples"] = [{**unread["examples"][0], "example": "", "file": name} for name in ("a.md", "b.md")]
    told = matrix.summary([(where(DEFAULT, "26.1.5"), unread)])
    assert ["a.md" in told[1], "b.md" in told[2]] == [True, True]


def test_what_a_run_makes_of_other_pages_evidence_is_told(tmp_path, capsys):
    results = {"index": ("2026-01-31T10:20:30Z", {"one::1": evidence.Result(12 * "a", HELD, 1.0)})}
    evidence.record(tmp_path, where(DEFAULT, "26.1.4"), {"start": results["index"]})
    matrix._record(tmp_path, where(DEFAULT, "26.1.4"), results)
    assert capsys.readouterr().out == ""
    matrix._record(tmp_path, where(DEFAULT, "26.1.5"), results)
    assert "What was known of start on trixie is gone: it was of another docker." in capsys.readouterr().out
    assert list(evidence.load(tmp_path)[DEFAULT]["pages"]) == ["index"]


def test_limits_that_no_engine_lies_beyond_are_told(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(LIMITED.format(said="said"), encoding="utf-8")
    examples = pages.examples(page)
    assert matrix._untried_limits(examples, ["26.1.5", "19.3"]) == []
    (told,) = matrix._untried_limits(examples, ["19.3"])
    assert told.startswith("engine='<20' was not tried from its other side") and told.endswith(" with it: 1")


def test_an_environment_that_cannot_be_recorded_is_told_before_anything_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(matrix, "environment", lambda engine: where(engine.name, "dev"))
    monkeypatch.setattr(matrix.signals, "run_pytest", None)
    with pytest.raises(
        EvidenceError, match="nothing can be recorded of the engine 'host': its docker: 'dev'"
    ):
        matrix.run(["host"], [DOCS / "vi/index.md"], tmp_path)


def test_what_holds_is_not_listed():
    assert len(matrix.summary([(where(DEFAULT, "26.1.5"), report(x=HELD, y=SKIPPED))])) == 1


def test_a_run_leaves_evidence_that_the_site_can_read(tmp_path, capfd):
    page = DOCS / "vi/index.md"
    assert matrix.run([DEFAULT], [page], tmp_path), capfd.readouterr().out
    found = evidence.load(tmp_path)[DEFAULT]
    assert found["environment"]["docker"].startswith("26.1")
    assert found["environment"]["images"].keys() >= {"busybox:1.37", "debian:13-slim"}
    hashes = evidence.hashes(pages.examples(page))
    recorded = found["pages"]["index"]["examples"]
    assert {name: seen["hash"] for name, seen in recorded.items()} == hashes
    assert {seen["result"] for seen in recorded.values()} == {HELD}


@pytest.mark.parametrize("count", [1, 2], ids=["one page", "spread"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda n: n.name)
def test_a_matrix_that_is_ended_leaves_nothing(tmp_path, number, count):
    mark = f"{os.getpid()}{number}{count}7"
    pages = [tmp_path / f"{n}.md" for n in range(count)]
    for page in pages:
        page.write_text(f"```console\n$ sleep {mark}\n```\n")
    scratch, log = tmp_path / "scratch", tmp_path / "log"
    scratch.mkdir()
    command = [sys.executable, "-m", "doclab", "matrix", f"--engine={DEFAULT}", *pages]
    where = {"cwd": PROJECT, "env": os.environ | {"TMPDIR": str(scratch)}}
    with log.open("w") as stream, subprocess.Popen(command, stdout=stream, stderr=stream, **where) as run:
        wait_until(lambda: sleeping(mark), seconds=60)
        processes = {run.pid, *children(run.pid)}
        processes |= {child for parent in processes for child in children(parent)}
        run.send_signal(number)
    wait_until(lambda: not sleeping(mark) and not traces(processes))
    if number != signal.SIGKILL:
        assert run.returncode == 128 + number and [*scratch.glob("doclab-*")] == []
        assert log.read_text().endswith(
            {signal.SIGINT: "stopped\n", signal.SIGTERM: "ended by SIGTERM\n"}[number]
        )


def test_of_a_run_that_was_ended_nothing_is_recorded(tmp_path, monkeypatch):
    page = DOCS / "vi/index.md"

    def ended(arguments, directory):
        (told,) = (argument.partition("=")[2] for argument in arguments if "--report-json" in argument)
        Path(told).write_text(json.dumps({"counts": {HELD: 1}, "examples": [], "started": "", "seconds": 1}))
        return 128 + signal.SIGTERM

    monkeypatch.setattr(matrix.signals, "run_pytest", ended)
    with pytest.raises(SystemExit) as end:
        matrix.run([DEFAULT], [page], tmp_path)
    assert end.value.code == 128 + signal.SIGTERM and not (tmp_path / f"{DEFAULT}.json").exists()


def test_pages_that_changed_meanwhile_leave_no_evidence(tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text("```console\n$ echo held\nheld\n```\n")
    run = matrix.signals.run_pytest

    def edited(arguments, directory):
        status = run(arguments, directory)
        page.write_text("```console\n$ echo other\nother\n```\n")
        return status

    monkeypatch.setattr(matrix.signals, "run_pytest", edited)
    with pytest.raises(EvidenceError, match=r"page\.md was changed while the pages ran: nothing is recorded"):
        matrix.run([DEFAULT], [page], tmp_path / "evidence")


def test_evidence_that_cannot_be_read_is_told_before_anything_runs(tmp_path, monkeypatch):
    (tmp_path / f"{DEFAULT}.json").write_text("{}")
    monkeypatch.setattr(matrix.signals, "run_pytest", None)
    with pytest.raises(EvidenceError, match=r"never by hand: remove the file, and run that"):
        matrix.run([DEFAULT], [DOCS / "vi/index.md"], tmp_path)


def test_pages_of_prose_in_a_folder_are_left_out_and_those_that_are_named_are_not(tmp_path, monkeypatch):
    page, prose, ran = tmp_path / "page.md", tmp_path / "prose.md", []
    page.write_text("```console\n$ echo a\na\n```\n")
    prose.write_text("# Prose\n")
    monkeypatch.setattr(matrix, "run", lambda names, files: ran.append(files) or True)
    assert __main__.main(["matrix", str(tmp_path)]) == 0
    assert __main__.main(["matrix", str(tmp_path), str(prose)]) == 0
    assert [{*files} for files in ran] == [{page}, {page, prose}]
    page.unlink()
    assert __main__.main(["matrix", str(tmp_path)]) == 1, "all pages of this project would run"
    assert len(ran) == 2


def test_pages_of_others_leave_no_evidence(tmp_path, capfd):
    page = tmp_path / "page.md"
    page.write_text("```console\n$ echo held\nheld\n```\n")
    assert matrix.run([DEFAULT], [page], tmp_path), capfd.readouterr().out
    assert evidence.load(tmp_path) == {}
