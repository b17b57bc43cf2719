"""Claims that the steps through the layers of overlay are those that the page runs, and print what it prints."""

import re

import pytest

from doclab import pages
from doclab.source import DOCS, relative
from theme import layers

PAGES = [DOCS / language / "copy-on-write.md" for language in layers.WORDS]
FILES = layers.files()


@pytest.mark.parametrize("file", FILES, ids=relative)
def test_file_is_what_is_drawn(file):
    assert file.read_text(encoding="utf-8") == FILES[file], "run `python -m theme.layers`"
    assert "\n\n" not in FILES[file], "Markdown ends an HTML block at a blank line"


@pytest.fixture(scope="module", params=PAGES, ids=relative)
def ran(request) -> list[tuple[str, tuple[str, ...]]]:
    """(command, its output) of every example that runs on the page, in order."""
    examples = [example for example in pages.examples(request.param) if example.action == pages.RUN]
    consoles = [example for example in examples if example.language == "console"]
    return [(step.source, step.output) for example in consoles for step in example.commands]


@pytest.mark.parametrize("step", layers.STEPS)
def test_step_is_run_on_the_page_and_seen_there(ran, step):
    typed = [at for at, (command, _) in enumerate(ran) if command == layers.STEPS[step].typed]
    assert typed, f"no example runs this: {layers.STEPS[step].typed}"
    for look, line in layers.STEPS[step].seen:
        found = [at for at, (command, output) in enumerate(ran) if command == look and line in output]
        assert found and found[-1] > typed[0], f"no example after it shows `{line}` below `{look}`"


@pytest.mark.parametrize("language", layers.WORDS)
def test_a_step_has_a_button_and_says_what_happens(language):
    drawn = layers.draw(language)
    assert re.findall(r'<button type="button" value="([^"]+)"', drawn) == [*layers.STEPS]
    for step in layers.STEPS:
        assert drawn.count(f'<div data-steps="{step}">') == 1
        assert re.search(rf'<g data-part data-steps="(?:[^"]* )?{step}\b', drawn), (
            "nothing stands out in the picture"
        )
