"""A transcript is read as bash would read it, and an output is shown as a reader would see it, or not at all."""

import pytest

from doclab.bash import is_incomplete
from doclab.transcript import Command, TranscriptError, Unshowable, lines, parse


def commands(text: str) -> list[Command]:
    return parse(text, is_incomplete)


# transcript: the commands in it, as (source, output).
TRANSCRIPTS = {
    "$ a": [("a", [])],
    "$ a\nx\ny": [("a", ["x", "y"])],
    "$ a\n$ b\nx": [("a", []), ("b", ["x"])],
    "$ a\n\nx\n": [("a", ["", "x", ""])],
    "$ a\n...\nx": [("a", ["...", "x"])],
    "$   a": [("  a", [])],
    "$ a\n$x": [("a", ["$x"])],
    "$ a\n # b\n  $ c": [("a", [" # b", "  $ c"])],
    "$ for i in 1 2; do\n>   echo $i\n> done\n1\n2": [("for i in 1 2; do\n  echo $i\ndone", ["1", "2"])],
    "$ a \\\n> b\nx": [("a \\\nb", ["x"])],
    "$ a |\n> b\nx": [("a |\nb", ["x"])],
    "$ echo 'a\n> b'\nx": [("echo 'a\nb'", ["x"])],
    "$ a\n> b": [("a", ["> b"])],
    "$ a\n>": [("a", [">"])],
    "$ echo 'a\n> b'\n> c": [("echo 'a\nb'", ["> c"])],
    "$ cat <<E\n> a\n>\n> $ b\n> > c\n> E\na": [("cat <<E\na\n\n$ b\n> c\nE", ["a"])],
    "$ cat <<E\n> E\n> a": [("cat <<E\nE", ["> a"])],
    "$ cat <<'A' <<-B\n> a\n> A\n> \tB\n>": [("cat <<'A' <<-B\na\nA\n\tB", [">"])],
    "$ f() {\n> :; }\n$ f": [("f() {\n:; }", []), ("f", [])],
    "$ echo )": [("echo )", [])],
    "$ # a comment\n$ a": [("# a comment", []), ("a", [])],
}


@pytest.mark.parametrize("text", TRANSCRIPTS)
def test_a_transcript_is_commands_and_their_output(text):
    found = commands(text)
    assert TRANSCRIPTS[text] == [(command.source, list(command.output)) for command in found]
    rows = text.split("\n")
    assert all(rows[command.offset].startswith("$ ") for command in found)
    assert len(rows) == sum(command.length + len(command.output) for command in found)


# transcript: (offset of the error, a word of its message).
MISTAKES = {
    "": (0, "begins with"),
    "x\n$ a": (0, "begins with"),
    "# a\n$ a": (0, "begins with"),
    "> a": (0, "begins with"),
    "\n$ a": (0, "begins with"),
    "$": (0, "no command"),
    "$ ": (0, "no command"),
    "$ a\nx\n$  ": (2, "no command"),
    "$ a\n$ echo 'b": (1, "incomplete"),
    "$ for i in 1; do": (0, "incomplete"),
    "$ for i in 1; do\necho\ndone": (0, "incomplete"),
    "$ cat <<E\n> a\n$ b": (0, "incomplete"),
    "$ a \\": (0, "incomplete"),
    "$ a &&\n>b": (0, "incomplete"),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_transcript_that_cannot_be_read_says_where(text):
    offset, word = MISTAKES[text]
    with pytest.raises(TranscriptError, match=word) as caught:
        commands(text)
    assert offset == caught.value.offset


# name: (real output, its lines).
OUTPUTS = {
    "nothing": ("", []),
    "one line": ("a\n", ["a"]),
    "no newline at the end": ("a\nb", ["a", "b"]),
    "blank lines": ("\na\n\n", ["", "a", ""]),
    "only a newline": ("\n", [""]),
    "blanks at the end": ("a  \t\n", ["a"]),
    "a blank that is a character": ("a\u00a0 \nb\u3000\n", ["a\u00a0", "b\u3000"]),
    "a tab": ("a\tb\n", ["a\tb"]),
    "CRLF": ("a\r\nb\r\n", ["a", "b"]),
    "a line that is drawn again": ("10%\r50%\r100%\nb\n", ["100%", "b"]),
    "a return at the end": ("a\r\r\n", ["a"]),
    "a return to a longer line": ("hello\rJ\n", ["Jello"]),
    "a return in colour": ("hello\r\x1b[1mJ\x1b[m\x1b[1me\x1b[m\n", ["Jello"]),
    "erase to the end": ("longer\r\x1b[Knew\n12345\rab\x1b[0K\n", ["new", "ab"]),
    "erase first, return then": ("longer\x1b[2K\rnew\n", ["new"]),
    "erase where the cursor stays": ("old\x1b[2Knew\n", ["   new"]),
    "a shell that draws its prompt again": ("/ # ls -l\r/ # \x1b[Jps\n", ["/ # ps"]),
    "colour": ("\x1b[1;31mred\x1b[0m\n", ["red"]),
    "clear the line": ("old\r\x1b[2Knew\n", ["new"]),
    "a title": ("\x1b]0;root@x\x07a\x1b]2;b\x1b\\\n", ["a"]),
    "bracketed paste": ("\x1b[?2004ha\x1b[?2004l\n", ["a"]),
    "keypad": ("\x1b=a\x1b>\n", ["a"]),
    "a character set, as tput sgr0 selects it": ("a\x1b(B\x1b[m\n", ["a"]),
    "save and restore": ("\x1b7a\x1b8\n", ["a"]),
    "only escape sequences": ("\x1b[2J\x1b[H", []),
    "Vietnamese": ("xin chào\n", ["xin chào"]),
    "almost a prompt": ("$a\n #\n$\u00a0x\n> b\n", ["$a", " #", "$\u00a0x", "> b"]),
}


@pytest.mark.parametrize("output, expected", OUTPUTS.values(), ids=OUTPUTS)
def test_the_lines_of_an_output_are_what_a_reader_sees(output, expected):
    assert expected == lines(output)


@pytest.mark.parametrize(
    "output, message",
    [
        ("a\n$ b\n", "line 2 .*`\\$ b`.*change the command"),
        ("$\n", "line 1 .*change the command"),
        ("\x1b[1m$ \x1b[0m\n", "line 1 .*change the command"),
        ("a\n...\n", "line 2 .*stands for any lines: change the command"),
        ("a\x00b\n", "line 1 .*control character 0x00"),
        ("a\nb\x07\n", "line 2 .*control character 0x07"),
        ("a\x08\n", "0x08"),
        ("a\x1b", "0x1b"),
        ("a\x7f", "0x7f"),
        ("a\x0c\n", "0x0c"),
        ("a\x1f\n", "0x1f"),
        ("a\x85\n", "0x85"),
        ("\x9b31mred\n", "0x9b"),
        (b"Hu\xe9\n".decode(errors="surrogateescape"), "line 1 .*byte 0xe9 \\(not UTF-8\\)"),
    ],
)
def test_an_output_that_no_page_can_show_says_why(output, message):
    with pytest.raises(Unshowable, match=message):
        lines(output)
