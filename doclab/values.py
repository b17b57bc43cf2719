"""The closed list of values that change from run to run, and what it takes for two of them to match."""

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network

from names_generator.names import LEFT, RIGHT


@dataclass(frozen=True)
class ValueType:
    """One row of the table: a kind of value that may be another one in each run.

    `binds`: the value is an identity.  The page's spelling stands for one real value all through the page.
    `literal`: spellings of this shape that mean something by themselves and so must match to the letter.
    """

    name: str
    pattern: str
    binds: bool = False
    literal: Callable[[str], bool] = field(default=lambda text: False)


def _is_round(text: str) -> bool:
    """Nanoseconds and bytes have twelve digits, too; hardly any id ends in five zeros or is a whole number of MiB."""
    return text.isdecimal() and (int(text) % 10**5 == 0 or int(text) % 2**20 == 0)


def _is_literal_address(text: str) -> bool:
    """Loopback, 0.0.0.0 and netmasks are the same everywhere; five hundred is no octet."""
    octets = [int(octet) for octet in text.split(".")]
    return octets[0] in (127, 255) or text == "0.0.0.0" or max(octets) > 255


def _is_epoch(text: str) -> bool:
    """Go's zero and Unix' zero mean that nobody has set the time; a fraction of a second may be .1970."""
    return bool(re.search(r"(?<![.,\d])(?:0001-01-01|1970)(?!\d)", text))


def _is_nothing(text: str) -> bool:
    """A layer of 0B is empty on every engine."""
    return not text.strip("0. kKMGTiB")


_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_CLOCK = r"\d\d:\d\d:\d\d(?:\.\d+|,\d+(?=\s))?"  # not `10:20:30,404,` in columns
_ZONE = "UTC|GMT|CES?T|E[DES]T|EEST|WES?T|C[DS]T|M[DS]T|P[DS]T|AE[DS]T|BST|HKT|ICT|IST|JST|KST|MSK|SGT|WIB"
_OFFSET = r"[+-](?:0\d|1[0-4])"
_TIMESTAMPS = [
    # RFC 3339, Go.  A zone is named: any other word in capitals behind it, such as INFO, has to match.
    rf"\d{{4}}-\d\d-\d\d[T ]{_CLOCK}(?:Z|(?: ?{_OFFSET}:?[0-5]\d)?(?: (?:{_ZONE}|{_OFFSET})\b)?)",
    r"\b\d{4}-\d\d-\d\d \d\d:\d\d\b(?!:)",  # tar -tv
    rf"(?:{_DAY}, )?\b\d\d {_MONTH} \d{{4}} {_CLOCK}(?: (?:GMT|[+-]\d{{4}}))?",  # HTTP, date -R, Redis
    # date, docker version, httpd's log
    rf"{_DAY} {_MONTH} [ \d]\d {_CLOCK} (?:(?:[A-Z]{{3,4}}|[+-]\d\d(?:\d\d)?) )?\d{{4}}",
    rf"\d\d/{_MONTH}/\d{{4}}[: ]{_CLOCK}(?: [+-]\d{{4}})?",  # access logs
    rf"\d{{4}}/\d\d/\d\d {_CLOCK}",  # Go's and nginx's logs
    rf"\b{_MONTH} [ \d]\d (?:{_CLOCK}(?: \d{{4}} GMT)?|\d\d:\d\d|[ ]\d{{4}})\b",  # syslog, openssl, ls -l
    rf"(?<![\w:.]){_CLOCK}(?![\w:])",  # ps, top, tcpdump
]
_SPAN = r"(?:Less than a second|About an? (?:minute|hour)|(?<!\d)\d+ (?:second|minute|hour|day|week|month|year)s?)"
_NUMBER = r"\d+(?:\.\d+)?"
_THOUSANDS = (
    r"(?<!,)\d{1,3}(?:,\d{3})+(?:\.\d+)?"  # apt's `4,500 kB`; without the blank it may be two columns
)
_PORT_COMES = "|".join(
    f"(?<={before})"
    for before in [
        # The colon behind a host or an address; not that of JSON's `"name":40000`, of limits, of `0:40000`.
        *("^:", r"[^\d\"]:", r"[A-Za-z_.-]\d:", r"[A-Za-z_.-]\d\d:", r"[A-Za-z_.-]\d\d\d:"),
        r":\d{5}-",  # the end of a range
        *(r"\bport ", r"\bport="),
        # The API, docker-py, Compose; Go's templates.
        *('HostPort":"', 'HostPort": "', "HostPort': '"),
        *(f"{name}Port{sign}" for name in ("Public", "Published") for sign in ('":', '": ', "': ")),
        *(r"\{0\.0\.0\.0 ", r"\{:: "),
    ]
)

