"""`python -m doclab examples` lists what is found as JSON, and its exit status is 0 only where all pages have something.

What can't be meant is refused before anything runs, here and on the command line of pytest.
"""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from doclab import __main__, report, selection, signals
from doclab.source import PROJECT

PAGE = """# Page

```text
shown
```

## One { #one }

```console
$ echo xin chào
xin chào
```

```{ .console .no-run reason="why not" }
$ reboot
```
"""


def examples(*pages: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "doclab", "examples", *map(str, pages)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


@pytest.fixture
def page(tmp_path) -> Path:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    return page


def test_each_block_is_one_json_object_a_line(page):
    done = examples(page)
    assert (done.returncode, done.stderr) == (0, "")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    keys = ("file", "line", "language", "action", "reason", "source")
    assert [tuple(example[key] for key in keys) for example in found] == [
        (str(page), 3, "text", "show", "", "shown"),
        (str(page), 9, "console", "run", "", "$ echo xin chào\nxin chào"),
        (str(page), 14, "console", "skip", "why not", "$ reboot"),
    ]


def test_a_folder_stands_for_its_pages(page):
    (page.parent / "folder").mkdir()
    other = page.parent / "folder/other.md"
    other.write_text("```console\n$ echo on\non\n```\n")
    done = examples(page, page.parent)
    assert len(done.stdout.splitlines()) == 4, "a page that is named twice comes once"
    assert {json.loads(line)["file"] for line in done.stdout.splitlines()} == {str(page), str(other)}


def test_a_page_of_prose_in_a_folder_is_no_fault_and_one_that_is_named_is(page):
    prose = page.parent / "prose.md"
    prose.write_text("# Prose\n")
    done = examples(page.parent)
    assert (done.returncode, done.stderr, len(done.stdout.splitlines())) == (0, "", 3)
    done = examples(page.parent, prose)
    assert (done.returncode, done.stderr) == (1, f"{prose}:1: no examples found\n")
    page.unlink()
    done = examples(page.parent)
    assert (done.returncode, done.stderr) == (1, "no examples found\n")


@pytest.mark.parametrize("command", ["examples", "update", "matrix", "mutate"])
def test_what_is_no_page_is_refused_by_every_command(tmp_path, capsys, command):
    (tmp_path / "folder").mkdir()
    for name in ("a.markdown", "B.MD", "folder/c.txt"):
        (tmp_path / name).write_text("```console\n$ echo on\non\n```\n")
    for name in ("a.markdown", "B.MD", "folder/c.txt"):
        with pytest.raises(SystemExit):
            __main__.main([command, str(tmp_path / name)])
        assert f"{tmp_path / name} is no page: the name of a page ends in .md" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        __main__.main([command, str(tmp_path / "folder")])
    told = f"there is no page in {tmp_path}/folder; a page is a file whose name ends in .md"
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("name", ["a.markdown", "B.MD"])
def test_what_is_no_page_is_refused_by_pytest(tmp_path, name):
    (tmp_path / name).write_text("```console\n$ echo on\non\n```\n")
    with pytest.raises(pytest.UsageError, match=f"{name} is no page: the name of a page ends in .md"):
        selection.resolve([f"{tmp_path}/{name}"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ":1: no examples found"),
        ("# Prose\n", ":1: no examples found"),
        ("```console\n$ echo\n", ":1: this fence is left open"),
    ],
)
def test_a_page_at_fault_fails_the_listing_and_hides_no_other(tmp_path, page, text, message):
    other = tmp_path / "other.md"
    other.write_text(text)
    done = examples(other, page)
    assert done.returncode == 1 and done.stderr.startswith(f"{other}{message}")
    assert len(done.stdout.splitlines()) == 3


def test_a_listing_that_nobody_reads_on_ends_quietly(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(PAGE * 1000)  # more than a pipe holds
    command = f"{sys.executable} -m doclab examples {page} | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=PROJECT, capture_output=True, text=True, check=False)
    first, status = done.stdout.splitlines()
    assert (json.loads(first)["line"], status, done.stderr) == (3, "1", "")


@pytest.mark.parametrize("number", ["-1", "many", "1.5"])
def test_a_number_of_commands_is_none_below_0(page, number):
    command = [sys.executable, "-m", "doclab", "mutate", page, f"--commands={number}"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"argument --commands: {number} is no whole number, 0 or above" in done.stderr


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--report-json={folder}/page.md", r"--report-json=\S+ may be a page: name another file"),
        ("--junitxml={folder}/page.md", r"--junitxml=\S+ may be a page: name another file"),
        ("--report-json={folder}", r"--report-json=\S+ can't be written \(Is a directory\): name a file"),
        (
            "--report-json={page}/x.json",
            r"--report-json=\S+ can't be written \(.+\): name a file that can be",
        ),
        (
            "--report-json=/proc/x/y.json",
            r"--report-json=\S+ can't be written \(.+\): name a file that can be",
        ),
        (
            "--recordings={page}",
            r"--recordings=\S+ can't be written \(File exists\): name a folder that can be",
        ),
        (
            "--junitxml={page}/x.xml",
            r"--junitxml=\S+ can't be written \(.+\): name a file that can be",
        ),
        ("--junitxml=/proc/x/y.xml", r"--junitxml=\S+ can't be written \(.+\): name a file that can be"),
        ("--recordings=/proc/x", r"--recordings=\S+ can't be written \(.+\): name a folder that can be"),
        (
            "--report-json={folder}/x --junitxml={folder}/../{folder.name}/x",
            r"--report-json and --junitxml are both \S+/x: name two files",
        ),
    ],
)
def test_what_cannot_be_written_is_said_before_anything_runs(page, option, message):
    options = option.format(folder=page.parent, page=page).split()
    command = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "--rootdir=.", page, *options]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (pytest.ExitCode.USAGE_ERROR, "")
    assert re.search(message, done.stderr)
    assert list(page.parent.iterdir()) == [page]


