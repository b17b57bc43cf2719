"""A word of the glossary is explained once, where it first stands in running text, and never in code, links or headings."""

import pytest

from theme.abbreviations import TERMS, MissingTerm, Term, explain, terms

SHIM = Term(("shim",), "A small <process>", frozenset({"concepts/engine"}))
LAYER = Term(("lớp ghi", "writable layer"), "Chỗ riêng", frozenset({"copy-on-write"}))


@pytest.mark.parametrize(
    "content, expected",
    [
        ("<p>the shim, a shim</p>", '<p>the <abbr title="A small &lt;process&gt;">shim</abbr>, a shim</p>'),
        ("<p>Shims</p>", '<p><abbr title="A small &lt;process&gt;">Shims</abbr></p>'),
        ("<p>shimmer, a-shim, shim-like</p>", "<p>shimmer, a-shim, shim-like</p>"),
        ("<h2>shim</h2><p>a</p>", "<h2>shim</h2><p>a</p>"),
        (
            "<p><code>shim</code> <a href='x'>a <b>shim</b></a></p>",
            "<p><code>shim</code> <a href='x'>a <b>shim</b></a></p>",
        ),
        ("<svg><g><text>shim</text></g></svg>", "<svg><g><text>shim</text></g></svg>"),
        ('<p class="admonition-title">shim</p>', '<p class="admonition-title">shim</p>'),
        ("<p>mọi lớp ghi</p>", '<p>mọi <abbr title="Chỗ riêng">lớp ghi</abbr></p>'),
        ("<!-- shim --><p>a</p>", "<!-- shim --><p>a</p>"),
    ],
)
def test_first_words_are_marked(content, expected):
    assert expected == explain(content, [SHIM, LAYER], "start/")


def test_a_page_that_explains_a_word_needs_no_tooltip():
    assert "<p>shim</p>" == explain("<p>shim</p>", [SHIM], "concepts/engine/")


def test_terms_come_from_the_glossary():
    entry = '<dt id="{0}">{0} (also {0})</dt>\n<dd>What <em>{0}</em> is &amp; does.\nMore. See <a href="../a/b/#c">B</a>.</dd>'
    found = terms("".join(entry.format(id) for id in TERMS), "en/glossary/")
    assert len(TERMS) == len(found)
    assert Term(("api", "also api"), "What api is & does.", frozenset({"en/a/b"})) == found[0]


def test_a_term_that_the_glossary_lacks_is_an_error():
    with pytest.raises(MissingTerm, match="there is no term api, "):
        terms("<dl></dl>", "glossary/")
