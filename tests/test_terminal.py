"""A `.tty` transcript is typed as a person would: each line at the prompt shown, each key when its time has come."""

import contextlib

import pytest

from doclab.bash import is_incomplete
from doclab.session import Session, SessionEnded
from doclab.terminal import KEYS, SHELL, Terminal, parse
from doclab.transcript import TranscriptError


def typed(source: str, limit: float = 5) -> list[tuple[list[str], int]]:
    """What comes under each typed line, and the exit status."""
    lines = parse(source, is_incomplete)
    with Session(lambda argv: argv) as session, contextlib.closing(Terminal(session, limit)) as terminal:
        return [
            terminal.type(line, following)[:2]
            for line, following in zip(lines, [*lines[1:], None], strict=True)
        ]


def test_prompts_and_keys_are_told_from_output():
    source = (
        "$ docker run -it x sh\nhello\n/ # ls /\nbin\n/tmp # ^P^Q\n$ cat\n^C\nroot@0123456789ab:/# id\nuid=0"
    )
    found = [(line.prompt, line.text, line.output) for line in parse(source, is_incomplete)]
    assert found == [
        (SHELL, "docker run -it x sh", ("hello",)),
        ("/ # ", "ls /", ("bin",)),
        ("/tmp # ", "^P^Q", ()),
        (SHELL, "cat", ()),
        (KEYS, "^C", ()),
        ("root@0123456789ab:/# ", "id", ("uid=0",)),
    ]


def test_keys_are_what_a_terminal_sends():
    lines = parse("$ x\n/ # ls\n/ # ^P^Q\n^C", is_incomplete)
    assert [line.keys for line in lines[1:]] == [b"ls\r", b"\x10\x11", b"\x03"]


def test_a_command_goes_on_over_lines():
    (line,) = parse("$ for i in 1; do\n>   echo $i\n> done\n1", is_incomplete)
    assert (line.text, line.output, line.length) == ("for i in 1; do\n  echo $i\ndone", ("1",), 3)


@pytest.mark.parametrize("source", ["output\n$ x", "/ # ls", "$ for i in 1; do"])
def test_what_cannot_be_typed_is_an_error(source):
    with pytest.raises(TranscriptError):
        parse(source, is_incomplete)


def test_a_program_is_talked_to_at_its_prompt():
    source = "$ python3 -q\n>>> 6 * 7\n42\n>>> import sys; sys.stdin.isatty()\nTrue\n>>> exit()"
    assert typed(source) == [([], 0), (["42"], 0), (["True"], 0), ([], 0)]


def test_a_key_waits_for_the_output_before_it():
    assert typed("$ bash -c 'sleep 0.3; echo ready; exec sleep 50'\nready\n^C") == [(["ready"], 0), ([], 130)]


def test_the_pages_directory_and_exported_variables_are_there():
    lines = parse("$ echo $PWD $word", is_incomplete)
    with Session(lambda argv: argv) as session:
        session.run("cd /tmp; export word=seen")
        with contextlib.closing(Terminal(session)) as terminal:
            assert terminal.type(lines[0], None)[:2] == (["/tmp seen"], 0)


def test_what_came_when_is_kept():
    lines = parse("$ echo now; sleep 0.5; echo later\nnow\nlater", is_incomplete)
    with Session(lambda argv: argv) as session, contextlib.closing(Terminal(session)) as terminal:
        _, _, pieces = terminal.type(lines[0], None)
    assert [text for _, text in pieces] == [b"now\r\n", b"later\r\n", b""]
    times = [time for time, _ in pieces]
    assert times[1] - times[0] > 0.4


def test_the_status_of_the_line_before_is_there():
    assert typed("$ (exit 3)\n$ echo $?\n3\n$ echo $?\n0") == [([], 3), (["3"], 0), (["0"], 0)]


def test_a_prompt_that_is_drawn_again_is_one_prompt():
    """As busybox does when the terminal's size arrives late."""
    source = """$ python3 -q -c "import sys; print('/ # \\x1b[6n\\r/ # \\x1b[J', end='', flush=True); print(input())"
/ # ls
ls"""
    assert typed(source) == [([], 0), (["ls"], 0)]


def test_a_prompt_that_never_comes_ends_the_session_in_time():
    with pytest.raises(SessionEnded, match="still running after 1 s"):
        typed("$ sleep 50\n/ # ls", limit=1)


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        (
            "$ python3 -q\n>>> 6 * 7\n42",
            "A program waits at its prompt: let the page end it there, as by `^D`.",
        ),
        ("$ python3 -q\n/ # ls", "The page types at `/ #`, and the terminal waits at `>>>`."),
        ("$ printf 'Waiting ...'; sleep 50", "Where it needs longer, `--time-limit SECONDS` gives it more."),
        ("$ sleep 50", "Where it needs longer, `--time-limit SECONDS` gives it more."),
    ],
)
def test_who_waits_for_the_other_says_at_what(source, hint):
    with pytest.raises(SessionEnded) as ended:
        typed(source, limit=1)
    assert ended.value.hint.startswith(hint) and "\x1b" not in ended.value.output


def test_a_command_that_ends_too_early_is_told():
    with pytest.raises(SessionEnded, match="the command ended where the page types / # ls"):
        typed("$ true\n/ # ls")
