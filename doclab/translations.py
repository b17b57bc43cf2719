"""A page and its translation: the skeleton that both share, and the stamp that tells when the source moved on."""

import hashlib
import subprocess
import tempfile
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

from mkdocs.utils.meta import get_data

from doclab import pages
from doclab.blocks import render
from doclab.source import PROJECT, SOURCE, TRANSLATION, decode, find_line

_LOOKS = ("template", "hide")  # keys that Material reads, for pages that look otherwise than most


def twins() -> list[tuple[Path, Path]]:
    """(Vietnamese source, English translation) of every page that has either."""
    names = {page.relative_to(folder) for folder in (SOURCE, TRANSLATION) for page in folder.rglob("*.md")}
    return [(SOURCE / name, TRANSLATION / name) for name in sorted(names)]


def skeleton(page: Path) -> list[str]:
    """What a translation must not change, in order: headings' levels and ids, admonitions, links, code blocks."""
    outline = _Outline()
    outline.feed(render(page))
    return outline.parts + [_describe(example) for example in pages.examples(page)]


def _describe(example: pages.Example) -> str:
    options = {name: value for name, value in example.block.options.items() if name != "reason"}
    return f"code: {example.language} {' '.join(example.block.classes)} {options}\n{example.block.source}"


class _Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        classes = (attributes.get("class") or "").split()
        if tag in ("h2", "h3", "h4", "h5", "h6"):
            claim = [
                f"{name}={attributes[name]}" for name in ("data-claim", "data-verdict") if name in attributes
            ]
            self.parts.append(" ".join([f"{tag} #{attributes.get('id')}", *claim]))
        elif (tag == "div" and "admonition" in classes) or tag == "details":
            self.parts.append(f"{tag} {' '.join(classes)}")
        elif tag == "a" and "headerlink" not in classes and attributes.get("href"):
            self.parts.append(f"link {attributes['href']}")
        elif tag in ("img", "table"):
            self.parts.append(f"{tag} {attributes.get('src', '')}")


def stamp(page: Path) -> str:
    """12 hex digits that change when the page's prose or commands do, and not when its outputs are recorded anew."""
    rows = decode(page).split("\n")
    for example in pages.examples(page):
        if example.action == pages.RUN and example.language == "console":
            for step in example.steps:
                first = step.offset + step.length
                for offset in range(first, first + len(step.output)):
                    file, line = example.place(offset)
                    if file == page:
                        rows[line - 1] = ""
    text = unicodedata.normalize("NFC", "\n".join(row.rstrip() for row in rows if row.strip()))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def front_matter(page: Path) -> dict[str, object]:
    """What stands above the text of a page of this site.  Raises PageError where the site would not find it, or not all."""
    found = get_data(decode(page))[1]
    if not found:
        raise pages.PageError(
            page,
            1,
            "its front matter can't be read, and would be shown as text: write `---`, `title: …`, `description: …` and `---`, "
            "each at the beginning of a line; a value with a colon in it goes in quotes",
        )
    wanted = ["title", "description", *(["translates"] if page.is_relative_to(TRANSLATION) else [])]
    if missing := [key for key in wanted if not found.get(key)]:
        raise pages.PageError(page, 1, f"its front matter lacks `{missing[0]}:`")
    if unknown := [key for key in found if key not in (*wanted, *_LOOKS)]:
        raise pages.PageError(
            page, find_line(page, f"{unknown[0]}:"), f"unknown key `{unknown[0]}:` in its front matter"
        )
    return found


def how_to_see_changes(source: Path, old: str) -> str:
    """The command that shows what the source has changed since the translation was made."""
    name = source.relative_to(PROJECT).as_posix()
    for commit in _git("log", "--format=%h", "--", name).split():
        if _stamp_at(commit, name) == old:
            return f"git diff {commit} -- {name}"
    if _git("rev-parse", "--is-shallow-repository").strip() == "true":
        return f"git fetch --unshallow   (this clone lacks the history; then run the test again to see the changes of {name})"
    return f"read {name} as a whole: no commit has the version that was translated"


def _stamp_at(commit: str, name: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        old = Path(folder, "page.md")
        old.write_text(_git("show", f"{commit}:{name}"), encoding="utf-8")
        try:
            return stamp(old)
        except pages.PageError:
            return ""


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=PROJECT, capture_output=True, encoding="utf-8", check=False
    )
    return done.stdout if done.returncode == 0 else ""
