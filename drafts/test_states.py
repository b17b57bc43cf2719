"""Claims that the pictures of a container's states are what the table gives, and hide none of its transitions."""

import json
import re

import pytest

from doclab.blocks import relative
from theme import states

ROWS = json.loads(states.TABLE.read_text(encoding="utf-8"))
PICTURES = states.files()


@pytest.mark.parametrize("file", PICTURES, ids=relative)
def test_picture_is_what_the_table_gives(file):
    assert file.read_text(encoding="utf-8") == PICTURES[file], "run `python -m theme.states`"


def test_every_pair_of_states_has_a_line_and_no_line_is_left_over():
    legs = [
        pair
        for row in ROWS
        for pair in (
            [(row["from"], row["via"]), (row["via"], row["to"])]
            if "via" in row
            else [(row["from"], row["to"])]
        )
    ]
    assert set(states.LINES) == set(legs), "give theme/states.py a place for each line, and none besides"


@pytest.mark.parametrize("file", PICTURES, ids=relative)
def test_picture_shows_every_state_command_and_event(file):
    shown = re.findall(r"<text[^>]*>([^<]*)</text>", PICTURES[file])
    words = states.WORDS["vi" if ".vi." in file.name else "en"]
    wanted = {words.get(row[end], row[end]) for row in ROWS for end in ("from", "via", "to") if end in row}
    wanted |= {row["command"].partition("(")[0].strip() for row in ROWS} - {""}
    assert wanted <= set(shown)
    told = {event for text in shown if text.startswith("▸ ") for event in re.findall(r"\w+", text)}
    assert told == {
        event
        for row in ROWS
        for item in row["events"]
        for event in ([item] if isinstance(item, str) else item)
    }


@pytest.mark.parametrize("file", PICTURES, ids=relative)
def test_text_alternative_has_a_sentence_for_each_row(file):
    text = re.search(r"<desc[^>]*>(.*)</desc>", PICTURES[file])[1]
    assert text.count("→") == len(ROWS)


@pytest.mark.parametrize("language", states.WORDS)
def test_another_table_gives_another_picture(language):
    other = [{**row, "events": [*row["events"], "oom"]} if row["command"] == "kill" else row for row in ROWS]
    assert states.draw(other, language) != states.draw(ROWS, language)


@pytest.mark.parametrize("file", PICTURES, ids=relative)
def test_a_page_can_include_it(file):
    assert "\n\n" not in PICTURES[file], "Markdown ends an HTML block at a blank line"
