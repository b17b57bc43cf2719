"""Claims that every page, in both languages, is light, quiet and still, fits a phone, and gives axe nothing to mend."""

import pytest
from conftest import DESKTOP, PHONE, ROOT, addresses
from playwright.sync_api import Page, expect

BUDGET = 200_000  # bytes of a first visit: page, styles, scripts, fonts, compressed as a static host does it
AXE = ROOT / "node_modules/axe-core/axe.min.js"
PALETTE = {"light": "default", "dark": "slate"}  # what mkdocs.yml calls them
AT_REST = "*, ::before, ::after { animation: none !important; transition: none !important; }"
COLOUR_RULES = ["color-contrast", "link-in-text-block"]  # of axe's, what depends on the scheme
RUN_AXE = """async (rules) => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"], runOnly: rules ?? undefined });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, html, failureSummary }) =>
    `${id}: ${target}: ${html.slice(0, 150)}\\n    ${failureSummary.split("\\n").at(-1).trim()}`));
}"""
SHIFTS = """new Promise((resolve) => {
  new PerformanceObserver((list) => resolve(list.getEntries())).observe({ type: "layout-shift", buffered: true });
  setTimeout(resolve, 100, []);
}).then((shifts) => shifts.map(({ value, sources }) =>
  `${value.toFixed(4)}: ${sources.map(({ node }) => node?.outerHTML?.slice(0, 80)).join(", ")}`))"""


@pytest.fixture
def visit(open_page, site):
    """Open a page as somebody who was never here; the page, and the bytes of each answer, by address."""

    def visit(path: str) -> tuple[Page, dict[str, int]]:
        page = open_page(None, viewport=PHONE, color_scheme="light")
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        names, sizes = {}, {}
        devtools.on(
            "Network.responseReceived",
            lambda event: names.update({event["requestId"]: event["response"]["url"]}),
        )
        devtools.on(
            "Network.loadingFinished",
            lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}),
        )
        page.goto(site + path, wait_until="networkidle")
        return page, {names.get(request, request): size for request, size in sizes.items()}

    return visit


def check_weight(sizes: dict[str, int]) -> None:
    told = "\n".join(f"{size:7} {name}" for name, size in sorted(sizes.items(), key=lambda item: -item[1]))
    assert any(name.endswith(".woff2") for name in sizes) and sum(sizes.values()) > 50_000
    assert sum(sizes.values()) <= BUDGET, f"a first visit weighs {sum(sizes.values())} bytes:\n{told}"


def check_stillness(page: Page) -> None:
    moved = page.evaluate(SHIFTS)
    assert not moved, f"these move while the page loads (score: elements): {moved}"


def check_width(page: Page) -> None:
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], f"{width} pixels wide on a phone: what does not scroll by itself?"


def check_access(page: Page, scheme: str) -> None:
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", PALETTE[scheme])
    found = page.evaluate(RUN_AXE, COLOUR_RULES if scheme == "dark" else None)
    where = f"{page.viewport_size['width']} pixels, {scheme}"
    assert not found, (
        f"axe at {where}; colours are in site.css, the theme's markup in theme/mend.py:\n" + "\n".join(found)
    )


def check_both_sizes(page: Page, scheme: str) -> None:
    page.add_style_tag(content=AT_REST)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        check_access(page, scheme)


@pytest.mark.parametrize("path", addresses())
def test_page(visit, open_page, path):
    page, sizes = visit(path)
    assert page.locator("h1").count() == 1, "a page has one h1"
    check_weight(sizes)
    check_stillness(page)
    check_width(page)
    check_both_sizes(page, "light")
    page.reload()
    check_stillness(page)
    # Opened anew: the theme keeps the scheme of the first visit.
    page = open_page(path, viewport=PHONE, color_scheme="dark")
    check_both_sizes(page, "dark")


def test_axe_finds_what_is_wrong(open_page):
    page = open_page("specimen/", viewport=DESKTOP)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    page.evaluate("document.querySelector('h1').style.color = '#ccc'; document.documentElement.lang = ''")
    found = {line.split(":")[0] for line in page.evaluate(RUN_AXE)}
    assert {"color-contrast", "html-has-lang"} <= found


def test_axe_finds_what_is_too_dark_to_read(open_page):
    page = open_page("specimen/", viewport=DESKTOP, color_scheme="dark")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    check_access(page, "dark")
    page.evaluate("document.querySelector('h1').style.color = '#333'")
    with pytest.raises(AssertionError, match="color-contrast"):
        check_access(page, "dark")


def test_a_shift_is_seen(open_page):
    page = open_page("specimen/", viewport=DESKTOP)
    page.evaluate(
        "document.querySelector('article').insertAdjacentHTML('afterbegin', '<p style=\"height: 9em\"></p>')"
    )
    assert page.evaluate(SHIFTS)


def test_the_menu_stays_where_it_is_when_its_entries_arrive(open_page):
    page = open_page("specimen/", viewport=DESKTOP)
    without, whole = page.evaluate("""() => {
      const list = document.querySelector(".md-nav--primary > .md-nav__list");
      const top = () => list.getBoundingClientRect().top;
      const whole = top();
      list.innerHTML = "";
      return [top(), whole];
    }""")
    assert without == whole, "it moves while a slow page loads"


def test_the_list_of_pages_is_whole(open_page, site):
    sitemap = open_page("specimen/").request.get(site + "sitemap.xml").text()
    assert {f"<loc>{site}{path}</loc>" in sitemap for path in addresses()} == {True}
    assert sitemap.count("<loc>") == len(addresses())
