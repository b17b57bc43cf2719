"""Every claim is decided on the page that owes it, with one of the four verdicts, by an example that runs."""

import pytest

from doclab import claims, pages
from doclab.source import DOCS, all_pages, relative

OWED = [(claim, name) for name, owed in claims.OWED.items() for claim in owed]


@pytest.mark.parametrize(("claim", "name"), OWED, ids=[f"{claim}-{name}" for claim, name in OWED])
def test_claim_is_decided(claim, name):
    page = DOCS / "vi" / f"{name}.md"
    found = [decision for decision in claims.decisions(page, pages.examples(page)) if decision.claim == claim]
    assert found, f'{relative(page)}: no heading has {{ data-claim="{claim}" data-verdict="…" }}'
    for decision in found:
        assert decision.verdict in claims.VERDICTS, (
            f"{relative(page)}: {claim} has the verdict {decision.verdict!r}"
        )
    assert any(decision.examples for decision in found), (
        f"{relative(page)}: no example under {', '.join('#' + decision.heading for decision in found)} runs, "
        f"so {claim} is a matter of belief"
    )


def test_no_page_decides_what_it_does_not_owe():
    strays = [
        f"{relative(page)}: {decision.claim}"
        for page in all_pages()
        for decision in claims.decisions(page, pages.examples(page))
        if decision.claim not in claims.OWED.get(pages.page_id(page), ())
    ]
    assert strays == [], "put these claims into doclab/claims.py, or take them off the pages"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('data-verdict="true"', 'data-verdict="tru"'),
        ('data-claim="K1"', 'data-claim="K99"'),
        ('data-claim="K1"', 'data-claim="x"'),
    ],
)
def test_what_is_no_claim_or_verdict_is_an_error_with_its_line(tmp_path, right, wrong):
    page = tmp_path / "page.md"
    page.write_text(f"---\ntitle: x\n---\n{PAGE.replace(right, wrong)}")
    with pytest.raises(pages.PageError, match=f"page.md:4: unknown {wrong}: see doclab/claims.py"):
        claims.decisions(page, [])


PAGE = """## Said { #said data-claim="K1" data-verdict="true" }

### Shown { #shown }

BLOCK

## Next { #next }

```console
$ echo of another section
```
"""


@pytest.mark.parametrize(
    ("block", "count"),
    [
        ("```console\n$ echo run\n```", 1),
        ('```{ .console .no-run reason="none" }\n$ echo\n```', 0),
        ("```text\nshown\n```", 0),
        ("", 0),
    ],
)
def test_only_an_example_that_runs_in_its_section_decides_a_claim(tmp_path, block, count):
    page = tmp_path / "page.md"
    page.write_text(PAGE.replace("BLOCK", block))
    (decision,) = claims.decisions(page, pages.examples(page))
    assert (decision.claim, decision.verdict, decision.heading) == ("K1", "true", "said")
    assert len(decision.examples) == count
