"""A recording plays what came, when it came, and is shown only as long as its example is as it was when it ran."""

import subprocess
import sys
from pathlib import Path

import pytest

from doclab import casts, evidence, pages
from doclab.evidence import EvidenceError
from doclab.source import DOCS, PROJECT, all_pages
from doclab.verdict import Verdict
from theme import recordings

PAGE = """# Page

```{ .console .recorded }
$ echo "xin
> chào"
xin
chào
$ sleep 2
```

```console
$ echo unrecorded
unrecorded
```
"""


@pytest.fixture
def page(tmp_path) -> Path:
    file = tmp_path / "page.md"
    file.write_text(PAGE, encoding="utf-8")
    return file


def ran() -> list[Verdict]:
    """A letter came in two pieces; the second command printed nothing for two seconds."""
    said = "xin\nchào\n".encode()
    pieces = [[(0.1, b""), (0.25, said[:7]), (0.9, said[7:]), (1.0, b"")], [(2.0, b"")]]
    return [
        Verdict(outputs=[["xin", "chào"], []], statuses=[0, 0], pieces=pieces),
        Verdict(outputs=[["unrecorded"]], statuses=[0], pieces=[[(0.1, b"unrecorded\n"), (0.1, b"")]]),
    ]


def load(folder: Path, page: Path):
    examples = pages.examples(page)
    return casts.load(folder, "page", examples[0], evidence.hashes(examples)[examples[0].name])


def test_the_screen_shows_what_the_transcript_shows(page, tmp_path):
    casts.save(tmp_path, "page", "26.1.5", pages.examples(page), ran())
    header, events = load(tmp_path, page)
    screen = "".join(text for _, kind, text in events if kind == "o")
    assert screen == '$ echo "xin\r\n> chào"\r\nxin\r\nchào\r\n$ sleep 2\r\n$ '
    assert header["doclab"] | {"day": "", "hash": ""} == {
        "example": "page::top::1",
        "docker": "26.1.5",
        "day": "",
        "hash": "",
    }
    assert [path.name for path in tmp_path.rglob("*.cast")] == ["top-1.cast"], "only what is `.recorded`"


def test_the_time_between_pieces_is_that_of_the_run(page, tmp_path):
    casts.save(tmp_path, "page", "26.1.5", pages.examples(page), ran())
    _, events = load(tmp_path, page)
    times = [time for time, _, _ in events]
    assert times == sorted(times)
    at = {text: time for time, _, text in events}
    first, second = next(text for text in at if text.startswith("xin")), "\u00e0o\r\n"
    assert first + second == "xin\r\nchào\r\n", "the cut letter came whole, with what followed"
    assert at[second] - at[first] == pytest.approx(0.65, abs=0.002)
    typed = max(time for time, _, text in events if text == "\r\n")
    assert at["$ "] - typed == pytest.approx(2.0, abs=0.002), "the silence of `sleep` is there"


def test_a_picture_is_as_large_as_what_it_shows(page, tmp_path):
    casts.save(tmp_path, "page", "26.1.5", pages.examples(page), ran())
    header, _ = load(tmp_path, page)
    assert (header["width"], header["height"]) == (40, 6)


def test_an_example_that_has_changed_has_no_recording(page, tmp_path):
    casts.save(tmp_path, "page", "26.1.5", pages.examples(page), ran())
    assert [bool(html) for html in recordings.players(pages.examples(page), "page", "vi", tmp_path)] == [
        True,
        False,
    ]
    page.write_text(PAGE.replace("sleep 2", "sleep 3"), encoding="utf-8")
    assert load(tmp_path, page) is None
    assert [*recordings.players(pages.examples(page), "page", "vi", tmp_path)] == ["", ""]


def test_a_new_run_takes_the_place_of_all_recordings_of_the_page(page, tmp_path):
    casts.save(tmp_path, "page", "26.1.5", pages.examples(page), ran())
    page.write_text(PAGE.replace(" .recorded", ""), encoding="utf-8")
    casts.save(tmp_path, "page", "26.1.5", pages.examples(page), ran())
    assert not [*tmp_path.rglob("*.cast")]


