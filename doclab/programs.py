"""Python programs of the pages: what their `#>` lines promise, writing those lines, lint and format."""

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import indent

from pytest_examples import CodeExample
from pytest_examples.config import ExamplesConfig
from pytest_examples.lint import FormatError, black_format, code_diff, ruff_check, ruff_format
from pytest_examples.run_code import Arg, InsertPrintStatements, PrintStatement

from doclab.transcript import BLANKS, PROMISE

_STYLE = ExamplesConfig(line_length=88, target_version="py311", upgrade=True, isort=True)
# No output is too long for its `#>` line: pytest-examples would put it into a string, which is not the format.
_ROOM = ExamplesConfig(line_length=10_000, target_version="py311")
_LONG = 10**20  # what Docker or a shell prints has fewer digits, and Python spells out no more than 4,300
_CONTAINER_PORT = re.compile(r"\d+(?:/(?:tcp|udp|sctp))?")
_EMPTY = "\ue000"  # stands for an empty line of output while black is at work: a letter of no script


def promised(source: str) -> list[str]:
    """The output that the program's `#>` lines promise, in their order."""
    return [match["text"] or "" for line in source.split("\n") if (match := PROMISE.fullmatch(line))]


def constants(source: str) -> str:
    """The strings, bytes and numbers in a program, a line each, but for its docstrings: in them it names what it makes.

    A port that it publishes has a colon before it, as in commands.
    Of a text that this Python can't read it is all but the output that it promises.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return without_promises(source)
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    values = (
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in said
    )
    return "\n".join([*map(_spelled, values), *_published(tree)])


def _published(tree: ast.AST) -> Iterator[str]:
    """The ports in docker-py's `{"80/tcp": 45000}` and `{"80/tcp": ("127.0.0.1", 45000)}`."""
    mappings = (node for node in ast.walk(tree) if isinstance(node, ast.Dict))
    for key, value in (pair for node in mappings for pair in zip(node.keys, node.values, strict=True)):
        if isinstance(key, ast.Constant) and _CONTAINER_PORT.fullmatch(_spelled(key.value)):
            ports = (node.value for node in ast.walk(value) if isinstance(node, ast.Constant))
            yield from (f":{_spelled(port)}" for port in ports)


def _spelled(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    is_long = isinstance(value, int) and abs(value) >= _LONG
    return "" if is_long else str(value)


def without_promises(source: str) -> str:
    """The program without its `#>` lines: what runs."""
    return "\n".join(line for line in source.split("\n") if not PROMISE.fullmatch(line))


def printed(records: Sequence[tuple[int, str]]) -> list[int]:
    """The line of the `print` call for each line of output, from what `doclab.prints` noted."""
    return [line for line, text in records for _ in text.removesuffix("\n").split("\n")]


def promise(file: Path, source: str, printed: Sequence[tuple[int, str]]) -> str:
    """The text of a program with its `#>` lines written anew by pytest-examples.

    `printed` holds, for each line of output in its order, the line of the `print` call that it came from.
    """
    if not printed:  # pytest-examples would leave what an earlier run printed
        return without_promises(source)
    # It takes `#>` for an old promise only with a blank behind, and loses its place where prints don't come in the
    # order of their lines.
    example = CodeExample.create(re.sub(r"(?m)^( *#>)$", r"\1 ", source), path=file)
    inserter = InsertPrintStatements(file, _ROOM, enable=True, print_callback=None, include_print=None)
    assert inserter.print_func is not None
    by_line = sorted(printed, key=lambda row: row[0])
    inserter.print_func.statements = [PrintStatement(line, " ", [Arg(text)]) for line, text in by_line]
    written = inserter.updated_print_statements(example) or example.source
    return "\n".join(line.rstrip(BLANKS) for line in written.split("\n"))


def lint(file: Path) -> str | None:
    """What black and ruff have to say about the program, with file and line; None when nothing."""
    example = CodeExample.create(file.read_text(encoding="utf-8"), path=file)
    try:
        if (tidy := _black(example.source)) != example.source:
            raise FormatError(f"black failed:\n{indent(code_diff(example, tidy, _STYLE), '  ')}")
        ruff_check(example, _STYLE)
    except (FormatError, ValueError) as error:  # black's InvalidInput is a ValueError
        return f"{file}: {error}"
    return None


def formatted(file: Path) -> str:
    """The program as black and ruff would have it.  Raises FormatError for what only a person can mend."""
    example = CodeExample.create(file.read_text(encoding="utf-8"), path=file)
    return _black(ruff_format(example, _STYLE) or example.source)


def _black(source: str) -> str:
    """As black would have it, but for `#>`: of an empty line of output it makes `# >`, a promise no more.

    pytest-examples keeps it from the other lines of output only.
    """
    shielded = re.sub(r"(?m)^( *#>)(?= *$)", rf"\1 {_EMPTY}", source)
    return black_format(shielded, _STYLE).replace(f"#> {_EMPTY}", "#>")
