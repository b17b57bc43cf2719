"""The site in a browser: built once with a page of our own added, served below a path, watched for anything noisy.

The path matters: on GitHub Pages and the like the site does not live at the root of its host.
"""

import os
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / ".cache" / "screenshots"
BELOW = "/hieu-docker/"
CHROMIUM_FLAGS = [
    "--no-sandbox",  # root in a container has no user namespaces
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",  # with the next two: no traffic of Chromium's own
    "--disable-component-update",
    "--disable-sync",
]


class Handler(SimpleHTTPRequestHandler):
    """A static host: the site below BELOW, 404.html for what is not there."""

    def translate_path(self, path: str) -> str:
        path = urlsplit(path).path
        inside = path.removeprefix(BELOW) if path.startswith(BELOW) else "no-such-page"
        return super().translate_path("/" + inside)

    def send_error(self, code, message=None, explain=None):
        body = Path(self.directory, "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The address of the site, ending in a slash."""
    tmp = tmp_path_factory.mktemp("browser")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=tmp / "site"))
    address = f"http://127.0.0.1:{server.server_port}{BELOW}"
    shutil.copytree(ROOT / "docs", tmp / "docs")
    for page in Path(__file__).parent.glob("pages/*/*.md"):
        shutil.copy(page, tmp / "docs" / page.parent.name)
    os.chdir(ROOT)  # mkdocs.yml names snippets/ from here
    build(
        load_config(
            "mkdocs.yml",
            docs_dir=str(tmp / "docs"),
            site_dir=str(tmp / "site"),
            site_url=address,
            strict=False,  # our own page is in no menu; `nox -s site` is the strict build
        )
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield address
    server.shutdown()


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium, Debian's own."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("There is no `chromium` here.  Install it with `nox -s setup`.", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def noise():
    """What the pages of a test asked for or complained about and should not have; empty, or the test fails."""
    noise = []
    yield noise
    heard = "\n".join(noise)
    assert not noise, f"a page was not quiet; each line is a request or an error to remove:\n{heard}"


@pytest.fixture
def open_page(site: str, chromium: Browser, noise: list[str]):
    """Open a page of the site, with options for the browser context (`color_scheme`, `viewport`)."""
    contexts = []

    def listen(page: Page) -> None:
        def on_response(response):
            if response.status >= 400 and "no-such-page" not in response.url:
                noise.append(f"{page.url}: status {response.status}: {response.url}")

        def on_request(request):
            if not request.url.startswith((site, "data:", "blob:")):
                noise.append(f"{page.url}: request to another place: {request.url}")

        def on_console(message):
            if message.type in ("error", "warning") and "no-such-page" not in str(message.location):
                noise.append(f"{page.url}: console {message.type}: {message.text}")

        page.on("request", on_request)
        page.on("response", on_response)
        page.on("console", on_console)
        page.on("pageerror", lambda error: noise.append(f"{page.url}: uncaught: {error}"))

    def open_page(path: str = "", **options) -> Page:
        context = chromium.new_context(**options)
        context.set_default_timeout(10_000)
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
        contexts.append(context)
        page = context.new_page()
        listen(page)
        page.goto(site + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def screenshot():
    """Save what a page looks like, for people to look at: .cache/screenshots/NAME.png."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def screenshot(page: Page, name: str) -> None:
        page.evaluate("document.fonts.ready")
        page.screenshot(path=SCREENSHOTS / f"{name}.png")

    return screenshot
