"""An output holds only when every line of it does; a failure shows what differs, and rewriting changes nothing else."""

import random
import time
from collections.abc import Sequence

import pytest

from doclab import comparison, programs
from doclab.comparison import Contradiction, compare, differs_at, match_line, record, rewrite
from doclab.transcript import ELLIPSIS
from doclab.values import Bindings

A, B, C, D = "1ae3c207dbad", "0e014c2de6c0", "c" * 12, "d" * 12


def holds(shown: str, real: str, bindings: Bindings | None = None) -> bool:
    return compare(shown.split("\n"), real.split("\n"), bindings or Bindings()) is None


# (shown, real): outputs that hold.
HOLDS = [
    ("a\nb", "a\nb"),
    ("a  ", "a"),
    ("ID             NAME\n1ae3c207dbad   x", "ID      NAME\n0e014c2de6c0   x"),
    ("Up 2 seconds   a", "Up About a minute   a"),
    (f"{A}\n{A}\n{B}", f"{C}\n{C}\n{D}"),
    ("...", "a\nb"),
    ("...", ""),
    ("...\nz", "a\nb\nz"),
    ("a\n...", "a\nb\nz"),
    ("a\n...\nz", "a\nz"),
    ("a\n...\nz", "a\nb\nc\nz"),
    ("a\n...\nz", "a\nz\nz"),
    ("a\n...\nm\n...\nz", "a\nb\nm\nc\nz"),
    ("a\n...\nm\n...\nz", "a\nm\nz"),
    ("...\nm\n...", "a\nm\nb\nm"),
    ("...\n...", "a"),
    ("...", "..."),
    (f"{A}\n...\n{A}", f"{C}\n{D}\n{C}"),
    (f"...\n{A}\n{A}", f"{C}\n{D}\n{D}"),
    ("a\n\nb", "a\n\nb"),
]
# name: (shown, real) that do not.
BREAKS = {
    "wrong word": ("a b c", "a x c"),
    "other case": ("Error", "error"),
    "wrong digit": ("3 packets", "4 packets"),
    "missing digit": ("13", "3"),
    "other order": ("a\nb", "b\na"),
    "missing line": ("a\nb\nc", "a\nc"),
    "missing last line": ("a\nb", "a"),
    "extra line": ("a\nc", "a\nb\nc"),
    "extra last line": ("a", "a\nb"),
    "duplicated line": ("a\nb", "a\na\nb"),
    "nothing for something": ("a", ""),
    "blank line missing": ("a\n\nb", "a\nb"),
    "blank line extra": ("a\nb", "a\n\nb"),
    "blank line last": ("a\n", "a"),
    "a blank that is a character": ("a", "a\u00a0"),
    "indentation": ("  a", "a"),
    "one blank for padding": ("a b", "a   b"),
    "swapped ids": (f"{A} web\n{B} db\n{A} web", f"{C} web\n{D} db\n{D} web"),
    "equal made different": (f"{A}\n{A}", f"{C}\n{D}"),
    "different made equal": (f"{A}\n{B}", f"{C}\n{C}"),
    "equal made different in a line": (f"{A} {A}", f"{C} {D}"),
    "other type": ("172.17.0.2", A),
    "netmask": ("255.255.0.0", "255.255.255.0"),
    "... before a wrong line": ("...\nz", "a\nb"),
    "... after a wrong line": ("a\n...", "b\nz"),
    "... between wrong order": ("...\na\n...\nb", "b\na"),
    "... with more after it": ("a\n...\nz", "a\nz\nb"),
    "... for a part of a line": ("a ...", "a b"),
    "... indented": ("  ...", "a"),
    "... and an id that changed": (f"{A}\n...\n{A}", f"{C}\nx\n{D}"),
    "... where one line serves twice": ("a\n...\na", "a"),
}


@pytest.mark.parametrize("shown, real", HOLDS)
def test_an_output_holds_when_every_line_does(shown, real):
    assert holds(shown, real)


@pytest.mark.parametrize("shown, real", BREAKS.values(), ids=BREAKS)
def test_anything_else_is_a_difference(shown, real):
    assert not holds(shown, real)


def test_identities_are_bound_across_the_commands_of_a_page():
    bindings = Bindings()
    assert holds(A, C, bindings)
    assert holds(f"{A} web", f"{C} web", bindings)
    assert not holds(f"{A} web", f"{D} web", bindings)
    assert not holds(B, C, bindings)


