"""Draw the states of a container from the table that a program on the page checks against a real daemon.

    python -m theme.states

rewrites snippets/lifecycle/states.vi.svg and states.en.svg from snippets/lifecycle/transitions.json.  Which states
there are, which command leads where, and with which events, is the table's; where things stand is chosen here.
"""

import json
from dataclasses import dataclass
from html import escape
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "snippets/lifecycle"
TABLE = FOLDER / "transitions.json"
SIZE = (604, 624)
BOX = (112, 36)
LEADING = 17

PLACES = {  # the middle of each state's box
    "created": (95, 110),
    "running": (310, 110),
    "paused": (525, 110),
    "none": (95, 290),
    "restarting": (525, 320),
    "removing": (95, 470),
    "exited": (310, 470),
    "dead": (95, 600),
}


@dataclass(frozen=True)
class Line:
    """An arrow: its points, and where the first line of its label stands, at the `anchor` of the text."""

    points: str
    x: int
    y: int
    anchor: str = "start"
    leading: int = LEADING  # more where the line runs between command and events


LINES = {
    ("none", "created"): Line("110,272 110,128", 118, 190),
    ("created", "none"): Line("80,128 80,272", 72, 190, "end"),
    ("created", "running"): Line("151,110 254,110", 200, 102, "middle", 25),
    ("running", "running"): Line("285,92 285,62 335,62 335,92", 310, 32, "middle"),
    ("running", "paused"): Line("366,102 469,102", 418, 77, "middle"),
    ("paused", "running"): Line("469,118 366,118", 418, 136, "middle"),
    ("running", "restarting"): Line("352,128 500,302", 450, 196),
    ("restarting", "running"): Line("474,302 326,128", 436, 276, "end"),
    ("running", "exited"): Line("310,128 310,452", 318, 334),
    ("exited", "running"): Line("286,452 286,128", 278, 210, "end"),
    ("paused", "exited"): Line("571,128 592,160 592,470 366,470", 480, 462, "middle", 25),
    ("restarting", "exited"): Line("500,338 440,420 345,452", 478, 388),
    ("running", "removing"): Line("262,128 120,452", 198, 300),
    ("exited", "removing"): Line("254,470 151,470", 200, 462, "middle"),
    ("removing", "none"): Line("95,452 95,308", 87, 385, "end"),
    ("removing", "dead"): Line("95,488 95,582", 103, 540),
    ("dead", "none"): Line("39,600 12,575 12,315 39,290", 160, 597),
}

WORDS = {
    "vi": {
        "title": "Các trạng thái của một container",
        "none": "không có",
        "process ends": ["(tiến trình", "kết thúc)"],
        "process ends, restart policy": ["(tiến trình kết thúc,", "có --restart)"],
        "delay over": ["(hết thời gian chờ)"],
        "deletion fails": ["(xoá tệp thất bại)"],
        "told": "sự kiện",
        "via": "qua",
        "nothing": "không có sự kiện",
        "caption": (
            "Chữ đậm là lệnh <code>docker</code>; trong ngoặc là điều tự xảy ra; sau dấu ▸ là các sự kiện của container."
            " <code>die/stop</code>: hai sự kiện, thứ tự nào cũng gặp."
        ),
    },
    "en": {
        "title": "The states of a container",
        "none": "none",
        "process ends": ["(process", "ends)"],
        "process ends, restart policy": ["(process ends,", "with --restart)"],
        "delay over": ["(delay over)"],
        "deletion fails": ["(deletion fails)"],
        "told": "events",
        "via": "through",
        "nothing": "no events",
        "caption": (
            "In bold: the <code>docker</code> command; in brackets: what happens by itself; after ▸: the container's"
            " events. <code>die/stop</code>: two events, in either order."
        ),
    },
}