TYPES = (
    ValueType("id64", r"\b[0-9a-f]{64}\b", binds=True),
    ValueType("id12", r"\b[0-9a-f]{12}\b", binds=True, literal=_is_round),
    ValueType(
        "mac",
        # No piece of a fingerprint, which is longer.
        r"(?<!\w)(?<!\b[0-9a-f]{2}:)(?:[0-9a-f]{2}:){5}[0-9a-f]{2}(?!\w)(?!:[0-9a-f]{2}\b)",
        binds=True,
        literal=lambda text: text in ("ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"),
    ),
    ValueType("timestamp", "|".join(_TIMESTAMPS), literal=_is_epoch),
    ValueType(
        "ipv4", r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\w)", binds=True, literal=_is_literal_address
    ),
    # Docker's own stable majors and minors, with what Docker, Debian and Ubuntu append, and no tag behind its name: all
    # else are versions of other things, and have to match.
    ValueType(
        "engine-version",
        r"(?<![\w.])(?<!\w\w:)(?:1[7-9]\.(?:0[369]|12)|20\.10|2[3-9]\.\d|3\d\.\d)\.\d{1,2}"
        r"(?:[+~-](?:\d|beta|ce|dfsg|rc)[\w.+~]*(?<=\w))?(?![\w.]*\w)(?:, build [0-9a-f]{7,12}\b)?",
    ),
    ValueType("age", rf"{_SPAN}(?= ago\b)|(?<=\bUp ){_SPAN}"),
    ValueType(
        "duration",
        rf"(?<![\w.])(?:\d+h)?(?:\d+m)?{_NUMBER}(?:/{_NUMBER}){{0,3}}\s?(?:ns|µs|us|ms|s)\b(?!-[^\W\d])",
    ),
    ValueType(
        "size",
        rf"(?<![\w.])(?:{_THOUSANDS}\s|{_NUMBER}\s?)(?:[kKMGT]i?)?B\b(?!-[^\W\d])",
        literal=_is_nothing,
    ),
    ValueType("generated-name", rf"\b(?:{'|'.join(LEFT)})_(?:{'|'.join(RIGHT)})\d?\b", binds=True),
    # 32768-60999, Linux's ip_local_port_range, where Docker and clients take free ports from.
    ValueType(
        "ephemeral-port",
        rf"(?:{_PORT_COMES})(?:3276[89]|327[7-9]\d|32[89]\d\d|3[3-9]\d{{3}}|[45]\d{{4}}|60\d{{3}})\b",
        binds=True,
    ),
    ValueType("padding", r"(?<=\S) {2,}(?=\S)"),
)
Identity = tuple[str, str]  # its type, and how it is spelled
_BY_GROUP = {f"t{index}": kind for index, kind in enumerate(TYPES)}
_ANY = re.compile("|".join(f"(?P<{group}>{kind.pattern})" for group, kind in _BY_GROUP.items()))


# Around a word of a command or program; it may stand right behind options of a letter, as in `-dp45000:80`, or a `\\n`.
_BEGIN = r"(?:(?<![\w.])|\s-[A-Za-z]+|\\[nrt])"
_END = r"(?!\.?\w)"
_NETWORK = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}/\d{1,2}(?![\w.]*\w)")


