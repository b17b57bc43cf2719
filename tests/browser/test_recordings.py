"""Claims that a recording costs nothing until it is opened, and then plays what the transcript above it says."""

import pytest
from conftest import DESKTOP, PHONE
from playwright.sync_api import Locator, Page, expect
from test_every_page import AT_REST, AXE, check_access, check_width

LAST_LINES = ["deaf 9", "polite 15", "helped 15", "/helped 143", "$ docker logs polite", "ready", "bye"]


def find(page: Page) -> Locator:
    """The recording of how three containers are stopped."""
    found = page.locator("#signals ~ .highlight details[data-cast]").first
    assert found.count(), "it is gone: run `nox -s matrix -- docs/vi/processes.md`"
    return found


def play_to_the_end(found: Locator) -> None:
    found.locator("summary").click()
    found.locator(".ap-term").wait_for()
    found.evaluate("details => details.player.seek('100%')")
    expect(found.locator(".ap-term")).to_contain_text("bye")


@pytest.mark.parametrize("path", ["processes/", "en/processes/"])
def test_it_plays_what_the_transcript_says(open_page, path):
    page = open_page(path, viewport=DESKTOP)
    found = find(page)
    play_to_the_end(found)
    screen = [line.strip() for line in found.locator(".ap-line").all_inner_texts()]
    transcript = found.locator("xpath=../pre").inner_text()
    for line in LAST_LINES:
        assert line in screen and line.removeprefix("$ ") in transcript, line
    assert [line for line in screen if line][-1] == "$", "the prompt is back"


@pytest.mark.parametrize("path", ["processes/", "en/processes/"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_open_it_is_legible_and_fits(open_page, screenshot, path, size, scheme):
    page = open_page(path, viewport=size, color_scheme=scheme)
    found = find(page)
    play_to_the_end(found)
    page.add_style_tag(content=AT_REST)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    check_access(page, scheme)
    if size == PHONE:
        check_width(page)
    height = found.locator(".ap-line").first.evaluate("line => line.getBoundingClientRect().height")
    assert height >= 10, f"lines are {height} pixels high"
    found.scroll_into_view_if_needed()
    screenshot(page, f"recording-{scheme}-{size['width']}-{path.count('/')}")


def test_the_player_is_fetched_when_the_first_one_is_opened(open_page, site):
    page = open_page(None, viewport=DESKTOP)
    asked = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(site)))
    page.goto(site + "processes/", wait_until="networkidle")
    assert "assets/js/recordings.js" in asked and not [url for url in asked if "asciinema" in url]
    play_to_the_end(find(page))
    assert [url for url in asked if "asciinema" in url] == [
        f"assets/js/vendor/asciinema-player.{end}" for end in ("css", "js")
    ]


def test_closing_it_stops_it(open_page):
    page = open_page("processes/", viewport=DESKTOP)
    found = find(page)
    found.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(found.locator(".ap-term")).to_contain_text("since=$(docker info")
    page.keyboard.press("Enter")
    stopped = found.evaluate("details => details.player.getCurrentTime()")
    page.wait_for_timeout(500)
    assert found.evaluate("details => details.player.getCurrentTime()") == pytest.approx(stopped, abs=0.2)


def test_it_does_not_start_by_itself_for_those_who_want_no_motion(open_page):
    page = open_page("processes/", viewport=DESKTOP, reduced_motion="reduce")
    found = find(page)
    found.locator("summary").click()
    found.locator(".ap-term").wait_for()
    page.wait_for_timeout(1500)
    expect(found.locator(".ap-term")).not_to_contain_text("docker")
    found.locator(".ap-overlay-start, .ap-play-button").first.click()
    expect(found.locator(".ap-term")).to_contain_text("docker")


def test_without_javascript_the_transcript_is_all(open_page):
    page = open_page("processes/", viewport=DESKTOP, java_script_enabled=False)
    found = find(page)
    assert not found.is_visible()


def test_on_paper_it_is_left_out(open_page):
    page = open_page("processes/", viewport=DESKTOP)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert not find(page).is_visible()
    page.wait_for_timeout(500)
    assert not find(page).locator(".ap-term").count(), "the player was fetched for paper"