def test_an_output_that_differs_teaches_nothing():
    bindings = Bindings()
    assert not holds(f"{A}\nx", f"{C}\ny", bindings)
    assert holds(A, D, bindings)


def test_a_try_of_the_ellipsis_that_failed_teaches_nothing():
    bindings = Bindings()
    assert holds(f"...\n{A} a\nz", f"{C} a\ny\n{D} a\nz", bindings)
    assert not holds(A, C, bindings)
    assert holds(A, D, bindings)


def test_only_what_differs_is_in_the_diff():
    """Lines that match stand in it as the page spells them, or every id would be a difference."""
    difference = compare([A, "Up 2 seconds", "three", "4"], [C, "Up 3 hours", "drei", "4"], Bindings())
    assert [f" {A}", " Up 2 seconds", "-three", "+drei", " 4"] == difference.diff.split("\n")[3:]
    assert () == difference.conflicts
    assert str(difference) == difference.diff


def test_a_line_that_is_missing_or_extra_does_not_make_its_neighbours_differ():
    missing = compare([A, "b", B], [C, D], Bindings())
    assert [f" {A}", "-b", f" {B}"] == missing.diff.split("\n")[3:]
    extra = compare([A, B], [C, "b", D], Bindings())
    assert [f" {A}", "+b", f" {B}"] == extra.diff.split("\n")[3:]


def test_an_ellipsis_that_stands_for_lines_is_no_difference():
    difference = compare(["a", "...", "m", "old"], ["a", "b", "c", "m", "new"], Bindings())
    assert [" a", " ...", " m", "-old", "+new"] == difference.diff.split("\n")[3:]


def test_what_came_instead_is_shown_whole_although_the_page_had_an_ellipsis():
    difference = compare(["a", "...", "z"], ["Error: no space", "hint"], Bindings())
    assert {"+Error: no space", "+hint"} <= set(difference.diff.split("\n"))


@pytest.mark.parametrize(
    "shown, real, named",
    [
        (f"{A} a\n{A} b", f"{C} a\n{D} b", {A, C, D}),
        (f"{A} a\n{B} b", f"{C} a\n{C} b", {A, B, C}),
        (f"{A} {A}", f"{C} {D}", {A, C, D}),
        (f"{A} {B}", f"{C} {C}", {A, B, C}),
    ],
)
def test_an_identity_that_changed_sides_is_explained(shown, real, named):
    difference = compare(shown.split("\n"), real.split("\n"), Bindings())
    (conflict,) = difference.conflicts
    assert all(name in conflict for name in named)
    assert f"note: {conflict}" in str(difference)


def test_a_value_that_the_page_used_for_something_else_is_shown_where_both_sides_read_the_same():
    bindings = Bindings()
    assert compare([A], [B], bindings) is None
    told = str(compare(["a", f"{B} b"], ["a", f"{B} b"], bindings))
    assert told.startswith(f" {B} b\nnote: {B} of this run is {A} on this page, but here the page shows {B}")


def test_the_words_of_a_type_are_no_value_of_it():
    assert "+5MB free" in str(compare(["<size> free"], ["5MB free"], Bindings()))


@pytest.mark.parametrize(
    ("shown", "diff"),
    [
        (["1", "...", "6"], [" 1", " ...", "-6", "+5"]),
        (["0", "...", "5"], ["-0", "+1", " ...", " 5"]),
        (["1", "...", "4", "6"], [" 1", " ...", " 4", "-6", "+5"]),
    ],
)
def test_what_is_left_out_is_no_difference(shown, diff):
    assert str(compare(shown, ["1", "2", "3", "4", "5"], Bindings())).split("\n")[3:] == diff


