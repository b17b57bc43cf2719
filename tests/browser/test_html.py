"""Claims that the site is valid HTML, and that every link inside it leads to something."""

import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT

CONFIG = Path(__file__).with_name("htmlvalidate.config.mjs")


def complaints(folder: Path) -> str:
    """What html-validate says of the pages in a folder."""
    node = shutil.which("node")
    if node is None:
        pytest.fail("There is no `node` here: run `nox -s browser`, which brings it.", pytrace=False)
    command = [
        node,
        "node_modules/html-validate/bin/html-validate.mjs",
        "--config",
        CONFIG,
        "--formatter=text",
    ]
    done = subprocess.run([*command, str(folder)], check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def test_pages_are_valid_html(built):
    found = complaints(built)
    assert not found, f"invalid HTML; the theme's is mended in theme/mend.py:\n{found[:3000]}"


def test_invalid_html_is_found(tmp_path):
    (tmp_path / "page.html").write_text(
        "<!doctype html><html lang=en><title>a</title><p id=x><div id=x></p></html>"
    )
    assert "no-dup-id" in complaints(tmp_path)
