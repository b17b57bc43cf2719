"""What the pages need of MkDocs: heading ids, shared assets, a stop at wrong code blocks, evidence.

What readers need of the theme is in reading.py.
"""

import re
import unicodedata
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from doclab import evidence
from doclab.fence import EVIDENCE
from doclab.source import PageError, find_line, relative
from theme import badges, known, recordings
from theme.ledger import Ledger, UnknownTable, asks_for_tables

_EVIDENCE = re.compile(f"<!--.*?-->|{EVIDENCE}", re.DOTALL)  # what is commented out has none
AFTER_I18N = -200  # static-i18n itself runs at -100


def slugify(text: str, separator: str) -> str:
    """An ASCII id for a heading that has none of its own.

    Python-Markdown's own function drops "đ": "mặc định" would become "mac-inh".
    """
    text = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    words = re.findall(r"[a-z0-9_]+", text.encode("ascii", "ignore").decode().lower())
    return separator.join(words)


@event_priority(AFTER_I18N)
def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Let English pages refer to docs/assets, too.

    Without a fallback, static-i18n gives the files that belong to no language to the default language alone.
    """
    docs = Path(config.docs_dir)
    for path in sorted((docs / "assets").rglob("*")):
        uri = path.relative_to(docs).as_posix()
        if path.is_file() and uri not in files.src_uris:
            files.append(File(uri, config.docs_dir, config.site_dir, config.use_directory_urls))
    return files


def on_pre_build(config: MkDocsConfig) -> None:
    """Read evidence and examples anew."""
    known.forget()


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, **kwargs) -> str | None:
    """Stop the build at a code block that the verifier would refuse, with its file and line; fill in the ledger."""
    file = Path(page.file.abs_src_path)
    try:
        known.examples(file)
        if asks_for_tables(markdown):
            return Ledger(config.theme["language"], known.all_evidence(), known.examples).fill(markdown)
    except (PageError, evidence.EvidenceError) as error:
        raise PluginError(str(error)) from None
    except UnknownTable as error:
        raise PluginError(f"{relative(file)}:{find_line(file, error.place)}: {error}") from None
    return None


def on_page_content(html: str, page: Page, config: MkDocsConfig, **kwargs) -> str:
    """Say below each example on which engines it held, play it, and say below the title how long the page is."""
    examples, language = known.examples(Path(page.file.abs_src_path)), config.theme["language"]
    name, seen = page.file.norm_src_uri.removesuffix(".md"), known.all_evidence()
    try:
        length = badges.length(examples, name, language, html, seen)  # without what is added below
        played = [*recordings.players(examples, name, language)]
        marks = [*badges.badges(examples, name, language, seen)]
    except evidence.EvidenceError as error:
        raise PluginError(str(error)) from None
    shown = map("".join, zip(marks, played, strict=True))
    html = _EVIDENCE.sub(lambda found: next(shown) if found[0] == EVIDENCE else found[0], html)
    assert not [*shown], f"{page.file.src_uri}: an example has no fence to show its evidence below"
    return html.replace("</h1>", f"</h1>{length}", 1)