def draw(rows: list[dict], language: str) -> str:
    """The figure, a whole HTML element without blank lines: what a page includes."""
    words = WORDS[language]
    parts = [_line(pair, legs, words) for pair, legs in _arrows(rows).items()]
    parts += [_box(state, words) for state in sorted(_states(rows))]
    body = "\n".join(parts)
    return f"""\
<figure class="diagram" id="states">
<svg viewBox="0 0 {SIZE[0]} {SIZE[1]}" role="img" aria-labelledby="states-title states-desc">
<title id="states-title">{escape(words["title"])}</title>
<desc id="states-desc">{escape(describe(rows, language))}</desc>
<defs><marker id="states-head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" \
orient="auto"><path class="d-head" d="M0,0 10,5 0,10z"/></marker></defs>
{body}
</svg>
<figcaption>{words["caption"]}</figcaption>
</figure>
"""


def describe(rows: list[dict], language: str) -> str:
    """Every transition in words, for those who don't see the picture."""
    words = WORDS[language]
    sentences = []
    for row in rows:
        command, reason = _split(row["command"])
        trigger = " ".join([*([f"docker {command}"] if command else []), *words.get(reason, [])])
        route = [row["from"], *([row["via"]] if "via" in row else []), row["to"]]
        names = [words.get(state, state) for state in route]
        path = f"{names[0]} → {names[-1]}" + (f" ({words['via']} {names[1]})" if "via" in row else "")
        told = f"{words['told']}: {_events(row['events'])}" if row["events"] else words["nothing"]
        sentences.append(f"{path}: {trigger}; {told}.")
    return " ".join(sentences)


def _states(rows: list[dict]) -> set[str]:
    return {row[end] for row in rows for end in ("from", "via", "to") if end in row}


def _arrows(rows: list[dict]) -> dict[tuple[str, str], list[tuple[str, str, list]]]:
    """(command, what happens by itself, events) for each pair of states, in the order of the table.

    A row that leads through a state gives two arrows: the command begins the first, `destroy` ends the second.
    """
    arrows: dict[tuple[str, str], list[tuple[str, str, list]]] = {}

    def add(start: str, end: str, *leg) -> None:
        legs = arrows.setdefault((start, end), [])
        if leg not in legs:
            legs.append(leg)

    for row in rows:
        command, reason = _split(row["command"])
        if "via" not in row:
            add(row["from"], row["to"], command, reason, row["events"])
            continue
        last = [event for event in row["events"] if event == "destroy"]
        add(row["from"], row["via"], command, "", [event for event in row["events"] if event not in last])
        add(row["via"], row["to"], "", reason, last)
    return arrows


def _split(command: str) -> tuple[str, str]:
    """`rm (deletion fails)`: the command, and what happens by itself."""
    typed, _, reason = command.partition("(")
    return typed.strip(), reason.removesuffix(")")


def _events(events: list) -> str:
    return ", ".join("/".join(event) if isinstance(event, list) else event for event in events)


def _line(pair: tuple[str, str], legs: list[tuple[str, str, list]], words: dict) -> str:
    place = LINES[pair]
    parts = [f'<polyline class="d-arrow" points="{place.points}" marker-end="url(#states-head)"/>']
    y = place.y
    for command, reason, events in legs:
        texts = [('class="d-code" font-weight="700"', command)] if command else []
        texts += [('class="d-small"', text) for text in words.get(reason, [])]
        texts += [('class="d-small"', f"▸ {_events(events)}")] if events else []
        for look, text in texts:
            parts.append(
                f'<text {look} x="{place.x}" y="{y}" text-anchor="{place.anchor}">{escape(text)}</text>'
            )
            y += place.leading
    return "\n".join(parts)


def _box(state: str, words: dict) -> str:
    x, y = PLACES[state]
    css = {"running": "d-accent", "none": "d-ghost"}.get(state, "d-box")
    return (
        f'<rect class="{css}" x="{x - BOX[0] // 2}" y="{y - BOX[1] // 2}" width="{BOX[0]}" height="{BOX[1]}"'
        f' rx="{BOX[1] // 2 if state == "none" else 6}"/>\n'
        f'<text class="d-text" x="{x}" y="{y + 5}">{escape(words.get(state, state))}</text>'
    )


def files() -> dict[Path, str]:
    """The pictures, by the file that holds them."""
    rows = json.loads(TABLE.read_text(encoding="utf-8"))
    return {FOLDER / f"states.{language}.svg": draw(rows, language) for language in WORDS}


if __name__ == "__main__":
    for file, text in files().items():
        file.write_text(text, encoding="utf-8")
