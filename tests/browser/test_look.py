"""Claims that the home page shows what this is and why to trust it, and that a page can be printed and shared."""

import re
from pathlib import Path

from conftest import DESKTOP, PHONE, SCREENSHOTS, held_everywhere
from playwright.sync_api import expect

from doclab.claims import decisions
from doclab.pages import examples, page_id
from doclab.source import all_pages
from theme.badges import states


def test_home_says_what_this_is_and_why_to_trust_it(open_page, screenshot):
    for path, language in (("", "vi"), ("en/", "en")):
        page = open_page(path, viewport=DESKTOP)
        screenshot(page, f"home-{language}")
        hero = page.locator(".lab-hero")
        expect(hero.locator("h1")).to_be_in_viewport()
        expect(hero.locator("h1 + p ~ p").first).to_be_in_viewport()
        numbers = hero.locator("li strong").all_inner_texts()
        assert int(numbers[0]) >= 30 and int(re.sub(r"\D", "", numbers[1])) > 1000, numbers
        expect(hero.locator("li").last).to_be_in_viewport()
        for link in hero.locator("a:not(.headerlink)").all():
            target = link.get_attribute("href")
            assert target == "#example" or page.request.get(page.url + target.split("#")[0]).ok, target


def test_numbers_on_the_home_page_are_those_of_the_pages(open_page):
    ours = Path(__file__).parent / "pages/vi"  # pages that only this build has
    files, known = [*all_pages(), *ours.rglob("*.md")], held_everywhere()
    found = {file: examples(file) for file in files}
    decided = {decision.claim for file in files for decision in decisions(file, found[file])}
    seen = [pair for file in all_pages() for pair in states(found[file], page_id(file), known)]
    held = [example for example, where in seen if "held" in where.values()]
    commands = sum(len(example.steps) for example in held if example.language == "console")
    programs = sum(example.language == "python" for example in held)
    texts = open_page().locator(".lab-hero li").all_inner_texts()
    assert texts[0].split()[0] == str(len(decided))
    assert texts[1].split()[0].replace(".", "") == str(commands)
    assert f"{programs} chương trình Python" in texts[1]


def test_the_same_icon_everywhere(open_page, site):
    page = open_page("specimen/")
    for icon in (
        page.locator("link[rel=icon]").get_attribute("href"),
        page.locator(".md-logo img").first.get_attribute("src"),
    ):
        svg = page.request.get(f"{site}specimen/{icon}").text()
        assert 'd="M3.2 11.6 12 5.6l8.8 6"' in svg, "the roof of our house is not in this icon"


def test_stacked_marks_are_in_our_fonts(open_page, screenshot):
    page = open_page("specimen/", viewport=PHONE)
    page.reload()  # on a first visit a font may come too late for the page, see fonts.css
    devtools = page.context.new_cdp_session(page)
    devtools.send("DOM.enable")
    devtools.send("CSS.enable")
    root = devtools.send("DOM.getDocument")["root"]["nodeId"]
    for selector in ("h1", "h1 ~ p", "h1 ~ p strong", "h1 ~ p em", "h1 ~ p code"):
        node = devtools.send("DOM.querySelector", {"nodeId": root, "selector": f"article {selector}"})[
            "nodeId"
        ]
        fonts = devtools.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
        ours = {font["familyName"] for font in fonts if font["isCustomFont"]}
        assert len(ours) == len(fonts) == 1, f"{selector} is set in {fonts}: a letter is missing in ours"
    screenshot(page, "specimen-phone")


def test_a_page_prints_whole(open_page):
    page = open_page("specimen/", viewport=DESKTOP)
    page.emulate_media(media="print")
    closed = page.locator("article details:not([open])")
    assert closed.count()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(closed).to_have_count(0)
    for code in page.locator("article pre > code").all():
        assert code.evaluate("code => code.scrollWidth <= code.clientWidth + 1"), "a line is cut off on paper"
    for hidden in (".md-header", ".md-sidebar--primary", ".md-code__nav", ".doclab-fold"):
        assert not page.locator(hidden).first.is_visible(), f"{hidden} is printed"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert closed.count()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.pdf(path=SCREENSHOTS / "specimen.pdf")
