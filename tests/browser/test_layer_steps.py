"""Claims that a reader can go through the layers of copy-on-write step by step, whatever they read with."""

import pytest
from conftest import DESKTOP, PHONE
from playwright.sync_api import Locator, expect
from test_steps import PLACE, check_legible

from theme import layers

PATHS = ["copy-on-write/", "en/copy-on-write/"]
COLUMNS = {"read": 1, "copy-up": 2, "write": 2, "create": 3, "delete": 4}  # that have been reached


def press(figure: Locator, step: str) -> None:
    figure.locator(f"button[value={step}]").click()


def heavy(figure: Locator) -> list[str]:
    """What stands out in the picture: the texts of the boxes with a heavy rim, and the number of heavy lines."""
    return figure.evaluate("""figure => {
      const isHeavy = (shape) => getComputedStyle(shape).strokeWidth === "2.5px";
      const boxes = [...figure.querySelectorAll("[data-part] > rect")].filter(isHeavy);
      const lines = [...figure.querySelectorAll(".d-arrow, .d-line")].filter(isHeavy);
      return [...boxes.map((box) => box.nextElementSibling.textContent), String(lines.length)];
    }""")


@pytest.mark.parametrize("path", PATHS)
def test_each_step_tells_what_the_page_ran_and_shows_where_the_file_is(open_page, path):
    page = open_page(path, viewport=DESKTOP, reduced_motion="reduce")
    figure = page.locator("#layers")
    expect(figure.locator("[data-column]:visible")).to_have_count(4)
    place = figure.evaluate(PLACE)
    expected = {
        "read": ["bash", "bash", "1"],
        "copy-up": ["bash′", "2"],
        "write": ["bash′", "1"],
        "create": ["new", "new", "1"],
        "delete": ["whiteout" if path.startswith("en/") else "dấu xoá", "1"],
    }
    assert set(expected) == set(layers.STEPS)
    for step, stands_out in expected.items():
        press(figure, step)
        told = figure.get_by_role("status").locator("ul:visible code")
        wanted = [layers.STEPS[step].typed, *(text for seen in layers.STEPS[step].seen for text in seen)]
        assert told.all_text_contents() == wanted
        expect(figure.locator("[data-column]:visible")).to_have_count(COLUMNS[step])
        assert heavy(figure) == stands_out, step
        assert figure.evaluate(PLACE) == place, "the picture, or what follows it, moved"
        expect(figure.locator("[aria-current=step]")).to_have_attribute("value", step)


def test_keyboard_steps_through(open_page):
    page = open_page("en/copy-on-write/", viewport=DESKTOP)
    page.locator("#layers button").first.focus()
    for step in layers.STEPS:
        focused = page.locator(":focus")
        expect(focused).to_have_attribute("value", step)
        page.keyboard.press("Enter")
        expect(focused).to_have_attribute("aria-current", "step")
        heard = page.locator("#layers").get_by_role("status").aria_snapshot()
        assert heard.count("paragraph") == 1 and layers.STEPS[step].seen[0][1] in heard, heard
        page.keyboard.press("Tab")


@pytest.mark.parametrize("path", PATHS)
def test_without_a_script_the_whole_picture_stands_alone(open_page, path):
    page = open_page(path, viewport=PHONE, java_script_enabled=False)
    figure = page.locator("#layers")
    expect(figure.locator("button:visible, p:visible, li:visible")).to_have_count(0)
    expect(figure.locator("[data-column]:visible")).to_have_count(4)
    assert heavy(figure) == ["0"], "a step looks chosen"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_chosen_step_is_legible_and_fits(open_page, screenshot, scheme, size):
    page = open_page("copy-on-write/", viewport=size, color_scheme=scheme)
    figure = page.locator("#layers")
    press(figure, "delete")  # its commands are the longest
    check_legible(page, figure, scheme)
    for inside in figure.locator("code:visible, svg").all():
        box = inside.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= size["width"], "it sticks out"
    screenshot(page, f"layers-{'phone' if size == PHONE else 'desktop'}-{scheme}")
