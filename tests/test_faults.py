"""Whatever a page does to its host, or anybody to the run, ends with a clear message, in time, and leaves nothing behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest
from processes import children, sleeping, traces, wait_until

from doclab import boot, rootfs
from doclab.engines import DEFAULT, ENGINES
from doclab.host import HostError, open_host
from doclab.source import PROJECT

LIMIT = 1.0  # seconds that a command may take below
SLACK = 1.0  # seconds after that within which the run must go on

# Small enough to be filled in no time; everything else is as for any reader.
RUN = """
import pathlib, sys, pytest
from doclab import boot
boot._MEMORY, boot._PROGRAMS, boot._PROCESSES = 100 << 20, 300 << 20, 300
boot._HERE, boot._SECONDS = pathlib.Path({here!r}), {seconds}
sys.exit(pytest.main(["-c", "pyproject.toml", "--rootdir=.", *sys.argv[1:]]))
"""


def command(*arguments: object, here: Path = boot._HERE, seconds: float = boot._SECONDS) -> list[str]:
    code = RUN.format(here=str(here), seconds=seconds)
    return [sys.executable, "-c", code, f"--time-limit={LIMIT}", *map(str, arguments)]


def start(*arguments: object, environment: dict[str, str] | None = None, **options) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(*arguments, **options),
        cwd=PROJECT,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # a signal for it is for it alone
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
    "freezes its host": (  # where the machine has the freezer of cgroup v1
        transcript(
            "$ freezer=/sys/fs/cgroup/freezer/freezer.state",
            "$ [ ! -e $freezer ] || echo FROZEN > $freezer; sleep 9",
        ),
        3,
        ["still running after 1 s"],
    ),
    "writes where its exit status goes": (
        transcript("$ echo 0 >&10; echo 0 >&11; false"),
        2,
        ["wrote to a descriptor that it shares with the page's shell"],
    ),
    "stops its shell before a long command": (
        transcript("$ (sleep 0.3; kill -STOP $$) > /dev/null 2>&1 &", "$ sleep 0.5", f"$ : {'x' * 200_000}"),
        3,
        ["still running after 1 s"],
    ),
    "floods": (transcript("$ head -c 1G /dev/zero"), 2, ["printed more than 262144 bytes", r"\x00\x00\x00"]),
    "kills its shell": (transcript("$ echo bye; kill -9 $$"), 2, ["ended the page's shell", "bye"]),
    "kills its group": (transcript("$ echo bye; kill -9 0"), 2, ["ended the page's shell", "bye"]),
    "ends the host": (transcript("$ kill 1; sleep 9"), 2, ["the page's whole Docker host has ended"]),
    "stops every process": (
        transcript("$ kill -STOP -1", "$ docker ps"),
        3,
        ["$ docker ps", "still running after 1 s"],
    ),
    "stops dockerd": (
        transcript("$ kill -STOP $(pidof dockerd)", "$ docker ps"),
        3,
        ["$ docker ps", "still running after 1 s"],
    ),
    "kills dockerd and goes on": (
        transcript("$ kill -9 $(pidof dockerd)", "$ echo on", "on", "$ docker ps -q", "$ docker images -q"),
        5,
        ["$ docker ps -q", "exit status 1", "daemon has ended at {page}:2:\n$ kill -9 $(pidof dockerd)"],
    ),
    "kills dockerd and waits for it": (
        transcript("$ kill -9 $(pidof dockerd)", "$ until docker info >/dev/null 2>&1; do sleep 0.1; done"),
        3,
        ["still running after 1 s", "daemon has ended at {page}:2:\n$ kill -9 $(pidof dockerd)"],
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
    "floods a terminal": (
        "```{ .console .tty }\n$ yes\ny\n```\n",
        2,
        ["$ yes", "printed more than 10000 lines", "y\ny"],
    ),
    "prints for ever in a terminal": (
        "```{ .console .tty }\n$ trap '' HUP TERM; while :; do echo on; sleep 0.01; done\non\n```\n",
        2,
        ["still running after 1 s", "on\non"],
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
            "$ cat /dev/zero >/root/big 2>/dev/null",
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
    "starts nothing": (
        transcript("$ docker run --rm busybox:1.37 no-such-program"),
        2,
        [
            "exit status 127",
            "dockerd gave up the output of a container",
            "The page ran twice for that reason.",
        ],
    ),
    "prints an error that is none": (
        transcript("$ echo 'level=error msg=\"error waiting for container: context canceled\"'"),
        2,
        ["clients before 26.1.1 may print it", "The page ran twice for that reason."],
    ),
    "wants an image that is not there": (
        transcript("$ docker pull -q redis:7"),
        2,
        [
            "no such host",
            "exit status 1",
            "a throwaway host reaches no network; its own registry has debian:13-slim",
        ],
    ),
    "takes all memory": (
        transcript("$ dd if=/dev/zero of=/dev/null bs=1G count=1"),
        2,
        ["exit status 137", "the memory of the page's host is full: the kernel killed a program"],
    ),
    "exits the interpreter": ('```python\n--8<-- "exit.py"\n```\n', 1, ["exit.py", "exit status 3"]),
    "has an echo of its own": (transcript("$ echo() { builtin echo 0; }", "$ false"), 3, ["exit status 1"]),
    "prints many numbers in a line": (transcript("$ seq -s/ 1 40000", "1"), 2, ["the output differs"]),
    "kills every process": (transcript("$ kill -9 -1; sleep 9"), 2, []),
    "prints the longest of lines": (
        transcript("$ printf '%0262143d\\n' 1"),
        2,
        ["the output differs", "+0000", "0… and 261144 more"],
    ),
    "prints the most lines": (
        transcript("$ seq 10000", "1", "...", "7"),
        2,
        ["the output differs", "… and 9899 more lines"],
    ),
    "prints what is not UTF-8": (transcript(r"$ printf 'a\377b\n'"), 2, ["the byte 0xff (not UTF-8)"]),
    "prints control characters": (
        transcript(r"$ printf 'a\033]0;title\ab\a\n'"),
        2,
        ["the control character 0x07"],
    ),
}
# What is wrong only when the page has ended: the line of its last command, 0, or of the one that did it.
LEAVING = {
    "prints after its last command": (
        transcript(r"$ (sleep 0.7; printf 'late\033\n') & echo on", "on"),
        0,
        [
            "after the page's last command a process in the background, or a trap, printed:",
            r"  late\x1b",
            "`wait` for it",
        ],
    ),
    "leaves a process whose name plays tricks": (
        transcript(
            r"""$ setsid bash -c 'exec -a "$0" sleep 1000' $'evil\e]0;a\nFAKE' > /dev/null 2>&1 & echo on""",
            "on",
        ),
        0,
        ["the page leaves behind:", r"evil\x1b]0;a"],
    ),
    "leaves files in its folder": (
        transcript("$ touch .hidden 'two words'; mkdir site; ln -s nowhere link; cd /"),
        0,
        [
            "the page leaves behind:",
            *(
                "  file .hidden, from ",
                "  file link, from ",
                "  file site/, from ",
                "  file two words, from ",
            ),
        ],
    ),
    "holds the output open": (
        transcript("$ (trap '' TERM HUP INT; while :; do sleep 1; done) & echo on", "on"),
        0,
        ["the page leaves behind:", "process bash, in the background of the page's shell"],
    ),
    "kills dockerd": (
        transcript("$ kill -9 $(pidof dockerd)", "$ echo on", "on"),
        2,
        ["the page's Docker daemon does not answer: it does not run; the page has to start it again"],
    ),
    "stops dockerd last": (
        transcript("$ kill -STOP $(pidof dockerd)"),
        0,
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
    "puts a pipe in the place of the daemon's log": transcript(
        "$ rm /var/log/docker.log; mkfifo /var/log/docker.log", "$ echo on", "on"
    ),
    "makes the daemon's log long": transcript("$ truncate -s 1T /var/log/docker.log; echo on", "on"),
    "leaves a process without a title": transcript("$ (exec -a ' ' cat < <(sleep 0.5) > /dev/null) &"),
    "has functions of its own": transcript(
        "$ echo() { :; }; eval() { :; }", "$ true", "$ unset -f echo eval", "$ echo on", "on"
    ),
    "keeps what it has read": transcript("$ read -r <<< hello", '$ echo "$REPLY"', "hello"),
    "cannot set the machine's clock": transcript("$ date -s 2001-01-01 > /dev/null 2>&1", "$ echo $?", "1"),
    "has a program with a blank in its name": '```python\n--8<-- "my prog.py"\n```\n',
    "is all right": transcript("$ echo all right", "all right"),
}
SECOND = "\n## Second { #second }\n\n" + transcript("$ echo second", "second")
FILES = {
    "kill.py": "import os\nimport signal\n\nos.kill(os.getppid(), signal.SIGKILL)\n",
    "hang.py": "import time\n\ntime.sleep(1000)\n",
    "exit.py": 'import os\n\nprint("bye")\n#> bye\nos._exit(3)\n',
    "app.yaml": "name: demo\n",
    "my prog.py": "print(1)\n#> 1\n",
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
        with start(*sorted(folder.glob("*.md")), f"--report-json={folder}/report.json") as process:
            self.output = process.communicate()[0]
            self.traces = traces({process.pid})
        self.records = json.loads((folder / "report.json").read_text())["examples"]

    def of(self, name: str) -> list[dict]:
        page = f"{self.folder}/{name.replace(' ', '-')}.md"
        return [record for record in self.records if record["page"] == page]


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    return Run(tmp_path_factory.mktemp("faults"))


# As above; each host says in /root/number which one of the run it is.
NUMBERED = """
import contextlib, itertools, sys, pytest
from doclab import boot
numbers, real = itertools.count(1), boot.boot
@contextlib.contextmanager
def numbered(*arguments):
    with real(*arguments) as host:
        host.outside("/root/number").write_text(f"{next(numbers)}\\n")
        yield host
