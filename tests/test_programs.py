"""A program's `#>` lines are what it printed, in order, and black and ruff have the last word on the rest."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_examples.lint import FormatError

from doclab import prints, programs


@pytest.fixture
def program(tmp_path: Path):
    def write(source: str) -> Path:
        file = tmp_path / "program.py"
        file.write_text(source, encoding="utf-8")
        return file

    return write


@pytest.mark.parametrize(
    "source, expected",
    [
        ("print(1)\n#> 1\n", ["1"]),
        ("for i in 1, 2:\n    print(i)\n    #> 1\n    #> 2\nprint(3)\n#> 3\n", ["1", "2", "3"]),
        ("print()\n#>\n", [""]),
        ("print('  a')\n#>   a\n", ["  a"]),
        ("print('#> a')\n#> #> a\n", ["#> a"]),
        ("print('xin chào')\n#> xin chào\n", ["xin chào"]),
        ("a = 1  #> no\n#>no\n# > no\n# no\n", []),
        ("", []),
    ],
)
def test_the_promise_of_a_program_is_in_its_comments(source, expected):
    assert expected == programs.promised(source)


# name: (a program without its `#>` lines, what its run makes of it).
PROGRAMS = {
    "two prints": ("print(1)\nprint(2)\n", "print(1)\n#> 1\nprint(2)\n#> 2\n"),
    "a loop": ("for i in 1, 2:\n    print(i)\n", "for i in 1, 2:\n    print(i)\n    #> 1\n    #> 2\n"),
    "a function called twice": (
        "def f():\n    print('a')\n\n\nf()\nf()\n",
        "def f():\n    print('a')\n    #> a\n    #> a\n\n\nf()\nf()\n",
    ),
    "several lines": ("print('a\\n\\n  b')\n", "print('a\\n\\n  b')\n#> a\n#>\n#>   b\n"),
    "a call over several lines": ("print(\n    1,\n    2,\n)\n", "print(\n    1,\n    2,\n)\n#> 1 2\n"),
    "two on a line": ("print(1); print(2)\n", "print(1); print(2)\n#> 1\n#> 2\n"),
    "nothing": ("a = 1\n", "a = 1\n"),
    "an empty line": ("print()\n", "print()\n#>\n"),
    "quotes": ("print('''a'b\"c''')\n", "print('''a'b\"c''')\n#> a'b\"c\n"),
    "a backslash": ("print(r'a\\n')\n", "print(r'a\\n')\n#> a\\n\n"),
    "something like a dict": ("print({'a': [1]})\n", "print({'a': [1]})\n#> {'a': [1]}\n"),
    "a long line": ("print('x' * 200)\n", f"print('x' * 200)\n#> {'x' * 200}\n"),
    "Vietnamese": ("print('xin chào')\n", "print('xin chào')\n#> xin chào\n"),
    "a branch": (
        "if True:\n    print(1)\nelse:\n    print(2)\n",
        "if True:\n    print(1)\n    #> 1\nelse:\n    print(2)\n",
    ),
    "another stream": (
        "import io\n\nprint('a', file=io.StringIO())\nprint('b')\n",
        "import io\n\nprint('a', file=io.StringIO())\nprint('b')\n#> b\n",
    ),
    "a stream in the place of the output": (
        "import contextlib\nimport io\n\nwith contextlib.redirect_stdout(io.StringIO()):\n    print('a')\n",
        "import contextlib\nimport io\n\nwith contextlib.redirect_stdout(io.StringIO()):\n    print('a')\n",
    ),
    "the output by its name": (
        "import sys\n\nprint('a', file=sys.stdout)\n",
        "import sys\n\nprint('a', file=sys.stdout)\n#> a\n",
    ),
    "a separator": ("print(1, 2, sep='-', end='!\\n')\n", "print(1, 2, sep='-', end='!\\n')\n#> 1-2!\n"),
}


def run(file: Path) -> list[tuple[int, str]]:
    """The line of the `print` call for each line of output, as doclab.prints notes them in the host."""
    records = file.with_suffix(".json")
    subprocess.run(
        [sys.executable, prints.__file__, str(file), str(records)], check=True, capture_output=True
    )
    noted = json.loads(records.read_text(encoding="utf-8"))
    output = "".join(text for _, text in noted).removesuffix("\n").split("\n") if noted else []
    return list(zip(programs.printed(noted), output, strict=True))


@pytest.mark.parametrize("source, expected", PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_is_written_with_what_it_printed_and_a_second_time_alike(source, expected, program):
    file = program(source)
    printed = run(file)
    written = programs.promise(file, file.read_text(), printed)
    assert expected == written
    assert [text for _, text in printed] == programs.promised(written)
    file = program(written)
    assert written == programs.promise(file, file.read_text(), run(file))


def test_a_program_spells_out_its_constants_but_no_comment_docstring_or_promise():
    source = '"""A 1.1.1.1."""\n# 2.2.2.2\nprint("3.3.3.3", b"4.4.4.4", 45000)\n#> 5.5.5.5\n'
    assert programs.constants(source).split("\n") == ["3.3.3.3", "4.4.4.4", "45000"]
    newer = source + "type A = int\n"  # what only a later Python can read
    assert "3.3.3.3" in programs.constants(newer) and "5.5.5.5" not in programs.constants(newer)
    assert programs.constants(f"N = 0x1{'0' * 4001}\n") == ""


def test_a_program_spells_out_the_ports_that_it_publishes():
    source = 'run(ports={"80/tcp": 45000, 81: ("127.0.0.1", 45001), "a": 45002, **more})\nread(45003)\n'
    spelled = programs.constants(source).split("\n")
    assert [text for text in spelled if ":450" in text] == [":45000", ":45001"]


def test_a_program_may_go_by_the_name_of_any_module_and_import_its_neighbour(tmp_path):
    (tmp_path / "neighbour.py").write_text("A = 1\n")
    (tmp_path / "runpy.py").write_text("import neighbour\n\nprint(neighbour.A)\n")
    assert run(tmp_path / "runpy.py") == [(3, "1")]


@pytest.mark.parametrize("old", ["#> 7\n", "#> 7\n#> 8\n", "#>\n"])
def test_old_promises_make_room_for_new_ones(old, program):
    file = program(f"print(1)\n{old}a = 2\nprint(a)\n{old}")
    assert "print(1)\n#> 1\na = 2\nprint(a)\n#> 2\n" == programs.promise(file, file.read_text(), run(file))


def test_the_promise_of_a_program_that_prints_no_more_goes(program):
    file = program("a = 0\nif a:\n    print(a)\n    #> 7\n")
    assert "a = 0\nif a:\n    print(a)\n" == programs.promise(file, file.read_text(), run(file))


def test_prints_that_take_turns_each_keep_their_own(program):
    """Their order is lost, which update refuses; no line may go to another call, or vanish."""
    file = program("for i in 1, 2:\n    print(i)\n    print('-')\n")
    expected = "for i in 1, 2:\n    print(i)\n    #> 1\n    #> 2\n    print('-')\n    #> -\n    #> -\n"
    assert expected == programs.promise(file, file.read_text(), run(file))
    file = program("def f():\n    print('f')\n\n\nprint('a')\nf()\n")
    assert "def f():\n    print('f')\n    #> f\n\n\nprint('a')\n#> a\nf()\n" == programs.promise(
        file, file.read_text(), run(file)
    )


TIDY = 'import os\n\nprint(os.sep)\n#> /\nprint("a")\n#> a\n'


def test_a_tidy_program_has_nothing_to_answer_for(program):
    assert programs.lint(program(TIDY)) is None
    assert TIDY == programs.formatted(program(TIDY))


@pytest.mark.parametrize(
    "source, word",
    [
        ("import os\n\nprint('a')\n", "os"),
        ("print(nosuch)\n", "nosuch"),
        ("print( 1 )\n", r"print\( 1 \)"),
        ("import sys\nimport os\n\nprint(os, sys)\n", "import"),
        ("print(\n", "cannot parse"),
    ],
)
def test_an_untidy_program_is_told_what_and_where(source, word, program):
    message = programs.lint(program(source))
    assert message and re.search(word, message)
    assert "program.py" in message


def test_formatting_mends_what_it_can_and_keeps_promises(program):
    untidy = "import sys\nimport os\nprint( os.sep,sys.byteorder )\n#> / little\n"
    tidy = programs.formatted(program(untidy))
    assert "import os\nimport sys\n\nprint(os.sep, sys.byteorder)\n#> / little\n" == tidy
    assert programs.lint(program(tidy)) is None
    assert tidy == programs.formatted(program(tidy))


@pytest.mark.parametrize(
    "source",
    [
        "print()\n#>\n",
        'print("x\\n\\ny")\n#> x\n#>\n#> y\n',
        "for _ in 1, 2:\n    print()\n    #>\n    #>\n",
    ],
)
def test_a_recorded_program_is_tidy_also_where_it_prints_an_empty_line(source, program):
    file = program(source)
    assert programs.lint(file) is None
    assert source == programs.formatted(file)
    assert source == programs.promise(file, programs.formatted(file), run(file))


@pytest.mark.parametrize(
    "source, expected",
    [
        ("print()\n#>  \n", "print()\n#>\n"),
        ("print()\n# >\n", "print()\n# >\n"),
        ('text = """\n#>\n# >\n#>  \n"""\n', 'text = """\n#>\n# >\n#>  \n"""\n'),
    ],
)
def test_formatting_leaves_alone_what_only_resembles_a_promise(source, expected, program):
    assert expected == programs.formatted(program(source))


def test_formatting_does_not_touch_what_only_a_person_can_mend(program):
    with pytest.raises(FormatError, match="nosuch"):
        programs.formatted(program("print(nosuch)\n"))
