"""Claims that a reader can take a container through its life step by step, whatever they read with.

What each step must show comes from transitions.json, not from the markup that the site makes of it.
"""

import json
from itertools import pairwise

import pytest
from conftest import DESKTOP, PHONE
from playwright.sync_api import Locator, Page, expect
from test_browser import FAINT_TEXT
from test_every_page import AT_REST, AXE, check_access, check_width

from theme import states, steps

ROWS = json.loads(states.TABLE.read_text(encoding="utf-8"))
NO_CONTAINER = {"vi": "Không có container", "en": "There is no container"}
PLACE = """figure => [figure, figure.querySelector("svg"), figure.nextElementSibling]
  .map((element) => element.getBoundingClientRect().top + scrollY)"""


def step(row: dict) -> str:
    return steps.name(row["from"], row["command"])


def route_to(state: str, start: str = "none") -> list[dict]:
    """The fewest rows that lead from `start` to this state."""
    routes = {start: []}
    while state not in routes:
        routes = {
            row["to"]: [*routes[row["from"]], row] for row in reversed(ROWS) if row["from"] in routes
        } | routes
    return routes[state]


def press(figure: Locator, row: dict) -> None:
    figure.locator(f"button[value={step(row)}]").click()


def legs(row: dict) -> list[list[str]]:
    return [[*pair] for pair in pairwise(row[end] for end in ("from", "via", "to") if end in row)]


def arrows(figure: Locator) -> list[list[str]]:
    """The pairs of states whose arrow is heavier than the others."""
    return figure.locator("svg g[data-from]").evaluate_all(
        """groups => groups
          .filter((group) => getComputedStyle(group.querySelector(".d-arrow")).strokeWidth !== "1.5px")
          .map((group) => [group.dataset.from, group.dataset.to])"""
    )


def check_step(figure: Locator, row: dict, language: str) -> None:
    told = figure.get_by_role("status").locator("p:visible")
    expect(told).to_have_count(1)
    command, by_itself = states.split(row["command"])
    path, _, events = told.inner_text().partition("; ")
    assert path.startswith(f"docker {command}" if command else "("), path
    assert bool(by_itself) == ("(" in path.partition(":")[0]), path
    for state in {row["from"], row.get("via", row["to"]), row["to"]} - {"none"}:
        assert state in path
    codes = told.locator("code").all_text_contents()
    assert codes[len(codes) - len(flat(row)) :] == flat(row), f"{row}: {events}"
    assert bool(flat(row)) == (":" in events), events
    assert sorted(arrows(figure)) == sorted(legs(row) if row.get("drawn", True) else []), row
    here = figure.locator("svg [data-state].is-on")
    assert here.get_attribute("data-state") == row["to"]
    legend = figure.locator("legend:visible")
    expect(legend).to_contain_text(NO_CONTAINER[language] if row["to"] == "none" else row["to"])
    offered = figure.locator("button:visible").evaluate_all("buttons => buttons.map(({ value }) => value)")
    assert offered == [step(other) for other in ROWS if other["from"] == row["to"]]


def check_legible(page: Page, figure: Locator, scheme: str) -> None:
    """With a step chosen, in the scheme and at the width that the page has."""
    page.add_style_tag(content=AT_REST)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    check_access(page, scheme)
    faint = page.evaluate(FAINT_TEXT)
    assert not faint, "text below 4.5:1:\n" + "\n".join(faint)
    if page.viewport_size == PHONE:
        check_width(page)


def flat(row: dict) -> list[str]:
    return [name for event in row["events"] for name in ([event] if isinstance(event, str) else event)]


@pytest.mark.parametrize("path, language", [("lifecycle/", "vi"), ("en/lifecycle/", "en")])
def test_every_command_shows_its_transition_and_events(open_page, path, language):
    page = open_page(path, viewport=DESKTOP, reduced_motion="reduce")
    figure = page.locator("#states")
    state = "none"
    for row in ROWS:
        for between in route_to(row["from"], state):
            press(figure, between)
        place = figure.evaluate(PLACE)
        press(figure, row)
        check_step(figure, row, language)
        assert figure.evaluate(PLACE) == place, f"{row}: the picture, or what follows it, moved"
        state = row["to"]


