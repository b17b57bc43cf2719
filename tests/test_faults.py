"""Whatever a page does to its host, or anybody to the run, ends with a clear message, in time, and leaves nothing behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from doclab import boot
from doclab.source import PROJECT

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="needs root on Linux: run with sudo"
)

LIMIT = 1.0  # seconds that a command may take below
SLACK = 1.0  # seconds after that within which the run must go on

# Small enough to be filled in no time; everything else is as for any reader.
RUN = """
import pathlib, sys, pytest
from doclab import boot
boot._MEMORY, boot._PROCESSES = 200 << 20, 300
boot._HERE, boot._SECONDS = pathlib.Path({here!r}), {seconds}
sys.exit(pytest.main(["-c", "pyproject.toml", "--rootdir=.", *sys.argv[1:]]))
"""


def command(*arguments: object, here: Path = boot._HERE, seconds: float = boot._SECONDS) -> list[str]:
    code = RUN.format(here=str(here), seconds=seconds)
    return [sys.executable, "-c", code, f"--time-limit={LIMIT}", *map(str, arguments)]


def verify(*arguments: object, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments, **options), cwd=PROJECT, capture_output=True, text=True, check=False
    )


def transcript(*lines: str) -> str:
    return "\n".join(["```console", *lines, "```", ""])


# What the page does -> its first block, the line that is at fault, and what must be said of it.
BREAKING = {
    "sleeps for ever": (
        transcript("$ echo before", "before", "$ sleep 1000"),
        4,
        ["$ sleep 1000", "still running after 1 s"],
    ),
    "ignores TERM": (
        transcript("$ trap '' TERM INT HUP; while :; do sleep 1; done"),
        2,
        ["still running after 1 s"],
    ),
    "holds the output open and waits": (
        transcript("$ (trap '' TERM; sleep 1000; :) & wait"),
        2,
        ["still running after 1 s"],
    ),
    "floods": (transcript("$ head -c 1G /dev/zero"), 2, ["printed more than 1024 KiB", r"\x00\x00\x00"]),
    "kills its shell": (transcript("$ echo bye; kill -9 $$"), 2, ["ended the page's shell", "bye"]),
    "kills its group": (transcript("$ echo bye; kill -9 0"), 2, ["ended the page's shell", "bye"]),
    "ends the host": (transcript("$ kill 1; sleep 9"), 2, ["the page's whole Docker host has ended"]),
    "stops dockerd": (
        transcript("$ kill -STOP $(pidof dockerd)", "$ docker ps"),
        3,
        ["$ docker ps", "still running after 1 s"],
    ),
    "exhausts its processes": (
        transcript("$ bomb() { while :; do (bomb) & done; }; bomb"),
        2,
        ["still running after 1 s", "Resource temporarily unavailable"],
    ),
    "starts processes that nobody waits for": (
        transcript("$ while setsid sleep 1000 & do :; done"),
        2,
        ["still running after 1 s"],
    ),
    "hangs in a terminal": (
        "```{ .console .tty }\n$ echo before; sleep 1000\nbefore\n```\n",
        2,
        ["$ echo before; sleep 1000", "still running after 1 s"],
    ),
    "kills its shell from Python": (
        '```python\n--8<-- "kill.py"\n```\n',
        1,
        ["kill.py", "ended the page's shell"],
    ),
    "never returns from Python": (
        '```python\n--8<-- "hang.py"\n```\n',
        1,
        ["hang.py", "still running after 1 s"],
    ),
    "fills the disk before a file is saved": (
        transcript(
            "$ fallocate -l 1G /root/big 2>/dev/null || cat /dev/zero >/root/big 2>/dev/null",
            "$ echo $?",
            "1",
        )
        + '\n```{ .yaml title="app.yaml" }\n--8<-- "app.yaml"\n```\n',
        7,
        ["a file can't be written in the page's host: No space left on device"],
    ),
}
FAILING = {
    "fills the disk": (
        transcript("$ cat /dev/zero >/root/big"),
        2,
        ["No space left on device", "exit status 1"],
    ),
    "exits the interpreter": ('```python\n--8<-- "exit.py"\n```\n', 1, ["exit.py", "exit status 3"]),
    "kills every process": (transcript("$ kill -9 -1; sleep 9"), 2, []),
    "prints what is not UTF-8": (transcript(r"$ printf 'a\377b\n'"), 2, ["the byte 0xff (not UTF-8)"]),
    "prints control characters": (
        transcript(r"$ printf 'a\033]0;title\ab\a\n'"),
        2,
        ["the control character 0x07"],
    ),
}
LEAVING = {
    "holds the output open": (
        transcript("$ (trap '' TERM HUP INT; while :; do sleep 1; done) & echo on", "on"),
        ["the page leaves behind:", "process bash, in the background of the page's shell"],
    ),
    "kills dockerd": (
        transcript("$ kill -9 $(pidof dockerd)"),
        ["the page's Docker daemon does not answer: it does not run; the page has to start it again"],
    ),
    "stops dockerd last": (
        transcript("$ kill -STOP $(pidof dockerd)"),
        ["the page's Docker daemon does not answer: not even within 1 s; the page has to start it again"],
    ),
}
HOLDING = {
    "reads standard input": transcript(
        '$ read -r line; echo "<$line>"; cat; head -c1 /dev/stdin | wc -c',
        "<>",
        "0",
        "$ bash",
        "$ echo on",
        "on",
    ),
    "is all right": transcript("$ echo all right", "all right"),
}
SECOND = "\n## Second { #second }\n\n" + transcript("$ echo second", "second")
FILES = {
    "kill.py": "import os\nimport signal\n\nos.kill(os.getppid(), signal.SIGKILL)\n",
    "hang.py": "import time\n\ntime.sleep(1000)\n",
    "exit.py": 'import os\n\nprint("bye")\n#> bye\nos._exit(3)\n',
    "app.yaml": "name: demo\n",
}


class Run:
    """All these pages in one run, one after the other: no page may keep the next from its turn."""

    def __init__(self, folder: Path) -> None:
        for name, text in FILES.items():
            (folder / name).write_text(text)
        texts = {**BREAKING, **FAILING, **LEAVING, **HOLDING}
        for name, case in texts.items():
            text = case if isinstance(case, str) else case[0]
            (folder / f"{name.replace(' ', '-')}.md").write_text(text + SECOND)
        self.folder = folder
        self.process = subprocess.Popen(
            command(*sorted(folder.glob("*.md")), f"--report-json={folder}/report.json"),
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.output = self.process.communicate()[0]
        self.records = json.loads((folder / "report.json").read_text())["examples"]

    def of(self, name: str) -> list[dict]:
        page = f"{self.folder}/{name.replace(' ', '-')}.md"
        return [record for record in self.records if record["page"] == page]


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    return Run(tmp_path_factory.mktemp("faults"))


def assert_told(record: dict, line: int, texts: list[str]) -> None:
    assert record["result"] == "failed"
    assert record["message"].startswith(f"{record['page']}:{line}: "), record["message"]
    assert [text for text in texts if text not in record["message"]] == [], record["message"]


@pytest.mark.parametrize("name", BREAKING)
def test_a_broken_command_is_told_in_time_and_the_rest_of_its_page_is_not_run(run, name):
    _, line, texts = BREAKING[name]
    records = run.of(name)
    told = next(record for record in records if record["result"] == "failed")
    assert_told(told, line, texts)
    assert all(record["seconds"] < LIMIT + SLACK for record in records), records
    later = next(record for record in records if "::second::" in record["example"])
    assert later["result"] == "not run"
    assert later["reason"].startswith(f"not run: the session ended at {told['page']}:{line}")


@pytest.mark.parametrize("name", FAILING)
def test_a_failing_command_is_told_in_time(run, name):
    _, line, texts = FAILING[name]
    assert_told(run.of(name)[0], line, texts)
    assert run.of(name)[0]["seconds"] < LIMIT + SLACK


@pytest.mark.parametrize("name", LEAVING)
def test_what_a_page_leaves_is_told_with_the_line_of_its_last_command(run, name):
    _, texts = LEAVING[name]
    *examples, clean_up = run.of(name)
    assert [record["result"] for record in examples] == ["held", "held"]
    assert clean_up["result"] == "failed" and clean_up["seconds"] < LIMIT + SLACK
    assert clean_up["message"].startswith(f"{clean_up['page']}:{examples[-1]['line'] + 1}: ")
    assert [text for text in texts if text not in clean_up["message"]] == [], clean_up["message"]


@pytest.mark.parametrize("name", HOLDING)
def test_other_pages_go_on(run, name):
    assert [record["result"] for record in run.of(name)] == ["held"] * 3


def test_no_message_can_play_tricks_with_the_terminal(run):
    assert [byte for byte in (0, 7, 0x1B) if bytes([byte]) in run.output] == []
