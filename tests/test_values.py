"""A value that changes from run to run matches another of its type, and nothing else does."""

import pytest

from doclab.comparison import match_line
from doclab.values import TYPES, Bindings, masked, tokens

A, B = "1ae3c207dbad", "0e014c2de6c0"
A64 = A + "f0edf25a32b6b379c613f5abdd354a59be768ac0cb842b41c471"
B64 = B + "6778e0265b643f67237db0a9021af020c64c17e312f1adee3b60"
AN_ID, A_MAC, AN_ADDRESS, A_NAME, A_PORT = "id12", "mac", "ipv4", "generated-name", "ephemeral-port"

# type: pairs of lines that match, because a value of that type differs.
ALIKE = {
    "id64": [(A64, B64), (f"sha256:{A64}", f"sha256:{B64}"), (f"docker-{A64}.scope", f"docker-{B64}.scope")],
    "id12": [
        (A, B),
        (f"br-{A}: <UP>", f"br-{B}: <UP>"),
        (f"root@{A}:/#", f"root@{B}:/#"),
        (f'"{A}"', f'"{B}"'),
    ],
    "mac": [
        ("02:42:ac:11:00:02", "66:c2:b4:0b:e3:9f"),
        ('"02:42:ac:11:00:02",', '"02:42:ac:11:00:03",'),
        ("web:02:42:ac:11:00:02: 1", "web:02:42:ac:11:00:03: 1"),
    ],
    "timestamp": [
        ("2025-01-02T03:04:05.123456789Z", "2026-11-22T13:14:15.1Z"),
        ("2025-01-02T03:04:05Z", "2025-01-02T03:04:05.5+07:00"),
        ("2025-01-02 03:04:05 +0000 UTC", "2025-01-03 03:04:06 +0000 UTC"),
        ("2025-01-02 10:04:05 +0700 +07", "2025-01-03 03:04:06 +0000 UTC"),
        ("2025-01-02 03:04:05,123 x", "2025-01-03 03:04:06,4 x"),
        ("0/0 0 2025-01-02 03:04 etc/", "0/0 0 2025-12-12 13:14 etc/"),
        ("Thu, 02 Jan 2025 03:04:05 GMT", "Fri, 03 Oct 2025 13:14:15 GMT"),
        ("1:M 02 Jan 2025 03:04:05.123 * Ready", "1:M 12 Dec 2025 13:14:15.4 * Ready"),
        ("Thu Jan  2 03:04:05 UTC 2025", "Fri Dec 12 13:14:15 UTC 2025"),
        ("Thu Jan  2 03:04:05 2025", "Fri Dec 12 13:14:15 2025"),
        ("Thu Jan  2 10:04:05 +07 2025", "Fri Dec 12 13:14:15 UTC 2025"),
        ("[Thu Jan 02 03:04:05.123456 2025] [core]", "[Fri Dec 12 13:14:15.654321 2025] [core]"),
        ("[02/Jan/2025:03:04:05 +0000]", "[12/Dec/2025:13:14:15 +0700]"),
        ("[02/Jan/2025 03:04:05] 200", "[12/Dec/2025 13:14:15] 200"),
        ("2025/01/02 03:04:05 [notice]", "2025/12/12 13:14:15 [notice]"),
        ("2025/01/02 03:04:05.123 INFO", "2025/12/12 13:14:15.456 INFO"),
        ("-rw-r--r-- Jan  2 03:04 a", "-rw-r--r-- Dec 12 13:14 a"),
        ("-rw-r--r-- Jan  2 03:04 a", "-rw-r--r-- Dec 12  2024 a"),
        ("Jan  2 03:04:05 host dockerd[1]: x", "Dec 12 13:14:15 host dockerd[1]: x"),
        ("notAfter=Jan  2 03:04:05 2027 GMT", "notAfter=Dec 12 13:14:15 2028 GMT"),
        ("root 03:04:05 sleep", "root 13:14:15 sleep"),
        ("03:04:05.123456 IP a > b", "13:14:15.654321 IP a > b"),
        ("03:04:05,123 x", "13:14:15,456 x"),
    ],
    "ipv4": [
        ("172.17.0.2", "172.18.0.30"),
        ("inet 172.17.0.2/16 scope", "inet 10.0.0.9/16 scope"),
        ("172.17.0.2:80", "172.17.0.3:80"),
        ("is 172.17.0.2.", "is 172.17.0.9."),
    ],
    "engine-version": [
        ("docker-ce | 5:28.5.2-1~debian.13", "docker-ce | 5:29.1.3-1~debian.13"),
        ("26.1.5", "28.5.2"),
        ("20.10.24+dfsg1", "26.1.5+dfsg1"),
        ("Version: 27.0.0-rc1", "Version: 30.1.12"),
        ("24.0.7-0ubuntu4.1", "19.03.13-ce"),
        ("Docker version 26.1.5+dfsg1, build a72d7cd", "Docker version 28.5.2+dfsg2, build ecc6942"),
    ],
    "age": [
        ("2 seconds ago", "3 minutes ago"),
        ("Less than a second ago", "About an hour ago"),
        ("1 second ago", "12 days ago"),
        ("2 weeks ago", "5 months ago"),
        ("Up 3 seconds", "Up About a minute"),
        ("Up 3 seconds (healthy)", "Up 2 hours (healthy)"),
    ],
    "duration": [
        ("0.5s", "12s"),
        ("12.5s-13.5s", "0.1s-0.2s"),
        ("1h2m3s", "4m0.5s"),
        ("time=0.067 ms", "time=12 ms"),
        ("= 0.067/0.068/0.069 ms", "= 0.1/0.2/0.3 ms"),
        ("took 5µs", "took 17ns"),
        ("real\t0m1.005s", "real\t1m0.2s"),
    ],
    "size": [
        ("4.27MB", "145kB"),
        ("3B (virtual 4.27MB)", "12B (virtual 1.1GB)"),
        ("12.5KiB / 1.9GiB", "1MiB / 2TiB"),
        ("100 MB", "7 B"),
        ("in 2s (4,500 kB/s)", "in 2s (41 kB/s)"),
        ("debian,13,120MB", "debian,13,98MB"),
        ("1,234,567.5 kB", "999 kB"),
    ],
    "generated-name": [("goofy_dewdney", "happy_turing"), ("goofy_dewdney", "happy_turing3")],
    "ephemeral-port": [
        ("0.0.0.0:32768->80/tcp", "0.0.0.0:60999->80/tcp"),
        ("[::]:49153->80/tcp", "[::]:33000->80/tcp"),
        ("127.0.0.1:32779", "127.0.0.1:32800"),
        ("0.0.0.0:32768-32769->80-81/tcp", "0.0.0.0:49153-49154->80-81/tcp"),
        ("127.0.0.1 port 32768", "127.0.0.1 port 49153"),
        ('"HostPort":"32768"', '"HostPort":"49153"'),
        ('"HostPort": "32768"', '"HostPort": "49153"'),
        ("{'HostIp': '0.0.0.0', 'HostPort': '32768'}", "{'HostIp': '0.0.0.0', 'HostPort': '49153'}"),
        ('"PublishedPort":32768', '"PublishedPort":49153'),
        ("'PublicPort': 32768", "'PublicPort': 49153"),
        ("map[80/tcp:[{0.0.0.0 32768} {:: 32768}]]", "map[80/tcp:[{0.0.0.0 49153} {:: 49153}]]"),
        ("port=32768", "port=49153"),
        ("server:32768", "server:49153"),
        ("10.9.0.217:32768", "10.9.0.217:49153"),
    ],
    "padding": [("ID   IMAGE", "ID             IMAGE"), ("a  b   c", "a   b  c")],
}

