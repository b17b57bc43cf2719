"""One bash for one page: types commands into it, and tells what really came out."""

import argparse
import contextlib
import os
import secrets
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

DEFAULT_LIMIT = 30.0  # seconds a command may take
_PARTING = 0.5  # seconds in which a killed shell ends
_GLANCE = 0.1  # seconds between two looks at whether the shell still lives
_DAY = 86400.0
MAX_OUTPUT = 1 << 18  # bytes a command may print: a page of prose has no room for more
MAX_LINES = 10_000  # and lines

# Commands arrive on one descriptor, each ended by a NUL byte, so that no quote or here-document of one can swallow
# the next; their exit statuses leave on another, so that no output can be mistaken for one, behind a mark that came
# with the command, so that nothing that a command writes there can be, either.  `(exit N)` puts back the `$?` of the
# previous command before the next one may ask for it, as a condition, so that no ERR trap of the page hears of it.
_LOOP = (
    "while IFS= builtin read -r -d '' -u {commands} _doclab_mark"
    " && IFS= builtin read -r -d '' -u {commands} _doclab_command; do"
    ' if (builtin exit "${{_doclab_status:-0}}");'
    ' then builtin eval "$_doclab_command" {commands}<&- {statuses}>&-;'
    ' else builtin eval "$_doclab_command" {commands}<&- {statuses}>&-; fi;'
    ' _doclab_status=$?; builtin echo "$_doclab_mark $_doclab_status" >&{statuses}; '
    "done"
)
_ON_EXIT = "`exit` does that, and so does a failure after `set -e`: put it, `set -e` included, into `( … )`"
_ON_TIMEOUT = "Where it needs longer, `--time-limit SECONDS` gives it more."
# What another bash needs to go on where this one is; shell options are not in it, because a script's are not a
# terminal's.
_STATE = "builtin declare -p; builtin declare -f; builtin printf 'cd -- %q\\n' \"$PWD\""


def time_limit(text: str) -> float:
    """Read seconds from a command line, as argparse's `type`.  Raises ArgumentTypeError for what is no time."""
    with contextlib.suppress(ValueError):
        if 0 < (seconds := float(text)) <= _DAY:
            return seconds
    raise argparse.ArgumentTypeError(f"{text} is no number of seconds above 0 (and at most a day)")


def is_shell(command_line: str) -> bool:
    """Whether this is the bash of a session: a loop or function of a page in the background looks the same."""
    return _LOOP.partition("{")[0] in command_line


class SessionEnded(Exception):
    """The command broke the session: it hung, flooded, or ended the shell.

    `output` is what came before, `hint` what may help.
    """

    def __init__(self, message: str, output: str, hint: str = "") -> None:
        super().__init__(message)
        self.output, self.hint = output, hint


# Of an output, and how many seconds after the command was typed they came.  The last one is empty: the command's end.
Pieces = Sequence[tuple[float, bytes]]


@dataclass(frozen=True)
class Outcome:
    """What one command did: its standard output and errors as they came, exit status, and what came when."""

    output: str
    status: int
    pieces: Pieces

    @property
    def seconds(self) -> float:
        return self.pieces[-1][0]


