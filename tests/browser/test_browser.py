"""Claims that a reader can find, switch, copy and read everything here, while the browser asks nobody else."""

import re
from pathlib import Path

import pytest
from conftest import DESKTOP
from playwright.sync_api import expect

TYPED = """for i in 1 2; do
  echo "# $i"
done
cat > note.txt <<'EOF'
$HOME is not expanded
EOF
cat note.txt
docker run --rm --name a-rather-long-name-for-a-container --network a-rather-long-name busybox:1.37 true"""

FAINT_TEXT = Path(__file__).with_name("faint_text.js").read_text()


@pytest.mark.parametrize("path, language", [("", "vi"), ("en/", "en")])
def test_each_language_opens(open_page, path, language):
    page = open_page(path)
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("h1")).to_be_visible()


@pytest.mark.parametrize(
    "start, to, end", [("specimen/", "en", "en/specimen/"), ("en/specimen/", "vi", "specimen/")]
)
def test_language_switch_keeps_page_and_section(open_page, site, start, to, end):
    page = open_page(f"{start}#parts")
    page.locator(".md-select button").hover()
    page.locator(f".md-select a[hreflang={to}]").click()
    page.wait_for_url(f"{site}{end}#parts")
    expect(page.locator("#parts")).to_be_in_viewport()


def test_language_switch_keeps_the_section_scrolled_to(open_page, site):
    page = open_page("specimen/", viewport=DESKTOP)
    # The theme looks a quarter of a second after a movement, but not at the first one: keep moving a little.
    page.wait_for_function(
        """() => {
          const top = document.getElementById("no-run").offsetTop - 60;
          scrollTo({ top: scrollY === top ? top + 1 : top, behavior: "instant" });
          return location.hash === "#no-run";
        }""",
        polling=500,
    )
    page.locator(".md-select button").hover()
    page.locator(".md-select a[hreflang=en]").click()
    page.wait_for_url(f"{site}en/specimen/#no-run")


def test_copy_button_copies_what_was_typed(open_page):
    page = open_page("specimen/")
    block = page.locator("#copy ~ .doclab").first
    block.hover()
    block.locator("button[data-md-type=copy]").click()
    expect(page.locator(".md-dialog")).to_contain_text("Đã sao chép")
    assert page.evaluate("navigator.clipboard.readText()") == TYPED


def test_selected_text_has_no_prompts(open_page):
    page = open_page("specimen/")
    selected = page.locator("#copy ~ .doclab code").first.evaluate(
        "code => { getSelection().selectAllChildren(code); return getSelection().toString(); }"
    )
    assert selected.startswith("for i in 1 2; do"), (
        f"prompts are selectable: see .gp in site.css: {selected!r}"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_is_legible(open_page, screenshot, scheme):
    for path, name in [
        ("", "home"),
        ("linking/link/", "link"),
        ("specimen/", "specimen"),
        ("no-such-page/", "404"),
    ]:
        page = open_page(path, color_scheme=scheme, viewport=DESKTOP)
        screenshot(page, f"{name}-{scheme}")
        faint = page.evaluate(FAINT_TEXT)
        assert not faint, f"text below 4.5:1 on /{path}, {scheme}; its colour is in site.css:\n" + "\n".join(
            faint
        )


def test_faint_text_is_found(open_page):
    page = open_page("en/lifecycle/", viewport=DESKTOP, color_scheme="light")
    assert not page.evaluate(FAINT_TEXT)
    page.evaluate("document.querySelector('article p').style.color = '#ccc'")
    page.evaluate("document.querySelector('#states svg text').style.fill = '#ccc'")
    assert {line.split()[1].partition(".")[0] for line in page.evaluate(FAINT_TEXT)} == {"p", "text"}


def test_scheme_follows_the_system_until_the_reader_chooses(open_page):
    page = open_page(color_scheme="dark")
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    page.locator("form[data-md-component=palette] label:visible").click()
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "default")
    page.reload()
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "default")


def test_keyboard_reaches_the_content(open_page):
    page = open_page("specimen/")
    page.keyboard.press("Tab")
    skip = page.locator(".md-skip")
    expect(skip).to_be_focused()
    expect(skip).to_have_text("Tới nội dung")
    page.keyboard.press("/")
    expect(page.locator("[data-md-component=search-query]")).to_be_focused()


def test_unknown_page_answers_in_both_languages(open_page, site):
    page = open_page("linking/no-such-page/")
    expect(page.locator("h1")).to_have_text("Không tìm thấy trang")
    expect(page.locator("[lang=en] h2")).to_have_text("Page not found")
    page.locator("[lang=en] a").click()
    page.wait_for_url(f"{site}en/")


def test_unknown_english_page_answers_in_english(open_page, site):
    page = open_page("en/linking/no-such-page/")
    expect(page.locator("h1")).to_have_text("Page not found")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url == f"{site}en/linking/no-such-page/"
    page.keyboard.press("/")
    page.keyboard.type("dns")
    expect(page.locator(".md-search-result__item > a").first).to_have_attribute("href", re.compile("/en/"))


def test_words_of_the_glossary_are_explained(open_page):
    page = open_page("linking/network/", viewport=DESKTOP)
    word = page.locator("article abbr", has_text="PID 1")
    meaning = word.get_attribute("title")
    assert meaning.startswith("Tiến trình đầu tiên trong container")
    word.hover()
    expect(page.locator(".md-tooltip2")).to_contain_text(meaning)
