"""What readers need of the theme: a search that knows Vietnamese, tooltips, valid pages, a 404 page for each language."""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.pages import Page
from mkdocs.utils import write_file

from doclab import fence
from theme import abbreviations, search_index
from theme.mend import mend

GLOSSARY = "glossary.md"
WORDS = {
    fence.COMMAND: {"vi": "Lệnh: ", "en": "Command: "},
    fence.OUTPUT: {"vi": "Kết quả: ", "en": "Output: "},
    fence.UNFOLD: {"vi": " Hiện hết các dòng", "en": " Show all lines"},
}
AFTER_I18N = -200  # static-i18n itself runs at -100

_terms: dict[str, list[abbreviations.Term]] = {}  # of the glossary, by language
_entries: dict[str, list[dict[str, str | float]]] = {}  # what can be searched, by language


@event_priority(AFTER_I18N)
def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Begin the build of one language.  Offline (`nox -s site -- --offline`), pages are files in a folder."""
    _entries[config.theme["language"]] = []
    if config.extra.get("offline"):
        config.use_directory_urls = False
        config.extra["polyfills"] = ["assets/js/vendor/iframe-worker.js"]  # a worker that needs no server
    return config


def on_page_content(html: str, page: Page, config: MkDocsConfig, **kwargs) -> str:
    """Let transcripts speak the page's language; keep what its search will find, and what its glossary defines."""
    for marker, words in WORDS.items():
        html = html.replace(marker, words[config.theme["language"]])
    if page.file.norm_src_uri == GLOSSARY:
        _terms[config.theme["language"]] = abbreviations.terms(html, page.url)
    title, description = str(page.title), str(page.meta.get("description", ""))
    _entries[config.theme["language"]] += search_index.entries(page.url, html, title, description)
    return html


def on_page_context(context: dict, page: Page, config: MkDocsConfig, **kwargs) -> None:
    """Explain the glossary's words; by now every page has been read, the glossary, too."""
    terms = _terms.get(config.theme["language"], [])
    if page.file.norm_src_uri != GLOSSARY:
        page.content = abbreviations.explain(page.content, terms, page.url)


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


def on_post_page(output: str, page: Page, **kwargs) -> str:
    """Mend the theme's markup, and stop the build where the theme's own search would take over unnoticed."""
    if "assets/js/search/worker.js" not in output:
        raise PluginError(
            "The theme has another search worker than the one that docs/assets/js/search/ replaces.  See what changed "
            "in its messages, adapt ours, and name the new file in the config block of theme/overrides/main.html."
        )
    return mend(output)


@event_priority(AFTER_I18N)
def on_post_build(config: MkDocsConfig) -> None:
    """Write the search indexes; the event comes once for each language, the last time with all of them."""
    separator = config.plugins["material/search"].config.separator
    search_index.write(Path(config.site_dir), _entries, separator, bool(config.extra.get("offline")))
