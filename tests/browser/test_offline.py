"""Claims that the site works from a folder, without a server: pages, languages, fonts, copying, and the search."""

import re
import shutil
import zipfile
from pathlib import Path

import pytest
from conftest import DESKTOP
from playwright.sync_api import expect

from theme import offline


@pytest.fixture(scope="module")
def zipped(tmp_path_factory) -> Path:
    """The zip of the offline site."""
    target = tmp_path_factory.mktemp("offline")
    assert offline.main(target, ["--no-strict"]) == 0
    return target / "hieu-docker.zip"


def test_it_all_works_from_a_folder(zipped, chromium, tmp_path, screenshot):
    shutil.unpack_archive(zipped, tmp_path)
    page = chromium.new_context(viewport=DESKTOP).new_page()
    noise = []
    page.on(
        "console",
        lambda message: noise.append(message.text) if message.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on("requestfailed", lambda request: noise.append(f"{request.url}: {request.failure}"))
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith(("file:", "data:", "blob:")) else noise.append(request.url)
        ),
    )
    page.goto((tmp_path / "hieu-docker/index.html").as_uri())
    loaded = (
        "document.fonts.ready.then((fonts) => Array.from(fonts).filter((f) => f.status === 'loaded').length)"
    )
    assert page.evaluate(loaded) >= 3
    page.keyboard.press("/")
    page.keyboard.type("duong di qua lien ket")
    first = page.locator(".md-search-result__item > a").first
    expect(first).to_have_attribute("href", re.compile("/linking/link.html"))
    assert not any(
        "/en/" in link.get_attribute("href") for link in page.locator(".md-search-result__item > a").all()
    )
    first.click()
    page.wait_for_url("**/linking/link.html**")
    page.locator(".md-select button").hover()
    page.locator(".md-select a[hreflang=en]").click()
    page.wait_for_url("**/en/linking/link.html**")
    page.keyboard.press("/")
    page.keyboard.type("user defined network")
    expect(first).to_have_attribute("href", re.compile("/en/linking/network.html"))
    page.goto((tmp_path / "hieu-docker/en/lifecycle.html").as_uri())
    page.locator("#states button[value=none-create]").click()
    expect(page.locator("#states").get_by_role("status")).to_contain_text("docker create")
    page.goto((tmp_path / "hieu-docker/processes.html").as_uri())
    page.locator("details[data-cast] summary").first.click()
    expect(page.locator("details[open] .ap-term")).to_contain_text("docker run")
    screenshot(page, "offline")
    assert not noise, "\n".join(noise)


def test_the_zip_has_one_folder_and_nothing_for_servers(zipped):
    names = zipfile.ZipFile(zipped).namelist()
    assert {name.split("/")[0] for name in names} == {"hieu-docker"}
    assert not [name for name in names if name.endswith((".map", "404.html", "sitemap.xml"))]
    assert {"hieu-docker/index.html", "hieu-docker/en/index.html"} <= set(names)
