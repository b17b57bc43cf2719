"""Claims that the built site is whole, the same in both languages, and asks nobody else for anything."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote, urljoin, urlsplit

import material
import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort, PluginError
from PIL import Image

from doclab import evidence, fence, source
from doclab.pages import RUN, examples
from doclab.source import SOURCE
from doclab.verdict import HELD
from theme import hooks, known, reading
from theme.hooks import slugify
from theme.reading import on_post_page

ROOT = Path(__file__).parents[1]
SITE_URL = "https://site.example/below/"
NAMED_ONLY = ("canonical", "alternate", "prev", "next")  # relations that a browser does not load


@dataclass
class Html(HTMLParser):
    """The elements of a page, in order: name and attributes."""

    path: Path
    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self):
        super().__init__()
        self.text = self.path.read_text(encoding="utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def all(self, tag: str, **attributes: str) -> list[dict[str, str]]:
        """The attributes of each element of that name that has these attributes."""
        return [
            found
            for name, found in self.elements
            if name == tag
            and all((found.get(key) or "").strip() == value for key, value in attributes.items())
        ]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The strict build, as `nox -s site` makes it."""
    target = tmp_path_factory.mktemp("site")
    # Never --quiet: it hides the warnings from --strict, too, and the build succeeds.
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(target)]
    env = os.environ | {"SITE_URL": SITE_URL, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, check=False, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, f"the site does not build; try `nox -s site`:\n{done.stdout}{done.stderr}"
    return target


@pytest.fixture(scope="module")
def pages(site) -> dict[str, Html]:
    """Every page but 404.html, by its address below the site: "" or "en/linking/link/"."""
    found = {str(path.parent.relative_to(site)): path for path in sorted(site.rglob("index.html"))}
    return {"" if name == "." else name + "/": Html(path) for name, path in found.items()}


@pytest.fixture
def docs(tmp_path, monkeypatch) -> Path:
    """A copy of docs/ to change."""
    monkeypatch.chdir(ROOT)  # mkdocs.yml names snippets/ from here
    monkeypatch.setattr(source, "PROJECT", tmp_path)  # these pages are of this project, too
    return shutil.copytree(ROOT / "docs", tmp_path / "docs")


def build_strictly(docs: Path, **options) -> Path:
    target = docs.with_name("site")
    build(load_config("mkdocs.yml", docs_dir=str(docs), site_dir=str(target), strict=True, **options))
    return target


def test_each_build_reads_pages_anew(tmp_path):
    page = tmp_path / "page.md"
    for word in ("one", "two"):
        page.write_text(f"```console\n$ echo {word}\n{word}\n```\n")
        os.utime(page, (0, 0))  # as where what it includes has changed, and it has not
        hooks.on_pre_build({})
        (example,) = known.examples(page)
        assert word in example.block.source


def test_both_languages_have_the_same_pages(pages):
    english = {address.removeprefix("en/") for address in pages if address.startswith("en/")}
    vietnamese = {address for address in pages if not address.startswith("en/")}
    assert english == vietnamese, "a page lacks its twin: write it, or take it out of nav in mkdocs.yml"


def test_every_note_beside_an_example_is_in_the_language_of_its_page(pages):
    for address, page in pages.items():
        assert "data-doclab-" not in page.text, f"/{address}: theme/reading.py has no words for this"
    said = {"vi": "Chạy trên chính máy Linux của daemon", "en": "Runs on the daemon's own Linux machine"}
    needing = sum(example.needs != "" for example in examples(SOURCE / "copy-on-write.md"))
    assert needing > 0
    for language, address in (("vi", "copy-on-write/"), ("en", "en/copy-on-write/")):
        assert pages[address].text.count(f"<span data-search-exclude>{said[language]}</span>") == needing


def test_pages_name_their_language(pages):
    for address, page in pages.items():
        expected = "en" if address.startswith("en/") else "vi"
        assert page.all("html", lang=expected), f"/{address} should have <html lang={expected}>"


def test_pages_name_their_twin_and_themselves(pages):
    for address, page in pages.items():
        plain = address.removeprefix("en/")
        named = {link["hreflang"]: link["href"] for link in page.all("link", rel="alternate")}
        assert named == {
            "vi": SITE_URL + plain,
            "x-default": SITE_URL + plain,
            "en": SITE_URL + "en/" + plain,
        }, f"hreflang of /{address}: see theme/overrides/main.html"
        assert [link["href"] for link in page.all("link", rel="canonical")] == [SITE_URL + address]


def test_switch_leads_to_the_twin(pages):
    for address, page in pages.items():
        plain = address.removeprefix("en/")
        links = {link["hreflang"]: link["href"] for link in page.all("a") if "hreflang" in link}
        reached = {language: urljoin(SITE_URL + address, href) for language, href in links.items()}
        assert reached == {"vi": SITE_URL + plain, "en": SITE_URL + "en/" + plain}


def test_nothing_comes_from_another_host(site):
    for path in [*site.rglob("*.html"), *site.rglob("*.css"), *site.rglob("*.svg")]:
        asked = re.findall(r"""(?:url\(|@import)\s*["']?([^"')\s]+)""", path.read_text(encoding="utf-8"))
        for tag, attributes in Html(path).elements:
            is_link = tag == "a" or (tag == "link" and attributes.get("rel", "").strip() in NAMED_ONLY)
            if not is_link:
                asked += [
                    attributes[name] or "" for name in ("src", "href", "poster", "data") if name in attributes
                ]
                asked += (attributes.get("srcset") or "").split()
        away = [address for address in asked if urlsplit(address).netloc and not address.startswith(SITE_URL)]
        assert not away, f"{path.relative_to(site)} loads {away}: put a copy into docs/assets"


def test_every_page_has_a_preview_of_its_own(site, pages):
    seen = set()
    for address, page in pages.items():
        named = {found.get("property"): found.get("content") for found in page.all("meta")}
        assert named["og:title"] and named["og:description"] and named["og:url"] == SITE_URL + address
        image = site / named["og:image"].removeprefix(SITE_URL)
        size = Image.open(image).size
        assert size == (int(named["og:image:width"]), int(named["og:image:height"])) == (1200, 630)
        seen.add(image.read_bytes())
    assert len(seen) == len(pages), "two pages have the same preview"


def test_fonts_are_ours_and_licensed(site):
    sheet = site / "assets/css/fonts.css"
    fonts = {(sheet.parent / name).resolve() for name in re.findall(r'url\("([^"]+)"\)', sheet.read_text())}
    shipped = {path.resolve() for path in (site / "assets/fonts").glob("*.woff2")}
    assert fonts == shipped, "fonts.css and docs/assets/fonts do not name the same files"
    assert all(font.read_bytes()[:4] == b"wOF2" for font in fonts)
    for family in {re.match(r"(.+?)-\d+-", font.name)[1] for font in fonts}:
        assert "SIL OPEN FONT LICENSE" in (site / f"assets/fonts/{family}-LICENSE.txt").read_text()


def test_assets_are_not_copied_for_each_language(site):
    assert not (site / "en/assets").exists(), "see on_files in theme/hooks.py"


def test_search_goes_through_our_worker(site, pages):
    for address, page in pages.items():
        script = re.search(r'<script id="__config"[^>]*>(.*?)</script>', page.text, re.DOTALL)
        ours = urlsplit(urljoin("/" + address, json.loads(script[1])["search"]))
        assert ours.path == "/assets/js/search/worker.js" and (site / ours.path.lstrip("/")).is_file()
        assert ours.query == "language=" + ("en" if address.startswith("en/") else "vi")


def test_another_worker_of_the_theme_fails_the_build():
    with pytest.raises(PluginError, match="another search worker"):
        on_post_page(
            '"search": "assets/javascripts/workers/search.0123abcd.min.js"',
            page=None,
            config=SimpleNamespace(extra={"offline": True}),
        )


def test_each_language_has_an_index_of_its_own(site, pages):
    for language, prefix in (("vi", ""), ("en", "en/")):
        entries = json.loads((site / f"search/{language}.json").read_text(encoding="utf-8"))
        indexed = {entry["location"].partition("#")[0] for entry in entries}
        assert indexed == {address for address in pages if address.startswith("en/") == bool(prefix)}
        locations = [entry["location"] for entry in entries]
        assert f"{prefix}glossary/#shim" in locations, "each term of the glossary can be found by itself"
        assert f"{prefix}linking/network/#dns" in locations
        text = " ".join(entry["text"] for entry in entries)
        assert not re.search(r"\b[0-9a-f]{64}\b|¶|<p>", text), "text that nobody looks for is indexed"
        assert "Command: " not in text and "Lệnh: " not in text, "what only screen readers say is indexed"
        assert "127.0.0.11" in text and "bad address 'server'" in text


@pytest.mark.parametrize("address, language", [("404.html", "vi"), ("en/404.html", "en")])
def test_unknown_addresses_get_a_page_in_their_language(site, address, language):
    page = Html(site / address)
    assert page.all("html", lang=language) and "Page not found" in page.text
    assert ("Không tìm thấy trang" in page.text) == (language == "vi")
    links = [link["href"] for link in page.all("a")]
    relative = [link for link in links if not link.startswith(("/", "https:", "javascript:", "#"))]
    assert not relative, f"404.html is shown at any depth, so its links must start with a slash: {relative}"
    assert {"/below/en/"} <= set(links)


def test_links_inside_the_site_lead_to_something(site, pages):
    ids = {
        address: {attributes.get("id") for _, attributes in page.elements} for address, page in pages.items()
    }
    checked = 0
    for address, page in pages.items():
        named = [link["href"] for link in [*page.all("a"), *page.all("link")] if "href" in link]
        named += [found["src"] for _, found in page.elements if "src" in found]
        for link in named:
            target = urlsplit(urljoin(SITE_URL + address, link))
            if not target.geturl().startswith(SITE_URL):
                continue
            checked += 1
            path = target.path.removeprefix(urlsplit(SITE_URL).path)
            file = site / path / "index.html" if path.endswith("/") or not path else site / path
            assert file.is_file(), f"/{address} has a link to {link}, where there is nothing"
            if target.fragment and path in ids:
                assert unquote(target.fragment) in ids[path], f"/{address}: no id for the link {link}"
    assert checked > 1000


def test_every_section_has_the_same_id_in_both_languages(pages):
    for address, page in pages.items():
        if not address.startswith("en/"):
            anchors = [
                [found.get("id") for name, found in one.elements if name in ("h2", "h3", "dt")]
                for one in (page, pages["en/" + address])
            ]
            assert anchors[0] == anchors[1] and None not in anchors[0], (
                f"the ids of /{address} and its twin differ"
            )


def test_the_theme_speaks_vietnamese(pages):
    """Its own strings, from its own table: none is left in English on a Vietnamese page."""
    languages = Path(material.__file__).parent / "templates/partials/languages"
    strings = {
        name: dict(
            re.findall(r'"([\w.]+)": "(.*?)",?\n', (languages / f"{name}.html").read_text(encoding="utf-8"))
        )
        for name in ("en", "vi")
    }
    same = {"language", "direction", "search.config.lang", "blog.meta", "rss.created", "tabs"}
    english = {text for key, text in strings["en"].items() if key not in same and len(text) > 4}
    assert {"Table of contents", "Initializing search"} <= english
    for address, page in pages.items():
        if not address.startswith("en/"):
            shown = [*re.findall(r'(?:aria-label|title|placeholder)="([^"]*)"', page.text)]
            shown += [
                text.strip() for text in re.findall(r">([^<>]{9,})<", page.text)
            ]  # not words of outputs
            left = english & set(shown)
            assert not left, f"/{address} shows {left} in English: see theme/overrides/partials/language.html"


def test_a_missing_translation_fails_the_build(docs, caplog):
    (docs / "en/start.md").unlink()
    with pytest.raises(Abort):
        build_strictly(docs)
    assert "'start.md' is included in the 'nav'" in caplog.text


def test_evidence_that_cannot_be_read_fails_the_build(docs, tmp_path, monkeypatch, caplog):
    (tmp_path / "sarge.json").write_text('{"environment": {}}')
    monkeypatch.setattr(evidence, "load", partial(evidence.load, tmp_path))
    with pytest.raises(Abort):
        build_strictly(docs)
    assert "sarge.json: at $" in caplog.text


def test_each_example_shows_its_evidence_and_none_without(docs, tmp_path, monkeypatch):
    page = docs / "vi/start.md"
    run, change = [example for example in examples(page) if example.action == RUN][:2]
    hashes = evidence.hashes(examples(page))
    results = {
        run.name: evidence.Result(hashes[run.name], HELD, 1.0),
        change.name: evidence.Result("0" * 12, HELD, 1.0),
    }
    where = evidence.Environment("trixie", "26.1.5+dfsg1", "1.45", "6.1", "x86_64", "2", {})
    evidence.record(tmp_path, where, {"start": ("2026-01-31T10:20:30Z", results)})
    monkeypatch.setattr(evidence, "load", partial(evidence.load, tmp_path))
    target = build_strictly(docs)
    for address, held, changed in [
        ("start", "đúng như trên trang, 31/1/2026", "chưa kiểm chứng lại từ khi ví dụ trên trang thay đổi"),
        ("en/start", "held as shown, 2026-01-31", "not verified since examples of the page changed"),
    ]:
        built = (target / address / "index.html").read_text(encoding="utf-8")
        assert f"Docker 26.1.5+dfsg1: {held}" in built
        assert f"Docker 26.1.5+dfsg1: {changed}" in built
    assert "doclab-evidence" not in (target / "linking/link/index.html").read_text(encoding="utf-8")


def as_page(file: Path) -> SimpleNamespace:
    """The page of MkDocs that this file of docs/vi becomes, as far as our hooks look at it."""
    uri = file.name
    return SimpleNamespace(
        url=f"{file.stem}/",
        file=SimpleNamespace(abs_src_path=str(file), src_uri=f"vi/{uri}", norm_src_uri=uri),
    )


VIETNAMESE = SimpleNamespace(theme={"language": "vi"})


def test_the_length_of_a_page_is_that_of_its_words():
    page = ROOT / "docs/vi/start.md"
    shown = [example for example in examples(page) if example.language in ("console", "python")]
    html = '<h1>Ba chữ đây<a class="headerlink" href="#x">¶</a></h1>' + fence.EVIDENCE * len(shown)
    written = hooks.on_page_content(html, as_page(page), VIETNAMESE)
    assert "Dài 3 chữ" in written and "doclab-evidence" in written


def test_blocks_at_fault_stop_the_build_and_are_all_told_of(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# T\n\n```bash\na\n```\n\n```console\nx\n```\n")
    with pytest.raises(PluginError) as stopped:
        hooks.on_page_markdown(page.read_text(), as_page(page), VIETNAMESE)
    shell, transcript = str(stopped.value).split("\n")
    assert shell.startswith(f"{page}:3: shell runs in") and transcript.startswith(f"{page}:8: a transcript")


@pytest.mark.parametrize(
    "line", ["<!-- doclab: my-table -->", "<!-- doclab: totals. --> ", "<!--doclab: x-->"]
)
def test_a_table_that_is_none_stops_the_build_at_its_line(tmp_path, line):
    page = tmp_path / "verified.md"
    page.write_text(f"---\ntitle: x\n---\n\n# T\n\n{line}\n")
    with pytest.raises(PluginError, match=r"verified.md:7: there is no table '.+'; there are claims, "):
        hooks.on_page_markdown(f"# T\n\n{line}\n", as_page(page), VIETNAMESE)


def test_a_known_table_is_filled_in_whatever_blanks_are_around_it(tmp_path):
    page = tmp_path / "verified.md"
    page.write_text("# T\n")
    filled = hooks.on_page_markdown("# T\n\n<!-- doclab:totals --> \n", as_page(page), VIETNAMESE)
    assert "<!--" not in filled and "Docker" in filled


def test_a_table_in_a_fence_is_only_shown(tmp_path):
    page = tmp_path / "verified.md"
    page.write_text("# T\n")
    shown = "# T\n\n```markdown\n<!-- doclab: NAME -->\n```\n"
    assert hooks.on_page_markdown(shown, as_page(page), VIETNAMESE) is None
    filled = hooks.on_page_markdown(f"{shown}\n<!-- doclab: totals -->\n", as_page(page), VIETNAMESE)
    assert filled.startswith(shown) and "doclab: totals" not in filled


def test_a_term_that_the_glossary_lacks_stops_the_build():
    with pytest.raises(PluginError, match=r"docs/vi/glossary.md:1: there is no term api, "):
        reading._read_terms("<dl></dl>", as_page(ROOT / "docs/vi/glossary.md"))


def test_a_wrong_anchor_fails_the_build(docs, caplog):
    with (docs / "en/index.md").open("a") as page:
        page.write("\n[somewhere](start.md#no-such-heading)\n")
    with pytest.raises(Abort):
        build_strictly(docs)
    assert "start.md#no-such-heading" in caplog.text


def test_english_pages_can_show_the_shared_assets(docs):
    with (docs / "en/linking/link.md").open("a") as page:
        page.write("\n![a drawing](../../assets/logo.svg)\n")
    target = build_strictly(docs)
    sources = [
        image["src"] for image in Html(target / "en/linking/link/index.html").all("img", alt="a drawing")
    ]
    assert [urljoin("/en/linking/link/", source) for source in sources] == ["/assets/logo.svg"]


def test_an_example_that_is_commented_out_is_not_shown(docs):
    for language in ("vi", "en"):
        with (docs / language / "start.md").open("a") as page:
            page.write("\n<!--\n```console\n$ echo gone\n```\n\nAlso gone.\n-->\n")
    page = (build_strictly(docs) / "start/index.html").read_text(encoding="utf-8")
    shown = re.sub("<!--.*?-->", "", page, flags=re.DOTALL)
    assert "gone" in page and "gone" not in shown


@pytest.mark.parametrize(
    "heading, expected",
    [
        ("Mạng mặc định", "mang-mac-dinh"),
        ("Đường đi của một gói tin", "duong-di-cua-mot-goi-tin"),
        ("`--link` và DNS", "link-va-dns"),
    ],
)
def test_heading_ids_keep_every_letter(heading, expected):
    assert slugify(heading, "-") == expected