@pytest.mark.parametrize(
    "shown, real, note",
    [
        (
            "ch\u00e0o",
            "cha\u0300o",
            "only how Unicode composes letters differs: 'ch\\xe0o' on the page, 'cha\\u0300o' in this run",
        ),
        (
            "a b",
            "a\u00a0b",
            "only blanks differ: 'a b' on the page, 'a\\xa0b' in this run",
        ),
        ("a b", "a\tb", "only blanks differ: 'a b' on the page, 'a\\tb' in this run"),
        (
            f"{A} a b",
            f"{B} a\tb",
            f"only blanks differ: '{A} a b' on the page, '{B} a\\tb' in this run",
        ),
        ("a   b", "a\tb", "only blanks differ: 'a   b' on the page, 'a\\tb' in this run"),
        ("a", "a\u00a0", "only blanks differ: 'a' on the page, 'a\\xa0' in this run"),
        (
            "ab",
            "a\u200bb",
            "only characters without width differ: 'ab' on the page, 'a\\u200bb' in this run",
        ),
        (
            f"{A} \u00e0",
            f"{B} a\u0300",
            f"only how Unicode composes letters differs: '{A} \\xe0' on the page, '{B} a\\u0300' in this run",
        ),
    ],
)
def test_a_difference_that_cannot_be_seen_is_explained(shown, real, note):
    assert f"\nnote: {note}" in str(compare(["x", shown], ["x", real], Bindings()))
    assert "note:" not in str(compare([shown], [f"{real}!"], Bindings()))


def test_lines_that_are_alike_but_far_apart_are_not_blamed_on_unicode():
    shown, real = ([f"{side}{n:011x}" for n in range(1100)] for side in "ab")
    difference = compare(["x", *shown, "x"], ["y", *real, "y"], Bindings())
    assert "+y" in difference.diff and not difference.hints


# name: (shown, real, the page as rewritten).
REWRITES = {
    "all holds": (f"{A}\nUp 2 seconds", f"{C}\nUp 3 hours", f"{A}\nUp 2 seconds"),
    "one word": (f"{A}\nred\nUp 2 seconds", f"{C}\nblue\nUp 3 hours", f"{A}\nblue\nUp 2 seconds"),
    "a bound value in a new line": (f"{A}\nold", f"{C}\nnew {C}", f"{A}\nnew {A}"),
    "a new value in a new line": (f"{A}\nold", f"{C}\nnew {D}", f"{A}\nnew {D}"),
    "a line less": (f"{A}\nb\n{B}", f"{C}\n{D}", f"{A}\n{B}"),
    "a line more": (f"{A}\n{B}", f"{C}\nb\n{D}", f"{A}\nb\n{B}"),
    "nothing any more": ("a\nb", None, None),
    "something at last": (None, "a\nb", "a\nb"),
    "ids that are one now": (f"{A} a\n{B} b", f"{C} a\n{C} b", f"{A} a\n{A} b"),
    "an ellipsis that still stands": ("a\n...\nz\nold", "a\nb\nc\nz\nnew", "a\n...\nz\nnew"),
    "an ellipsis for nothing": ("a\n...\nz\nold", "a\nz\nnew", "a\n...\nz\nnew"),
    "an ellipsis first": ("...\nz", "a\nb\ny", "...\ny"),
    "an ellipsis last": ("a\n...", "b\nc\nd", "b\n..."),
    "a change on both sides of an ellipsis": ("a\n...\nz", "b\nc\nd\ny", "b\n...\ny"),
    "too few lines for an ellipsis": ("a\nb\n...\nz", "c", "c\n..."),
    "two ellipses": ("a\n...\nm\n...\nz", "a\nb\nm\nc\ny", "a\n...\nm\n...\ny"),
    "blanks at the end": ("a  \nb", "a\nc", "a  \nc"),
}


@pytest.mark.parametrize(
    ("command", "shown", "real"),
    [
        ("run --ip 10.9.0.7 busybox hostname -i", "10.9.0.9", "10.9.0.7"),
        ("run --ip 10.9.0.7 busybox hostname -i", "10.9.0.7", "10.9.0.9"),
        ("echo waited 5s", "waited 9s", "waited 5s"),
        ("echo 127.0.0.1:45000", "127.0.0.1:45999", "127.0.0.1:45000"),
        ("echo a\nsleep 5s", "...\n9s", "a\n5s"),
        (r"printf 'a\n10.9.0.7\n'", "a\n10.9.0.9", "a\n10.9.0.7"),
        ("run -p 45000:80 web; port web", "80/tcp -> 0.0.0.0:45999", "80/tcp -> 0.0.0.0:45000"),
        ("run -p45000:80 web; port web", "80/tcp -> 0.0.0.0:45999", "80/tcp -> 0.0.0.0:45000"),
        ("run -m512MB web; ./limit", "900MB", "512MB"),
    ],
)
def test_a_value_that_the_command_spells_out_has_to_match_to_the_letter(command, shown, real):
    shown, real = shown.split("\n"), real.split("\n")
    difference = compare(shown, real, Bindings(), command)
    assert " is written in what runs here, so it has to match to the letter" in str(difference)
    assert compare(shown, real, Bindings()) is None
    new = rewrite(shown, real, Bindings(), command)
    assert compare(new, real, Bindings(), command) is None


