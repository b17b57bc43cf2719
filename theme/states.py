"""Draw the states of a container, and tell its transitions, from the table that a program on the page checks.

    python -m theme.states

writes the pictures and tables of snippets/lifecycle from transitions.json there.  Which states there are, which command
leads where, and with which events, is the table's; where things stand is chosen here.  A row with `"drawn": false` is
told in the table and left out of the picture.  `data-from`, `data-to` and `data-command` are the same in the picture
and in the table, whatever the language, so that a script can find the two ends of what it is asked for.
"""

import json
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "snippets/lifecycle"
TABLE = FOLDER / "transitions.json"
SIZE = (360, 684)  # as wide as a phone, so that the letters stay as large as they are
BOX = (96, 34)
LEADING = 16

PLACES = {  # the middle of each state's boxes; `none` is both before and after
    "none": [(180, 20), (296, 658)],
    "created": [(180, 98)],
    "running": [(180, 216)],
    "restarting": [(64, 326)],
    "paused": [(292, 326)],
    "exited": [(180, 462)],
    "removing": [(180, 576)],
    "dead": [(64, 658)],
}


@dataclass(frozen=True)
class Line:
    """An arrow: its points, and where the first line of its label stands, at the `anchor` of the text."""

    points: str
    x: int
    y: int
    anchor: str = "start"


LINES = {
    ("none", "created"): Line("180,37 180,81", 188, 63),
    ("created", "running"): Line("180,115 180,199", 188, 152),
    ("created", "removing"): Line("132,98 4,98 4,532 160,532 160,559", 82, 526, "middle"),
    ("running", "paused"): Line("228,210 306,210 306,309", 262, 204, "middle"),
    ("paused", "running"): Line("278,309 278,226 228,226", 272, 268, "end"),
    ("running", "restarting"): Line("132,210 50,210 50,309", 10, 186),
    ("restarting", "running"): Line("76,309 76,226 132,226", 82, 258),
    ("running", "exited"): Line("190,233 190,445", 197, 364),
    ("exited", "running"): Line("170,445 170,233", 163, 364, "end"),
    ("paused", "exited"): Line("292,343 292,462 228,462", 299, 396),
    ("restarting", "exited"): Line("64,343 64,462 132,462", 70, 396),
    ("running", "removing"): Line("212,199 212,182 352,182 352,576 228,576", 346, 536, "end"),
    ("exited", "removing"): Line("180,479 180,559", 187, 512),
    ("removing", "dead"): Line("164,593 164,658 112,658", 118, 676),
    ("dead", "removing"): Line("64,641 64,584 132,584", 70, 614),
    ("removing", "none"): Line("196,593 196,658 248,658", 202, 632),
}

WORDS = {  # a line break in a label is one in the picture
    "vi": {
        "title": "Các trạng thái của một container",
        "none": ["chưa có", "không còn"],  # before and after
        "process ends": "(tiến trình\nkết thúc)",
        "process ends, --rm": "(tiến trình kết\nthúc, có --rm)",
        "process ends, --restart": "(tiến trình kết\nthúc, có --restart)",
        "delay over": "(hết thời\ngian chờ)",
        "delay over, start fails": "(hết thời gian chờ, không khởi động được)",
        "fails": "(không khởi động được)",
        "deletion fails": "(xoá tệp thất bại)",
        "deleted": "(xoá xong)",
        "told": "sự kiện",
        "via": "qua",
        "nothing": "không có sự kiện",
        "any order": "thứ tự nào cũng được",
        "heads": ["Lệnh <code>docker</code>", "Trạng thái mới", "Sự kiện"],
        "at first": "Khi chưa có container",
        "from": "Từ",
        "caption": "Trên mũi tên là lệnh <code>docker</code>; trong ngoặc là điều tự xảy ra."
        " Ô nét đứt: không có container nào.",
    },
    "en": {
        "title": "The states of a container",
        "none": ["not yet", "gone"],
        "process ends": "(process\nends)",
        "process ends, --rm": "(process ends,\nwith --rm)",
        "process ends, --restart": "(process ends,\nwith --restart)",
        "delay over": "(delay\nover)",
        "delay over, start fails": "(delay over, start fails)",
        "fails": "(fails)",
        "deletion fails": "(deletion fails)",
        "deleted": "(deleted)",
        "told": "events",
        "via": "through",
        "nothing": "no events",
        "any order": "in any order",
        "heads": ["<code>docker</code> command", "New state", "Events"],
        "at first": "Before there is a container",
        "from": "From",
        "caption": "On the arrows: the <code>docker</code> command; in brackets: what happens by itself."
        " Dashed boxes: there is no container.",
    },
}