def test_a_new_run_leaves_what_is_not_of_the_page(page, tmp_path):
    others = [tmp_path / "page/below/top-1.cast", tmp_path / "page/notes.txt"]
    for file in others:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    casts.save(tmp_path, "page", "26.1.5", pages.examples(page), ran())
    assert [file.exists() for file in others] == [True, True]


# Runs pytest on a page while the outputs of pages can't be kept.
VERIFY = """
import pathlib, sys, pytest
from doclab import outputs
outputs.KEPT = pathlib.Path("/proc/nowhere")
sys.exit(pytest.main(["-c", "pyproject.toml", "--rootdir=.", *sys.argv[1:]]))
"""


def verify(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", VERIFY, *map(str, arguments)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


def test_only_pages_of_the_site_have_a_name_for_their_recordings(tmp_path):
    assert (
        pages.site_id(DOCS / "vi/linking/link.md")
        == pages.site_id(DOCS / "en/linking/link.md")
        == "linking/link"
    )
    (tmp_path / "link.md").symlink_to(DOCS / "vi/start.md")
    assert pages.site_id(tmp_path / "link.md") == "start"
    assert [pages.site_id(page) for page in (DOCS / "assets/page.md", tmp_path / "page.md")] == [None, None]


def test_what_cannot_be_kept_is_one_line_and_what_only_mutate_needs_is_none(tmp_path):
    held = verify(DOCS / "vi/myths/index.md")
    assert held.returncode == 0, held.stdout
    (tmp_path / "start").touch()
    done = verify(DOCS / "vi/start.md", f"--recordings={tmp_path}")
    assert done.returncode == 1 and "Traceback" not in done.stdout, done.stdout
    assert f"docs/vi/start.md:1: its recordings can't be written below {tmp_path}: File exists" in done.stdout


HEADER = (
    '{"version": 2, "width": 80, "height": 3, '
    '"doclab": {"example": "e", "hash": "h", "day": "2026-01-31", "docker": "26.1.5"}}\n'
)


@pytest.mark.parametrize(
    "text",
    [
        *("", "no JSON\n", "[]\n", '{"version": 2}\n', HEADER),
        HEADER + '["now", "o", "$ "]\n',
        *(
            HEADER.replace("2026-01-31", day) + '[0, "o", "$ "]\n'
            for day in ("2026-13-31", "2026-02-31", "9999-01-31", "1-1-1")
        ),
        HEADER.replace('"2026-01-31"', "5") + '[0, "o", "$ "]\n',
        HEADER + '[NaN, "o", "$ "]\n',
        HEADER + r'[0, "o", "\ud800"]',
        HEADER.replace('"hash": "h"', '"hash": "g", "hash": "h"') + '[0, "o", "$ "]\n',
        HEADER.replace(', "docker": "26.1.5"', "") + '[0, "o", "$ "]\n',
    ],
)
def test_a_spoilt_recording_is_an_error_with_its_file(page, tmp_path, text):
    casts.save(tmp_path, "page", "26.1.5", pages.examples(page), ran())
    (tmp_path / "page/top-1.cast").write_text(text)
    with pytest.raises(EvidenceError, match=r"top-1\.cast: this is no recording"):
        load(tmp_path, page)


def test_what_python_takes_for_the_end_of_a_line_is_none(page, tmp_path):
    examples, verdicts = pages.examples(page), ran()
    verdicts[0].pieces[0] = [(0.1, "a\u2028b\n".encode()), (0.2, b"")]
    casts.save(tmp_path, "page", "26.1.5", examples, verdicts)
    _, events = load(tmp_path, page)
    assert any("a\u2028b" in text for _, _, text in events)


def test_what_does_not_run_is_not_recorded(page):
    page.write_text('```{ .console .recorded .no-run reason="x" }\n$ true\n```\n')
    with pytest.raises(pages.PageError, match=r"take `\.recorded` out"):
        pages.examples(page)


def test_recordings_that_are_kept_belong_to_a_recorded_example():
    kept = {str(file.relative_to(casts.FOLDER)) for file in casts.FOLDER.rglob("*.cast")}
    ours = {
        f"{pages.page_id(page)}/{example.name.replace('::', '-')}.cast"
        for page in all_pages()
        for example in pages.examples(page)
        if casts.RECORDED in example.block.classes
    }
    assert ours, "no page has a recording"
    assert kept <= ours, f"delete {kept - ours} from evidence/recordings"
