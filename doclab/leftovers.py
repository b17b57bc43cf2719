"""What a page leaves behind: what of it is still there after its last command, and which line made it."""

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

from docker.errors import APIError, DockerException
from requests.exceptions import ReadTimeout, RequestException

from doclab import objects
from doclab.client import connect, fell_silent
from doclab.host import HostError
from doclab.pages import RUN, Example
from doclab.promises import typed
from doclab.session import is_shell
from doclab.source import PageError

_WHOLE = r"(?<![\w.-]){}(?![\w-]|\.\w)"  # `web` is neither named in `web-2` nor in `web.log`
T = TypeVar("T")
_NONSENSE = (
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
)  # where an answer is not what Docker's API answers
_TAKES_ALL = (
    'this removes what is not the page\'s: take it out, or write needs="linux-host" so that it runs in the throwaway '
    "host only"
)


class PageTaken(Exception):
    """Running the page on this daemon could touch what is not the page's: it is refused."""


class DaemonGone(HostError):
    """The daemon does not answer any more: nobody can tell what it holds."""


class TakesAll(PageError, PageTaken):
    """A command of the page takes whatever it finds on the daemon, no matter whose it is."""


def refuse_taking_all(examples: Iterable[Example]) -> None:
    """Let no page run on a daemon that others use while a command of it takes whatever it finds.  Raises TakesAll."""
    for example in examples:
        if example.needs or not (example.action == RUN or example.saves):
            continue
        for offset, command in _commands(example):
            if objects.takes_all(command):
                raise TakesAll(*example.place(offset), _TAKES_ALL)


def _commands(example: Example) -> Iterable[tuple[int, str]]:
    """What the example runs or saves, command by command or line by line: each with its line in the block, from 0."""
    if example.action == RUN and example.language == "console":
        return [(step.offset, typed(step)) for step in example.steps]
    return enumerate(example.block.source.split("\n"))


class Leftovers:
    """Watches over a daemon while a page runs on it.

    It remembers what the daemon held before, and what commands and outputs say: what is named there is the page's.
    `limit` is how many seconds the daemon may take for an answer; all of them together may take a little longer.
    Raises DaemonGone.
    """

    def __init__(self, host, limit: float) -> None:
        self._host = host
        self._limit = limit
        self._patience = limit + objects.SETTLE
        self._said: list[tuple[str, str]] = []  # where on the page, and what
        try:
            self._client = self._in_time(lambda: connect(host.docker_url, limit))
            self._before = self._in_time(lambda: objects.held(self._client))
        except (DockerException, RequestException, TimeoutError, *_NONSENSE) as error:
            raise DaemonGone(fell_silent(host.docker_url, error)) from None

    def refuse_taken_names(self, sources: Iterable[str]) -> None:
        """On a daemon that others use, nothing of theirs may go by a name that the page uses.  Raises PageTaken."""
        if not self._host.engine.is_shared:
            return
        if found := objects.taken(self._before, sources):
            raise PageTaken(
                f"this daemon already holds {', '.join(map(str, found))}, which the page would use: "
                "rename or remove it, or use a throwaway host (without --engine host)"
            )

    def hear(self, place: str, *texts: str) -> None:
        """Remember what the command at `place` (`page.md:LINE`) and its output said."""
        self._said += [(place, text) for text in texts]

    def find(self, survivors: Sequence[str], files: Sequence[str]) -> list[str]:
        """Say what is left, a line each; `survivors` are processes of the page's own group, `files` what is in its folder.

        Raises DaemonGone.
        """
        # The survivors have been killed, but may not be gone yet.
        escaped = [line for _, line in self._host.processes() if line not in survivors]
        running = [*survivors, *escaped]
        left = [f"process {_short(line)}{self._from(line)}" for line in running]
        left += [f"file {name}{self._from(name.rstrip('/'))}" for name in files]
        with self._answering():
            found = self._in_time(self._find_left)
        return left + [f"{item}{self._from(*_names(item))}" for item in found]

    def _find_left(self) -> list[objects.Object]:
        return sorted(objects.left(self._client, self._before))

    def find_gone(self) -> list[str]:
        """Say what a daemon that others use held before the page, and holds no more.  Raises DaemonGone."""
        if not self._host.engine.is_shared:
            return []
        with self._answering():
            return [*map(str, sorted(self._before - self._in_time(lambda: objects.held(self._client))))]

    def remove(self) -> None:
        """Remove what the page made and left.  Raises DaemonGone."""
        with self._answering():
            # On a daemon that others use, too, they may have made some of it meanwhile.
            for item in self._in_time(self._find_left):  # containers first
                if self._place(*_names(item)):
                    self._in_time(lambda item=item: objects.remove(self._client, [item]))

    def _in_time(self, ask: Callable[[], T]) -> T:
        """What `ask` gives; TimeoutError where the daemon makes it wait in one way or another.

        The client itself waits anew for each byte.
        """
        answer: Future[T] = Future()

        def wait() -> None:
            try:
                answer.set_result(ask())
            except Exception as error:  # noqa: BLE001 - raised where it is waited for
                answer.set_exception(error)

        Thread(target=wait, daemon=True).start()  # no exit waits for it
        try:
            return answer.result(self._patience)
        except TimeoutError:
            raise TimeoutError(f"not to its end within {self._patience:g} s") from None

    @contextlib.contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except (DockerException, RequestException, TimeoutError, *_NONSENSE) as error:
            raise DaemonGone(f"the page's Docker daemon does not answer: {self._why(error)}") from None

    def _why(self, error: Exception) -> str:
        if isinstance(error, APIError):
            return f"all it says is {error}"
        if isinstance(error, ReadTimeout):
            return f"not even within {self._limit:g} s"
        if isinstance(error, TimeoutError):
            return str(error)
        if isinstance(error, _NONSENSE):
            return "what answers in its place is none"
        return "it does not run"

    def _place(self, *names: str) -> str:
        """Where one of these names was first said, "" where never."""
        said = re.compile("|".join(map(_WHOLE.format, map(re.escape, names))))
        return next((place for place, text in self._said if said.search(text)), "")

    def _from(self, *names: str) -> str:
        place = self._place(*names)
        return f", from {place}" if place else ""

    def close(self) -> None:
        self._client.close()


def _names(item: objects.Object) -> tuple[str, ...]:
    """What people call it; an id is also shown shortened."""
    return item.name, item.key, item.key[:12]


def _short(line: str) -> str:
    """A command line as people know it: a loop or function in the background has that of the page's shell."""
    return "bash, in the background of the page's shell" if is_shell(line) else line