def test_a_program_spells_out_values_too():
    written = programs.constants('print("10.9.0.7")\n')
    assert compare(["10.9.0.9"], ["10.9.0.7"], Bindings(), written)


LONG = "3f" * 32


@pytest.mark.parametrize(
    ("written", "shown", "real"),
    [
        ("docker run --ip 10.9.0.7 busybox", "10.9.0.9", "10.9.0.7"),
        ("docker run --ip 10.9.0.7 busybox", "10.9.0.7", "10.9.0.9"),
        ("docker run --mac-address 02:42:AC:11:00:09 busybox", "02:42:ac:11:00:08", "02:42:ac:11:00:09"),
        ("docker run -p 45000:80 web", "0.0.0.0:45999", "0.0.0.0:45000"),
        *(
            (written, "0.0.0.0:45999", "0.0.0.0:45000")
            for written in [
                "docker run -dp45000:80 web",
                "docker run -itdp45000:80 web",
                "docker run -p=45000:80 web",
                "docker run --publish=45000:80 web",
                "docker run --publish published=45000,target=80 web",
                "docker run -p 45000:$PORT web",
                'docker run -p "45000:$port" web',
                'docker run -p "45000":80 web',
                "docker run -p ${PORT:-45000}:80 web",
                "docker run -p 45000-45001:80-81 web",
                "docker run -p 44999-45000:80-81 web",
                "curl 127.0.0.1:45000",
                "curl web1:45000",
                'ports:\n  - target: 80\n    published: "45000"',
                '{"PortBindings": {"80/tcp": [{"HostPort": "45000"}]}}',
                programs.constants('run("web", ports={"80/tcp": 45000})'),
                programs.constants('run("web", ports={"80/tcp": ("127.0.0.1", 45000)})'),
            ]
        ),
        ("curl localhost:45000", "0.0.0.0:45000", "0.0.0.0:45999"),
        (f"docker pull busybox@sha256:{LONG}", "4e4e4e4e4e4e", LONG[:12]),
        (f"docker pull busybox@sha256:{LONG}", "4e" * 32, LONG),
    ],
)
def test_an_identity_that_the_page_writes_has_to_match_to_the_letter_below_any_command(written, shown, real):
    page = [("page.md:3", "docker ps"), ("page.md:7", written)]
    assert " is written at page.md:7, so it has to match to the letter" in str(
        compare([shown], [real], Bindings(page))
    )
    assert compare([shown], [real], Bindings()) is None
    assert rewrite([shown], [real], Bindings(page)) == [real]


@pytest.mark.parametrize(
    ("written", "shown", "real"),
    [
        ("sleep 5 seconds", "Up 5 seconds", "Up 9 seconds"),
        ("sleep 5s", "waited 5s", "waited 9s"),
        ("ulimit nofile=32768:65536", "0.0.0.0:32768", "0.0.0.0:32769"),
        ("docker run --ulimit nofile=1024:32768 -P web", "0.0.0.0:32768", "0.0.0.0:32769"),
        ("docker run --user 1000:32768 -P web", "0.0.0.0:32768", "0.0.0.0:32769"),
        ("chown 0:32768 f", "0.0.0.0:32768", "0.0.0.0:32769"),
        (programs.constants("f.read(32768)"), "0.0.0.0:32768", "0.0.0.0:32769"),
        ("f.read(32768)", "0.0.0.0:32768", "0.0.0.0:32769"),
        ("10.9.0.77 10.9.0.7.example", "10.9.0.7", "10.9.0.9"),
    ],
)
def test_what_is_no_identity_that_the_page_writes_matches_by_type(written, shown, real):
    assert compare([shown], [real], Bindings([("page.md:7", written)])) is None