def test_a_report_may_not_come_in_the_place_of_a_page_through_a_link(page):
    text, link = page.read_text(), page.parent / "report.json"
    link.symlink_to(page)
    command = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "--rootdir=.", page]
    done = subprocess.run(
        [*command, f"--report-json={link}"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "may be a page: name another file" in done.stderr
    assert page.read_text() == text
    page.rename(page.parent / "data")
    page.symlink_to("data")
    done = subprocess.run(
        [*command, f"--report-json={page}"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == pytest.ExitCode.USAGE_ERROR


def test_a_name_that_is_not_utf8_is_an_error_of_its_page(page):
    page.write_text("# Page\n")
    bad = page.parent / os.fsdecode(b"b\xe9d.md")
    bad.write_text(PAGE)
    assert (
        f"{page.parent}/b\\xe9d.md:1: the name of this file is not UTF-8: rename it" in examples(bad).stderr
    )
    command = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "--rootdir=."]
    reports = [f"--report-json={page.parent}/report.json", f"--junitxml={page.parent}/report.xml"]
    for given, status in ((page.parent, pytest.ExitCode.TESTS_FAILED), (bad, pytest.ExitCode.USAGE_ERROR)):
        done = subprocess.run(
            [*command, given, *reports, "--changed"], cwd=PROJECT, capture_output=True, text=True, check=False
        )
        told = done.stdout + done.stderr
        assert done.returncode == status and "Traceback" not in told, told
        assert "b\\xe9d.md" in told and "not UTF-8: rename it" in told
    (record,) = json.loads((page.parent / "report.json").read_text())["examples"]
    assert (record["page"], record["result"]) == (f"{page.parent}/b\\xe9d.md", "failed")


FULL = 'mount -t tmpfs -o size=4k none "$1" && head -c 4k /dev/zero > "$1/big" && shift && exec "$@"'


@pytest.mark.parametrize(("plugins", "shown"), [([], "1 page on Docker"), (["-pno:terminal"], "")])
def test_a_report_for_which_the_disk_has_no_room_costs_the_green_and_no_result(page, plugins, shown):
    """A new file of no size can be made there: nothing is refused before the pages run."""
    page.write_text("```console\n$ true\n```\n")
    disk = page.parent / "disk"
    disk.mkdir()
    run = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "--rootdir=.", *plugins, page]
    command = ["unshare", "--mount", "sh", "-c", FULL, "sh", disk, *run, f"--report-json={disk}/report.json"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    why = f"--report-json={disk}/report.json can't be written (No space left on device): make room, or name"
    assert why in done.stdout + done.stderr and shown in done.stdout, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert done.returncode == pytest.ExitCode.TESTS_FAILED


def test_a_report_never_takes_the_place_of_a_device_or_of_a_link(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="no regular file"):
        report.check(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "report.json")
    report.write(tmp_path / "link", {})
    assert (tmp_path / "link").is_symlink() and (tmp_path / "report.json").read_text() == "{}\n"


def test_a_report_is_written_whole_or_not_at_all(tmp_path):
    file = tmp_path / "new" / "report.json"
    report.write(file, {"counts": "đúng"})
    with pytest.raises(TypeError):
        report.write(file, {"counts": object()})
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        report.write(tmp_path / "folder", {})
    report.check(file)
    assert json.loads(file.read_text(encoding="utf-8")) == {"counts": "đúng"}
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["folder", "new", "report.json"]


@pytest.mark.parametrize(
    "command", [["doclab", "examples", "README.md"], ["tests.bench"]], ids=lambda words: words[0]
)
def test_what_nox_starts_ends_with_nox(command):
    environment = {**os.environ, signals.PARENT: "99999999"}  # more than Linux has: it has ended already
    command = [sys.executable, "-m", *command]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (128 + signal.SIGTERM, "")


NOHUP = """
import os, signal
from doclab import signals

signal.signal(signal.SIGHUP, signal.SIG_IGN)
with signals.ended_in_order():
    os.kill(os.getpid(), signal.SIGHUP)
    print("alive", flush=True)
os.kill(os.getpid(), signal.SIGTERM)
"""


def test_what_is_ended_in_order_lives_on_under_nohup_and_leaves_signals_as_they_were():
    command = [sys.executable, "-c", NOHUP]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGTERM, "alive\n", "")


ENDED = """
import os, sys, time
from doclab import signals

class Last:
    def __del__(self, print=print, sleep=time.sleep):
        print("last step", flush=True)
        sleep(0.5)

last = Last()
try:
    with signals.ended_in_order():
        os.kill(os.getpid(), int(sys.argv[1]))
except KeyboardInterrupt:
    print("ended", flush=True)
    time.sleep(0.5)
    sys.exit(2)
"""


@pytest.mark.parametrize("step", ["ended", "last step"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_a_second_signal_disturbs_nothing_until_the_process_is_gone(number, step):
    """Python gives signals their defaults back before its last steps."""
    command = [sys.executable, "-c", ENDED, str(int(number))]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        assert f"{step}\n" in iter(process.stdout.readline, "")
        process.send_signal(number)
    assert process.returncode == 2


def test_what_runs_before_anything_is_installed_needs_the_standard_library_alone():
    program = f"import sys; sys.path.insert(0, {str(PROJECT)!r}); import doclab.lab, doclab.setup"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