# type: pairs of lines that look alike and must not match.
UNLIKE = {
    "id64": [(A64, A64[:-1]), (A64, A64 + "0"), (A64, A64.upper()), (A64, A)],
    "id12": [
        (A, A[:-1]),
        (f"build {A[:7]}", f"build {B[:7]}"),
        (f"x{A}", f"x{B}"),
        (f"veth{A[:7]}@if5", f"veth{B[:7]}@if5"),
        (A.upper(), B.upper()),
        (A, "g" + A[1:]),
        ('{"Interval":300000000000}', '{"Interval":120000000000}'),
        ("300000000000", A),
        ("137438953472", "274877906944"),
    ],
    "mac": [
        ("02:42:ac:11:00", "02:42:ac:11:01"),
        ("02:42:ac:11:00:02", "02:42:AC:11:00:02"),
        ("MD5:ab:cd:ef:01:23:45:67:89", "MD5:00:cd:ef:01:23:45:67:89"),
        ("MD5:ab:cd:ef:01:23:45:67:89", "MD5:ab:cd:ef:01:23:45:67:00"),
        ("ff:ff:ff:ff:ff:ff", "02:42:ac:11:00:02"),
        ("00:00:00:00:00:00", "02:42:ac:11:00:02"),
    ],
    "timestamp": [
        ("0001-01-01T00:00:00Z", "2025-01-02T03:04:05Z"),
        ("0001-01-01 00:00:00 +0000 UTC", "2025-01-02 03:04:05 +0000 UTC"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:01Z"),
        ("-rw-r--r-- Jan  1  1970 a", "-rw-r--r-- Dec 12 13:14 a"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 03 Oct 2025 13:14:15 GMT"),
        ("Thu Jan  1 00:00:00 UTC 1970", "Fri Dec 12 13:14:15 UTC 2025"),
        ("2025-01-02", "2025-01-03"),
        ("02 Jan 2025", "03 Jan 2025"),
        ("2025-01-02 03:04:05 INFO a", "2025-01-02 03:04:05 WARN a"),
        ("2025-01-02T03:04:05.1Z -12", "2025-01-02T03:04:06.2Z -34"),
        ("2025-01-02T03:04:05Z +10 items", "2025-01-02T03:04:05Z items"),
        ("2025-01-02 03:04:05 +99 files", "2025-01-02 03:04:05 +42 files"),
        ("2025-01-02T03:04:05Z PASS", "2025-01-02T03:04:05Z FAIL"),
        ("2025-01-02T03:04:05Z GET /", "2025-01-02T03:04:05Z POST /"),
        ("2025-01-02T03:04:05Z PASS", "2025-01-02T03:04:05Z"),
        ("03:04", "03:05"),
        ("Jan 2", "Jan 3"),
        ("2025", "2026"),
    ],
    "ipv4": [
        ("127.0.0.1", "127.0.0.2"),
        ("127.0.0.11", "172.17.0.1"),
        ("0.0.0.0", "172.17.0.1"),
        ("255.255.0.0", "255.255.255.0"),
        ("172.17.0.2/16", "172.17.0.2/24"),
        ("172.17.0.2:80", "172.17.0.2:81"),
        ("300.1.1.1", "300.1.1.2"),
        ("1.2.3.4.5", "1.2.3.4.6"),
        ("172.17.0", "172.18.0"),
        ("2.0.17.172.in-addr.arpa", "3.0.17.172.in-addr.arpa"),
    ],
    "engine-version": [
        ("busybox:1.37", "busybox:1.38"),
        ("nginx/1.26.3", "nginx/1.26.4"),
        ("Python 3.13.5", "Python 3.13.6"),
        ("v2.26.1", "v2.40.1"),
        ("go1.24.4", "go1.24.5"),
        ("1.7.24", "1.7.25"),
        ("6.1.0-26-amd64", "6.1.0-27-amd64"),
        ("26.1", "28.5"),
        ("v26.1.5", "v28.5.2"),
        ("16.1.5", "26.1.5"),
        ("40.1.5", "26.1.5"),
        ("Ubuntu 22.04.5", "Ubuntu 24.04.3"),
        ("Ubuntu 18.04.5", "Ubuntu 18.04.6"),
        ("17.0.13", "21.0.5"),
        ("docker:26.1.5", "docker:28.5.2"),
        ("debian,13,120MB", "debian,12,120MB"),
        ("GET /,200,134ms", "GET /,500,134ms"),
        ("10:00:00,200,GET /", "11:00:00,500,GET /"),
        ("0/0 12 1970-01-01 00:00 etc/hosts", "0/0 12 2025-01-02 03:04 etc/hosts"),
        ("node:20.10.1", "node:23.1.0"),
        ("docker  28.5.2-dind", "docker  28.5.2-cli"),
        ("node  23.1.0-alpine", "node  23.1.0-slim"),
        ("build a72d7cd", "build ecc6942"),
    ],
    "age": [
        ("Exited (0) 2 seconds ago", "Exited (1) 2 seconds ago"),
        ("Exited (0) 2 seconds ago", "Up 2 seconds"),
        ("Up 3 seconds (healthy)", "Up 3 seconds (unhealthy)"),
        ("Up 3 seconds (Paused)", "Up 3 seconds"),
        ("wait 2 seconds", "wait 3 seconds"),
        ("Upper 2 seconds", "Upper 3 seconds"),
        ("2 seconds agony", "3 seconds agony"),
    ],
    "duration": [
        ("5 times", "6 times"),
        ("5m", "6m"),
        ("5 sheep", "6 sheep"),
        ("v5s", "v6s"),
        ("0.5", "0.6"),
        ("5 s-curves", "6 s-curves"),
    ],
    "size": [
        ("0B", "12B"),
        ("0B", "0.5kB"),
        ("4 packets", "5 packets"),
        ("0.05%", "0.06%"),
        ("4 Bytes", "5 Bytes"),
        ("8080", "8081"),
        ("4M", "5M"),
        ("3 B-trees", "4 B-trees"),
        ("1,234", "1,235"),
    ],
    "generated-name": [
        ("exec_create", "exec_start"),
        ("exec_create", "goofy_dewdney"),
        ("goofy_web", "happy_web"),
        ("my_dewdney", "my_turing"),
        ("goofy-dewdney", "happy-turing"),
        ("ungoofy_dewdney", "unhappy_turing"),
        ("goofy_dewdney12", "happy_turing12"),
    ],
    "ephemeral-port": [
        ("0.0.0.0:8080->80/tcp", "0.0.0.0:8081->80/tcp"),
        ("0.0.0.0:32768->80/tcp", "0.0.0.0:32768->81/tcp"),
        ("127.0.0.1:32767", "127.0.0.1:32766"),
        ('{"n":40000}', '{"n":50000}'),
        ("127.0.0.1:61000", "127.0.0.1:61001"),
        ("127.0.0.1:32768", "127.0.0.1:8080"),
        ("127.0.0.1:327680", "127.0.0.1:327681"),
        ("32768", "49153"),
        ("->32768/tcp", "->49153/tcp"),
        ("report 32768", "report 49153"),
        ("1-32768", "1-49153"),
        ('"Port":"32768"', '"Port":"49153"'),
        ("nofile=20000:40000", "nofile=20000:50000"),
        ("0:40000 f", "0:50000 f"),
        ("1.5 40000", "1.5 50000"),
    ],
    "padding": [("a b", "a   b"), ("  a", "    a"), ("a", "a   b"), ("ab", "a  b")],
    None: [
        ("3", "4"),
        ("10000", "10001"),
        ("pid 12345", "pid 12346"),
        ("12345678901", "12345678902"),
        ("1234567890123", "1234567890124"),
        ("0x1f", "0x2f"),
        ("a word", "a world"),
        ("Word", "word"),
        ("a", "a "),
        ("<size>", "4MB"),
        ("about <size> free", "about 4MB free"),
        ("cà phê", "ca phe"),
    ],
}


@pytest.mark.parametrize("name", [kind.name for kind in TYPES])
def test_every_type_has_lines_that_match_and_lines_that_do_not(name):
    assert ALIKE[name] and UNLIKE[name], f"add pairs for {name} to both tables above"


@pytest.mark.parametrize("name, shown, real", [(name, *pair) for name in ALIKE for pair in ALIKE[name]])
def test_two_values_of_one_type_match(name, shown, real):
    assert name in [token.kind.name for token in tokens(shown) if token.kind]
    assert masked(shown) == masked(real)
    assert match_line(shown, real, Bindings())


@pytest.mark.parametrize("shown, real", [pair for pairs in UNLIKE.values() for pair in pairs])
def test_nothing_else_is_loose(shown, real):
    assert not match_line(shown, real, Bindings())
    assert not match_line(real, shown, Bindings())
    assert match_line(shown, shown, Bindings())


def test_the_tokens_of_a_line_are_the_line():
    lines = [line for table in (ALIKE, UNLIKE) for pairs in table.values() for pair in pairs for line in pair]
    assert lines == ["".join(token.text for token in tokens(line)) for line in lines]


def test_ports_are_those_that_linux_gives_out():
    """/proc/sys/net/ipv4/ip_local_port_range: 32768 to 60999."""
    edges = [0, 80, 8080, 9999, 10000, 32767, 32768, 39999, 40000, 59999, 60000, 60999, 61000, 65535, 99999]
    loose = [port for port in [*edges, *range(32700, 33000)] if "\0" in masked(f"0.0.0.0:{port}")]
    assert [port for port in [*edges, *range(32700, 33000)] if 32768 <= port <= 60999] == loose


def bound(*pairs: tuple[str, str]) -> Bindings:
    """What a page knows after these (shown, real) lines."""
    bindings = Bindings()
    for shown, real in pairs:
        assert match_line(shown, real, bindings), f"{shown!r} should still match {real!r}"
    return bindings


IDENTITIES = {
    AN_ID: ("aaaaaaaaaaa1", "aaaaaaaaaaa2", "bbbbbbbbbbb1", "bbbbbbbbbbb2"),
    "id64": ("a" * 63 + "1", "e" * 63 + "2", "b" * 63 + "1", "d" * 63 + "2"),
    A_MAC: ("02:42:ac:11:00:02", "02:42:ac:11:00:03", "66:c2:b4:0b:e3:9f", "66:c2:b4:0b:e3:90"),
    AN_ADDRESS: ("172.17.0.2", "172.17.0.3", "172.18.0.4", "172.18.0.5"),
    A_NAME: ("goofy_dewdney", "happy_turing", "sad_bell", "vibrant_bohr"),
    A_PORT: (":32768", ":32769", ":49153", ":49154"),
}


def test_each_identity_below_binds_and_no_other_type_does():
    assert set(IDENTITIES) == {kind.name for kind in TYPES if kind.binds}


@pytest.mark.parametrize("page1, page2, run1, run2", IDENTITIES.values(), ids=IDENTITIES)
class TestIdentities:
    def test_the_same_stays_the_same(self, page1, page2, run1, run2):
        assert match_line(page1, run1, bound((page1, run1), (page2, run2)))

    def test_one_on_the_page_is_not_two_in_the_run(self, page1, page2, run1, run2):
        assert not match_line(page1, run2, bound((page1, run1)))
        assert not match_line(f"{page1} {page1}", f"{run1} {run2}", Bindings())

    def test_two_on_the_page_are_not_one_in_the_run(self, page1, page2, run1, run2):
        assert not match_line(page2, run1, bound((page1, run1)))
        assert not match_line(f"{page1} {page2}", f"{run1} {run1}", Bindings())

    def test_two_do_not_change_places(self, page1, page2, run1, run2):
        assert not match_line(
            f"{page2} {page1}", f"{run1} {run2}", bound((f"{page1} {page2}", f"{run1} {run2}"))
        )

    def test_a_conflict_names_both_sides(self, page1, page2, run1, run2):
        kind = next(token.kind for token in tokens(page1) if token.kind)
        bindings = bound((page1, run1))
        page1, page2, run1, run2 = (text.lstrip(":") for text in (page1, page2, run1, run2))
        assert bindings.conflict(kind, page1, run1) is None
        one_is_two = bindings.conflict(kind, page1, run2)
        two_are_one = bindings.conflict(kind, page2, run1)
        assert all(text[:12] in one_is_two for text in (page1, run1, run2))
        assert all(text[:12] in two_are_one for text in (page1, page2, run1))

    def test_a_run_is_spelled_as_the_page_does(self, page1, page2, run1, run2):
        assert f"x {page1} y {run2}" == bound((page1, run1)).spell(f"x {run1} y {run2}")


def test_a_short_id_is_that_of_the_long_one_it_begins():
    assert match_line(A, B, bound((A64, B64)))
    assert not match_line(A, "c" * 12, bound((A64, B64)))
    assert match_line(A64, B64, bound((A, B)))
    assert not match_line(A64, "c" * 64, bound((A, B)))
    assert not match_line("d" * 12, B, bound((A64, B64)))


def test_long_ids_with_the_same_beginning_are_two():
    other = B64[:-1] + "f"
    assert not match_line(A64, other, bound((A64, B64)))


def test_a_short_id_is_spelled_as_the_long_one_and_a_long_one_begins_as_the_short_one():
    assert f"{A}  {A64}" == bound((A64, B64)).spell(f"{B}  {B64}")
    assert A + B64[12:] == bound((A, B)).spell(B64)


def test_identities_of_different_types_are_strangers():
    bindings = bound(("172.17.0.2", "172.18.0.2"), (":32768", ":49153"))
    assert match_line("127.0.0.1:32769 172.17.0.3", "127.0.0.1:49154 172.18.0.9", bindings)


def test_a_literal_address_binds_nothing():
    assert match_line(
        "127.0.0.1 172.17.0.1", "127.0.0.1 10.0.0.1", bound(("0.0.0.0 127.0.0.1", "0.0.0.0 127.0.0.1"))
    )


def test_a_copy_learns_by_itself():
    original = bound((A, B))
    twin = original.copy()
    assert match_line("c" * 12, "d" * 12, twin)
    assert match_line("c" * 12, "e" * 12, original)
    original.adopt(twin)
    assert not match_line("c" * 12, "f" * 12, original)
