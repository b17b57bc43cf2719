"""One page on one host, from its first example to what it leaves behind."""

import contextlib
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath

import docker
from requests.exceptions import RequestException

from doclab import comparison, objects, pages, programs, transcript
from doclab.engines import Engine
from doclab.host import open_host
from doclab.pages import Example
from doclab.session import DEFAULT_LIMIT, Session, SessionEnded
from doclab.source import relative
from doclab.terminal import Terminal
from doclab.values import Bindings
from doclab.verdict import FAILED, NOT_RUN, SKIPPED, Verdict

_RECORDER = Path(__file__).with_name("recorder.py")


class PageTaken(Exception):
    """The daemon already holds what the page would make; running it could touch what is not the page's."""


@contextlib.contextmanager
def open_page(
    examples: Sequence[Example], engine: Engine, progress: Callable[[str], None], **options
) -> Iterator["PageRun"]:
    """A host of its own for a page, and its examples ready to run there; `options` are those of PageRun.

    Raises HostError, PageTaken.
    """
    with (
        open_host(engine, progress=progress) as host,
        _working_directory(host) as directory,
        contextlib.closing(PageRun(examples, host, directory, **options)) as run,
    ):
        yield run


@contextlib.contextmanager
def _working_directory(host) -> Iterator[str]:
    """An empty directory with the same name everywhere: Compose takes the name of its project from it."""
    if host.engine.suite is not None:
        host.outside("/root/hieu-docker").mkdir()
        yield "/root/hieu-docker"
        return
    with tempfile.TemporaryDirectory(prefix="doclab-") as parent:
        directory = Path(parent, "hieu-docker")
        directory.mkdir()
        yield str(directory)


