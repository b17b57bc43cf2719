"""At a terminal: `--keep` opens a shell where a page failed, `--watch` verifies on save, and Ctrl-C leaves nothing behind."""

import os
import pty
import re
import select
import signal
import sys
import termios
import time

import pytest
from processes import sleeping, traces, wait_until

from doclab.source import PROJECT


class AtTerminal:
    """A run whose terminal we are: what it shows, and what we type."""

    def __init__(self, *arguments: object) -> None:
        self.shown = ""
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            _keep_output_at_ctrl_c()
            os.chdir(PROJECT)
            command = ["-m", "pytest", "-c", "pyproject.toml", "--rootdir=.", *map(str, arguments)]
            os.execv(sys.executable, [sys.executable, *command])

    def wait_for(self, pattern: str, seconds: float = 30) -> str:
        """Read until the pattern has been shown; what came up to there, which is then done with."""
        deadline = time.monotonic() + seconds
        while not (found := re.search(pattern, self.shown)):
            assert time.monotonic() < deadline, f"{pattern!r} was not shown in {seconds} s:\n{self.shown}"
            if select.select([self._terminal], [], [], 0.1)[0]:
                self.shown += os.read(self._terminal, 1 << 16).decode(errors="replace")
        before, self.shown = self.shown[: found.end()], self.shown[found.end() :]
        return before

    def type(self, text: str) -> None:
        os.write(self._terminal, text.encode())

    def end(self) -> int:
        """Read to the end; the exit status."""
        try:
            while chunk := os.read(self._terminal, 1 << 16):
                self.shown += chunk.decode(errors="replace")
        except OSError:  # how Linux tells that nobody is at the other end any more
            pass
        os.close(self._terminal)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def _keep_output_at_ctrl_c() -> None:
    """A terminal otherwise throws away what it holds at Ctrl-C: what a run had said, and we had not read yet."""
    settings = termios.tcgetattr(0)
    settings[3] |= termios.NOFLSH
    termios.tcsetattr(0, termios.TCSANOW, settings)


FAILING = "```console\n$ word=kept; touch kept\n$ echo right\nwrong\n$ echo later > later\n```\n\n```console\n$ touch later\n```\n"


@pytest.fixture
def kept(tmp_path) -> AtTerminal:
    (tmp_path / "failing.md").write_text(FAILING)
    (tmp_path / "other.md").write_text("```console\n$ echo on\non\n```\n")
    run = AtTerminal(tmp_path / "failing.md", tmp_path / "other.md", "--keep")
    assert "failing.md:3: the output differs" in run.wait_for("`exit` takes it away.")
    run.wait_for("hieu-docker# ")
    return run


def test_the_shell_is_where_the_page_failed(kept):
    kept.type("pwd; ls; docker version --format 'server {{.Server.Version}}'; echo $TERM\r")
    shown = kept.wait_for(r"server \d\S+\r\n.*\r\n")
    assert "/root/hieu-docker\r\nkept\r\n" in shown, "nothing ran after the command that failed"
    kept.type("exit\r")
    assert kept.end() == 1
    assert "other.md" in kept.shown and "1 held" in kept.shown, "other pages go on"
    assert traces([kept.pid]) == []


def test_the_shell_has_what_the_page_had_set(tmp_path):
    page = tmp_path / "failing.md"
    page.write_text(
        "```console\n$ words=(one 'two  three'); export shown=yes\n$ tell() { echo \"told ${words[1]}\"; }\n"
        "$ mkdir sub; cd sub\n$ echo right\nwrong\n```\n"
    )
    run = AtTerminal(page, "--keep")
    assert "readonly" not in run.wait_for("hieu-docker/sub# ")
    run.type("tell; env | grep ^shown; echo term $TERM\r")
    assert "told two  three\r\nshown=yes\r\n" in run.wait_for(
        rf"\r\nterm {os.environ.get('TERM', 'dumb')}\r\n"
    )
    run.type("exit\r")
    assert run.end() == 1


def test_the_shell_opens_where_the_page_has_none_left(tmp_path):
    page = tmp_path / "failing.md"
    page.write_text("```console\n$ touch kept; exit 3\n```\n")
    run = AtTerminal(page, "--keep")
    run.wait_for("hieu-docker# ")
    run.type("ls -l\r")
    run.wait_for("kept\r\n")
    run.type("exit\r")
    assert run.end() == 1


def test_the_shell_shows_what_a_page_left_behind(tmp_path):
    page = tmp_path / "leaving.md"
    page.write_text("```console\n$ docker volume create left\nleft\n```\n")
    run = AtTerminal(page, "--keep")
    assert "the page leaves behind:" in run.wait_for("`exit` takes it away.")
    run.wait_for("hieu-docker# ")
    run.type("docker volume ls --format 'here: {{.Name}}'\r")
    run.wait_for("here: left")
    run.type("exit\r")
    assert run.end() == 1


@pytest.mark.parametrize("seconds", [0, 0.1, 0.2])
@pytest.mark.parametrize(
    ("options", "shown", "told", "result", "status"),
    [([], "on", "1 held", "held", 0), (["-x"], "off", "FAILURES", "failed", 1)],
    ids=["held", "stopped"],
)
def test_ctrl_c_when_all_has_run_disturbs_nothing(tmp_path, options, shown, told, result, status, seconds):
    page = tmp_path / "page.md"
    page.write_text(f"```console\n$ echo on\n{shown}\n```\n")
    run = AtTerminal(page, *options)
    run.wait_for(told)
    time.sleep(seconds)
    run.type("\x03")
    # The last: Python is on its way out, and has given its handlers back.
    assert run.end() in (status, 2, -signal.SIGINT)
    assert f"1 example: 1 {result}" in run.shown and "Traceback" not in run.shown
    assert traces([run.pid]) == []


