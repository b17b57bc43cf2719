"""What the search box knows: the sections of each page as plain text, one file for each language.

The theme's own index holds both languages, with markup and every id that a command printed, and is fetched with the
first page.  Ours is read by docs/assets/js/search/, one language at a time, when somebody begins to search.
"""

import html
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

_HEADINGS = {"h1", "h2", "h3", "h4"}
_UNREAD = {"svg", "script", "style", "label"}
_UNREAD_CLASSES = {"headerlink", "doclab-aloud"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_BLOCKS = {"p", "li", "pre", "td", "th", "dd", "dt", "summary", "figcaption", "div", "tr"}
# Lists of links and of names to remove say the words of other pages; the glossary says everybody's.
_SECTION_BOOSTS = {"next": 0.4, "clean-up": 0.5, "contents": 0.6, "questions": 0.9, "exercise": 0.9}
_PAGE_BOOSTS = {
    "glossary": 0.33,
    "contributing": 0.6,
    "verified": 0.6,
}  # the last two are about the site, not Docker
_IDENTITY = re.compile(r"\b(?:sha256:)?[0-9a-f]{12,64}\b")  # ids and digests: nobody looks for them


@dataclass
class _Section:
    anchor: str
    title: str = ""
    text: str = ""


@dataclass
class _Sections(HTMLParser):
    """Splits a page at its headings, and at the terms of a glossary that have an id."""

    sections: list[_Section] = field(default_factory=lambda: [_Section("")])
    heading: str = ""  # the element whose text is being read as a title
    unread: list[str] = field(default_factory=list)  # the open elements, from one that is not read

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag in _VOID:
            return
        classes = (attributes.get("class") or "").split()
        is_unread = tag in _UNREAD or not _UNREAD_CLASSES.isdisjoint(classes)
        if self.unread or is_unread or "data-search-exclude" in attributes:
            self.unread.append(tag)
            return
        anchor = attributes.get("id")
        if tag == "h1" or (anchor and tag in _HEADINGS | {"dt"}):
            self.heading = tag
            if tag != "h1":
                self.sections.append(_Section(anchor or ""))
        elif tag in _BLOCKS:
            self._add(" ")

    def handle_endtag(self, tag: str) -> None:
        if self.unread:
            self.unread.pop()
        elif tag == self.heading:
            self.heading = ""
        elif tag in _BLOCKS:
            self._add(" ")

    def handle_data(self, data: str) -> None:
        if not self.unread:
            self._add(data)

    def _add(self, text: str) -> None:
        section = self.sections[-1]
        if self.heading:
            section.title += text
        else:
            section.text += text


def entries(address: str, content: str, title: str, description: str) -> list[dict[str, str | float]]:
    """The sections of a page: `location` below the site, `title`, `text`, and where it is not 1 a `boost` for its
    score; the page itself first.

    `content` is the page's HTML; `description` says in a sentence what it is about, and is searched, too.
    """
    parser = _Sections()
    parser.feed(content)
    parser.close()
    page, *rest = parser.sections
    page.title = title
    page.text = f"{description} {page.text}"
    return [_entry(address, section) for section in (page, *rest)]


def _entry(address: str, section: _Section) -> dict[str, str | float]:
    page = re.sub(r"(/|\.html)$", "", address).rpartition("/")[2]
    boost = _SECTION_BOOSTS.get(section.anchor, 1) * _PAGE_BOOSTS.get(page, 1)
    return {
        "location": f"{address}#{section.anchor}" if section.anchor else address,
        "title": _plain(section.title),
        "text": _plain(_IDENTITY.sub("", section.text)),
        **({"boost": round(boost, 2)} if boost != 1 else {}),
    }


def _plain(text: str) -> str:
    return " ".join(html.unescape(text).split())


def write(
    site: Path, languages: dict[str, list[dict[str, str | float]]], separator: str, offline: bool
) -> None:
    """Replace the theme's index: `search/LANGUAGE.json`, and in the theme's place a file that is empty, or whole
    where pages are opened from a folder and can't fetch anything."""
    folder = site / "search"
    every = [entry for found in languages.values() for entry in found]
    for language, found in languages.items():
        (folder / f"{language}.json").write_text(_json(found), encoding="utf-8")
    index = {"config": {"separator": separator}, "docs": every if offline else []}
    (folder / "search_index.json").write_text(_json(index), encoding="utf-8")
    if offline:  # the theme looks for this one there
        (folder / "search_index.js").write_text(f"var __index = {_json(index)}", encoding="utf-8")


def _json(value: Iterable | dict) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
