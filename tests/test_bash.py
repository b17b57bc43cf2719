"""A command is incomplete exactly when bash would ask its reader for more."""

import random
import shutil
import subprocess

import pytest

from doclab.bash import asked, is_incomplete, needs_bash

BASH = shutil.which("bash")

INCOMPLETE = [
    "echo 'a",
    'echo "a',
    'echo "${a',
    "echo $(a",
    "echo `a",
    "echo $((1+",
    "a |",
    "a &&",
    "a ||",
    "a \\",
    "a\\\\\\",
    "for i in 1 2; do",
    "for i in 1\ndo echo $i",
    "while false",
    "until false; do",
    "if true; then",
    "if true",
    "if true; then a; else",
    "case a in",
    "case a in b) c;;",
    "echo $(case a in a)",
    "select a in b",
    "function f",
    "f()",
    "f() {",
    "{",
    "{ a;",
    "( a",
    "((1+",
    "! while",
    "a & if true;",
    "cat <<E",
    "cat <<E\na",
    "cat <<'E'\n$(",
    "cat <<-E\n\tE2",
    "cat <<A <<B\nA",
    "echo 'xin chào",
    "cat <<HẾT\nchào",
]
COMPLETE = [
    "a",
    "docker run -d --name web nginx:1.26",
    "a; b",
    "a &",
    "a | b",
    "a \\\nb",
    "a\\\\",
    "echo 'a\nb'",
    "echo done",
    "echo if",
    "echo '\\'",
    "for i in 1; do echo $i; done",
    "while false; do a; done",
    "if true; then a; fi",
    "case a in b) c;; esac",
    "f() { a; }",
    "{ a; }",
    "( a )",
    "time a",
    "cat <<E\nE",
    "cat <<E\na\n\nE",
    "cat <<A <<B\nA\nB",
    "cat <<< a",
    "echo $((1+1)) $(a) `a` ${a}",
    "# it's a comment",
    "a # it's a comment",
    "PS1=x a",
    "format=x; forward",
    "iffy a",
    "echo xin chào",
    "HẾT=1 a",
    # Syntax errors: bash complains at once.
    "echo )",
    "done",
    "a;; b",
    "if ; then",
    "for",
    "echo xin chào )",
    "<<",
]


@pytest.mark.parametrize("command", INCOMPLETE)
def test_bash_would_ask_for_more(command):
    assert is_incomplete(command)


@pytest.mark.parametrize("command", COMPLETE)
def test_bash_would_run_it(command):
    assert not is_incomplete(command)


def test_asking_runs_nothing(tmp_path):
    assert not is_incomplete(f"touch {tmp_path}/a; $(touch {tmp_path}/b)\ntouch {tmp_path}/c")
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("command", INCOMPLETE + COMPLETE)
def test_an_interactive_bash_agrees(command):
    """It prints its second prompt for every line after the first, and once more where it wants another."""
    typed = subprocess.run(
        [BASH, "--norc", "--noprofile", "-i"],
        input=f"{command}\n",
        env={
            "PS1": "",
            "PS2": "<more>",
            "PATH": "/nowhere",
            "LC_ALL": "C.UTF-8",
        },  # it finds no program to run
        capture_output=True,
        encoding="utf-8",
        start_new_session=True,
        check=False,
    )
    asked_for_more = typed.stderr.count("<more>") > command.count("\n")
    assert asked_for_more == is_incomplete(command)


WORDS = [
    "a",
    "if",
    "[",
    "]",
    "'b c'",
    '"x $y"',
    "$x",
    "$(a)",
    "-x",
    "a=1",
    "{",
    "}",
    "!",
    "time",
    "case",
    "do",
    "[[",
]
SIGNS = [
    "|",
    "&&",
    "||",
    ";",
    "&",
    ">",
    "<",
    "2>&1",
    ">/dev/null",
    "'",
    '"',
    "$(",
    "`",
    "(",
    ")",
    "#",
    "\\",
    "<<E",
    "\n",
]


def test_what_looks_whole_is_never_what_bash_wants_more_of():
    """Most commands are told whole by their looks alone; on random ones, bash must not see it otherwise."""
    dice = random.Random(4)
    told = [
        dice.choice(" \n").join(dice.choices([*WORDS, *WORDS, *SIGNS], k=dice.randint(1, 6)))
        for _ in range(3000)
    ]
    told += ["".join(dice.choices([*WORDS, *SIGNS], k=dice.randint(1, 4))) for _ in range(2000)]
    whole = {command for command in told if not needs_bash(command)}
    assert len(whole) > 200
    assert [command for command in whole if asked(command)] == []