class Stream:
    """The output of a command while it comes: all of its `data`, and its `pieces`.  The command is typed now."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.pieces: list[tuple[float, bytes]] = []
        self._started = time.monotonic()

    def add(self, piece: bytes) -> None:
        self.data += piece
        self.pieces.append((time.monotonic() - self._started, piece))


class Session:
    """A non-interactive bash with /dev/null as its standard input, output and errors on one pipe.

    `enter` turns an argv into the argv that runs it where the page's commands belong (a throwaway host).
    """

    def __init__(self, enter: Callable[[Sequence[str]], Sequence[str]]) -> None:
        self.late = ""
        command_end, self._commands = os.pipe()
        self._statuses, status_end = os.pipe()
        self._process = subprocess.Popen(
            [*enter(["bash", "-c", _LOOP.format(commands=command_end, statuses=status_end), "bash"])],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(command_end, status_end),
            start_new_session=True,  # its own process group: killed as a whole, and deaf to the terminal's Ctrl-C
        )
        os.close(command_end)
        os.close(status_end)
        assert self._process.stdout is not None
        self._output = self._process.stdout.fileno()
        os.set_blocking(self._output, False)
        os.set_blocking(self._commands, False)  # a shell that is stopped does not read

    def run(self, command: str, limit: float = DEFAULT_LIMIT) -> Outcome:
        """Type one command and wait for it, at most `limit` seconds.  Raises SessionEnded."""
        if self._commands < 0:
            raise SessionEnded("the page's shell has ended", "")
        started = time.monotonic()
        stream = Stream()
        mark = secrets.token_hex(8).encode()
        try:
            typed = b"%s\0%s\0" % (mark, command.encode())
            status = self._await_status(stream, typed, mark, started + limit, limit)
            self._drain(stream)
            stream.add(b"")
        except BrokenPipeError:
            status = None
        except _Broken as broken:
            self.close()
            raise SessionEnded(str(broken), _decode(stream.data), broken.hint) from None
        if status is None:
            self.close()
            raise SessionEnded("this command ended the page's shell", _decode(stream.data), _ON_EXIT)
        return Outcome(_decode(stream.data), status, stream.pieces)

    def state(self) -> str:
        """Bash source that sets this shell's variables, functions and directory.  Raises SessionEnded."""
        return self.run(_STATE).output

    def _await_status(
        self, stream: Stream, typed: bytes, mark: bytes, deadline: float, limit: float
    ) -> int | None:
        """Type the command and collect output until its status arrives; None when the shell ended without one.

        The end of the output is not awaited: a process in the background may hold the pipe open for ever.
        """
        line = b""
        with selectors.DefaultSelector() as selector:
            selector.register(self._statuses, selectors.EVENT_READ)
            selector.register(self._output, selectors.EVENT_READ)
            selector.register(self._commands, selectors.EVENT_WRITE)
            while True:
                left = deadline - time.monotonic()
                ready = selector.select(max(0, min(left, _GLANCE)))
                if not ready and self._process.poll() is not None:
                    return None  # a subshell in the background may hold the pipe of the statuses, too
                for key, _ in ready:
                    if key.fd == self._commands:
                        typed = typed[os.write(self._commands, typed) :]
                        if not typed:
                            selector.unregister(self._commands)
                    elif key.fd == self._statuses:
                        read = os.read(self._statuses, 64)
                        line += read
                        if line.endswith(b"\n"):
                            return _status(line, mark)
                        if not read:
                            return None
                    elif not self._drain(stream):
                        selector.unregister(self._output)
                # Only now: a status that came in time counts, however late this process could look.
                if left <= 0:
                    raise _Broken(
                        f"this command was still running after {limit:g} s: it was stopped", _ON_TIMEOUT
                    )

    def _drain(self, stream: Stream) -> bool:
        """Take what the pipe holds now; False at its end."""
        while True:
            try:
                chunk = os.read(self._output, 1 << 16)
            except BlockingIOError:
                return True
            if not chunk:
                return False
            stream.add(chunk)
            if flood := name_flood(stream.data):
                raise _Broken(flood)

    def end(self, grace: float = 1.0) -> list[str]:
        """Let the shell end by itself, then kill what stays of its process group; the commands that outlived it.

        A process that is on its way out has `grace` seconds to go.  What it prints meanwhile is in `late`.
        """
        os.close(self._commands)
        self._commands = -1
        deadline = time.monotonic() + grace
        while (left := self._survivors()) and time.monotonic() < deadline:
            time.sleep(0.02)
        stream = Stream()
        with contextlib.suppress(_Broken):  # a flood: what came first of it will do
            self._drain(stream)
        self.late = _decode(stream.data)
        self.close()
        return left

    def _survivors(self) -> list[str]:
        self._process.poll()  # takes the shell itself off the list once it has ended
        listed = subprocess.run(
            ["ps", "-A", "-o", "pgid=,stat=,args="], capture_output=True, text=True, check=True
        )
        rows = [line.split(maxsplit=2) for line in listed.stdout.splitlines()]
        # A process may have no title.
        return [
            " ".join(args)
            for group, state, *args in rows
            if int(group) == self._process.pid and state[0] != "Z"
        ]

    def close(self) -> None:
        """End the shell and every process of its process group."""
        if self._process.poll() is None or _group_exists(self._process.pid):
            _kill_group(self._process.pid)
        with contextlib.suppress(subprocess.TimeoutExpired):  # frozen by its page: its host takes it along
            self._process.wait(_PARTING)
        for descriptor in (self._commands, self._statuses):
            if descriptor >= 0:
                os.close(descriptor)
        self._commands = self._statuses = -1
        if self._process.stdout:
            self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.close()


def name_flood(output: bytes | bytearray) -> str:
    """Say what is too much of an output, "" when nothing is: comparing it would take longer than any command may."""
    for amount, most, unit in ((len(output), MAX_OUTPUT, "bytes"), (output.count(b"\n"), MAX_LINES, "lines")):
        if amount > most:
            return f"this command printed more than {most} {unit}: it was stopped"
    return ""


class _Broken(Exception):
    """Why a command can't be waited for any longer, and what may help."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def _status(line: bytes, mark: bytes) -> int:
    """The exit status in what came on the descriptor for it."""
    came, _, status = line.partition(b" ")
    if came != mark:
        raise _Broken(
            "this command wrote to a descriptor that it shares with the page's shell: take one below 10"
        )
    return int(status)


def _decode(output: bytes | bytearray) -> str:
    """The output as text; bytes that are not UTF-8 as lone surrogates, for the page's check to find."""
    return bytes(output).decode(errors="surrogateescape")


def _group_exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _kill_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
