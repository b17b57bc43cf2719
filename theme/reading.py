"""What readers need of the theme: a search that knows Vietnamese, tooltips, valid pages, a 404 page for each language."""

import html
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import write_file

from doclab import fence
from doclab.source import relative
from theme import abbreviations, cards, facts, known, search_index
from theme.badges import date
from theme.mend import mend

GLOSSARY = "glossary.md"
WORDS = {
    fence.COMMAND: {"vi": "Lệnh: ", "en": "Command: "},
    fence.OUTPUT: {"vi": "Kết quả: ", "en": "Output: "},
    fence.UNFOLD: {"vi": " Hiện hết các dòng", "en": " Show all lines"},
    fence.LINUX_HOST: {
        "vi": "Chạy trên chính máy Linux của daemon",
        "en": "Runs on the daemon's own Linux machine",
    },
}
AFTER_I18N = -200  # static-i18n itself runs at -100

_terms: dict[str, list[abbreviations.Term]] = {}  # of the glossary, by language
_facts: dict[str, facts.Facts] = {}
_entries: dict[str, list[dict[str, str | float]]] = {}  # what can be searched, by language


@event_priority(AFTER_I18N)
def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Begin the build of one language.  Offline (`nox -s site -- --offline`), pages are files in a folder."""
    _entries[config.theme["language"]] = []
    _facts[config.theme["language"]] = facts.Facts()
    if config.extra.get("offline"):
        config.use_directory_urls = False
        config.extra["polyfills"] = ["assets/js/vendor/iframe-worker.js"]  # a worker that needs no server
    return config


def on_page_content(content: str, page: Page, config: MkDocsConfig, **kwargs) -> str:
    """Let transcripts speak the page's language; keep what its search will find, and what its glossary defines."""
    _facts[config.theme["language"]].read(
        content,
        known.examples(Path(page.file.abs_src_path)),
        page.file.norm_src_uri.removesuffix(".md"),
        known.all_evidence(),
    )
    for marker, words in WORDS.items():
        content = content.replace(marker, words[config.theme["language"]])
    if page.file.norm_src_uri == GLOSSARY:
        _terms[config.theme["language"]] = _read_terms(content, page)
    description = str(page.meta.get("description", ""))
    _entries[config.theme["language"]] += search_index.entries(page.url, content, _heading(page), description)
    return content


def _read_terms(content: str, page: Page) -> list[abbreviations.Term]:
    try:
        return abbreviations.terms(content, page.url)
    except abbreviations.MissingTerm as error:
        raise PluginError(f"{relative(Path(page.file.abs_src_path))}:1: {error}") from None


def _heading(page: Page) -> str:
    """The page's h1, which is longer than its name in the menu."""
    return html.unescape(page.toc.items[0].title) if page.toc.items else str(page.title)


def on_page_context(context: dict, page: Page, config: MkDocsConfig, nav: Navigation, **kwargs) -> None:
    """Explain the glossary's words and fill the home page: by now every page has been read."""
    language = config.theme["language"]
    if page.file.norm_src_uri != GLOSSARY:
        page.content = abbreviations.explain(page.content, _terms.get(language, []), page.url)
    if page.meta.get("template") == "home.html":
        context["facts"] = told = _facts[language]
        context["versions"] = facts.versions(told.engines, known.all_evidence())
        context["last_run"] = date(told.last_run, language) if told.last_run else ""
        context["links"] = {found.file.norm_src_uri: found.url for found in nav.pages}


def on_post_template(output: str, template_name: str, config: MkDocsConfig) -> str:
    """Write 404.html for the default language, and en/404.html: left alone, the last build replaces the first."""
    if not template_name.endswith(".html"):
        return output
    output = mend(output)
    language = config.theme["language"]
    if template_name == "404.html" and language != config.plugins["i18n"].default_language:
        write_file(output.encode(), str(Path(config.site_dir, language, template_name)))
        return ""  # MkDocs does not write an empty template
    return output


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Mend the theme's markup, draw the page's preview, stop the build where the theme's own search would take over."""
    if "assets/js/search/worker.js" not in output:
        raise PluginError(
            "The theme has another search worker than the one that docs/assets/js/search/ replaces.  See what changed "
            "in its messages, adapt ours, and name the new file in the config block of theme/overrides/main.html."
        )
    if not config.extra.get("offline"):
        card = Path(config.site_dir, "assets/cards", page.file.src_uri).with_suffix(".png")
        told = str(page.meta.get("description", ""))
        write_file(cards.png(config.site_name, _heading(page), told), str(card))
    return mend(output)


@event_priority(AFTER_I18N)
def on_post_build(config: MkDocsConfig) -> None:
    """Write the search indexes; the event comes once for each language, the last time with all of them."""
    separator = config.plugins["material/search"].config.separator
    search_index.write(Path(config.site_dir), _entries, separator, bool(config.extra.get("offline")))
