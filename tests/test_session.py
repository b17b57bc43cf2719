"""A session is one bash that no command can confuse, outlive, or hold up beyond its time limit."""

import os
import subprocess
import time
from itertools import pairwise
from pathlib import Path

import pytest

from doclab.session import MAX_LINES, MAX_OUTPUT, Session, SessionEnded

SLACK = 1.0  # seconds after its limit within which a command must be gone


@pytest.fixture
def session():
    with Session(lambda argv: argv) as opened:
        yield opened


def outputs(session: Session, *commands: str) -> list[str]:
    return [session.run(command, 5).output for command in commands]


def is_running(pid: int) -> bool:
    """A zombie has ended; whoever is its parent now has yet to notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + SLACK
    while is_running(pid):
        assert time.monotonic() < deadline, f"process {pid} outlived the session"
        time.sleep(0.01)


@pytest.mark.parametrize(
    "commands, expected",
    [
        (["a=1; export b=2", "echo $a", "bash -c 'echo $b'"], ["", "1\n", "2\n"]),
        (["cd /usr", "pwd"], ["", "/usr\n"]),
        (["f() { echo $1; }", "f x"], ["", "x\n"]),
        (["set -o pipefail", "false | true; echo $?"], ["", "1\n"]),
        (["sleep 9 &", "jobs -p | wc -l", "kill $!"], ["", "1\n", ""]),
        (["exec 5>&1", "echo x >&5"], ["", "x\n"]),
        (["exec 3<&- 4>&-", "echo x"], ["", "x\n"]),
        (["IFS=: REPLY=x", "a=b:c; echo $a"], ["", "b c\n"]),
        (["shopt -s extglob nullglob", "echo /nowhere/*"], ["", "\n"]),
    ],
)
def test_state_is_kept(session, commands, expected):
    assert expected == outputs(session, *commands)


def test_a_command_that_ended_in_time_holds_although_the_verifier_was_suspended(session):
    script = f"sleep 0.1; kill -STOP {os.getpid()}; sleep 1; kill -CONT {os.getpid()}"
    with subprocess.Popen(["sh", "-c", script]):
        assert session.run("sleep 0.3; echo on", 0.6).output == "on\n"


@pytest.mark.parametrize(
    "command, status",
    [("true", 0), ("false", 1), ("(exit 7)", 7), ("nosuch", 127), ("kill -9 $BASHPID &\nwait $!", 137)],
)
def test_the_exit_status_is_told_and_left_for_the_next_command(session, command, status):
    assert status == session.run(command, 5).status
    assert f"{status}\n" == session.run("echo $?", 5).output
    assert "0\n" == session.run("echo $?", 5).output


@pytest.mark.parametrize("command", ["cat", "read a; echo -n $a", "bash", "cat <&0", "head -c1 /dev/stdin"])
def test_standard_input_is_empty(session, command):
    outcome = session.run(command, 2)
    assert "" == outcome.output
    assert "next\n" == session.run("echo next", 2).output


def test_output_and_errors_come_in_the_order_they_were_written(session):
    command = "for i in 1 2 3; do echo out$i; echo err$i >&2; bash -c 'echo sub'; done"
    assert "".join(f"out{i}\nerr{i}\nsub\n" for i in (1, 2, 3)) == session.run(command, 5).output


@pytest.mark.parametrize(
    "command, output",
    [
        ("cat <<'E'\n$a \\n '\"\nE", "$a \\n '\"\n"),
        ("for i in 1 2; do\n  echo $i\ndone", "1\n2\n"),
        ("echo '\"'", '"\n'),
        ("echo $(( 1 + 1 )) # '", "2\n"),
        ("echo xin chào", "xin chào\n"),
        ("printf 'no newline'", "no newline"),
        ("printf '\\r\\n\\t'", "\r\n\t"),
        ("echo one \\\n  two", "one two\n"),
        (f"echo {'x' * 100_000}", "x" * 100_000 + "\n"),
    ],
    ids=lambda text: text[:20],
)
def test_a_command_is_typed_to_the_letter(session, command, output):
    assert [output, "next\n"] == outputs(session, command, "echo next")


@pytest.mark.parametrize("command", ["echo )", "echo 'a", "cat <<E\na", "if"])
def test_a_command_that_bash_rejects_does_not_swallow_the_next(session, command):
    session.run(command, 5)
    assert "next\n" == session.run("echo next", 5).output


def test_bytes_that_are_not_utf8_are_kept_for_the_check_of_the_page(session):
    output = session.run(r"printf 'Hu\xe9\n'", 5).output
    assert b"Hu\xe9\n" == output.encode(errors="surrogateescape")


def test_the_seconds_are_those_of_the_command(session):
    assert 0.3 <= session.run("sleep 0.3", 5).seconds < 0.3 + SLACK


@pytest.mark.parametrize(
    "command",
    [
        "echo before; sleep 9",
        "echo before; trap '' TERM INT HUP; sleep 9; sleep 9",
        "echo before; (trap '' TERM INT HUP; sleep 9; sleep 9)",
        "echo before; while :; do :; done",
        "echo before; sleep 9 | cat",
        "echo before; kill -STOP $$",
    ],
)
def test_the_time_limit_is_kept(session, command):
    started = time.monotonic()
    with pytest.raises(SessionEnded, match=r"still running after 0\.3 s") as ended:
        session.run(command, 0.3)
    assert time.monotonic() - started < 0.3 + SLACK
    assert "before\n" == ended.value.output


def test_what_a_command_started_ends_with_its_time(session):
    with pytest.raises(SessionEnded) as ended:
        session.run("(trap '' TERM; sleep 9) & echo $!; wait", 0.3)
    wait_until_gone(int(ended.value.output))


def test_a_process_in_the_background_delays_nobody(session):
    """It holds the output open, which must not be waited for."""
    started = time.monotonic()
    assert ["started\n", "next\n"] == outputs(session, "sleep 9 & echo started", "echo next")
    assert time.monotonic() - started < SLACK


def test_what_the_background_prints_comes_when_it_is_printed(session):
    assert ["", "late\n"] == outputs(session, "(sleep 0.2; echo late) &", "wait")


@pytest.mark.parametrize(
    "command", ["yes", "yes & sleep 9", "cat /dev/zero", "while :; do printf '%1000s'; done"]
)
def test_a_flood_is_stopped(session, command):
    started = time.monotonic()
    with pytest.raises(SessionEnded, match="printed more than") as ended:
        session.run(command, 9)
    assert time.monotonic() - started < 3
    output = ended.value.output
    assert len(output) > MAX_OUTPUT or output.count("\n") > MAX_LINES
    assert len(output) < 2 * MAX_OUTPUT


def test_a_flood_from_the_background_is_stopped(session):
    with pytest.raises(SessionEnded, match="printed more than"):
        outputs(session, "yes &", *["sleep 0.2"] * 9)


def test_as_much_as_is_allowed_is_no_flood(session):
    assert MAX_OUTPUT == len(session.run(f"head -c {MAX_OUTPUT} /dev/zero", 5).output)
    assert MAX_LINES == session.run(f"seq {MAX_LINES}", 5).output.count("\n")


@pytest.mark.parametrize(
    "command",
    [
        "echo bye; exit",
        "echo bye; exit 3",
        "echo bye; exec true",
        "echo bye; kill -9 $$",
        "echo bye; set -e; false",
        "echo bye; sleep 9 & exit",
        "echo bye; (sleep 9; :) & exit",
        "echo bye; (sleep 9; :) & kill -9 $$",
    ],
)
def test_a_command_that_ends_the_shell_is_told_at_once(session, command):
    started = time.monotonic()
    with pytest.raises(SessionEnded, match="ended the page's shell") as ended:
        session.run(command, 3)
    assert "bye\n" == ended.value.output
    assert time.monotonic() - started < SLACK


def test_nothing_is_left_after_close(session):
    pids = [
        int(pid)
        for pid in session.run(
            "sleep 9 & echo $!; (trap '' TERM; sleep 9; :) & echo $!; echo $$", 5
        ).output.split()
    ]
    assert all(is_running(pid) for pid in pids)
    session.close()
    for pid in pids:
        wait_until_gone(pid)
    session.close()  # again does no harm


def test_a_session_keeps_no_descriptor():
    before = os.listdir("/proc/self/fd")
    with Session(lambda argv: argv) as session:
        session.run("true", 5)
    with Session(lambda argv: argv) as session:
        session.end()
    assert before == os.listdir("/proc/self/fd")


def test_a_command_sees_no_descriptor_of_the_session(session):
    assert (
        ""
        == session.run("bash -c 'for fd in {3..20}; do [ -e /proc/$$/fd/$fd ] && echo $fd; done'", 5).output
    )


def test_the_end_tells_what_still_runs(session):
    (output,) = outputs(session, "sleep 9 & echo $!")
    assert ["sleep 9"] == session.end(0.2)
    wait_until_gone(int(output))


@pytest.mark.parametrize(
    "commands", [[], ["true"], ["sleep 0.3 &"], ["sleep 9 &", "kill $!"], ["(sleep 0.1; :) &", "false"]]
)
def test_the_end_waits_for_what_is_about_to_go(session, commands):
    outputs(session, *commands)
    started = time.monotonic()
    assert [] == session.end()
    assert time.monotonic() - started < 1.5


def test_commands_run_where_they_are_sent():
    with Session(lambda argv: ["env", "-i", "-C", "/usr", "A=b", "PATH=/usr/bin:/bin", *argv]) as session:
        assert ["/usr b\n", "0\n"] == outputs(session, "echo $PWD $A", "echo $?")


def test_a_place_that_cannot_be_entered_is_told():
    with (
        Session(lambda argv: ["false"]) as session,
        pytest.raises(SessionEnded, match="ended the page's shell"),
    ):
        session.run("true", 5)


def test_what_came_when_is_kept_to_the_end_of_the_command(session):
    pieces = session.run("echo now; sleep 0.5; echo later; sleep 0.5", 5).pieces
    assert [piece for _, piece in pieces] == [b"now\n", b"later\n", b""]
    times = [time for time, _ in pieces]
    assert all(after - before > 0.4 for before, after in pairwise(times))
