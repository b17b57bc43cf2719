"""Draw how a file goes through the layers of overlay, with the steps of the page that shows it.

    python -m theme.layers

writes the pictures of snippets/copy-on-write.  Commands and what they printed are those of that page's examples: a test
looks each of them up there.
"""

from dataclasses import dataclass
from pathlib import Path

from theme import steps

FOLDER = Path(__file__).parents[1] / "snippets/copy-on-write"
SIZE = (360, 314)  # as wide as a phone, so that the letters stay as large as they are
TOPS = {"merged": 32, "upper": 138, "lower": 244}
ROW, BOX = 66, (62, 38)
MIDDLES = [124, 190, 256, 322]  # of the columns


@dataclass(frozen=True)
class Step:
    """What is typed on the page, and lines of what is seen afterwards: (command, a line of its output)."""

    typed: str
    seen: list[tuple[str, str]]


DIARY = """docker exec diary sh -c 'echo new > /root/new; echo "# note" >> /etc/passwd; rm /etc/issue'"""
STEPS = {
    "read": Step(
        "docker exec box sha256sum /usr/bin/bash > before.txt",
        [("docker inspect -s -f '{{.SizeRw}}' box", "0")],
    ),
    "copy-up": Step(
        "docker exec box sh -c 'echo >> /usr/bin/bash'",
        [(r"""find "$upper" -type f -printf '/%P\n'""", "/usr/bin/bash")],
    ),
    "write": Step(
        "docker exec box sh -c 'echo >> /usr/bin/bash'",
        [("""echo "$(( $(stat -c %s "$upper/usr/bin/bash") - old )) bytes more\"""", "2 bytes more")],
    ),
    "create": Step(DIARY, [("docker diff diary | sort", "A /root/new")]),
    "delete": Step(
        DIARY,
        [
            ("docker diff diary | sort", "D /etc/issue"),
            ("""stat -c '%F %t,%T' "$upper/etc/issue\"""", "character special file 0,0"),
        ],
    ),
}
COLUMNS = {"read": 0, "copy-up": 1, "write": 1, "create": 2, "delete": 3}

WORDS = {
    "vi": {
        "title": "Bốn việc qua các lớp của overlay",
        "describe": "Ba hàng từ trên xuống: merged là thứ container thấy, upper là lớp ghi của container, lower là layer"
        " chỉ đọc của image. Đọc bash: tệp ở lower đi thẳng lên merged. Sửa bash: tệp ở lower được chép lên upper, và"
        " merged cho thấy bản ở upper. Tạo new: tệp chỉ có ở upper. Xoá issue: upper có dấu xoá, merged không còn"
        " tệp, lower vẫn còn tệp.",
        "heads": ["đọc", "sửa", "tạo mới", "xoá"],
        "rows": {"merged": ["container", "thấy"], "upper": ["lớp ghi"], "lower": ["image,", "chỉ đọc"]},
        "nothing": "không có",
        "hidden": "bị che",
        "whiteout": "dấu xoá",
        "caption": "Container chỉ ghi vào upper; layer của image ở dưới không đổi.",
        "begin": "Đi qua hình từng bước. Lệnh và kết quả là của các ví dụ trên trang này: hai container"
        ' <code>box</code> (<a href="#copy-up">đọc và sửa</a>) và <code>diary</code>'
        ' (<a href="#diff">tạo</a> và <a href="#whiteout">xoá</a>).',
        "choose": "Chọn một bước:",
        "read": ["đọc", "Tệp <code>/usr/bin/bash</code> được đọc thẳng từ lower: lớp ghi vẫn trống."],
        "copy-up": [
            "ghi lần đầu",
            "Trước khi ghi một byte, cả tệp được chép từ lower lên upper (copy-up). Từ đây merged cho thấy bản ở upper.",
        ],
        "write": ["ghi lần sau", "Bản ở upper được ghi tại chỗ: không chép gì nữa."],
        "create": ["tạo mới", "Tệp mới <code>/root/new</code> chỉ có ở upper."],
        "delete": [
            "xoá",
            "<code>/etc/issue</code> ở lower không đụng tới được: upper có một dấu xoá che nó, và merged không còn tệp này.",
        ],
    },
    "en": {
        "title": "Four actions through the layers of overlay",
        "describe": "Three rows from the top: merged is what the container sees, upper is the writable layer of the"
        " container, lower is the read-only layer of the image. Read bash: the file in lower goes straight up to"
        " merged. Change bash: the file in lower is copied to upper, and merged shows the copy in upper. Create new:"
        " the file is in upper only. Delete issue: upper has a whiteout, merged no longer has the file, lower still"
        " has it.",
        "heads": ["read", "change", "create", "delete"],
        "rows": {"merged": ["what", "is seen"], "upper": ["writable", "layer"], "lower": ["image", "layer"]},
        "nothing": "nothing",
        "hidden": "hidden",
        "whiteout": "whiteout",
        "caption": "The container writes to upper only; the layer of the image below does not change.",
        "begin": "Go through the picture step by step. The commands and their results are those of the examples on this"
        ' page: of the two containers <code>box</code> (<a href="#copy-up">read and change</a>) and <code>diary</code>'
        ' (<a href="#diff">create</a> and <a href="#whiteout">delete</a>).',
        "choose": "Choose a step:",
        "read": [
            "read",
            "The file <code>/usr/bin/bash</code> is read straight from lower: the writable layer stays empty.",
        ],
        "copy-up": [
            "first write",
            (
                "Before one byte is written, the whole file is copied from lower to upper (copy-up). From now on merged"
                " shows the copy in upper."
            ),
        ],
        "write": ["next write", "The copy in upper is written in place: nothing more is copied."],
        "create": ["create", "The new file <code>/root/new</code> is in upper only."],
        "delete": [
            "delete",
            (
                "<code>/etc/issue</code> in lower can't be touched: upper has a whiteout that hides it, and merged no"
                " longer has the file."
            ),
        ],
    },
}


