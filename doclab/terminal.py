"""`.tty` transcripts: commands typed into a pseudo-terminal, and what is typed into the programs they start."""

import contextlib
import fcntl
import os
import pty
import re
import select
import shlex
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from doclab import transcript
from doclab.session import DEFAULT_LIMIT, Outcome, Pieces, Session, SessionEnded, Stream, name_flood
from doclab.transcript import SHELL
from doclab.values import masked

KEYS = ""  # no prompt: keys pressed while a program runs
# The prompts of busybox, `/ # `, of Debian's bash, `root@0123456789ab:/# `, and of programs that ask with `>>> `.
_PROMPT = re.compile(r"(?P<prompt>\$ |/\S* # |root@\S+# |>>> )(?P<typed>.*)")
_KEYS = {"^C": b"\x03", "^D": b"\x04", "^P": b"\x10", "^Q": b"\x11", "^Z": b"\x1a", "^\\": b"\x1c"}
_KEY_LINE = re.compile("(?:" + "|".join(re.escape(key) for key in _KEYS) + ")+")
_PAUSE = 0.02  # seconds without output after which all that there is has been read
_GLANCE = 0.1  # seconds after which to look whether the command has ended, however much it prints
_SIZE = struct.pack("HHHH", 24, 80, 0, 0)  # rows and columns, as terminals have had since the VT100


@dataclass(frozen=True)
class Typed:
    """One line typed at a prompt, and the output under it; `offset` counts lines from the transcript's first."""

    prompt: str
    text: str
    output: tuple[str, ...]
    offset: int
    length: int = 1

    @property
    def source(self) -> str:
        """What bash reads, as `transcript.Command` calls it; "" where a program reads the line."""
        return self.text if self.prompt == SHELL else ""

    @property
    def keys(self) -> bytes:
        """What the terminal sends: the line and Enter, or only the control keys that the line names."""
        if _KEY_LINE.fullmatch(self.text):
            return b"".join(_KEYS[key] for key in re.findall(r"\^.", self.text))
        return self.text.encode() + b"\r"


def parse(source: str, is_incomplete: Callable[[str], bool]) -> list[Typed]:
    """Read a `.tty` transcript.  Raises TranscriptError."""
    rows = source.split("\n")
    typed: list[Typed] = []
    at = 0
    while at < len(rows):
        prompt, text = _split(rows[at]) or ("", "")
        if not typed and prompt != SHELL:
            raise transcript.TranscriptError(
                f"a `.tty` transcript begins with `$ ` and a command{transcript.other_prompt(rows[at])}", at
            )
        start, at = at, at + 1
        while prompt == SHELL and at < len(rows) and rows[at][:2] in (">", "> ") and is_incomplete(text):
            text, at = f"{text}\n{rows[at][2:]}", at + 1
        if prompt == SHELL and (not text or is_incomplete(text)):
            raise transcript.TranscriptError("there is no whole command after this prompt", start)
        end = next((n for n in range(at, len(rows)) if _split(rows[n])), len(rows))
        typed.append(Typed(prompt, text, tuple(rows[at:end]), start, at - start))
        at = end
    return typed


def _split(row: str) -> tuple[str, str] | None:
    """The prompt of a line that is typed and what is typed, None for a line of output."""
    if _KEY_LINE.fullmatch(row):
        return KEYS, row
    match = _PROMPT.fullmatch(row) or _PROMPT.fullmatch(row + " ")
    return (match["prompt"], match["typed"].strip()) if match else None


