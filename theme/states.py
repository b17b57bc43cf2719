"""Draw the states of a container, and tell its transitions, from the table that a program on the page checks.

    python -m theme.states

writes the pictures and tables of snippets/lifecycle from transitions.json there.  Which states there are, which command
leads where, and with which events, is the table's; where things stand is chosen here.  A row with `"drawn": false` is
told in the table and left out of the picture.  `data-from`, `data-to` and `data-command` are the same in the picture
and in the table, whatever the language.  Each row is also a step that the reader can choose (theme/steps.py).
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path

from theme import steps

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


@dataclass
class Label:
    """What stands at an arrow: the table's command, what is typed, what happens by itself; the steps of its rows."""

    key: str
    command: str
    reason: str
    steps: list[str]


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
        "is": "Container đang <code>{}</code>. Chọn việc tiếp theo:",
        "is none": "Không có container nào. Chọn một lệnh:",
        "begin": "Chọn một lệnh để xem container sang trạng thái nào, và daemon báo những sự kiện gì."
        ' Mỗi bước đã được so với daemon thật, bằng <a href="#check">chương trình kiểm bảng</a>'
        ' và trong mục <a href="#dead"><code>dead</code></a>.',
        "undrawn": "Hình không vẽ bước này.",
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
        "is": "The container is <code>{}</code>. Choose what comes next:",
        "is none": "There is no container. Choose a command:",
        "begin": "Choose a command, and see which state it leads to, and which events the daemon tells."
        ' Each step has been compared with a real daemon, by <a href="#check">the program that checks the table</a>'
        ' and in the section <a href="#dead"><code>dead</code></a>.',
        "undrawn": "The picture leaves this step out.",
        "caption": "On the arrows: the <code>docker</code> command; in brackets: what happens by itself."
        " Dashed boxes: there is no container.",
    },
}


def draw(rows: list[dict], language: str) -> str:
    """The picture, and what can be chosen beside it: a whole HTML element without blank lines, what a page includes."""
    words = WORDS[language]
    states = [state for state in PLACES if any(row["from"] == state for row in rows)]
    choices = [_choice(rows, state, words) for state in states]
    tellings = [steps.told([_step(row)], _telling(row, words)) for row in rows]
    beside = [
        steps.tellings(steps.told([steps.BEGIN], words["begin"]), *tellings),
        steps.choices(*choices),  # below: what is offered is what follows
    ]
    return steps.figure("states", beside, _picture(rows, words), words["caption"])


def _picture(rows: list[dict], words: dict) -> str:
    drawn = [row for row in rows if _is_drawn(row)]
    parts = [_arrow(pair, labels, words) for pair, labels in _arrows(drawn).items()]
    parts += [_state(state, rows, words) for state in sorted(states_in(drawn))]
    body = "\n".join(parts)
    return steps.picture("states", SIZE, words["title"], describe(drawn, words), body)


def describe(rows: list[dict], words: dict) -> str:
    """Every transition in words, for those who don't see the picture."""
    return " ".join(f"{_path(row, words)}: {_trigger(row, words)}; {_events(row, words)}." for row in rows)


def _path(row: dict, words: dict, code: Callable[[str], str] = str) -> str:
    names = [
        words["none"][min(at, 1)] if state == "none" else code(state) for at, state in enumerate(_route(row))
    ]
    return f"{names[0]} → {names[-1]}" + (f" ({words['via']} {names[1]})" if "via" in row else "")


def _trigger(row: dict, words: dict, code: Callable[[str], str] = str) -> str:
    command, reason = split(row["command"])
    return " ".join([*([code(f"docker {command}")] if command else []), *_words(reason, words, code)])


def _events(row: dict, words: dict, code: Callable[[str], str] = str) -> str:
    return f"{words['told']}: {_listed(row['events'], words, code)}" if row["events"] else words["nothing"]


def _choice(rows: list[dict], state: str, words: dict) -> str:
    """The buttons of a state: shown while the container is in it."""
    legend = words["is none"] if state == "none" else words["is"].format(state)
    labels = {_step(row): _label(row, words) for row in rows if row["from"] == state}
    return steps.told(_arriving(rows, state), steps.buttons(legend, labels), "fieldset")


def _label(row: dict, words: dict) -> str:
    command, reason = split(row["command"])
    return " ".join([*([steps.code(command)] if command else []), *_words(reason, words, steps.code)])


def _telling(row: dict, words: dict) -> str:
    """What a reader is told who has chosen this row."""
    undrawn = "" if _is_drawn(row) else f" {words['undrawn']}"
    return f"{_trigger(row, words, steps.code)}: {_path(row, words, steps.code)}; {_events(row, words, steps.code)}.{undrawn}"


def _step(row: dict) -> str:
    return steps.name(row["from"], row["command"])


def _arriving(rows: list[dict], state: str) -> list[str]:
    """The steps after which the container is in this state."""
    arriving = [_step(row) for row in rows if row["to"] == state]
    return [steps.BEGIN, *arriving] if state == "none" else arriving


def _is_drawn(row: dict) -> bool:
    return row.get("drawn", True)


def tell(rows: list[dict], language: str) -> str:
    """The table, a whole HTML element without blank lines: every row, by the state that it begins with."""
    words = WORDS[language]
    heads = "".join(f'<th scope="col">{head}</th>' for head in words["heads"])
    bodies = []
    for state, group in groupby(rows, key=lambda row: row["from"]):
        head = words["at first"] if state == "none" else f"{words['from']} {steps.code(state)}"
        lines = [f'<tr><th colspan="3" scope="rowgroup">{head}</th></tr>']
        lines += [_told(row, words) for row in group]
        bodies.append("<tbody>\n" + "\n".join(lines) + "\n</tbody>")
    body = "\n".join(bodies)
    return f"<table>\n<thead><tr>{heads}</tr></thead>\n{body}\n</table>\n"


