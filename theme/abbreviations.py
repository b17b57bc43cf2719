"""Tooltips for the short and strange words of a page: its glossary's definition, where a word first stands.

A page that explains a word itself, which is where the glossary sends its readers, needs no tooltip for it.
"""

import html
import re
from dataclasses import dataclass
from posixpath import join as join_path
from posixpath import normpath

# The ids of the glossary's terms that get one: abbreviations, and words of the trade that readers may not know.  Left
# out are the everyday ones (image, container, run) and those that also mean something else (log, id).
TERMS = (
    *("api", "bind-mount", "cgroup", "cli", "containerd", "copy-on-write", "daemon", "digest", "endpoint"),
    *("loopback", "namespace", "overlay", "pid-1", "registry", "runc", "runtime", "sdk", "shim", "socket"),
    *("storage-driver", "whiteout", "writable-layer"),
)

_DEFINED = re.compile(r'<dt id="([\w-]+)">(.*?)</dt>\s*<dd>(.*?)</dd>', re.DOTALL)
_TAG = re.compile(r"(<!--.*?-->|<[^>]+>)", re.DOTALL)
_UNTOUCHED = {
    "a",
    "abbr",
    "button",
    "code",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "kbd",
    "pre",
    "script",
    "style",
    "summary",
    "svg",
}


@dataclass(frozen=True)
class Term:
    """A word of the glossary: how it is written, what it means in a sentence, the pages that explain it."""

    names: tuple[str, ...]
    meaning: str
    pages: frozenset[str]


class MissingTerm(Exception):
    """A term that is to get a tooltip, and the glossary has none of."""


def terms(glossary: str, address: str) -> list[Term]:
    """The terms that get a tooltip, from the glossary's HTML; `address` is where its links start from.

    Raises MissingTerm.
    """
    found = {id: (name, meaning) for id, name, meaning in _DEFINED.findall(glossary)}
    missing = [id for id in TERMS if id not in found]
    if missing:
        raise MissingTerm(f"there is no term {', '.join(missing)}: see TERMS in theme/abbreviations.py")
    return [_term(*found[id], address) for id in TERMS]


def _term(name: str, meaning: str, address: str) -> Term:
    names = [part.strip() for part in re.split(r"[,()]", _plain(name)) if part.strip()]
    links = re.findall(r'href="([^"#]+)', meaning)
    pages = {normpath(join_path(address, link)) for link in links if "://" not in link}
    return Term(tuple(names), _plain(meaning).split("\n")[0].split(". ")[0].strip(), frozenset(pages))


def _plain(text: str) -> str:
    return html.unescape(_TAG.sub("", text)).strip().replace("¶", "").strip("#").strip()


def explain(content: str, terms: list[Term], address: str) -> str:
    """The page's HTML with each term marked once, where it first stands in running text."""
    parts = _TAG.split(content)
    waiting = [term for term in terms if normpath(address) not in term.pages]
    closed_by = ""  # the end of the element that is left alone
    depth = 0
    for at, part in enumerate(parts):
        if part.startswith("<"):
            closed_by, depth = _inside(part, closed_by, depth)
        elif not closed_by and part.strip():
            parts[at], waiting = _mark(part, waiting)
    return "".join(parts)


def _inside(tag: str, closed_by: str, depth: int) -> tuple[str, int]:
    """After this tag: the name of the untouched element that is open, or "", and how often it is open."""
    name = re.match(r"</?([a-zA-Z0-9]+)", tag)
    if not name:
        return closed_by, depth
    if not closed_by:
        opens = not tag.startswith("</") and (name[1] in _UNTOUCHED or "admonition-title" in tag)
        return (name[1], 1) if opens else ("", 0)
    if name[1] == closed_by:
        depth += -1 if tag.startswith("</") else 1
    return (closed_by, depth) if depth else ("", 0)


def _mark(text: str, waiting: list[Term]) -> tuple[str, list[Term]]:
    for term in waiting:
        names = "|".join(re.escape(name) for name in sorted(term.names, key=len, reverse=True))
        found = re.search(rf"(?<![\w-])(?:{names})s?(?![\w-])", text, re.IGNORECASE)
        if found:
            before, after = text[: found.start()], text[found.end() :]
            left = [other for other in waiting if other is not term]
            before, left = _mark(before, left)
            after, left = _mark(after, left)
            return f'{before}<abbr title="{html.escape(term.meaning)}">{found[0]}</abbr>{after}', left
    return text, waiting
