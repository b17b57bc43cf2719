"""The page `verified` and the home page count what evidence says of each claim, and nothing else."""

from dataclasses import asdict
from pathlib import Path

import pytest

from doclab import evidence, pages
from doclab.evidence import Environment
from theme import facts, ledger

PAGE = """# Page

## One { #one data-claim="K1" data-verdict="true" }

> “Docker prints what it is told.”

```console
$ echo one
one
$ echo two
two
```

```{ .console engine=">=23" }
$ echo three
three
```

```{ .console .no-run reason="no network" }
$ docker search busybox
```
"""
VERSIONS = {"bookworm": "20.10.24+dfsg1", "trixie": "26.1.5+dfsg1", "host": "26.1.7"}
ALL = ("one::1", "one::2")


@pytest.fixture
def page(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(ledger, "DOCS", tmp_path)
    file = tmp_path / "en/page.md"
    file.parent.mkdir()
    file.write_text(PAGE, encoding="utf-8")
    return file


def known(page: Path, day: str = "2026-01-31", **engines: tuple[str, str]) -> dict:
    """Evidence of both examples that run, for each engine what became of them."""
    hashes = evidence.hashes(pages.examples(page))
    digests = {"trixie": "a", "bookworm": "a", "host": "b"}
    found = {}
    for engine, results in engines.items():
        images = {"busybox:1.37": "sha256:" + 64 * digests[engine]}
        where = Environment(engine, VERSIONS[engine], "1.45", "6.1.0", "x86_64", "2", images)
        examples = {
            name: {"hash": hashes[name], "result": result, "seconds": 1.0}
            for name, result in zip(ALL, results, strict=True)
        }
        name = pages.page_id(page)
        found[engine] = {
            "environment": asdict(where),
            "pages": {name: {"time": f"{day}T10:20:30Z", "examples": examples}},
        }
    return found


def table(page: Path, name: str, known: dict) -> list[list[str]]:
    """The rows below the head of a table, each a list of its cells."""
    text = getattr(ledger.Ledger("en", known, pages.examples), name)()
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in text.splitlines()[2:]]


@pytest.mark.parametrize(
    ("results", "sign", "says"),
    [
        (("held", "skipped"), "✓", "held as shown: 1 of 2 examples, the others do not run there"),
        (("held", "not run"), "…", "not run: the page stopped before this example"),
        (("failed", "skipped"), "✗", "failed"),
    ],
)
def test_a_claim_held_where_all_that_ran_held_and_says_how_much_that_was(page, results, sign, says):
    ((claim, link, verdict, count, marks),) = table(page, "claims", known(page, bookworm=results))
    assert (claim, verdict, count) == ("K1", "true", "2") and link.endswith("(page.md#one)")
    assert f'<span aria-hidden="true">{sign}</span>&nbsp;20.10' in marks and f": {says}</span>" in marks
    assert (">1/2</span>" in marks) == ("1 of 2" in says)


@pytest.mark.parametrize(
    ("results", "sign"), [(("held", "held"), "✓"), (("held", "failed"), "✗"), (("failed", "held"), "✗")]
)
def test_a_claim_held_where_all_of_it_ran_and_held(page, results, sign):
    ((*_, marks),) = table(page, "claims", known(page, trixie=results))
    assert f'<span aria-hidden="true">{sign}</span>&nbsp;26.1' in marks and "/2</span>" not in marks


def test_a_claim_that_does_not_run_on_an_engine_says_so(page):
    page.write_text(PAGE.replace("```console", '```{ .console engine=">=23" }'), encoding="utf-8")
    ((*_, marks),) = table(page, "claims", known(page, bookworm=("skipped", "skipped")))
    assert '<span aria-hidden="true">–</span>&nbsp;20.10' in marks and ": not run</span>" in marks


def test_a_claim_of_which_a_part_has_no_evidence_has_not_held(page):
    seen = known(page, trixie=("held", "held"))
    del seen["trixie"]["pages"][pages.page_id(page)]["examples"]["one::2"]
    ((*_, marks),) = table(page, "claims", seen)
    assert '<span aria-hidden="true">…</span>&nbsp;26.1' in marks and "✓" not in marks


def test_a_claim_of_a_page_that_changed_is_not_verified_any_more(page):
    seen = known(page, trixie=("held", "held"))
    page.write_text(PAGE.replace("\nthree\n", "\n3\n"), encoding="utf-8")
    ((*_, marks),) = table(page, "claims", seen)
    assert 'data-state="changed"' in marks and "✓" not in marks


def test_without_evidence_no_claim_has_a_mark(page):
    ((*_, marks),) = table(page, "claims", {})
    assert marks == ""


def test_totals_are_those_of_the_evidence(page):
    seen = known(page, bookworm=("failed", "skipped"), trixie=("held", "held"))
    assert {row[0]: row[1:] for row in table(page, "totals", seen)} == {
        "held as shown": ["0", "2"],
        "differs": ["1", "0"],
        "failed": ["0", "0"],
        "not verified since examples of the page changed": ["0", "0"],
        "not run": ["1", "0"],
        "not run: the page stopped before this example": ["0", "0"],
    }


def test_a_daemon_that_was_there_is_told_from_the_lab(page):
    both = ("held", "held")
    seen = known(page, trixie=both, host=both)
    assert [row[:2] for row in table(page, "engines", seen)] == [
        ["26.1.5+dfsg1", "Debian trixie"],
        ["26.1.7", "a daemon that was there"],
    ]
    assert [row[::2] for row in table(page, "images", seen)] == [
        ["`busybox:1.37`", "26.1"],
        ["`busybox:1.37`", "26.1 (host)"],
    ]


def test_what_does_not_run_says_why(page):
    assert [row[1:] for row in table(page, "skipped", {})] == [["`one::3`", "no network"]]
    assert [row[1:] for row in table(page, "limits", {})] == [["`one::2`", "Docker >=23"]]
    never = PAGE.replace(".no-run reason", 'engine="<20" .no-run reason')
    page.write_text(never.replace('">=23"', '">=23,<29"'), encoding="utf-8")
    assert [row[1:] for row in table(page, "limits", {})] == [["`one::2`", "Docker >=23,&lt;29"]]
    page.write_text(PAGE.split("```{")[0], encoding="utf-8")
    told = ledger.Ledger("en", known(page), pages.examples)
    assert told.skipped() == told.limits() == "There is no such example."
    assert told.totals() == told.engines() == "There is no evidence yet: run `nox -s matrix`."


def read(page: Path, known: dict) -> facts.Facts:
    told = facts.Facts()
    told.read('<h2 data-claim="K1" data-verdict="true">', pages.examples(page), pages.page_id(page), known)
    return told


def test_the_home_page_counts_what_held(page):
    seen = known(page, bookworm=("held", "skipped"), trixie=("held", "failed"))
    told = read(page, seen)
    assert (told.commands, told.last_run, told.counts) == (2, "2026-01-31", [("true", 1)])
    assert facts.versions(told.engines, seen) == ["20.10", "26.1"]
    assert read(page, known(page, trixie=("held", "held"))).commands == 3


@pytest.mark.parametrize("results", [("failed", "failed"), ("not run", "not run")])
def test_the_home_page_counts_nothing_that_did_not_hold(page, results):
    told = read(page, known(page, trixie=results))
    assert (told.commands, told.engines, told.last_run) == (0, set(), "")


def test_the_home_page_counts_nothing_that_changed(page):
    seen = known(page, trixie=("held", "held"))
    page.write_text(PAGE.replace("\nthree\n", "\n3\n"), encoding="utf-8")
    assert read(page, seen).commands == 0
