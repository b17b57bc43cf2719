"""An English page says what its Vietnamese source says: the same skeleton, and the stamp of the source it was made from."""

import difflib

import pytest

from doclab import translations
from doclab.source import SOURCE, PageError, relative

TWINS = translations.twins()
NAMES = [str(source.relative_to(SOURCE)) for source, _ in TWINS]


def test_there_are_pages():
    assert TWINS, "docs/vi has no page"


@pytest.mark.parametrize(("source", "translation"), TWINS, ids=NAMES)
def test_same_skeleton(source, translation):
    """Headings, admonitions, links and code blocks are equal, in the same order."""
    for page in (source, translation):
        assert page.exists(), f"{relative(page)} is missing: write it in the same commit as its twin"
    ours, theirs = translations.skeleton(source), translations.skeleton(translation)
    difference = "\n".join(
        difflib.unified_diff(ours, theirs, relative(source), relative(translation), lineterm="", n=1)
    )
    assert not difference, f"make the two pages equal but for their words:\n{difference}"


@pytest.mark.parametrize("page", [page for twins in TWINS for page in twins], ids=relative)
def test_the_front_matter_is_whole(page):
    translations.front_matter(page)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("# No front matter\n", 1, "can't be read"),
        ("---\ntitle: Nhãn: là gì\ndescription: b\ntranslates: c\n---\n", 1, "can't be read"),
        ("---\ntitle: a\ndescription: b\ntranslates: c\n--\n", 1, "can't be read"),
        (" ---\ntitle: a\ndescription: b\ntranslates: c\n---\n", 1, "can't be read"),
        ("---\ntitle: a\ndescription: b\n---\n", 1, "lacks `translates:`"),
        ("---\ntitle:\ndescription: b\ntranslates: c\n---\n", 1, "lacks `title:`"),
        ("---\n1: x\ntitle: a\ndescription: b\ntranslates: c\n---\n", 2, "unknown key `1:`"),
        ("---\ntitle: a\ndescription: b\ntranslates: c\nhiden: [toc]\n---\n", 5, "unknown key `hiden:`"),
    ],
)
def test_front_matter_that_the_site_would_not_find_is_refused(tmp_path, monkeypatch, text, line, message):
    monkeypatch.setattr(translations, "TRANSLATION", tmp_path)
    (tmp_path / "page.md").write_text(text, encoding="utf-8")
    with pytest.raises(PageError, match=message) as refused:
        translations.front_matter(tmp_path / "page.md")
    assert refused.value.line == line


@pytest.mark.parametrize(("source", "translation"), TWINS, ids=NAMES)
def test_translation_is_current(source, translation):
    """The stamp in the translation's front matter is that of its source as it is now."""
    old, new = str(translations.front_matter(translation)["translates"]), translations.stamp(source)
    assert old == new, (
        f"{relative(source)} has changed since it was translated. To see how: "
        f"{translations.how_to_see_changes(source, old)}\n"
        f"Bring {relative(translation)} up to date, then write `translates: {new}` into its front matter."
    )


def test_stamp_ignores_outputs_and_nothing_else(tmp_path):
    page = tmp_path / "page.md"
    texts = {
        "as it was": "Prose.\n\n```console\n$ echo a\na\n```\n",
        "output": "Prose.\n\n```console\n$ echo a\nb\nc\n```\n",
        "command": "Prose.\n\n```console\n$ echo b\na\n```\n",
        "prose": "Other prose.\n\n```console\n$ echo a\na\n```\n",
    }
    stamps = {}
    for name, text in texts.items():
        page.write_text(text, encoding="utf-8")
        stamps[name] = translations.stamp(page)
    assert stamps["output"] == stamps["as it was"]
    assert len({stamps["as it was"], stamps["command"], stamps["prose"]}) == 3


SKELETON = "## Title { #id }\n\n!!! note\n    [text](start.md)\n\n```console\n$ echo a\n```\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("#id", "#other"),
        ("## ", "### "),
        ("!!! note", "!!! tip"),
        ("start.md", "index.md"),
        ("echo a", "echo b"),
    ],
)
def test_skeleton_sees_what_a_translation_must_not_change(tmp_path, old, new):
    ours, theirs = tmp_path / "vi.md", tmp_path / "en.md"
    ours.write_text(SKELETON, encoding="utf-8")
    theirs.write_text(SKELETON.replace("Title", "Tiêu đề").replace(old, new), encoding="utf-8")
    assert translations.skeleton(ours) != translations.skeleton(theirs)


def test_skeleton_leaves_words_and_reasons_free(tmp_path):
    ours, theirs = tmp_path / "vi.md", tmp_path / "en.md"
    fence = '```{ .console .no-run reason="WHY" }\n$ docker login\n```\n'
    ours.write_text(SKELETON + fence, encoding="utf-8")
    theirs.write_text(
        (SKELETON + fence).replace("Title", "Tiêu đề").replace("WHY", "vì sao"), encoding="utf-8"
    )
    assert translations.skeleton(ours) == translations.skeleton(theirs)
