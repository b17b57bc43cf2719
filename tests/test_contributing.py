"""What the page on contributing shows of the verifier is what the verifier does: blocks, messages, names."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from doclab import session
from doclab.engines import ENGINES
from doclab.pages import Example, examples
from doclab.rootfs import IMAGES
from doclab.source import DOCS, PROJECT, SNIPPETS
from doclab.translations import stamp

PAGES = [DOCS / language / "contributing.md" for language in ("vi", "en")]
HELLO = SNIPPETS / "contributing/hello.md"


def under(heading: str) -> list[Example]:
    """The blocks of one section, in order."""
    return [example for example in examples(PAGES[0]) if example.block.heading == heading]


def as_page(folder: Path, text: str) -> Path:
    page = folder / "hello.md"
    page.write_text(text + "\n", encoding="utf-8")
    return page


def doctest(page: Path) -> str:
    """What the verifier says of a page outside the project, with the page's name as if it lay in the project."""
    command = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "--rootdir=.", str(page)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    return done.stdout.replace(f"{page.parent}/", "")


@pytest.mark.parametrize("form", ["console", "files", "tty", "engine-condition", "needs", "shown"])
def test_a_block_is_written_as_the_page_says(form, tmp_path):
    written, *shown = under(form)
    (tmp_path / "contributing").symlink_to(SNIPPETS / "contributing")
    found = examples(as_page(tmp_path, written.block.source))
    assert list(map(described, found)) == list(map(described, shown)), f"make the two tabs of #{form} equal"


def described(example: Example) -> object:
    """What its author writes of a block."""
    block = example.block
    if block.language != "console":
        return block.language, block.classes, block.options, block.source
    typed = [step.text if example.is_terminal else step.source for step in example.steps]
    return block.language, block.classes, block.options, typed


def test_the_first_page_is_recorded_from_what_is_written(tmp_path):
    written = under("write")[0]
    assert stamp(as_page(tmp_path, written.block.source)) == stamp(HELLO), "#write and hello.md differ"


def test_the_first_page_holds(tmp_path):
    assert "3 passed" in doctest(as_page(tmp_path, HELLO.read_text(encoding="utf-8")))


def test_the_failure_shown_is_what_the_verifier_says(tmp_path):
    spoilt = HELLO.read_text(encoding="utf-8").replace("\nhi\n", "\nbye\n").partition("## Clean up")[0]
    said = doctest(as_page(tmp_path, spoilt))
    missing = [part for part in under("break")[0].block.source.split("\n\n") if part not in said]
    assert missing == [], f"copy what #break shows from this run:\n{said}"


@pytest.mark.parametrize(("page", "comma"), [*zip(PAGES, ".,", strict=True)])
def test_the_limits_of_a_command_are_those_of_the_session(page, comma):
    text = page.read_text(encoding="utf-8").partition("{ #session }")[2]
    lines = f"{session.MAX_LINES:,}".replace(",", comma)
    for limit in (f"{session.DEFAULT_LIMIT:g} ", f"{session.MAX_OUTPUT >> 10} KiB", lines):
        assert limit in text.partition("\n## ")[0], f"{page.relative_to(PROJECT)}: {limit} is the limit"


def sessions() -> list[str]:
    tree = ast.parse((PROJECT / "noxfile.py").read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return [node.name for node in functions if any("session" in ast.unparse(d) for d in node.decorator_list)]


@pytest.mark.parametrize("name", [*sessions(), *ENGINES, *IMAGES])
def test_every_task_engine_and_image_is_named(name):
    for page in PAGES:
        assert f"`{name}`" in page.read_text(encoding="utf-8"), (
            f"{page.relative_to(PROJECT)}: say what {name} is"
        )