def test_a_long_output_is_compared_quickly_on_a_long_page():
    page = [(f"page.md:{n}", f"docker run -d --name web{n} busybox:1.37") for n in range(1000)]
    shown, real = ([f"{kind}{n:011x}" for n in range(10_000)] for kind in "ab")
    started = time.process_time()
    assert compare(shown, real, Bindings(page)) is None
    assert time.process_time() - started < 20, "a search for each value, in all that the page writes"


@pytest.mark.parametrize("changed", [0, 2_500, 4_999])
def test_many_lines_that_are_alike_are_compared_quickly_when_one_differs(changed):
    shown, real = ([f"{kind}{n:011x}" for n in range(5_000)] for kind in "ab")
    shown[changed] = "x"
    started = time.process_time()
    assert "-x" in compare(shown, real, Bindings()).diff
    assert time.process_time() - started < 2


def test_many_lines_that_are_alike_are_compared_in_time_when_two_differ():
    shown, real = ([f"{kind}{n:011x}" for n in range(5_000)] for kind in "ab")
    shown[0] = shown[-1] = "x"
    started = time.process_time()
    assert compare(shown, real, Bindings()).diff.count("-x") == 2
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "written",
    [
        "python -m http.server 45000",
        "nc -l -p 45000",
        "nc server 45000",
        "PORT=45000",
        "--port 45000",
        "EXPOSE 45000",
    ],
)
def test_a_port_that_the_page_chooses_has_to_match(written):
    page = Bindings([("page.md:7", written)])
    assert compare(["Listening on port 45000"], ["Listening on port 45001"], page) is not None


@pytest.mark.parametrize(
    ("shown", "real", "holds"),
    [
        ("10.9.0.2", "10.9.0.3", True),
        ("172.17.0.2", "172.18.0.2", True),
        ("10.9.0.2", "172.18.0.2", False),
        ("172.17.0.2", "10.9.0.2", False),
        ("010.009.000.002", "172.18.0.2", False),
    ],
)
@pytest.mark.parametrize("written", ["--subnet 10.9.0.0/24", "ip: 10.9.0.9/24", "10.9.0.0/24 10.9.0.0/40"])
def test_an_address_stays_in_the_network_that_the_page_writes(written, shown, real, holds):
    difference = compare([shown], [real], Bindings([("page.md:7", written)]))
    assert (difference is None) is holds
    assert holds or "the network 10.9.0.0/24, which is written at page.md:7" in str(difference)


@pytest.mark.parametrize("written", ["nofile=1:45000", '{"nofile": {"Hard":45000}}', "f.read(45000)"])
def test_a_number_that_is_no_port_binds_none(written):
    page = Bindings([("page.md:7", written)])
    assert compare(["Listening on port 45000"], ["Listening on port 45001"], page) is None


def test_a_line_differs_where_one_goes_on():
    both = f"{{}}{' word' * 1000} {{}}"
    assert differs_at(both.format(A, A), both.format(B, B) + " and more") == len(both.format(A, A))


def test_blanks_in_a_command_are_no_value():
    assert compare(["a   b"], ["a  b"], Bindings(), "echo a   b") is None


def test_a_part_of_a_word_in_a_command_is_no_value():
    assert compare(["5s"], ["7s"], Bindings(), "sleep 15s; ls v5s 5s.d") is None


def split(text: str | None) -> list[str]:
    return [] if text is None else text.split("\n")


@pytest.mark.parametrize("shown, real, expected", REWRITES.values(), ids=REWRITES)
def test_a_page_is_rewritten_only_where_it_is_wrong(shown, real, expected):
    once = rewrite(split(shown), split(real), Bindings())
    assert split(expected) == once
    assert once == rewrite(once, split(real), Bindings()), "a second run must change nothing"


def test_a_later_command_is_rewritten_in_the_spelling_of_an_earlier_one():
    bindings = Bindings()
    assert [A] == rewrite([A], [C], bindings)
    assert [f"new {A}"] == rewrite([f"old {B}"], [f"new {C}"], bindings)
    assert [f"{A} held"] == rewrite([f"{A} held"], [f"{C} held"], bindings)


def test_a_new_value_that_looks_like_an_old_one_is_a_contradiction():
    """The run's second id happens to be the page's first: kept beside it, the page would say they are one."""
    with pytest.raises(Contradiction):
        rewrite([A, "old"], [C, f"new {A}"], Bindings())