def draw(language: str) -> str:
    """The picture and its steps: a whole HTML element without blank lines, what a page includes."""
    words = WORDS[language]
    labels = {step: f"{at}. {words[step][0]}" for at, step in enumerate(STEPS, 1)}
    choice = steps.told([steps.BEGIN, *STEPS], steps.buttons(words["choose"], labels), "fieldset")
    tellings = [steps.told([step], _telling(step, words), "div") for step in STEPS]
    beside = [steps.choices(choice), steps.tellings(steps.told([steps.BEGIN], words["begin"]), *tellings)]
    return steps.figure("layers", beside, _picture(words), words["caption"])


def _telling(step: str, words: dict) -> str:
    lines = [steps.code(STEPS[step].typed)] + [
        f"{steps.code(typed)} → {steps.code(line)}" for typed, line in STEPS[step].seen
    ]
    return f"<p>{words[step][1]}</p><ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"


def _picture(words: dict) -> str:
    columns = [
        [
            _part(
                "read", _file(0, "lower", "bash"), _file(0, "merged", "bash"), _arrow(0, "lower", "merged")
            ),
        ],
        [
            _file(1, "lower", "bash"),
            _file(1, "merged", "bash′"),
            _part("copy-up", _arrow(1, "lower", "upper"), _word(195, 228, "copy-up")),
            _part("copy-up write", _file(1, "upper", "bash′"), _arrow(1, "upper", "merged")),
        ],
        [_part("create", _file(2, "upper", "new"), _file(2, "merged", "new"), _arrow(2, "upper", "merged"))],
        [
            _file(3, "lower", "issue"),
            _word(322, TOPS["merged"] + 38, words["nothing"], "middle"),
            _part(
                "delete",
                _file(3, "upper", words["whiteout"], "d-ghost"),
                f'<path class="d-line" d="M322 {TOPS["lower"] + 14} V{TOPS["upper"] + 52}"/>',
                _word(316, 228, words["hidden"], "end"),
            ),
        ],
    ]
    rows = [_row(layer, words["rows"][layer]) for layer in TOPS]
    heads = [_word(MIDDLES[at], 20, head, "middle") for at, head in enumerate(words["heads"])]
    body = "\n".join([*rows, *(_column(at, heads[at], parts) for at, parts in enumerate(columns))])
    return steps.picture("layers", SIZE, words["title"], words["describe"], body)


def _column(at: int, head: str, parts: list[str]) -> str:
    """A column is there from its first step on, and on a page that has just been opened."""
    reached = [step for step, column in COLUMNS.items() if column >= at]
    return steps.told([steps.BEGIN, *reached], "\n".join([head, *parts]), "g", " data-column")


def _part(of: str, *shapes: str) -> str:
    return steps.told([of], "".join(shapes), "g", " data-part")


def _row(layer: str, words: list[str]) -> str:
    look = "d-accent" if layer == "upper" else "d-box"
    lines = [_word(10, TOPS[layer] + 40 + 16 * at, word) for at, word in enumerate(words)]
    return (
        f'<rect class="{look}" x="2" y="{TOPS[layer]}" width="356" height="{ROW}" rx="6"/>'
        f'<text class="d-code" x="10" y="{TOPS[layer] + 22}">{layer}</text>{"".join(lines)}'
    )


def _file(column: int, layer: str, name: str, look: str = "d-box") -> str:
    x, y = MIDDLES[column], TOPS[layer] + (ROW - BOX[1]) // 2
    return (
        f'<rect class="{look}" x="{x - BOX[0] // 2}" y="{y}" width="{BOX[0]}" height="{BOX[1]}" rx="4"/>'
        + _word(x, y + 24, name, "middle")
    )


def _arrow(column: int, start: str, end: str) -> str:
    x, edge = MIDDLES[column], (ROW - BOX[1]) // 2
    return (
        f'<path class="d-arrow" d="M{x} {TOPS[start] + edge} V{TOPS[end] + edge + BOX[1] + 2}" pathLength="1"'
        ' marker-end="url(#layers-head)"/>'
    )


def _word(x: int, y: int, text: str, anchor: str = "start") -> str:
    return f'<text class="d-small" x="{x}" y="{y}" text-anchor="{anchor}">{text}</text>'


def files() -> dict[Path, str]:
    """The pictures, by the file that holds them."""
    return {FOLDER / f"layers.{language}.svg": draw(language) for language in WORDS}


if __name__ == "__main__":
    for file, text in files().items():
        file.write_text(text, encoding="utf-8")
