"""Claims that the pictures and tables of a container's states are what transitions.json gives, and hide nothing of it."""

import json
import re
from itertools import pairwise

import pytest

from doclab.source import relative
from theme import states, steps

ROWS = json.loads(states.TABLE.read_text(encoding="utf-8"))
DRAWN = [row for row in ROWS if row.get("drawn", True)]
FILES = states.files()
PICTURES = [file for file in FILES if file.suffix == ".svg"]
TABLES = [file for file in FILES if file.suffix == ".html"]


def legs(row: dict) -> list[tuple[str, str]]:
    """The pairs of states that the row joins: two where it leads through a third."""
    route = [row[end] for end in ("from", "via", "to") if end in row]
    return list(pairwise(route))


@pytest.mark.parametrize("file", FILES, ids=relative)
def test_file_is_what_the_table_gives(file):
    assert file.read_text(encoding="utf-8") == FILES[file], "run `python -m theme.states`"


def test_rows_are_complete_and_differ():
    for row in ROWS:
        assert set(row) - {"via", "drawn"} == {"from", "command", "to", "events"}, row
    keys = [(row["from"], row["command"]) for row in ROWS]
    assert len({steps.name(*key) for key in keys}) == len(keys), "a state and a command name one step"


def test_every_pair_of_states_has_a_line_and_no_line_is_left_over():
    pairs = {pair for row in DRAWN for pair in legs(row)}
    assert set(states.LINES) == pairs, "give theme/states.py a place for each line, and none besides"


def test_the_picture_leaves_out_no_state():
    assert states.states_in(DRAWN) == states.states_in(ROWS) == set(states.PLACES)


@pytest.mark.parametrize("file", PICTURES, ids=relative)
def test_picture_shows_every_state_and_command_drawn(file):
    shown = re.findall(r"<text[^>]*>([^<]*)</text>", FILES[file])
    words = states.WORDS["vi" if ".vi." in file.name else "en"]
    assert states.states_in(DRAWN) - {"none"} | set(words["none"]) <= set(shown)
    assert {states.split(row["command"])[0] for row in DRAWN} - {""} <= set(shown)


@pytest.mark.parametrize("file", PICTURES, ids=relative)
def test_a_step_has_the_arrows_of_its_row(file):
    arrows = re.findall(r'<g data-from="(\w+)" data-to="(\w+)" data-steps="([^"]*)">', FILES[file])
    for row in ROWS:
        step = steps.name(row["from"], row["command"])
        expected = set(legs(row)) if row in DRAWN else set()
        assert {(start, end) for start, end, among in arrows if step in among.split()} == expected, row


@pytest.mark.parametrize("file", PICTURES, ids=relative)
def test_a_step_ends_in_one_box_and_offers_what_can_follow(file):
    boxes = re.findall(r'<g data-state="(\w+)" data-steps="([^"]*)"', FILES[file])
    choices = re.findall(r'<fieldset data-steps="([^"]*)"[^>]*>(.*?)</fieldset>', FILES[file], re.DOTALL)
    assert {state for state, _ in boxes} == states.states_in(DRAWN)
    for row in ROWS:
        step = steps.name(row["from"], row["command"])
        assert [state for state, among in boxes if step in among.split()] == [row["to"]]
        (offered,) = [choice for among, choice in choices if step in among.split()]
        following = [steps.name(row["to"], other["command"]) for other in ROWS if other["from"] == row["to"]]
        assert re.findall(r'<button type="button" value="([^"]+)"', offered) == following


@pytest.mark.parametrize("file", PICTURES, ids=relative)
def test_a_step_tells_the_events_of_its_row(file):
    for row in ROWS:
        step = steps.name(row["from"], row["command"])
        (sentence,) = re.findall(rf'<p data-steps="{step}">(.*)</p>', FILES[file])
        told = re.findall(r"<code>(\w+)</code>", sentence.partition("; ")[2])
        assert told == [
            name for event in row["events"] for name in ([event] if isinstance(event, str) else event)
        ]


@pytest.mark.parametrize("file", PICTURES, ids=relative)
def test_text_alternative_has_a_sentence_for_each_arrow(file):
    text = re.search(r"<desc[^>]*>(.*)</desc>", FILES[file])[1]
    assert text.count("→") == len(DRAWN)


@pytest.mark.parametrize("file", TABLES, ids=relative)
def test_table_tells_every_row_with_its_events(file):
    lines = [line for line in FILES[file].split("\n") if line.startswith("<tr data-from")]
    assert len(lines) == len(ROWS)
    for row, line in zip(ROWS, lines, strict=True):
        ends = f'data-from="{row["from"]}" data-to="{row["to"]}"'
        assert ends in line and f'data-command="{row["command"]}"' in line, "rows of one state stand together"
        told = re.findall(r"\w+", re.sub("<[^>]*>", "", line.rpartition("<td>")[2]))
        flat = [name for step in row["events"] for name in ([step] if isinstance(step, str) else step)]
        assert told == flat


@pytest.mark.parametrize("language", states.WORDS)
def test_another_table_gives_another_picture_and_table(language):
    other = [{**row, "events": [*row["events"], "oom"]} if row["command"] == "kill" else row for row in ROWS]
    assert states.draw(other, language) != states.draw(ROWS, language)
    assert states.tell(other, language) != states.tell(ROWS, language)


@pytest.mark.parametrize("file", FILES, ids=relative)
def test_a_page_can_include_it(file):
    assert "\n\n" not in FILES[file], "Markdown ends an HTML block at a blank line"