@dataclass(frozen=True)
class Token:
    """A stretch of a line, from its character `start`: `kind` is None for text that must match to the letter."""

    kind: ValueType | None
    text: str
    start: int

    @property
    def identity(self) -> Identity | None:
        """What it has in common with every other spelling of the same thing; None for what is no identity."""
        return _identities(self.kind, self.text, self.text)[0][:2] if self.kind and self.kind.binds else None


@lru_cache(maxsize=10_000)
def spells_out(written: str, value: str) -> bool:
    """Whether the value, such as the address in `--ip 10.9.0.7`, is a word of a command or program; blanks are none."""
    if value.isspace() or value not in written:
        return False
    return bool(re.search(_word(value), written))


def _word(value: str) -> str:
    return f"{_BEGIN}{re.escape(value)}{_END}"


@lru_cache(maxsize=10_000)
def _identifies(written: str, identity: Identity) -> bool:
    """Whether it is a word there, in lower case: an id also with its other digits, a port only where ports stand."""
    kind, value = identity
    pattern = _word(value)
    if kind == "ephemeral-port":
        pattern = _written_port(value)
    elif kind == "id12":
        pattern = f"{_BEGIN}{value}(?:[0-9a-f]{{52}})?{_END}"
    return bool(re.search(pattern, written))


def _written_port(value: str) -> str:
    """A pattern for a port as commands and files write it, in lower case: to publish it, or behind a host.

    The limit `nofile=40000:50000` is no port, nor is the group in `0:40000`.
    """
    return "|".join(
        [
            rf"(?:{_BEGIN}(?<!=)|\s-[a-z]*p=|--publish=){value}(?:-\d+)?[\"'}}]?:[\w$]",  # 45000:80
            rf"(?:(?<![\d\"])|[a-z_.-]\d+):{value}\b",  # localhost:45000, 10.9.0.7:45000
            rf"(?:port|expose|listen|http\.server|\bnc\s[^\n|;&]*?|\s-[a-z]*p)[\s=:]*[\"']?{value}{_END}",
            rf"\b(?:published|hostport)[\"']?\s*[=:]\s*[\"']?{value}\b",  # Compose, --publish, the API
        ]
    )


@lru_cache(maxsize=10_000)
def tokens(line: str) -> tuple[Token, ...]:
    """Split a line into literal text and typed values, in order; joined again they are the line."""
    return tuple(_tokens(line))


def _tokens(line: str) -> Iterator[Token]:
    start = 0
    for match in _ANY.finditer(line):
        kind = _BY_GROUP[match.lastgroup]
        if kind.literal(match.group()):
            continue
        if match.start() > start:
            yield Token(None, line[start : match.start()], start)
        yield Token(kind, match.group(), match.start())
        start = match.end()
    if start < len(line):
        yield Token(None, line[start:], start)


def masked(line: str) -> str:
    """The line with every typed value replaced by its type, in NULs, which no output has: equal for lines that
    could match."""
    return "".join(token.text if token.kind is None else f"\0{token.kind.name}\0" for token in tokens(line))


def identities(line: str) -> set[Identity]:
    """The identities that a line has, an id of 64 digits also as its short form."""
    binding = (token for token in tokens(line) if token.kind and token.kind.binds)
    found = [_identities(token.kind, token.text, token.text) for token in binding]
    return {(key, text) for spellings in found for key, text, _ in spellings}