def _told(row: dict, words: dict) -> str:
    route = " → ".join(
        words["none"][1] if state == "none" else steps.code(state) for state in _route(row)[1:]
    )
    told = [[event] if isinstance(event, str) else event for event in row["events"]]
    events = " → ".join(" ⇄ ".join(map(steps.code, event)) for event in told) or "—"
    via = f' data-via="{row["via"]}"' if "via" in row else ""
    cells = "".join(f"<td>{cell}</td>" for cell in (_label(row, words), route, events))
    return f"<tr {_ends(row['from'], row['to'])}{via} {_done_by(row['command'])}>{cells}</tr>"


def _route(row: dict) -> list[str]:
    return [row[end] for end in ("from", "via", "to") if end in row]


def states_in(rows: list[dict]) -> set[str]:
    return {state for row in rows for state in _route(row)}


def _arrows(rows: list[dict]) -> dict[tuple[str, str], list[Label]]:
    """The labels of each pair of states, in the table's order.

    A row that leads through a state gives two arrows: the command begins the first, how it ends stands at the second.
    """
    arrows: dict[tuple[str, str], list[Label]] = {}

    def add(row: dict, start: str, end: str, key: str, command: str, reason: str) -> None:
        labels = arrows.setdefault((start, end), [])
        for label in labels:
            if (label.command, label.reason) == (command, reason):
                label.steps.append(_step(row))
                return
        labels.append(Label(key, command, reason, [_step(row)]))

    for row in rows:
        key = row["command"]
        command, reason = split(key)
        if "via" not in row:
            add(row, row["from"], row["to"], key, command, reason)
        elif command:
            add(row, row["from"], row["via"], command, command, "")
            add(row, row["via"], row["to"], key if reason else "", "", reason or "deleted")
        else:
            add(row, row["from"], row["via"], key, "", reason)
            add(row, row["via"], row["to"], "", "", "deleted")
    return arrows


def split(command: str) -> tuple[str, str]:
    """`rm (deletion fails)`: the command, and what happens by itself."""
    typed, _, reason = command.partition("(")
    return typed.strip(), reason.removesuffix(")")


def _words(reason: str, words: dict, code: Callable[[str], str]) -> list[str]:
    """What happens by itself, in one line of the reader's words; [] when nothing does."""
    line = words[reason].replace("\n", " ") if reason else ""
    return [re.sub(r"--\w+", lambda option: code(option[0]), line)] if line else []


def _listed(events: list, words: dict, code: Callable[[str], str]) -> str:
    return ", ".join(
        code(event) if isinstance(event, str) else f"{' + '.join(map(code, event))} ({words['any order']})"
        for event in events
    )


def _ends(start: str, end: str) -> str:
    return f'data-from="{start}" data-to="{end}"'


def _done_by(command: str) -> str:
    return f'data-command="{escape(command)}"'


def _arrow(pair: tuple[str, str], labels: list[Label], words: dict) -> str:
    place = LINES[pair]
    parts = [
        f"<g {_ends(*pair)} {steps.belongs(step for label in labels for step in label.steps)}>",
        # Of length 1, so that the style can draw it without knowing how long it is.
        f'<polyline class="d-arrow" points="{place.points}" pathLength="1" marker-end="url(#states-head)"/>',
    ]
    y = place.y
    for label in labels:
        done_by = f" {_done_by(label.key)}" if label.key else ""
        for text in [label.command] if label.command else words[label.reason].split("\n"):
            look = "d-code" if label.command else "d-small"
            parts.append(
                f'<text class="{look}"{done_by} {steps.belongs(label.steps)} x="{place.x}" y="{y}" '
                f'text-anchor="{place.anchor}">{escape(text)}</text>'
            )
            y += LEADING
    return "\n".join([*parts, "</g>"])


def _state(state: str, rows: list[dict], words: dict) -> str:
    """The boxes of a state: where there is no container, the first is where one begins, the other where it ends."""
    css = {"running": "d-accent", "none": "d-ghost"}.get(state, "d-box")
    arriving = _arriving(rows, state)
    here = [arriving[:1], arriving[1:]] if state == "none" else [arriving]
    parts = []
    width, height = BOX
    round_by = height // 2 if state == "none" else 6
    for at, (x, y) in enumerate(PLACES[state]):
        corner = f'x="{x - width // 2}" y="{y - height // 2}"'
        name = words["none"][at] if state == "none" else state
        box = f'<rect class="{css}" {corner} width="{width}" height="{height}" rx="{round_by}"/>'
        text = f'<text class="d-text" x="{x}" y="{y + 5}">{name}</text>'
        parts.append(steps.told(here[at], box + text, "g", f' data-state="{state}"'))
    return "\n".join(parts)


def files() -> dict[Path, str]:
    """The pictures and the tables, by the file that holds them."""
    rows = json.loads(TABLE.read_text(encoding="utf-8"))
    pictures = {FOLDER / f"states.{language}.svg": draw(rows, language) for language in WORDS}
    tables = {FOLDER / f"transitions.{language}.html": tell(rows, language) for language in WORDS}
    return pictures | tables


if __name__ == "__main__":
    for file, text in files().items():
        file.write_text(text, encoding="utf-8")