class Terminal:
    """A pseudo-terminal of 80 columns for the commands of one example.

    A command runs in a shell of its own, with the directory and the exported variables of the page's bash.
    """

    def __init__(self, session: Session, limit: float = DEFAULT_LIMIT) -> None:
        self._session = session
        self._limit = limit
        self._master, self._slave = pty.openpty()
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, _SIZE)
        os.set_blocking(self._master, False)
        # The session waits for the command while we type into it.
        self._typist = ThreadPoolExecutor(max_workers=1)
        self._running: Future[Outcome] | None = None
        self._seen = Stream()

    def type(self, typed: Typed, following: Typed | None) -> tuple[list[str], int, Pieces]:
        """Type one line and wait for what is typed next; the lines in between, the exit status, and what came when.

        With a command or nothing following, the one that runs must end, and gives its exit status; before that it
        is 0.  Raises SessionEnded.
        """
        if typed.prompt == SHELL:
            device = os.ttyname(self._slave)
            # `(exit N)` hands on the `$?` of the line before.
            line = f"""'(exit "$1"); eval "$0"' {shlex.quote(typed.text)} $?"""
            command = f"setsid --ctty --wait bash -c {line} <>{device} >&0 2>&1"
            self._running = self._typist.submit(self._session.run, command, self._limit)
        else:
            os.write(self._master, typed.keys)
        if following is None or following.prompt == SHELL:
            status = self._wait(lambda: False, following)
            return self._take(typed, status, prompt=False)
        if following.prompt == KEYS:
            status = self._wait(lambda: self._has_shown(typed), following)
        else:
            status = self._wait(lambda: self._is_at(following.prompt), following)
        if status is not None:
            self._session.close()
            raise SessionEnded(
                f"the command ended where the page types {following.prompt}{following.text}", self._text()
            )
        return self._take(typed, 0, prompt=following.prompt != KEYS)

    def _wait(self, is_done: Callable[[], bool], following: Typed | None) -> int | None:
        """Collect until `is_done` or the command ends; then its exit status.  Raises SessionEnded."""
        assert self._running is not None
        while not is_done():
            has_ended = self._running.done()
            self._read()
            if has_ended:
                return self._result(self._running, following)
        return None

    def _result(self, running: Future[Outcome], following: Typed | None) -> int:
        try:
            return running.result().status
        except SessionEnded as ended:  # its output went to the terminal
            hint = ended.hint and (self._why_waiting(following) or ended.hint)
            raise SessionEnded(str(ended), self._screen(), hint) from None

    def _why_waiting(self, following: Typed | None) -> str:
        """What the terminal may be waiting for, by the line that the cursor is in; "" where that tells nothing."""
        last = self._screen().rpartition("\n")[2].strip()
        if not last or (following and following.prompt == KEYS):
            return ""
        if following and following.prompt != SHELL:
            return f"The page types at `{following.prompt.strip()}`, and the terminal waits at `{last}`."
        if _PROMPT.fullmatch(f"{last} "):
            return "A program waits at its prompt: let the page end it there, as by `^D`."
        return ""

    def _read(self) -> None:
        """Take what the terminal shows now.  Raises SessionEnded when it shows too much."""
        until = time.monotonic() + _GLANCE
        while select.select([self._master], [], [], _PAUSE)[0] and time.monotonic() < until:
            self._seen.add(os.read(self._master, 1 << 16))
            if flood := name_flood(self._seen.data):
                self._session.close()
                raise SessionEnded(flood, self._text())

    def _is_at(self, prompt: str) -> bool:
        """Whether the screen's last line is this prompt, with nothing typed after it yet."""
        last = self._screen().rsplit("\n", 1)[-1]
        return masked(last.rstrip(transcript.BLANKS)) == masked(prompt.rstrip(transcript.BLANKS))

    def _has_shown(self, typed: Typed) -> bool:
        """Whether as many lines have come as the page shows before the next key, and somebody is there to take it."""
        if os.tcgetpgrp(self._master) == 0:
            return False
        return self._screen().count("\n") - (typed.prompt not in (SHELL, KEYS)) >= len(typed.output)

    def _screen(self) -> str:
        return transcript.on_screen(self._text())

    def _text(self) -> str:
        return self._seen.data.decode(errors="surrogateescape")  # all of it: a letter may come in two pieces

    def _take(self, typed: Typed, status: int, prompt: bool) -> tuple[list[str], int, Pieces]:
        """What came since the last line was typed: its lines are without its echo and without the prompt after it."""
        self._seen.add(b"")
        text, pieces, self._seen = self._screen(), self._seen.pieces, Stream()
        if typed.prompt == KEYS:
            text = text.removeprefix(typed.text).removeprefix("\n")
        elif typed.prompt != SHELL:
            text = text.partition("\n")[2]
        lines = transcript.lines(text)
        return lines[:-1] if prompt else lines, status, pieces

    def close(self) -> None:
        """Close both ends, and end what still runs there: it is in a session of its own, out of the page's reach."""
        running = _processes_at(os.ttyname(self._slave))
        os.close(self._master)
        os.close(self._slave)
        for pid in running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._typist.shutdown(wait=False)


def _processes_at(device: str) -> list[int]:
    listed = subprocess.run(["ps", "-t", device, "-o", "pid="], capture_output=True, text=True, check=False)
    return [int(pid) for pid in listed.stdout.split()]