def test_label_chosen_stands_out_alone(open_page):
    page = open_page("en/lifecycle/", viewport=DESKTOP)
    figure = page.locator("#states")
    for row in [*route_to("running"), next(row for row in ROWS if step(row) == "running-stop")]:
        press(figure, row)
    bold = figure.locator("svg g[data-from] text").evaluate_all(
        "texts => texts.filter((text) => getComputedStyle(text).fontWeight === '700').map((text) => text.textContent)"
    )
    assert bold == ["stop"], "`kill` stands at the same arrow, `stop` at other arrows"


def test_keyboard_alone_takes_a_container_through_its_life(open_page):
    page = open_page("en/lifecycle/", viewport=DESKTOP)
    page.locator("#transitions a").focus()  # the heading before the picture
    for _ in range(4):  # two links in what is told at first
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "none-create":
            break
    for key in ("none-create", "created-start", "running-pause", "paused-unpause", "running-pause"):
        focused = page.locator(":focus")
        expect(focused).to_have_attribute("value", key)
        assert focused.evaluate("button => getComputedStyle(button).outlineStyle") == "solid", (
            "focus is not visible"
        )
        page.keyboard.press("Enter")
        expect(page.locator("#states").get_by_role("status")).to_contain_text(key.split("-")[1])
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("value", "paused-stop")
    page.keyboard.press("Space")
    expect(page.locator("#states svg .is-on[data-state]")).to_have_attribute("data-state", "exited")


def test_a_step_that_leads_nowhere_keeps_the_focus(open_page):
    page = open_page("en/lifecycle/", viewport=DESKTOP)
    figure = page.locator("#states")
    for row in [*route_to("running"), next(row for row in ROWS if step(row) == "running-kill-s-HUP")]:
        press(figure, row)
    expect(page.locator(":focus")).to_have_attribute("value", "running-kill-s-HUP")
    expect(page.locator(":focus")).to_have_attribute("aria-current", "step")


def test_a_screen_reader_hears_the_chosen_step_and_no_other(open_page):
    page = open_page("en/lifecycle/", viewport=DESKTOP)
    figure = page.locator("#states")
    assert "Choose a command" in figure.get_by_role("status").aria_snapshot()
    press(figure, ROWS[0])
    heard = figure.get_by_role("status").aria_snapshot()
    assert heard.count("paragraph") == 1 and "docker create" in heard, heard
    expect(figure.get_by_role("group", name="The container is created")).to_be_visible()
    assert figure.get_by_role("group").count() == 1, "choices of other states can be reached"


@pytest.mark.parametrize("path", ["lifecycle/", "en/lifecycle/"])
def test_without_a_script_the_picture_stands_alone(open_page, path):
    page = open_page(path, viewport=PHONE, java_script_enabled=False)
    figure = page.locator("#states")
    expect(figure.locator("button:visible")).to_have_count(0)
    expect(figure.locator("p:visible")).to_have_count(0)
    expect(figure.locator("svg")).to_be_visible()
    fill = "element => getComputedStyle(element).fill"
    assert figure.locator("[data-state=none] rect").first.evaluate(fill) == "none", "a step looks chosen"
    expect(page.locator("table tr[data-from]")).to_have_count(len(ROWS))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_chosen_step_is_legible_and_fits(open_page, screenshot, scheme, size):
    page = open_page("lifecycle/", viewport=size, color_scheme=scheme)
    figure = page.locator("#states")
    for row in [*route_to("paused"), next(row for row in ROWS if step(row) == "paused-unpause")]:
        press(figure, row)
    check_legible(page, figure, scheme)
    for button in figure.locator("button:visible").all():
        box = button.bounding_box()
        assert min(box["width"], box["height"]) >= 24, "too small for a finger (WCAG 2.2, 2.5.8)"
    figure.scroll_into_view_if_needed()
    screenshot(page, f"states-{'phone' if size == PHONE else 'desktop'}-{scheme}")


@pytest.mark.parametrize("motion, name", [("reduce", "none"), ("no-preference", "steps-draw")])
def test_the_arrow_is_drawn_for_those_who_like_motion(open_page, motion, name):
    page = open_page("lifecycle/", viewport=DESKTOP, reduced_motion=motion)
    figure = page.locator("#states")
    press(figure, ROWS[0])
    arrow = figure.locator("g[data-from].is-on .d-arrow")
    assert arrow.evaluate("arrow => getComputedStyle(arrow).animationName") == name


def test_only_pages_with_steps_fetch_their_script(open_page):
    for path, count in (("lifecycle/", 1), ("processes/", 0)):
        expect(open_page(path).locator("script[src$='/steps.js']")).to_have_count(count)
