"""Evidence follows its example: a change takes it away, a wrong file is an error, and nothing is shown that did not run."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from doclab import evidence, pages
from doclab.evidence import Environment, EvidenceError, Result
from doclab.source import PROJECT
from doclab.verdict import FAILED, HELD, NOT_RUN, SKIPPED
from theme import badges

PAGE = """# Page

```console
$ echo one
one
```

## Two { #two }

Prose.

```{ .console engine=">=23" }
$ echo two
two
```

```{ .console .no-run reason="no network" }
$ docker search busybox
```
"""
DIGEST = "sha256:" + 64 * "a"


def environment(engine: str = "trixie", docker: str = "26.1.5+dfsg1") -> Environment:
    return Environment(engine, docker, "1.45", "6.1.0", "x86_64", "2", {"busybox:1.37": DIGEST})


def hashes(tmp_path: Path, text: str) -> dict[str, str]:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    return evidence.hashes(pages.examples(page))


def test_each_example_has_a_hash_of_its_own(tmp_path):
    found = hashes(tmp_path, PAGE)
    assert list(found) == ["top::1", "two::1", "two::2"]
    assert len(set(found.values())) == 3


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("echo one", "echo  one", True),
        ("\none\n", "\n1\n", True),
        ("two\n```", "2\n```", True),
        (">=23", ">=24", True),
        ("echo two\ntwo", "echo $?\n0", True),  # the example before it may now fail
        ("echo two\ntwo", "ping 10.9.0.7", True),  # what others print of it has to match to the letter
        ("no network", "không có mạng", False),
        ("Prose.", "Other prose.", False),
    ],
)
def test_a_change_takes_the_evidence_of_the_page(tmp_path, old, new, changed):
    before, after = hashes(tmp_path, PAGE), hashes(tmp_path, PAGE.replace(old, new))
    assert {before[name] != after[name] for name in before} == {changed}


def test_a_program_of_another_name_is_another_one(tmp_path):
    program = example_of(PROJECT / "docs/vi/start.md", "python")
    body = [(tmp_path / "other.py", line) for _, line in program.block.body]
    renamed = replace(program, block=replace(program.block, body=body))
    assert evidence.hashes([program]) != evidence.hashes([renamed])


def example_of(page: Path, language: str) -> pages.Example:
    return next(e for e in pages.examples(page) if e.language == language and e.ordinal)


def ran(**results: str) -> dict:
    found = {name: Result(12 * "a", result, 1.25) for name, result in results.items()}
    return {"start": ("2026-01-31T10:20:30Z", found)}


def test_what_was_recorded_is_read_again(tmp_path):
    file = evidence.record(tmp_path, environment(), ran(one=HELD, two=FAILED))
    assert file == tmp_path / "trixie.json"
    assert evidence.load(tmp_path) == {
        "trixie": {
            "environment": asdict(environment()),
            "pages": {
                "start": {
                    "time": "2026-01-31T10:20:30Z",
                    "examples": {
                        "one": {"hash": 12 * "a", "result": "held", "seconds": 1.25},
                        "two": {"hash": 12 * "a", "result": "failed", "seconds": 1.25},
                    },
                }
            },
        }
    }


def test_a_run_of_one_page_keeps_the_others(tmp_path):
    evidence.record(tmp_path, environment(), {"index": ran(one=HELD)["start"]})
    evidence.record(tmp_path, environment(), ran(one=HELD))
    assert list(evidence.load(tmp_path)["trixie"]["pages"]) == ["index", "start"]


def test_a_run_elsewhere_keeps_nothing(tmp_path):
    """What held on another version of the engine is not known to hold on this one."""
    evidence.record(tmp_path, environment(), {"index": ran(one=HELD)["start"]})
    evidence.record(tmp_path, environment(docker="26.1.6"), ran(one=HELD))
    assert list(evidence.load(tmp_path)["trixie"]["pages"]) == ["start"]


def test_pages_that_are_gone_leave_the_file(tmp_path):
    evidence.record(tmp_path, environment(), {"no/such/page": ran(one=HELD)["start"]})
    evidence.record(tmp_path, environment(), ran(one=HELD))
    assert list(evidence.load(tmp_path)["trixie"]["pages"]) == ["start"]


def spoil(file: Path, change) -> None:
    content = json.loads(file.read_text())
    change(content)
    file.write_text(json.dumps(content))


def start(content: dict) -> dict:
    return content["pages"]["start"]


def one(content: dict) -> dict:
    return start(content)["examples"]["one"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c["environment"].pop("kernel"), "'kernel' is a required property"),
        (lambda c: one(c).pop("hash"), "at $.pages.start.examples.one: 'hash' is a required property"),
        (lambda c: one(c).update(result="perfect"), "'perfect' is not one of"),
        (lambda c: one(c).update(hash="abc"), "'abc' does not match"),
        (lambda c: one(c).update(seconds=-1), "-1 is less than the minimum"),
        (lambda c: one(c).update(seconds=10**400), "is greater than the maximum"),
        (lambda c: one(c).update(proof="trust me"), "Additional properties are not allowed"),
        (lambda c: c["environment"].update(docker="27.0 <b>"), "'27.0 <b>' does not match"),
        (lambda c: c.update(pages={}), "at $.pages: {} should be non-empty"),
        (lambda c: start(c).update(time="2999-12-31T23:59:59Z"), "2999-12-31T23:59:59Z is still to come"),
        (
            lambda c: start(c).update(time="2026-99-99T99:99:99Z"),
            "at $.pages.start.time: 2026-99-99T99:99:99Z is no",
        ),
        (lambda c: c["environment"].update(engine="forky"), "it says that it is of the engine 'forky'"),
    ],
)
def test_a_file_edited_by_hand_is_an_error_that_says_where(tmp_path, change, message):
    file = evidence.record(tmp_path, environment(), ran(one=HELD))
    spoil(file, change)
    with pytest.raises(EvidenceError) as error:
        evidence.load(tmp_path)
    assert message in str(error.value)
    assert str(error.value).startswith(f"{file}: ")


def test_evidence_of_an_engine_that_does_not_exist_is_an_error(tmp_path):
    file = evidence.record(tmp_path, environment(), ran(one=HELD))
    spoil(file, lambda content: content["environment"].update(engine="sarge"))
    file.rename(tmp_path / "sarge.json")
    with pytest.raises(EvidenceError, match=r"sarge\.json: there is no engine 'sarge'"):
        evidence.load(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": 1e999}',
        "[" * 100_000,
        '{"a": 1, "a": 2}',
        r'{"a": "\ud800"}',
    ],
)
def test_a_file_that_is_no_json_is_an_error(tmp_path, text):
    (tmp_path / "trixie.json").write_text(text)
    with pytest.raises(EvidenceError, match="this is not JSON"):
        evidence.load(tmp_path)


def test_a_result_that_is_there_twice_is_an_error(tmp_path):
    file = evidence.record(tmp_path, environment(), ran(one=FAILED))
    file.write_text(file.read_text().replace('"result"', '"result": "held", "result"', 1))
    with pytest.raises(EvidenceError, match="'result' is there twice"):
        evidence.load(tmp_path)


def test_a_folder_is_no_evidence(tmp_path):
    (tmp_path / "trixie.json").mkdir()
    with pytest.raises(EvidenceError, match=r"trixie\.json: it can't be read \(Is a directory\)"):
        evidence.load(tmp_path)


@pytest.mark.parametrize("docker", ["dev", "27"])
def test_of_what_cannot_be_recorded_one_knows_before_pages_run(docker):
    with pytest.raises(EvidenceError, match=f"of the engine 'host': its docker: '{docker}' does not match"):
        evidence.check(environment("host", docker))
    evidence.check(environment("debian-14", "28.0.0-rc.1+dfsg1"))


def test_what_differs_between_two_runs_is_told(tmp_path):
    assert evidence.differences(tmp_path, environment()) == []
    evidence.record(tmp_path, environment(), ran(one=HELD))
    assert evidence.differences(tmp_path, environment(docker="26.1.6")) == ["docker"]


@pytest.mark.parametrize(
    ("version", "series"), [("26.1.5+dfsg1", "26.1"), ("20.10.24", "20.10"), ("29.0-rc.1", "29.0")]
)
def test_readers_know_a_version_by_its_series(version, series):
    assert evidence.series(version) == series


@pytest.mark.parametrize(
    "version", ["26.1.5+dfsg1~bpo12+1", "29.0~rc1", "27.10_x", "27.0..", "27.0+", "27.0.0-rc.1", "28.5.2-ce"]
)
def test_what_can_be_recorded_can_be_shown(page, version):
    evidence.check(environment(docker=version))
    seen = known(page, trixie=HELD)
    seen["trixie"]["environment"]["docker"] = version
    first, *_ = badges.badges(pages.examples(page), "page", "en", seen)
    assert "held as shown" in first


@pytest.mark.parametrize("text", [None, "{"])
def test_a_schema_that_cannot_be_read_is_an_error(tmp_path, monkeypatch, text):
    file = evidence.record(tmp_path, environment(), ran(one=HELD))
    monkeypatch.setattr(evidence, "FOLDER", tmp_path / "spoilt")
    evidence.FOLDER.mkdir()
    if text:
        (evidence.FOLDER / "schema.json").write_text(text)
    evidence._validator.cache_clear()
    with pytest.raises(EvidenceError, match=r"spoilt/schema\.json can't be read .*: take it from Git again"):
        evidence.load(file.parent)


def test_no_evidence_is_none(tmp_path):
    assert evidence.load(tmp_path) == {}


@pytest.fixture
def page(tmp_path) -> Path:
    file = tmp_path / "page.md"
    file.write_text(PAGE, encoding="utf-8")
    return file


def known(page: Path, names: Sequence[str] = ("top::1", "two::1"), **results: str) -> dict:
    """Evidence of these examples of the page: for each engine, what became of them."""
    found = evidence.hashes(pages.examples(page))
    versions = {"trixie": "26.1.5", "bookworm": "20.10.24", "forky": "28.5.2"}
    return {
        engine: {
            "environment": asdict(environment(engine, versions[engine])),
            "pages": {
                "page": {
                    "time": "2026-01-31T10:20:30Z",
                    "examples": {
                        name: {"hash": found[name], "result": result, "seconds": 1.5} for name in names
                    },
                }
            },
        }
        for engine, result in results.items()
    }


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ({"trixie": HELD}, {"trixie": "held"}),
        ({"trixie": HELD, "bookworm": FAILED}, {"trixie": "held", "bookworm": "differs"}),
        ({"trixie": FAILED, "bookworm": FAILED}, {"trixie": "failed", "bookworm": "failed"}),
        ({"trixie": FAILED, "bookworm": HELD}, {"trixie": "failed", "bookworm": "held"}),
        ({"trixie": NOT_RUN}, {"trixie": "stopped"}),
        ({}, {}),
    ],
)
def test_a_difference_is_told_from_a_failure(page, results, expected):
    seen = known(page, ["top::1"], **results)
    assert [found for _, found in badges.states(pages.examples(page), "page", seen)] == [expected, {}, {}]


def test_what_was_not_to_run_on_an_engine_is_no_failure_there(page):
    seen = known(page, ["two::1"], trixie=HELD, bookworm=SKIPPED)
    _, (_, found), _ = badges.states(pages.examples(page), "page", seen)
    assert found == {"trixie": "held", "bookworm": "not-run"}


def test_what_can_run_cannot_have_been_skipped(page):
    with pytest.raises(EvidenceError, match=r"page::top::1 can't have been skipped on Docker 26\.1\.5"):
        [*badges.states(pages.examples(page), "page", known(page, ["top::1"], trixie=SKIPPED))]


def test_what_never_runs_by_itself_cannot_have_held(page):
    with pytest.raises(EvidenceError, match=r"page::two::2 can't have been held on Docker 26\.1\.5"):
        [*badges.states(pages.examples(page), "page", known(page, ["two::2"], trixie=HELD))]


@pytest.mark.parametrize("result", [HELD, FAILED])
def test_what_an_engine_was_kept_from_cannot_have_run_there(page, result):
    with pytest.raises(
        EvidenceError, match=rf"bookworm\.json: .*page::two::1 can't have been {result} on Docker 20\.10\.24"
    ):
        [*badges.states(pages.examples(page), "page", known(page, bookworm=result))]


def test_a_changed_page_shows_that_it_was_not_verified_since(page):
    seen = known(page, trixie=HELD)
    page.write_text(PAGE.replace("two\n```", "2\n```"), encoding="utf-8")
    assert [found.get("trixie") for _, found in badges.states(pages.examples(page), "page", seen)] == [
        "changed",
        "changed",
        None,
    ]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("vi", "Docker 20.10.24: không chạy: cần Docker &gt;=23, 31/1/2026"),
        ("en", "Docker 20.10.24: not run: needs Docker &gt;=23, 2026-01-31"),
    ],
)
def test_a_badge_says_where_when_and_why_not(page, language, told):
    seen = known(page, trixie=HELD) | known(page, ["two::1"], bookworm=SKIPPED)
    _, second, third = badges.badges(pages.examples(page), "page", language, seen)
    assert f'<li data-state="not-run">{told}</li>' in second
    assert third == "", "a block that never runs has its reason, and no badge"


def test_an_example_that_the_page_did_not_reach_says_so(page):
    seen = known(page, bookworm=NOT_RUN)
    first, second, _ = badges.badges(pages.examples(page), "page", "en", seen)
    told = "Docker 20.10.24: not run: the page stopped before this example, 2026-01-31"
    assert told in first and told in second


def test_what_never_ran_has_no_badge(page):
    first, second, _ = badges.badges(pages.examples(page), "page", "en", known(page, ["top::1"], trixie=HELD))
    assert "held as shown" in first and second == ""


def test_the_daemon_that_was_there_is_told_from_the_others(page):
    seen = known(page, trixie=HELD)
    seen["host"] = seen["trixie"] | {"environment": asdict(environment("host", "26.1.7"))}
    first, *_ = badges.badges(pages.examples(page), "page", "en", seen)
    assert "&nbsp;26.1<" in first and "&nbsp;26.1 (host)<" in first


def test_without_evidence_there_is_no_badge(page):
    assert list(badges.badges(pages.examples(page), "page", "vi", {})) == ["", "", ""]


def test_the_time_of_a_page_is_that_of_its_commands_while_its_evidence_holds(page):
    page.write_text(PAGE.split("```{ .console .no-run")[0], encoding="utf-8")
    seen = known(page, trixie=HELD)
    html = "<h1>Ten</h1><p>ba tu nua</p><pre>no words</pre>"
    assert "4 words; its commands took 3 s" in badges.length(pages.examples(page), "page", "en", html, seen)
    failed = known(page, trixie=FAILED)
    assert badges.length(pages.examples(page), "page", "en", html, failed).endswith(">4 words.</p>")
    stopped = known(page, ["top::1"], trixie=HELD)
    assert badges.length(pages.examples(page), "page", "en", html, stopped).endswith(">4 words.</p>")
    page.write_text(page.read_text().replace("echo one", "echo won"))
    assert badges.length(pages.examples(page), "page", "en", html, seen).endswith(">4 words.</p>")