def test_recording_takes_the_run_as_it_came_but_for_the_ellipses():
    assert [C, "...", D, "Up 3 hours"] == record(
        [A, "...", B, "Up 2 seconds"], [C, "x", "y", D, "Up 3 hours"]
    )
    assert [f"new {A}"] == record(["old"], [f"new {A}"])


def test_any_rewritten_output_holds_and_stays():
    dice = random.Random(1)
    words = ["a", "b", A, B, f"{A} {B}", "Up 2 seconds", "x   y", ""]
    for _ in range(1000):
        shown = [dice.choice([*words, "..."]) for _ in range(dice.randrange(6))]
        real = [dice.choice([*words, C, f"{C} {D}", "Up 3 hours"]) for _ in range(dice.randrange(6))]
        try:
            once = rewrite(shown, real, Bindings())
        except Contradiction:
            once = record(shown, real)
        assert compare(once, real, Bindings()) is None, f"{shown} and {real} became {once}"
        assert once == rewrite(once, real, Bindings())
        assert ("..." in shown) == ("..." in once)


def test_any_output_that_differs_has_something_in_its_diff():
    dice = random.Random(2)
    words = ["a", "b", A, B, f"{A} {B}", "..."]
    for _ in range(1000):
        shown, real = ([dice.choice([*words, C]) for _ in range(dice.randrange(6))] for _ in range(2))
        difference = compare(shown, real, Bindings())
        assert difference is None or difference.diff, f"{shown} against {real}"


def slowly(shown: Sequence[str], real: Sequence[str], bindings: Bindings) -> Bindings | None:
    """What is bound when all lines match, by trying everything."""
    if not shown:
        return None if real else bindings
    if shown[0] == ELLIPSIS:
        tries = (slowly(shown[1:], real[skipped:], bindings) for skipped in range(len(real) + 1))
        return next(filter(None, tries), None)
    tried = bindings.copy()
    return slowly(shown[1:], real[1:], tried) if real and match_line(shown[0], real[0], tried) else None


def test_a_search_finds_what_trying_everything_finds():
    dice, held = random.Random(3), 0
    ids = [A, B, C, D, A + 52 * "0", A + 52 * "1"]
    words = [*ids, f"{A} {B}", "Up 2 seconds", "a"]
    for _ in range(5_000):
        shown = [dice.choice([*words, "...", "...", "...", "..."]) for _ in range(dice.randrange(9))]
        real = [dice.choice([*words, f"{C} {D}"]) for _ in range(dice.randrange(9))]
        known = Bindings()
        for line in dice.sample(ids, 2):
            match_line(line, dice.choice([*ids[:4], line]), known)
        expected, found = slowly(shown, real, known), known.copy()
        assert (compare(shown, real, found) is None) == bool(expected), f"{shown} against {real}"
        held += bool(expected)
        assert vars(found) == vars(expected or known), f"{shown} against {real}"
    assert held > 200


def names(count: int) -> list[str]:
    return [f"{number:012x}" for number in range(1, count + 1)]


# name: (shown, real), which differ; trying everything would take minutes at least.
LONG_SEARCHES = {
    "no end": (["...", A, "...", B, "...", C, "...", "end"], names(1000)),
    "an end in the middle": (["...", A, "...", B, "...", "end"], [*names(300), "end", *names(300)]),
    "another id": (["...", A, "...", B, "...", A, "...", "end"], [*names(300), "end"]),
    "another order": (["...", A, "...", B, "...", B, "...", A, "...", "end"], [*names(30) * 2, "end"]),
    "an id too many": (["...", *[A, "...", B, "...", C, "...", D, "..."], A], [*names(300), "x"]),
}


@pytest.mark.parametrize("shown, real", LONG_SEARCHES.values(), ids=LONG_SEARCHES)
def test_a_search_is_quick(shown, real):
    started = time.process_time()
    assert compare(shown, real, Bindings())
    assert time.process_time() - started < 2


def test_a_search_that_would_never_end_says_so(monkeypatch):
    monkeypatch.setattr(comparison._Search, "_MOST_TRIES", 1000)
    shown = ["...", A, "...", B, "...", C, "...", C, "...", B, "...", A, "...", "end"]
    assert "note: `...` may stand for too many things" in str(
        compare(shown, [*names(50) * 2, "end"], Bindings())
    )