class PageRun:
    """Runs the examples of one page in order, each once.

    `limit` is in seconds, for each command.  With `stop_at_failure` nothing runs after the first example that
    fails, so that one can look at its host.  `record` also notes which line of a Python program printed what, for
    `programs.promise`.  With `flip_limits`, what `engine=` keeps from this engine runs, and what it admits does not.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        host,
        directory: str,
        limit: float = DEFAULT_LIMIT,
        record: bool = False,
        stop_at_failure: bool = False,
        flip_limits: bool = False,
    ) -> None:
        self.examples = examples
        self.verdicts: list[Verdict] = []
        self.host = host
        self.directory = directory
        self._limit = limit
        self._record = record
        self._stop_at_failure = stop_at_failure
        self._flip_limits = flip_limits
        self._bindings = Bindings()
        self._broken = ""
        self._said: list[str] = []  # by commands and outputs: what is named there is the page's
        self._client = docker.DockerClient(base_url=host.docker_url)
        self._before = objects.held(self._client)
        self._refuse_taken_names()
        self._session = Session(lambda command: host.argv(command, directory))

    def _refuse_taken_names(self) -> None:
        """On a daemon that others use, nothing of theirs may go by a name that the page uses."""
        if self.host.engine.suite is not None:
            return
        sources = [example.block.source for example in self.examples if example.action == pages.RUN]
        if found := objects.taken(self._before, sources):
            raise PageTaken(
                f"this daemon already holds {', '.join(map(str, found))}, which the page would use: "
                "rename or remove it, or use a throwaway host (without --engine host)"
            )

    def advance(self, example: Example) -> Verdict:
        """Run everything on the page up to this example, then it; a second time gives the same verdict."""
        position = self.examples.index(example)
        while len(self.verdicts) <= position:
            self.verdicts.append(self._judge(self.examples[len(self.verdicts)]))
        return self.verdicts[position]

    def _judge(self, example: Example) -> Verdict:
        if reason := self._why_not(example):
            return Verdict(SKIPPED, reason)
        if self._broken:
            return Verdict(NOT_RUN, f"not run: {self._broken}")
        if example.saves:
            self._save(example)
        verdict = Verdict()
        started = time.monotonic()
        if example.action == pages.RUN:
            self._run(example, verdict)
        verdict.seconds = time.monotonic() - started
        if verdict.result == FAILED and self._stop_at_failure:
            self._broken = f"the page stops at its first failure, {_place(example)}"
        return verdict

    def _why_not(self, example: Example) -> str:
        if example.action == pages.SKIP:
            return example.reason
        if example.is_limited and example.runs_on(self.host.server_version) == self._flip_limits:
            return f"needs Docker {example.engines}, this is {self.host.server_version}"
        if example.needs and self.host.engine.suite is None:
            return "must see the machine of the daemon: runs in the throwaway host only"
        return ""

    def _save(self, example: Example) -> None:
        target = self.host.outside(str(PurePosixPath(self.directory, example.saves)))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(example.block.source + "\n", encoding="utf-8")

    def _run(self, example: Example, verdict: Verdict) -> None:
        if example.language == "python":
            self._run_program(example, verdict)
        elif example.is_terminal:
            self._run_terminal(example, verdict)
        else:
            self._run_transcript(example, verdict)

    def _run_transcript(self, example: Example, verdict: Verdict) -> None:
        for position, command in enumerate(example.commands):
            place = _place(example, command.offset)
            status = self._type(command.source, place, verdict)
            if status is None:
                return
            difference = comparison.compare(command.output, verdict.outputs[-1], self._bindings)
            status = 0 if self._shows_status(example, position) else status
            if difference or status:
                verdict.fail(place, command.source, difference, status)

    def _shows_status(self, example: Example, position: int) -> bool:
        """Whether the page's next command is `echo $?`: then the exit status is part of what it shows."""
        following: Sequence = example.commands[position + 1 :]
        if not following:
            later = self.examples[self.examples.index(example) + 1 :]
            runs = [other for other in later if other.action == pages.RUN and not self._why_not(other)]
            following = (
                runs[0].commands if runs and runs[0].language == "console" and not runs[0].is_terminal else []
            )
        return bool(following) and following[0].source.strip() == "echo $?"

    def _run_terminal(self, example: Example, verdict: Verdict) -> None:
        with contextlib.closing(Terminal(self._session, self._limit)) as terminal:
            for line, following in zip(example.typed, [*example.typed[1:], None], strict=True):
                place = _place(example, line.offset)
                self._said.append(line.text)
                status = self._collect(verdict, place, line.text, terminal.type, line, following)
                if status is None:
                    return
                difference = comparison.compare(line.output, verdict.outputs[-1], self._bindings)
                status = 0 if following and following.text == "echo $?" else status
                if difference or status:
                    verdict.fail(place, line.text, difference, status)

    def _run_program(self, example: Example, verdict: Verdict) -> None:
        program, folder = example.block.include, f"{self.directory}-programs"  # not among the reader's files
        place = f"{_place(example)}: {relative(program)}"
        self.host.outside(folder).mkdir(exist_ok=True)
        self._write(f"{folder}/{program.name}", example.block.source + "\n")
        command = f"{self.host.python} -u {folder}/{program.name}"
        if self._record:
            self._write(f"{folder}/recorder.py", _RECORDER.read_text(encoding="utf-8"))
            command = (
                f"{self.host.python} -u {folder}/recorder.py {folder}/{program.name} {folder}/records.json"
            )
        status = self._type(command, place, verdict)
        if status is None:
            return
        promised = programs.promised(example.block.source)
        difference = comparison.compare(promised, verdict.outputs[-1], self._bindings)
        if difference or status:
            verdict.fail(place, f"python {program.name}", difference, status)
        if self._record and not status:
            verdict.printed = programs.printed(
                json.loads(self.host.outside(f"{folder}/records.json").read_text())
            )

    def _write(self, path: str, text: str) -> None:
        self.host.outside(path).write_text(text, encoding="utf-8")

    def _type(self, source: str, place: str, verdict: Verdict) -> int | None:
        """Type one command; its exit status, None when it can't be judged at all, and the verdict says why."""

        def run() -> tuple[list[str], int]:
            outcome = self._session.run(source, self._limit)
            self._said += [source, outcome.output]
            return transcript.lines(outcome.output), outcome.status

        return self._collect(verdict, place, source, run)

    def _collect(self, verdict: Verdict, place: str, source: str, run: Callable, *arguments) -> int | None:
        try:
            lines, status = run(*arguments)
        except SessionEnded as ended:
            self._broken = f"the session ended at {place}"
            return verdict.break_off(place, source, str(ended), ended.output)
        except transcript.Unshowable as unshowable:
            return verdict.break_off(place, source, str(unshowable))
        verdict.outputs.append(lines)
        return status

    @property
    def is_complete(self) -> bool:
        """Whether the page ran to its end, so that what is left can be held against it."""
        return len(self.verdicts) == len(self.examples) and not self._broken

    def finish(self) -> list[str]:
        """End the session, say what the page left, and remove it."""
        survivors = self._session.end()
        left = [f"process {line}" for _, line in self.host.processes()] or [
            f"process {pid}" for pid in survivors
        ]
        try:
            found = objects.left(self._client, self._before)
            objects.remove(self._client, filter(self._is_mentioned, found))
        except RequestException as error:
            return [*left, f"a daemon that no longer answers, so that nothing is known of the rest ({error})"]
        return [*left, *map(str, sorted(found))]

    def _is_mentioned(self, item: objects.Object) -> bool:
        """Whether the object is the page's own, on a daemon where others may make theirs at the same time."""
        return any(item.name in text or item.key[:12] in text for text in self._said)

    def close(self) -> None:
        """End the session at once, finished or not."""
        self._session.close()
        self._client.close()


def _place(example: Example, offset: int | None = None) -> str:
    file, line = (example.file, example.line) if offset is None else example.place(offset)
    return f"{relative(file)}:{line}"
