"""The site in a browser: built once with a page of our own added, served below a path, watched for anything noisy.

The path matters: on GitHub Pages and the like the site does not live at the root of its host.
"""

import gzip
import json
import os
import re
import shutil
import sys
import threading
from dataclasses import asdict
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from playwright.sync_api import Browser, Page, sync_playwright

from doclab import casts, evidence, source
from doclab.pages import RUN, examples, page_id
from doclab.source import all_pages

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


DIGEST = "sha256:" + 64 * "a"
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
COMPRESSED = (".css", ".html", ".js", ".json", ".svg", ".xml")


@cache
def compressed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes())


class Handler(SimpleHTTPRequestHandler):
    """A static host: the site below BELOW, texts compressed, 404.html for what is not there."""

    protocol_version = "HTTP/1.1"

    def translate_path(self, path: str) -> str:
        path = urlsplit(path).path
        inside = path.removeprefix(BELOW) if path.startswith(BELOW) else "no-such-page"
        return super().translate_path("/" + inside)

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() and self.path.endswith("/") else path
        if path.suffix in COMPRESSED and path.is_file():
            self.answer(200, self.guess_type(path), compressed(path), {"Content-Encoding": "gzip"})
        else:
            super().do_GET()

    def send_error(self, code, message=None, explain=None):
        self.answer(code, "text/html; charset=utf-8", Path(self.directory, "404.html").read_bytes(), {})

    def answer(self, code: int, kind: str, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(code)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def addresses() -> list[str]:
    """Every page of the site and our own, as paths below it: "", "linking/link/", "en/"…"""
    pages = [*(ROOT / "docs").glob("*/**/*.md"), *Path(__file__).parent.glob("pages/*/*.md")]
    slugs = [re.sub(r".*/(?:docs|pages)/(?:vi/|(en/))", r"\1", page.as_posix()) for page in pages]
    return sorted(re.sub(r"(index)?\.md$", lambda end: "" if end[1] else "/", slug) for slug in slugs)


class Server(ThreadingHTTPServer):
    """Silent when a browser hangs up, as it does on leaving a page."""

    def handle_error(self, request, client_address):
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A server of the folder that `built` fills."""
    folder = tmp_path_factory.mktemp("browser") / "site"
    server = Server(("127.0.0.1", 0), partial(Handler, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@pytest.fixture(scope="session")
def site(server, built) -> str:
    """The address of the site, ending in a slash."""
    return f"http://127.0.0.1:{server.server_port}{BELOW}"


@pytest.fixture(scope="session")
def built(server, tmp_path_factory) -> Path:
    """The site as a folder, with our own pages in it."""
    docs, folder = tmp_path_factory.mktemp("docs") / "docs", server.RequestHandlerClass.keywords["directory"]
    shutil.copytree(ROOT / "docs", docs)
    for page in Path(__file__).parent.glob("pages/*/*.md"):
        shutil.copy(page, docs / page.parent.name)
    os.chdir(ROOT)  # mkdocs.yml names snippets/ from here
    config = load_config(
        "mkdocs.yml",
        docs_dir=str(docs),
        site_dir=str(folder),
        site_url=f"http://127.0.0.1:{server.server_port}{BELOW}",
        strict=False,  # our own page is in no menu; `nox -s site` is the strict build
    )
    known, load = held_everywhere(), casts.load
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "PROJECT", docs.parent)  # the copied pages are of this project, too
        # How the site looks must not depend on when pages ran last.
        patch.setattr(evidence, "load", lambda: known)
        patch.setattr(casts, "load", lambda *where: load(*where[:-1], kept_hash(*where[:-1])))
        build(config)
    return folder


def held_everywhere() -> dict:
    """Evidence as a matrix leaves it in which every example held."""
    found = {page_id(page): (examples(page), evidence.hashes(examples(page))) for page in all_pages()}
    known = {}
    for engine, docker in (("bookworm", "20.10.24"), ("trixie", "26.1.5"), ("forky", "28.5.2")):
        where = evidence.Environment(engine, docker, "1.45", "6.1.0", "x86_64", "2", {"busybox:1.37": DIGEST})
        ran = {}
        for name, (listed, hashes) in found.items():
            results = {
                e.name: {
                    "hash": hashes[e.name],
                    "result": "held" if e.action == RUN and e.runs_on(docker) else "skipped",
                    "seconds": 1.0,
                }
                for e in listed
                if e.ordinal
            }
            ran[name] = {"time": "2026-01-31T10:20:30Z", "examples": results}
        known[engine] = {"environment": asdict(where), "pages": ran}
    return known


def kept_hash(folder: Path, page: str, example) -> str:
    """The hash in a recording, whatever it is; "" without one."""
    file = folder / page / f"{example.name.replace('::', '-')}.cast"
    return json.loads(file.open(encoding="utf-8").readline())["doclab"]["hash"] if file.exists() else ""


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
    """Open a page of the site, with options for the browser context (`color_scheme`, `viewport`); None opens none."""
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

    def open_page(path: str | None = "", **options) -> Page:
        context = chromium.new_context(**options)
        context.set_default_timeout(10_000)
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
        contexts.append(context)
        page = context.new_page()
        listen(page)
        if path is not None:
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
