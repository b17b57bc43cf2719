"""What the site shows beside an example: on which engines it held, and when."""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape, unescape
from typing import Any

from doclab import evidence, pages
from doclab.engines import DEFAULT

HELD, DIFFERS, FAILED, NOT_RUN, CHANGED = "held", "differs", "failed", "not-run", "changed"
SIGNS = {HELD: "✓", DIFFERS: "≠", FAILED: "✗", NOT_RUN: "–", CHANGED: "?"}
_WORDLESS = re.compile(
    r'<pre.*?</pre>|<figure.*?</figure>|<svg.*?</svg>|<a class="headerlink".*?</a>|<[^>]+>', re.DOTALL
)
WORDS = {
    "vi": {
        "list": "Đã chạy trên Docker",
        HELD: "đúng như trên trang",
        DIFFERS: "kết quả khác",
        FAILED: "không đúng",
        NOT_RUN: "không chạy",
        CHANGED: "chưa kiểm chứng lại từ khi ví dụ này thay đổi",
        "engine": "cần Docker {}",
        "needs": "cần máy của chính daemon",
        "broken": "trang dừng trước ví dụ này",
        "words": "Dài {} chữ",
        "seconds": "các lệnh chạy hết {} giây trên máy kiểm chứng",
    },
    "en": {
        "list": "Run on Docker",
        HELD: "held as shown",
        DIFFERS: "differs",
        FAILED: "failed",
        NOT_RUN: "not run",
        CHANGED: "not verified since this example changed",
        "engine": "needs Docker {}",
        "needs": "needs the daemon's own machine",
        "broken": "the page stopped before this example",
        "words": "{} words",
        "seconds": "its commands took {} s when they were verified",
    },
}


def states(
    examples: Sequence[pages.Example], name: str, known: Mapping[str, Any]
) -> Iterator[tuple[pages.Example, dict[str, str]]]:
    """Each of a page's examples that can carry badges, and its state on each engine that has evidence of it.

    `name` is the page's id, which the evidence knows it by.

    An example that failed on one engine differs there if it held on the default one.
    """
    hashes = evidence.hashes(examples)
    recorded = {engine: content["pages"].get(name) for engine, content in known.items()}
    for example in examples:
        if example.language not in ("console", "python"):
            continue
        found = {
            engine: _state(ran["examples"].get(example.name), hashes.get(example.name))
            for engine, ran in recorded.items()
            if ran and example.ordinal
        }
        if found.get(DEFAULT) == HELD:
            found = {engine: DIFFERS if state == FAILED else state for engine, state in found.items()}
        yield example, found


def _state(result: Mapping[str, Any] | None, hash: str | None) -> str:
    if result is None or result["hash"] != hash:
        return CHANGED
    return {"held": HELD, "failed": FAILED}.get(result["result"], NOT_RUN)


def badges(
    examples: Sequence[pages.Example], name: str, language: str, known: Mapping[str, Any]
) -> Iterator[str]:
    """The HTML that belongs to each `console` and `python` block of the page, in order; "" where there is nothing to show."""
    for example, found in states(examples, name, known):
        if example.action == pages.SKIP or not found:
            yield ""  # a block that never runs says why by itself
            continue
        items = [
            _badge(example, state, known[engine], known[engine]["pages"][name]["time"][:10], language)
            for engine, state in found.items()
        ]
        yield f'<ul class="doclab-evidence" data-search-exclude aria-label="{WORDS[language]["list"]}">{"".join(items)}</ul>'


def _badge(example: pages.Example, state: str, content: Mapping[str, Any], day: str, language: str) -> str:
    docker = content["environment"]["docker"]
    short = ".".join(docker.split(".")[:2])
    says = WORDS[language][state]
    if state == NOT_RUN:
        says = f"{says}: {_why_not(example, docker, language)}"
    told = f"Docker {docker}: {says}, {date(day, language)}"
    return (
        f'<li data-state="{state}" title="{escape(told)}"><span aria-hidden="true">{SIGNS[state]} {short}</span>'
        f'<span class="doclab-aloud">{escape(told)}</span></li>'
    )


def _why_not(example: pages.Example, docker: str, language: str) -> str:
    words = WORDS[language]
    if not example.runs_on(docker):
        return words["engine"].format(example.engines)
    return words["needs"] if example.needs else words["broken"]


def length(
    examples: Sequence[pages.Example], name: str, language: str, html: str, known: Mapping[str, Any]
) -> str:
    """The HTML that says how many words a page has, and how long its commands took when they last ran.

    A page without commands has no time; neither has one whose evidence does not fit any more.
    """
    words = len(unescape(_WORDLESS.sub(" ", html)).split())
    told = [WORDS[language]["words"].format(_grouped(words, language))]
    ran = known.get(DEFAULT, {}).get("pages", {}).get(name)
    if ran and all(found.get(DEFAULT) != CHANGED for _, found in states(examples, name, known)):
        seconds = max(1, round(evidence.took(ran)))
        told.append(WORDS[language]["seconds"].format(seconds))
    return f'<p class="doclab-length" data-search-exclude>{"; ".join(told)}.</p>'


def _grouped(number: int, language: str) -> str:
    return f"{number:,}".replace(",", "." if language == "vi" else ",")


def date(day: str, language: str) -> str:
    """`2026-01-31` as the language writes it."""
    year, month, number = day.split("-")
    return f"{int(number)}/{int(month)}/{year}" if language == "vi" else day