class Bindings:
    """Which real value each identity on a page stands for: one to one, in both directions.

    Ids of 12 and of 64 hex digits are one identity, known by its first 12 digits (how Docker shortens ids).  One that
    the page itself writes is no accident of the run: it stands for itself; and an address in a network that the page
    writes, such as `--subnet 10.9.0.0/24`, stands for one in that network.  `written` holds each text in which that may
    be, behind the place where it stands.
    """

    def __init__(self, written: Iterable[tuple[str, str]] = ()) -> None:
        self._written = [(place, text.lower()) for place, text in written]  # as Docker writes all identities
        self._real: dict[tuple[str, str], str] = {}
        self._shown: dict[tuple[str, str], str] = {}

    def copy(self) -> "Bindings":
        twin = Bindings()
        twin._written = self._written
        twin._real, twin._shown = dict(self._real), dict(self._shown)
        return twin

    def again(
        self, is_shown: Callable[[Identity], bool], is_real: Callable[[Identity], bool]
    ) -> frozenset | None:
        """What is bound of those identities that come again, to tell whether two are alike for the lines that follow.

        None when nothing can match there: the page shows one again, and its real value does not come again.
        """
        found = set()
        for (key, page), run in self._real.items():
            shown, real = is_shown((key, page)), is_real((key, run))
            if shown and not real:
                return None
            if real:  # else nothing is left to match either
                found.add((key, page if shown else None, run))
        return frozenset(found)

    def adopt(self, other: "Bindings") -> None:
        self._real, self._shown = other._real, other._shown

    def bind(self, kind: ValueType, shown: str, real: str) -> bool:
        """Let `shown` on the page stand for `real`; False when either already stands for another."""
        if self.conflict(kind, shown, real):
            return False
        for key, page, run in _identities(kind, shown, real):
            self._real[key, page] = run
            self._shown[key, run] = page
        return True

    def conflict(self, kind: ValueType, shown: str, real: str) -> str | None:
        """Why `shown` can't stand for `real`, in words; None when it can."""
        for key, page, run in _identities(kind, shown, real):
            for value in (page, run):
                if page != run and (place := self.written_at((key, value))):
                    return f"{value} is written at {place}, so it has to match to the letter"
            if key == "ipv4" and (told := self._leaves_network(page, run)):
                return told
            stands_for = self._real.get((key, page))
            if stands_for not in (None, run):
                return (
                    f"{page} on this page stands for {stands_for} of this run, but here the run shows {run}"
                )
            stood_as = self._shown.get((key, run))
            if stood_as not in (None, page):
                return f"{run} of this run is {stood_as} on this page, but here the page shows {page}"
        return None

    def written_at(self, identity: Identity) -> str:
        """Where the page itself writes an identity; "" where it does not."""
        _, value = identity
        return next(
            (place for place, text in self._written if value in text and _identifies(text, identity)), ""
        )

    def _leaves_network(self, page: str, run: str) -> str:
        """Why one address can't stand for the other, when just one is in a network that the page writes; else ""."""
        for place, text in self._written:
            for network in _networks(text):
                if (_address(page) in network) != (_address(run) in network):
                    return (
                        f"{page} on this page can't stand for {run} of this run: only one of them is in "
                        f"the network {network}, which is written at {place}"
                    )
        return ""

    def spell(self, line: str) -> str:
        """The line of a real run with each bound identity as the page spells it."""
        return "".join(self._spell(token) for token in tokens(line))

    def _spell(self, token: Token) -> str:
        if token.kind is None or not token.kind.binds:
            return token.text
        for key, _, run in reversed(_identities(token.kind, token.text, token.text)):
            if (key, run) in self._shown:
                return self._shown[key, run] + token.text[len(run) :]
        return token.text


@lru_cache(maxsize=10_000)
def _networks(text: str) -> tuple[IPv4Network, ...]:
    """The networks that a text writes, as `10.9.0.0/24` or by an address in them."""
    found = []
    for written in _NETWORK.findall(text):
        with contextlib.suppress(ValueError):  # such as 300.1.1.0/40
            found.append(IPv4Network(written, strict=False))
    return tuple(found)


def _address(text: str) -> IPv4Address:
    return IPv4Address(bytes(map(int, text.split("."))))  # of its text it takes no 010.001.002.003


def _identities(kind: ValueType, shown: str, real: str) -> list[tuple[str, str, str]]:
    """What is bound when `shown` meets `real`: for an id its short form, and the long one where it is known."""
    if not kind.name.startswith("id"):
        return [(kind.name, shown, real)]
    short = ("id12", shown[:12], real[:12])
    return [short] if kind.name == "id12" else [short, ("id64", shown, real)]