def draw(rows: list[dict], language: str) -> str:
    """The picture, a whole HTML element without blank lines: what a page includes."""
    words = WORDS[language]
    rows = [row for row in rows if row.get("drawn", True)]
    parts = [_arrow(pair, labels, words) for pair, labels in _arrows(rows).items()]
    parts += [_state(state, words) for state in sorted(states_in(rows))]
    body = "\n".join(parts)
    return f"""\
<figure class="diagram" id="states">
<svg viewBox="0 0 {SIZE[0]} {SIZE[1]}" style="max-width: 22rem" role="img" aria-labelledby="states-title" \
aria-describedby="states-desc">
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
        names = [_name(state, at, words) for at, state in enumerate(_route(row))]
        path = f"{names[0]} → {names[-1]}" + (f" ({words['via']} {names[1]})" if "via" in row else "")
        told = f"{words['told']}: {_listed(row['events'], words)}" if row["events"] else words["nothing"]
        command, reason = split(row["command"])
        trigger = " ".join([*([f"docker {command}"] if command else []), *_words(reason, words)])
        sentences.append(f"{path}: {trigger}; {told}.")
    return " ".join(sentences)


def tell(rows: list[dict], language: str) -> str:
    """The table, a whole HTML element without blank lines: every row, by the state that it begins with."""
    words = WORDS[language]
    heads = "".join(f'<th scope="col">{head}</th>' for head in words["heads"])
    bodies = []
    for state, group in groupby(rows, key=lambda row: row["from"]):
        head = words["at first"] if state == "none" else f"{words['from']} {_code(state)}"
        lines = [f'<tr><th colspan="3" scope="rowgroup">{head}</th></tr>']
        lines += [_told(row, words) for row in group]
        bodies.append("<tbody>\n" + "\n".join(lines) + "\n</tbody>")
    body = "\n".join(bodies)
    return f"<table>\n<thead><tr>{heads}</tr></thead>\n{body}\n</table>\n"


def _told(row: dict, words: dict) -> str:
    command, reason = split(row["command"])
    trigger = " ".join([*([_code(command)] if command else []), *map(escape, _words(reason, words))])
    route = " → ".join(words["none"][1] if state == "none" else _code(state) for state in _route(row)[1:])
    steps = [[step] if isinstance(step, str) else step for step in row["events"]]
    events = " → ".join(" ⇄ ".join(map(_code, step)) for step in steps) or "—"
    via = f' data-via="{row["via"]}"' if "via" in row else ""
    cells = "".join(f"<td>{cell}</td>" for cell in (trigger, route, events))
    return f"<tr {_ends(row['from'], row['to'])}{via} {_done_by(row['command'])}>{cells}</tr>"


def _route(row: dict) -> list[str]:
    return [row[end] for end in ("from", "via", "to") if end in row]


def _name(state: str, at: int, words: dict) -> str:
    return words["none"][min(at, 1)] if state == "none" else state


def states_in(rows: list[dict]) -> set[str]:
    return {state for row in rows for state in _route(row)}


def _arrows(rows: list[dict]) -> dict[tuple[str, str], list[tuple[str, str, str]]]:
    """(the table's command, command typed, what happens by itself) for each pair of states, in the table's order.

    A row that leads through a state gives two arrows: the command begins the first, how it ends stands at the second.
    """
    arrows: dict[tuple[str, str], list[tuple[str, str, str]]] = {}

    def add(start: str, end: str, *label: str) -> None:
        labels = arrows.setdefault((start, end), [])
        if label[1:] not in [known[1:] for known in labels]:
            labels.append(label)

    for row in rows:
        command, reason = split(row["command"])
        if "via" not in row:
            add(row["from"], row["to"], row["command"], command, reason)
        elif command:
            add(row["from"], row["via"], command, command, "")
            add(row["via"], row["to"], row["command"] if reason else "", "", reason or "deleted")
        else:
            add(row["from"], row["via"], row["command"], "", reason)
            add(row["via"], row["to"], "", "", "deleted")
    return arrows


def split(command: str) -> tuple[str, str]:
    """`rm (deletion fails)`: the command, and what happens by itself."""
    typed, _, reason = command.partition("(")
    return typed.strip(), reason.removesuffix(")")


def _words(reason: str, words: dict) -> list[str]:
    """What happens by itself, in one line of the reader's words; [] when nothing does."""
    return [words[reason].replace("\n", " ")] if reason else []


def _listed(events: list, words: dict) -> str:
    return ", ".join(
        event if isinstance(event, str) else f"{' + '.join(event)} ({words['any order']})" for event in events
    )


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _ends(start: str, end: str) -> str:
    return f'data-from="{start}" data-to="{end}"'


def _done_by(command: str) -> str:
    return f'data-command="{escape(command)}"'


def _arrow(pair: tuple[str, str], labels: list[tuple[str, str, str]], words: dict) -> str:
    place = LINES[pair]
    parts = [
        f"<g {_ends(*pair)}>",
        f'<polyline class="d-arrow" points="{place.points}" marker-end="url(#states-head)"/>',
    ]
    y = place.y
    for key, command, reason in labels:
        done_by = f" {_done_by(key)}" if key else ""
        for text in [command] if command else words[reason].split("\n"):
            look = "d-code" if command else "d-small"
            parts.append(
                f'<text class="{look}"{done_by} x="{place.x}" y="{y}" text-anchor="{place.anchor}">{escape(text)}</text>'
            )
            y += LEADING
    return "\n".join([*parts, "</g>"])


def _state(state: str, words: dict) -> str:
    css = {"running": "d-accent", "none": "d-ghost"}.get(state, "d-box")
    parts = [f'<g data-state="{state}">']
    width, height = BOX
    round_by = height // 2 if state == "none" else 6
    for at, (x, y) in enumerate(PLACES[state]):
        corner = f'x="{x - width // 2}" y="{y - height // 2}"'
        parts += [
            f'<rect class="{css}" {corner} width="{width}" height="{height}" rx="{round_by}"/>',
            f'<text class="d-text" x="{x}" y="{y + 5}">{_name(state, at, words)}</text>',
        ]
    return "\n".join([*parts, "</g>"])


def files() -> dict[Path, str]:
    """The pictures and the tables, by the file that holds them."""
    rows = json.loads(TABLE.read_text(encoding="utf-8"))
    pictures = {FOLDER / f"states.{language}.svg": draw(rows, language) for language in WORDS}
    tables = {FOLDER / f"transitions.{language}.html": tell(rows, language) for language in WORDS}
    return pictures | tables


if __name__ == "__main__":
    for file, text in files().items():
        file.write_text(text, encoding="utf-8")
