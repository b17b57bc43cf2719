"""`python -m doclab examples` lists what is found as JSON, and its exit status is 0 only where all pages have something."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from doclab.source import PROJECT

PAGE = """# Page

```text
shown
```

## One { #one }

```console
$ echo xin chào
xin chào
```

```{ .console .no-run reason="why not" }
$ reboot
```
"""


def examples(*pages: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "doclab", "examples", *map(str, pages)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


@pytest.fixture
def page(tmp_path) -> Path:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    return page


def test_each_block_is_one_json_object_a_line(page):
    done = examples(page)
    assert (done.returncode, done.stderr) == (0, "")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    keys = ("file", "line", "language", "action", "reason", "source")
    assert [tuple(example[key] for key in keys) for example in found] == [
        (str(page), 3, "text", "show", "", "shown"),
        (str(page), 9, "console", "run", "", "$ echo xin chào\nxin chào"),
        (str(page), 14, "console", "skip", "why not", "$ reboot"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ":1: no examples found"),
        ("# Prose\n", ":1: no examples found"),
        ("```console\n$ echo\n", ":1: this fence is left open"),
    ],
)
def test_a_page_at_fault_fails_the_listing_and_hides_no_other(tmp_path, page, text, message):
    other = tmp_path / "other.md"
    other.write_text(text)
    done = examples(other, page)
    assert done.returncode == 1 and done.stderr.startswith(f"{other}{message}")
    assert len(done.stdout.splitlines()) == 3