def test_ctrl_c_in_the_shell_is_for_what_runs_there(kept):
    mark = f"{os.getpid()}31"
    kept.type(f"sleep {mark}\r")
    wait_until(lambda: sleeping(mark))
    kept.type("\x03")
    wait_until(lambda: not sleeping(mark))
    kept.type("echo status $?\r")
    kept.wait_for("status 130")
    kept.type("exit\r")
    assert kept.end() == 1


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 2), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]
)
def test_a_signal_for_the_run_takes_shell_and_host_away(kept, number, status):
    mark = f"{os.getpid()}32"
    kept.type(f"sleep {mark}\r")
    wait_until(lambda: sleeping(mark))
    os.kill(kept.pid, number)
    assert kept.end() == status
    wait_until(lambda: not sleeping(mark) and not traces([kept.pid]), seconds=5)


READY = "Ctrl-C to end"


def test_a_saved_page_is_verified_again(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").touch()  # so that the page can include what lies above it
    page, program, other = tmp_path / "docs/page.md", tmp_path / "program.py", tmp_path / "docs/other.md"
    page.write_text('```console\n$ echo on\non\n```\n\n```python\n--8<-- "program.py"\n```\n')
    program.write_text("print(1)\n#> 1\n")
    other.write_text("```console\n$ echo on\non\n```\n")
    run = AtTerminal(page, "--watch")
    assert "2 held" in run.wait_for(READY)

    page.write_text(page.read_text().replace("on\non", "on\noff"))
    shown = run.wait_for(READY)
    assert (
        f"saved: {page}" in shown and "1 held, 1 failed" in shown and f"{page}:2: the output differs" in shown
    )

    program.write_text("print(2)\n#> 1\n")
    assert f"saved: {program}" in run.wait_for(READY), "a file that the page includes is watched, too"

    other.write_text("```console\n$ false\n```\n")
    page.with_suffix(".new").write_text("```console\n$ echo on\non\n```\n")
    os.replace(page.with_suffix(".new"), page)  # as many editors save
    shown = run.wait_for(READY)
    assert "1 example: 1 held" in shown and str(other) not in shown, shown

    page.write_text("```console\n$ false\n```\n")
    run.wait_for(READY)
    run.type("\x03")
    assert run.end() == 1 and "Traceback" not in run.shown, "what is on the disk does not hold"


def test_a_watched_folder_is_its_pages_and_a_page_that_is_not_there_is_an_error(tmp_path):
    (tmp_path / "page.md").write_text("```console\n$ echo on\non\n```\n")
    run = AtTerminal(tmp_path, "--watch")
    assert "1 held" in run.wait_for(READY)
    (tmp_path / "new.md").write_text("```console\n$ echo on\noff\n```\n")
    assert f"{tmp_path}/new.md:2: the output differs" in run.wait_for(READY), "a page may come later"
    (tmp_path / "new.md").unlink()
    (tmp_path / "page.md").write_text("```console\n$ echo off\noff\n```\n")
    assert "1 example: 1 held" in run.wait_for(READY), "and go"
    run.type("\x03")
    assert run.end() == 0
    run = AtTerminal(tmp_path / "other.md", "--watch")
    assert run.end() == 4 and f"there is no {tmp_path}/other.md to watch" in run.shown


def test_a_watcher_that_saw_a_page_hold_last_is_green(tmp_path):
    (tmp_path / "page.md").write_text("```console\n$ echo on\non\n```\n")
    run = AtTerminal(tmp_path / "page.md", "--watch")
    run.wait_for(READY)
    run.type("\x03")
    assert run.end() == 0


def test_ctrl_c_while_a_watched_page_runs_takes_its_host_away(tmp_path):
    mark = f"{os.getpid()}33"
    (tmp_path / "page.md").write_text(f"```console\n$ sleep {mark}\n```\n")
    run = AtTerminal(tmp_path / "page.md", "--watch")
    wait_until(lambda: sleeping(mark))
    run.type("\x03")
    assert run.end() == 2
    assert f"interrupted while running {tmp_path}/page.md:1 top::1" in run.shown
    assert not sleeping(mark)


def test_a_watcher_that_is_killed_takes_the_run_along(tmp_path):
    mark = f"{os.getpid()}34"
    (tmp_path / "page.md").write_text(f"```console\n$ sleep {mark}\n```\n")
    run = AtTerminal(tmp_path / "page.md", "--watch")
    wait_until(lambda: sleeping(mark))
    os.kill(run.pid, signal.SIGKILL)
    run.end()
    wait_until(lambda: not sleeping(mark), seconds=5)


def test_on_a_terminal_the_last_line_says_what_runs(tmp_path):
    mark = f"{os.getpid()}35"
    (tmp_path / "page.md").write_text(f"## One {{ #one }}\n\n```console\n$ sleep {mark}\n```\n")
    run = AtTerminal(tmp_path / "page.md")
    run.wait_for(r"\rrunning page\.md:3 one::1")
    run.type("\x03")
    assert run.end() == 2
