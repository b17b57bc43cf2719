"""A failure is told in characters that a terminal shows and obeys none of."""

from pathlib import Path

from doclab.promises import Promise
from doclab.values import Bindings
from doclab.verdict import Verdict, quoted


def test_no_control_character_of_a_page_reaches_the_terminal():
    verdict = Verdict()
    promise = Promise(Path("page.md"), 3, "echo '\x1b[2J'", ("\x1b]0;title\x07", "\x9b31m"))
    assert not verdict.judge(promise, ["a"], 0, Bindings())
    assert "$ echo '\\x1b[2J'" in verdict.message
    assert "-\\x1b]0;title\\x07\n-\\x9b31m\n+a" in verdict.message
    assert verdict.message.replace("\n", "").isprintable()


def test_a_command_of_several_lines_stays_one():
    assert quoted("for i in 1; do\n\techo à\ndone") == "$ for i in 1; do\n> \techo à\n> done"
