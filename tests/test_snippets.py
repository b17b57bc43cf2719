"""Every file in snippets/ is shown by a page, lies where that page looks for it, and is well-formed Python if it is Python."""

import pytest

from doclab import programs
from doclab.blocks import included
from doclab.pages import page_id
from doclab.source import DOCS, SNIPPETS, relative

PAGES = sorted(DOCS.glob("*/**/*.md"))
FILES = sorted(file for file in SNIPPETS.rglob("*") if file.is_file())


def test_no_snippet_is_an_orphan():
    shown = set().union(*map(included, PAGES))
    orphans = [relative(file) for file in FILES if file not in shown]
    assert orphans == [], "no page shows these files: include them or remove them"


def test_snippets_lie_under_the_name_of_their_page():
    strays = [
        f"{relative(file)} is shown by {relative(page)}"
        for page in PAGES
        for file in included(page)
        if not file.is_relative_to(SNIPPETS / page_id(page))
    ]
    assert strays == [], "move these under snippets/<page>/"


@pytest.mark.parametrize("file", [file for file in FILES if file.suffix == ".py"], ids=relative)
def test_programs_are_linted_and_formatted(file):
    problem = programs.lint(file)
    assert problem is None, f"{problem}\n`nox -s update` formats programs; the rest is for you to mend"