boot.boot = numbered
sys.exit(pytest.main(["-c", "pyproject.toml", "--rootdir=.", *sys.argv[1:]]))
"""
LOSES = "docker run --rm busybox:1.37 no-such-program 2> /dev/null"  # a container that never starts is in the log, too


def run_numbered(folder: Path, *lines: str, options: Sequence[str] = ()) -> tuple[list[dict], str]:
    """Run a page with these transcripts in numbered hosts; return its records, and what the terminal showed."""
    page, report = folder / "page.md", folder / "report.json"
    page.write_text(
        "\n".join(
            transcript(*line.split("\n")) for line in [*lines, "$ docker rmi -f busybox:1.37 > /dev/null"]
        )
    )
    arguments = [sys.executable, "-c", NUMBERED, page, f"--report-json={report}", *options]
    done = subprocess.run(arguments, check=False, cwd=PROJECT, capture_output=True, text=True)
    records = json.loads(report.read_text())["examples"]
    return [record for record in records if not record["example"].endswith("clean-up")], done.stdout


def test_a_page_whose_output_docker_may_have_lost_runs_once_more_and_says_so(tmp_path):
    records, shown = run_numbered(
        tmp_path, "$ echo one\none", f"$ {LOSES}; cat /root/number\n2", "$ cat /root/number\n2"
    )
    assert [record["result"] for record in records] == ["held"] * 4
    assert [record["reason"].partition(":")[0] for record in records] == [
        "",
        "Docker itself may be at fault",
        "",
        "",
    ]
    assert (
        f"held in a second run of the page only:\n  Docker itself may be at fault: {tmp_path}/page.md:7: "
        in shown
    )
    assert "+1" in shown  # what differed


def test_an_example_may_start_a_container_in_one_command_and_read_what_it_printed_in_another(tmp_path):
    records, _ = run_numbered(tmp_path, f"$ {LOSES}\n$ echo $?\n127\n$ cat /root/number\n2")
    assert [record["result"] for record in records] == ["held"] * 2
    assert records[0]["reason"].startswith("Docker itself may be at fault")


def test_a_page_that_held_in_its_second_run_only_is_not_noted_for_changed(tmp_path):
    lines = f"$ {LOSES}; cat /root/number\n2"
    for _ in range(2):
        records, shown = run_numbered(tmp_path, lines, options=["--changed"])
        assert records[0]["reason"] and "left out" not in shown, shown


def test_what_fails_in_a_second_run_fails_whether_it_held_in_the_first_or_not(tmp_path):
    records, _ = run_numbered(
        tmp_path, "$ cat /root/number\n1", f"$ {LOSES}; cat /root/number\n2", "$ cat /root/number\n2"
    )
    assert [record["result"] for record in records] == ["held", "failed", "held", "held"]
    assert records[1]["message"].startswith(f"{tmp_path}/page.md:2: the output differs")


def test_what_fails_while_docker_lost_nothing_has_no_second_run(tmp_path):
    records, _ = run_numbered(tmp_path, f"$ {LOSES}; echo $?\n127", "$ cat /root/number\n2")
    assert [record["result"] for record in records] == ["held", "failed", "held"]


def assert_told(record: dict, line: int, texts: list[str]) -> None:
    assert record["result"] == "failed"
    assert record["message"].startswith(f"{record['page']}:{line}: "), record["message"]
    wanted = [text.replace("{page}", record["page"]) for text in texts]
    assert [text for text in wanted if text not in record["message"]] == [], record["message"]


@pytest.mark.parametrize("name", BREAKING)
def test_a_broken_command_is_told_in_time_and_the_rest_of_its_page_is_not_run(run, name):
    _, line, texts = BREAKING[name]
    records = run.of(name)
    told = next(record for record in records if record["result"] == "failed")
    assert_told(told, line, texts)
    assert all(record["seconds"] < LIMIT + SLACK for record in records), records
    later = next(record for record in records if "::second::" in record["example"])
    assert later["result"] == "not run"
    assert later["reason"].startswith("not run: the ") and f" ended at {told['page']}:" in later["reason"]


@pytest.mark.parametrize("name", FAILING)
def test_a_failing_command_is_told_in_time(run, name):
    _, line, texts = FAILING[name]
    assert_told(run.of(name)[0], line, texts)
    assert run.of(name)[0]["seconds"] < LIMIT + SLACK


@pytest.mark.parametrize("name", LEAVING)
def test_what_a_page_leaves_is_told_at_its_end(run, name):
    _, line, texts = LEAVING[name]
    *examples, clean_up = run.of(name)
    assert {record["result"] for record in examples} == {"held"}
    assert clean_up["result"] == "failed" and clean_up["seconds"] < LIMIT + SLACK
    assert clean_up["message"].startswith(f"{clean_up['page']}:{line or examples[-1]['line'] + 1}: ")
    assert [text for text in texts if text not in clean_up["message"]] == [], clean_up["message"]


@pytest.mark.parametrize("name", HOLDING)
def test_other_pages_go_on(run, name):
    assert [record["result"] for record in run.of(name)] == ["held"] * 3


def test_a_link_of_the_page_leads_to_a_file_in_its_host(tmp_path):
    """And not to the file of that name on the machine around it."""
    around = tmp_path / "around"
    around.mkdir()
    (tmp_path / "app.yaml").write_text("name: app\n")
    (tmp_path / "one.py").write_text("print(1)\n#> 1\n")
    page = tmp_path / "page.md"
    page.write_text(
        transcript(
            f"$ mkdir -p {around}",
            f"$ ln -s {around}/app.yaml app.yaml",
            f"$ ln -s {around} ../hieu-docker-programs",
        )
        + '\n```{ .yaml title="app.yaml" }\n--8<-- "app.yaml"\n```\n'
        + '\n```python\n--8<-- "one.py"\n```\n\n'
        + transcript(
            f"$ ls {around}", "app.yaml", "one.py", f"$ cat {around}/app.yaml", "name: app", "$ rm app.yaml"
        )
    )
    with start(page) as run:
        output = run.communicate()[0]
    assert run.returncode == 0, output
    assert [*around.iterdir()] == []


def test_no_message_can_play_tricks_with_the_terminal(run):
    assert [character for character in "\0\a\x1b" if character in run.output] == []


def test_after_all_that_nothing_is_left(run):
    assert run.traces == []


@pytest.mark.parametrize("spread", [[], ["-n2", "--dist=loadfile"]], ids=["one process", "two hosts"])
@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 2), (signal.SIGTERM, 143), (signal.SIGKILL, -9)],
    ids=lambda n: str(n),
)
def test_a_run_that_is_ended_says_where_it_was_and_leaves_nothing(tmp_path, number, status, spread):
    mark = f"{os.getpid()}{number}{len(spread)}"
    pages = [tmp_path / "one.md", tmp_path / "two.md"]
    for page in pages:
        page.write_text(
            transcript("$ echo on", "on") + "\n" + transcript(f"$ setsid sleep {mark} & sleep {mark}")
        )
    hosts = len(pages) if spread else 1
    reports = [f"--report-json={tmp_path}/report.json", f"--junitxml={tmp_path}/report.xml"]
    with start(*pages, *spread, *reports, "--time-limit=60") as run:
        wait_until(lambda: len(sleeping(mark)) == 2 * hosts)
        processes = {run.pid, *children(run.pid)}
        started = time.monotonic()
        run.send_signal(number)
        output = run.communicate()[0]
        wait_until(lambda: not sleeping(mark) and not traces(processes), seconds=5)
        print(f"ended after {time.monotonic() - started:.2f} s")
    assert run.returncode == status
    if number != signal.SIGKILL:
        told = [page for page in pages if f"interrupted while running {page}:6 top::2" in output]
        assert len(told) == hosts, output
        report = json.loads((tmp_path / "report.json").read_text())
        assert (report["interrupted"], report["counts"]["held"]) == (True, hosts)
        suite = ElementTree.parse(tmp_path / "report.xml").find("testsuite")
        (error,) = suite.findall("testcase[@name='interrupted']/error")
        assert suite.get("errors") == "1" and error.get("message").startswith(
            "the run was ended before its end"
        )


def test_a_page_whose_process_is_killed_is_told_of_by_its_example_and_has_not_held(tmp_path):
    # Seconds: the process that takes over runs the page, too, and there it holds.
    mark = f"4.{os.getpid()}"
    page = tmp_path / "page.md"
    page.write_text(transcript("$ echo on", "on") + "\n" + transcript(f"$ sleep {mark}"))
    options = ["-n1", "--dist=loadfile", "--changed", "--time-limit=60"]
    with start(page, *options, f"--report-json={tmp_path}/report.json") as run:
        wait_until(lambda: sleeping(mark))
        (worker,) = children(run.pid)
        os.kill(int(worker), signal.SIGKILL)
        output = run.communicate()[0]
    records = json.loads((tmp_path / "report.json").read_text())["examples"]
    assert [record["result"] for record in records] == ["held", "failed", "held"], output
    killed = records[1]
    assert killed["example"] == f"{page.with_suffix('')}::top::2"
    assert (killed["file"], killed["line"]) == (str(page), 6) and "crashed while running" in killed["message"]
    with start(page, *options) as run:
        output = run.communicate()[0]
    assert run.returncode == 0 and "left out" not in output, output


@pytest.mark.parametrize("pause", [0.05, 0.3])
def test_a_second_ctrl_c_disturbs_nothing(tmp_path, pause):
    mark = f"{os.getpid()}{pause}"
    page = tmp_path / "page.md"
    page.write_text(transcript(f"$ sleep {mark}"))
    with start(page, "--time-limit=60") as run:
        wait_until(lambda: sleeping(mark))
        run.send_signal(signal.SIGINT)
        time.sleep(pause)
        run.send_signal(signal.SIGINT)
        output = run.communicate()[0]
    assert run.returncode == 2 and "Traceback" not in output, output
    assert not sleeping(mark) and not traces({run.pid})


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_ended_while_it_reads_pages_runs_none(tmp_path, number):
    for n in range(40):
        (tmp_path / f"{n}.md").write_text((transcript("$ echo on", "on") + "\n") * 40)
    with start(tmp_path) as run:
        while "rootdir" not in run.stdout.readline():  # what comes next is to read the pages
            pass
        time.sleep(0.3)
        run.send_signal(number)
        output = run.communicate()[0]
    assert run.returncode == (2 if number == signal.SIGINT else 143), output
    assert " held in " not in output


def test_two_runs_at_once_share_no_name_and_no_port(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        transcript(
            "$ docker run -d --name web -p 8080:80 busybox:1.37 httpd -f -p 80 >/dev/null 2>&1",
            "$ for i in 1 2 3; do docker ps --format '{{.Names}}'; sleep 1; done",
            *["web"] * 3,
            "$ docker rm -f web",
            "web",
            "$ docker rmi busybox:1.37 >/dev/null",
        )
    )
    with start(page, "--time-limit=30") as one, start(page, "--time-limit=30") as two:
        outputs = [one.communicate()[0], two.communicate()[0]]
    assert [one.returncode, two.returncode] == [0, 0], outputs


@pytest.fixture
def page(tmp_path) -> Path:
    page = tmp_path / "page.md"
    page.write_text(transcript("$ echo on", "on") + "\n" + transcript("$ echo on", "on"))
    return page


def test_a_page_that_shows_a_name_nobody_knows_is_not_told_of_images(tmp_path):
    page = tmp_path / "page.md"
    unknown = "curl: (6) Could not resolve host: web"
    page.write_text(transcript(f"$ echo '{unknown}'; echo on", unknown, "off"))
    with start(page) as run:
        output = run.communicate()[0]
    assert "the output differs" in output and "reaches no network" not in output, output


def test_a_root_filesystem_that_is_half_there_is_built_anew(page, tmp_path):
    ours = tmp_path / "cache" / "hieu-docker"
    theirs = rootfs.system(ENGINES[DEFAULT])
    for whole in (theirs, rootfs.images()):
        shutil.copytree(whole, ours / whole.name, symlinks=True, copy_function=os.link)
        shutil.copy(f"{whole}.whole", ours)
    (ours / theirs.name / "usr/sbin/dockerd").unlink()
    with start(page, environment={"XDG_CACHE_HOME": str(tmp_path / "cache")}) as run:
        lines = []
        while "building rootfs" not in (line := run.stdout.readline()):
            assert line, f"it did not begin to build: {lines}"
            lines.append(line)
        run.terminate()
        run.communicate()
    assert f"{theirs.name} is not whole" in lines[-1]
    assert not (ours / theirs.name).exists()


@pytest.fixture
def tiny(tmp_path):
    (tmp_path / "tiny").mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", tmp_path / "tiny"], check=True)
    yield tmp_path / "tiny"
    subprocess.run(["umount", tmp_path / "tiny"], check=True)


def test_no_space_for_the_cache_says_where_and_what_to_do(page, tiny):
    with start(page, environment={"XDG_CACHE_HOME": str(tiny)}) as run:
        output = run.communicate()[0]
    assert run.returncode == 1
    assert (
        f"{page}:1: 1 MiB are free in {tiny}/hieu-docker, a build needs 3072. Make room, or set XDG_CACHE_HOME"
        in output
    )
    assert f"the page had no Docker host, see {page}:1" in output
    assert "2 examples: 1 failed, 1 not run" in output


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        (
            "etc/docker/daemon.json",
            "{",
            "unable to configure the Docker daemon with file /etc/docker/daemon.json",
        ),
        ("usr/local/sbin/boot", "#!/bin/sh\necho the hook is broken >&2\nexit 3\n", "the hook is broken"),
        ("usr/local/sbin/boot", "#!/bin/sh\necho waiting >&2\nexec sleep 1000\n", "waiting"),
    ],
    ids=["daemon.json", "boot hook", "never ready"],
)
def test_a_daemon_that_does_not_come_up_says_where_and_why(page, tmp_path, file, text, words):
    here = tmp_path / "doclab"
    here.mkdir()
    shutil.copy(boot._HERE / "boot.sh", here)
    shutil.copytree(boot._HERE / "hostfiles", here / "hostfiles")
    (here / "hostfiles" / file).write_text(text)
    with start(page, here=here, seconds=4) as run:
        output = run.communicate()[0]
    assert run.returncode == 1 and "2 examples: 1 failed, 1 not run" in output
    assert f"{page}:1: the throwaway Docker host did not start. Its last words:" in output and words in output
    assert traces({run.pid}) == []


def test_a_host_that_never_gets_ready_is_given_up_in_time(tmp_path, monkeypatch):
    shutil.copytree(boot._HERE, tmp_path / "doclab")
    (tmp_path / "doclab/hostfiles/usr/local/sbin/boot").write_text("#!/bin/sh\nexec sleep 1000\n")
    monkeypatch.setattr(boot, "_HERE", tmp_path / "doclab")
    monkeypatch.setattr(boot, "_SECONDS", LIMIT)
    started = time.monotonic()
    with pytest.raises(HostError, match="did not start"), open_host(ENGINES[DEFAULT], progress=print):
        pass
    assert time.monotonic() - started < LIMIT + SLACK
