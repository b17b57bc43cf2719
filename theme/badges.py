"""What the site shows beside an example: on which engines it held, and when."""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape, unescape
from typing import Any

from doclab import evidence, pages
from doclab.engines import DEFAULT, ENGINES

HELD, DIFFERS, FAILED, CHANGED = "held", "differs", "failed", "changed"
NOT_RUN, STOPPED = "not-run", "stopped"  # skipped there; not reached, for the page stopped before
_STATES = {
    "held": HELD,
    "failed": FAILED,
    "skipped": NOT_RUN,
    "not run": STOPPED,
}  # of evidence/schema.json's words
SIGNS = {HELD: "✓", DIFFERS: "≠", FAILED: "✗", STOPPED: "…", NOT_RUN: "–", CHANGED: "?"}
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
        STOPPED: "không chạy: trang dừng trước ví dụ này",
        CHANGED: "chưa kiểm chứng lại từ khi ví dụ trên trang thay đổi",
        "engine": "cần Docker {}",
        "needs": "cần máy của chính daemon",
        "words": "Dài {} chữ",
        "seconds": "các lệnh chạy hết {} giây trên máy kiểm chứng",
    },
    "en": {
        "list": "Run on Docker",
        HELD: "held as shown",
        DIFFERS: "differs",
        FAILED: "failed",
        NOT_RUN: "not run",
        STOPPED: "not run: the page stopped before this example",
        CHANGED: "not verified since examples of the page changed",
        "engine": "needs Docker {}",
        "needs": "needs the daemon's own machine",
        "words": "{} words",
        "seconds": "its commands took {} s when they were verified",
    },
}


def states(
    examples: Sequence[pages.Example], name: str, known: Mapping[str, Any]
) -> Iterator[tuple[pages.Example, dict[str, str]]]:
    """Each of a page's examples that can carry badges, and its state on each engine that has evidence of it.

    `name` is the page's id, which the evidence knows it by.

    An example that failed on one engine differs there if it held on the default one.  Raises EvidenceError where
    an example is said to have run that can't have, for example on an engine that its `engine=` keeps it from.
    """
    hashes = evidence.hashes(examples)
    for example in examples:
        if example.language not in ("console", "python"):
            continue
        found = {
            engine: _state(example, result, hashes[example.name], known[engine]["environment"])
            for engine, result in _results(example, name, known).items()
        }
        if found.get(DEFAULT) == HELD:
            found = {engine: DIFFERS if state == FAILED else state for engine, state in found.items()}
        yield example, found


def _results(example: pages.Example, name: str, known: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """What the evidence of each engine says of an example; nothing of a block that never runs by itself."""
    found = {
        engine: content["pages"].get(name, {}).get("examples", {}).get(example.name)
        for engine, content in known.items()
    }
    return {engine: result for engine, result in found.items() if result and example.ordinal}


def _state(
    example: pages.Example, result: Mapping[str, Any], hash: str, environment: Mapping[str, Any]
) -> str:
    if result["hash"] != hash:
        return CHANGED
    is_elsewhere = example.needs and ENGINES[environment["engine"]].is_shared
    can_run = example.action == pages.RUN and example.runs_on(environment["docker"]) and not is_elsewhere
    may_be = ("held", "failed", "not run") if can_run else ("skipped", "not run")
    if result["result"] not in may_be:
        raise evidence.unreadable(
            evidence.FOLDER / f"{environment['engine']}.json",
            f"{pages.page_id(example.file)}::{example.name} can't have been {result['result']} on Docker "
            f"{environment['docker']}",
        )
    return _STATES[result["result"]]


def badges(
    examples: Sequence[pages.Example], name: str, language: str, known: Mapping[str, Any]
) -> Iterator[str]:
    """The HTML that belongs to each `console` and `python` block of the page, in order; "" where there is nothing to show."""
    for example, found in states(examples, name, known):
        if example.action == pages.SKIP or not found:
            yield ""  # a block that never runs says why by itself
            continue
        yield _shown(example, found, name, language, known)


def _shown(
    example: pages.Example, found: Mapping[str, str], name: str, language: str, known: Mapping[str, Any]
) -> str:
    """The badges in one line, which opens by mouse, key or touch to what each of them stands for."""
    marks, tellings = "", ""
    for engine, state in found.items():
        ran = known[engine]["pages"][name]["time"]
        told = escape(_told(example, state, known[engine]["environment"]["docker"], ran, language))
        says = WORDS[language][state]
        marks += mark(state, label(engine, known), told, f"{says};") + " "
        tellings += f'<li data-state="{state}">{told}</li>'
    # `role`: without bullets Safari takes a list for none.
    return (
        f'<details class="doclab-evidence" data-search-exclude>'
        f'<summary><span class="doclab-aloud">{WORDS[language]["list"]}</span> {marks}</summary>'
        f'<ul role="list">{tellings}</ul></details>'
    )


def mark(state: str, label: str, title: str, aloud: str, more: str = "") -> str:
    """A sign and what stands for an engine; to screen readers `aloud` in place of the sign."""
    return (
        f'<span data-state="{state}" title="{title}"><span aria-hidden="true">{SIGNS[state]}</span>'
        f'&nbsp;{label}<span class="doclab-aloud">: {aloud}</span>{more}</span>'
    )


def label(engine: str, known: Mapping[str, Any]) -> str:
    """What readers call an engine: `26.1`, and `28.5 (host)` where that is a daemon that was there."""
    short = evidence.series(known[engine]["environment"]["docker"])
    return f"{short} ({engine})" if ENGINES[engine].is_shared else short


def _told(example: pages.Example, state: str, docker: str, time: str, language: str) -> str:
    """What the badge of an engine with this version of Docker stands for: where, whether, when, and why not."""
    says = WORDS[language][state]
    if state == NOT_RUN:
        says = f"{says}: {_why_not(example, docker, language)}"
    return f"Docker {docker}: {says}, {date(time[:10], language)}"


def _why_not(example: pages.Example, docker: str, language: str) -> str:
    words = WORDS[language]
    return words["needs"] if example.runs_on(docker) else words["engine"].format(example.limit)


def length(
    examples: Sequence[pages.Example], name: str, language: str, html: str, known: Mapping[str, Any]
) -> str:
    """The HTML that says how many words a page has, and how long its commands took when they last ran.

    A page without commands has no time; neither has one where not all of them held when they last ran.
    """
    words = len(unescape(_WORDLESS.sub(" ", html)).split())
    told = [WORDS[language]["words"].format(_grouped(words, language))]
    if seconds := _took(examples, name, known):
        told.append(WORDS[language]["seconds"].format(max(1, round(seconds))))
    return f'<p class="doclab-length" data-search-exclude>{"; ".join(told)}.</p>'


def _took(examples: Sequence[pages.Example], name: str, known: Mapping[str, Any]) -> float:
    """How many seconds the commands of a page took on the default engine; 0 unless all that can run there held."""
    seconds = 0.0
    for example, found in states(examples, name, known):
        if example.action != pages.RUN:
            continue
        if found.get(DEFAULT) not in (HELD, NOT_RUN):
            return 0.0
        seconds += _results(example, name, known)[DEFAULT]["seconds"]
    return seconds


def _grouped(number: int, language: str) -> str:
    return f"{number:,}".replace(",", "." if language == "vi" else ",")


def date(day: str, language: str) -> str:
    """`2026-01-31` as the language writes it."""
    year, month, number = day.split("-")
    return f"{int(number)}/{int(month)}/{year}" if language == "vi" else day
