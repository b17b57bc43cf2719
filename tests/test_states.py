"""Claims that the pictures and tables of a container's states are what transitions.json gives, and hide nothing of it."""

import json
import re
from itertools import pairwise

import pytest

from doclab.source import relative
from theme import states

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
    assert len(set(keys)) == len(keys), "a state and a command name one row: scripts rely on it"


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
def test_a_script_finds_what_is_drawn(file):
    for row in DRAWN:
        for start, end in legs(row):
            assert f'<g data-from="{start}" data-to="{end}">' in FILES[file], row
        assert f'data-command="{row["command"]}"' in FILES[file], row
    assert set(re.findall(r'data-state="(\w+)"', FILES[file])) == states.states_in(DRAWN)


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
