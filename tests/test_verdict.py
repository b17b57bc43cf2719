"""A failure is told in characters that a terminal shows and obeys none of."""

from pathlib import Path

import pytest

from doclab.promises import Promise
from doclab.values import Bindings
from doclab.verdict import Verdict, quoted


def test_no_control_character_of_a_page_reaches_the_terminal():
    verdict = Verdict()
    promise = Promise(Path("page.md"), 3, "echo '\x1b[2J'", ("\x1b]0;title\x07", "\x9b31m"), False, "")
    assert not verdict.judge(promise, ["a"], 0, Bindings())
    assert "$ echo '\\x1b[2J'" in verdict.message
    assert "-\\x1b]0;title\\x07\n-\\x9b31m\n+a" in verdict.message
    assert verdict.message.replace("\n", "").isprintable()


def test_a_command_of_several_lines_stays_one():
    assert quoted("for i in 1; do\n\techo à\ndone") == "$ for i in 1; do\n> \techo à\n> done"


def failed(output: tuple[str, ...], real: list[str], status: int) -> str:
    verdict = Verdict()
    assert not verdict.judge(Promise(Path("page.md"), 3, "a", output, False, ""), real, status, Bindings())
    return verdict.message


def test_what_the_page_leaves_out_of_a_failed_command_is_told():
    lines = [f"line {number}" for number in range(20)]
    assert failed(("...",), lines, 1).endswith("its last output:\n" + "\n".join(lines[10:]))
    assert failed((), [], 1).endswith("with `$ echo $?` and its number next")
    assert "its last output" not in failed(("a",), ["b"], 1), "the difference shows it"


def test_what_explains_a_long_difference_is_told_below_it():
    told = failed(tuple(f"a b {n}" for n in range(60)), [f"a\tb {n}" for n in range(60)], 0).split("\n")
    assert told[102] == "… and 23 more lines"
    assert told[103].startswith("note: only blanks differ: 'a b 0' on the page, 'a\\tb 0'")
    assert told[-1] == "… and 40 more lines"


@pytest.mark.parametrize("more", ["", "z" * 5000])
def test_of_a_long_line_the_part_is_told_that_differs(more):
    line = '{"key":1,' * 500
    shown, real = f"{'a' * 12}{line}A{more}", f"{'b' * 12}{line}B{more}"
    told = failed(("x", shown), ["y", real], 0).split("\n")
    assert len(told) < 12 and max(map(len, told)) < 1050
    ours, theirs = (next(row for row in told if row.startswith(f"{sign}4012 more and …")) for sign in "-+")
    assert '{"key":1,A' in ours and '{"key":1,B' in theirs
    assert ours.endswith(" more") == bool(more)


def test_the_end_of_an_output_is_no_screen_full_of_blanks():
    verdict = Verdict()
    verdict.break_off("page.md:3", "a", "it hung", f"said{' ' * 9}\nmore{' ' * 9_000}\n\n")
    assert verdict.message.endswith("its last output:\nsaid\nmore")
