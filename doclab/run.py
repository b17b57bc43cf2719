"""One page on one host, from its first example to what it leaves behind."""

import contextlib
import json
import re
import shlex
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from doclab import hostio, pages, programs, rootfs, transcript
from doclab.daemon import DaemonWatch
from doclab.engines import Engine
from doclab.host import open_host
from doclab.leftovers import DaemonGone, Leftovers, refuse_taking_all
from doclab.pages import Example
from doclab.promises import Promise, named_in, place_of, promises, spelled_out
from doclab.session import DEFAULT_LIMIT, Pieces, Session, SessionEnded
from doclab.terminal import Terminal
from doclab.values import Bindings, masked
from doclab.verdict import FAILED, NOT_RUN, SKIPPED, Verdict, last_lines, printable

# What programs say when nobody knows the address of a name: Docker, curl, apt, Python.
_NO_NETWORK = re.compile(r"no such host|[Cc]ould not resolve|[Ff]ailure (?:in name resolution|resolving)")
_NO_ERROR = "error waiting for container: context canceled"
_NOTING_PRINTS = Path(__file__).with_name("prints.py")


@contextlib.contextmanager
def open_page(
    examples: Sequence[Example], engine: Engine, progress: Callable[[str], None], **options
) -> Iterator["PageRun"]:
    """A host of its own for a page, and its examples ready to run there; `options` are those of PageRun.

    Raises HostError, and PageTaken on a daemon that is not only ours.
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
    if not host.engine.is_shared:
        host.outside("/root/hieu-docker").mkdir()
        yield "/root/hieu-docker"
        return
    with tempfile.TemporaryDirectory(prefix="doclab-") as parent:
        directory = Path(parent, "hieu-docker")
        directory.mkdir()
        yield str(directory)


class PageRun:
    """Runs the examples of one page in order, each once.

    `limit` is in seconds, for each command.  With `stop_at_failure` nothing runs after the first command that
    fails, so that one can look at its host.  `record` also notes which line of a Python program printed what, for
    `programs.promise`.  Of the examples in `turned` those run that `engine=` keeps from this engine, and those that
    it admits do not.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        host,
        directory: str,
        limit: float = DEFAULT_LIMIT,
        record: bool = False,
        stop_at_failure: bool = False,
        turned: Sequence[Example] = (),
    ) -> None:
        self.examples = examples
        self.verdicts: list[Verdict] = []
        self.host = host
        self.directory = directory
        self._limit = limit
        self._record = record
        self._stop_at_failure = stop_at_failure
        self._turned = turned
        self._bindings = self.bindings()
        self._broken = ""
        self._last = place_of(examples[0])  # where the last command stands that ran
        self._daemon = DaemonWatch(host)
        self._memory_kills = self._given_up = 0
        if host.engine.is_shared:
            refuse_taking_all(examples)
        self._leftovers = Leftovers(host, limit)
        self._leftovers.refuse_taken_names(
            e.block.source for e in examples if e.action == pages.RUN or e.saves
        )
        self._session = Session(lambda command: host.argv(command, directory))

    def bindings(self) -> Bindings:
        """What is known of identities before anything ran: those that the page writes in what runs here."""
        return Bindings(spelled_out([example for example in self.examples if not self._why_not(example)]))

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
        verdict = Verdict(known=self._bindings.copy())
        started = time.monotonic()
        # Of the whole example: it may start a container in one command, and read what that printed in another.
        self._given_up = self.host.outputs_given_up()
        try:
            if example.saves:
                self._save(example)
            if example.action == pages.RUN:
                self._run(example, verdict)
        except hostio.FileError as error:  # its disk is full, its host is gone
            self._break(
                verdict,
                place_of(example),
                "",
                f"a file can't be written in the page's host: {error.strerror}",
            )
        except OSError as error:  # from the page's terminal
            self._break(verdict, self._last, "", f"the page's host can't be reached: {error.strerror}")
        verdict.seconds = time.monotonic() - started
        if verdict.result == FAILED and self._stop_at_failure:
            self._broken = f"the page stops at its first failure, {place_of(example)}"
        return verdict

    def _why_not(self, example: Example) -> str:
        if example.action == pages.SKIP:
            return example.reason
        docker = self.host.server_version
        if example.is_limited and example.runs_on(docker) == (example in self._turned):
            return f"needs Docker {example.limit}, this is {docker}"
        if example.needs and self.host.engine.is_shared:
            return "must see the machine of the daemon: runs in the throwaway host only"
        return ""

    def _save(self, example: Example) -> None:
        self._leftovers.hear(place_of(example), named_in(example))
        hostio.write(
            self.host, str(PurePosixPath(self.directory, example.saves)), f"{example.block.source}\n"
        )

    def _run(self, example: Example, verdict: Verdict) -> None:
        if example.language == "python":
            self._run_program(example, verdict)
        elif example.is_terminal:
            self._run_terminal(example, verdict)
        else:
            self._run_transcript(example, verdict)

    def _run_transcript(self, example: Example, verdict: Verdict) -> None:
        for command, promise in zip(example.commands, self._promises(example), strict=True):
            if not self._type(command.source, promise, verdict):
                return

    def _promises(self, example: Example) -> list[Promise]:
        later = self.examples[self.examples.index(example) + 1 :]
        runs = (other for other in later if other.action == pages.RUN and not self._why_not(other))
        return promises(example, next(runs, None))

    def _run_terminal(self, example: Example, verdict: Verdict) -> None:
        following = [*example.typed[1:], None]
        with contextlib.closing(Terminal(self._session, self._limit)) as terminal:
            for line, then, promise in zip(example.typed, following, self._promises(example), strict=True):

                def run(line=line, then=then, place=promise.place) -> tuple[list[str], int, Pieces]:
                    lines, status, pieces = terminal.type(line, then)
                    self._leftovers.hear(place, *lines)
                    return lines, status, pieces

                if not self._collect(verdict, promise, line.text, run):
                    return

    def _run_program(self, example: Example, verdict: Verdict) -> None:
        folder = f"{self.directory}-programs"  # not among the reader's files
        program = f"{folder}/{example.block.include.name}"
        hostio.write(self.host, program, f"{example.block.source}\n")
        # It imports what the page has saved, as a reader's copy beside those files would.
        path = f"PYTHONPATH={shlex.quote(self.directory)}${{PYTHONPATH:+:$PYTHONPATH}}"
        command = [self.host.python, "-u", program]
        records = f"{folder}/records-{self.examples.index(example)}.json"
        if self._record:
            noting = f"{self.directory}-noting/prints.py"  # nor among the programs: one may go by that name
            hostio.write(self.host, noting, _NOTING_PRINTS.read_text(encoding="utf-8"))
            command[-1:] = [noting, program, records]
        (promise,) = self._promises(example)
        self._leftovers.hear(promise.place, named_in(example))
        is_judged = self._type(f"{path} {shlex.join(command)}", promise, verdict)
        if is_judged and self._record:
            with contextlib.suppress(OSError, ValueError):  # a program that ends by os._exit leaves none
                verdict.printed = programs.printed(json.loads(hostio.read(self.host, records)))

    def _type(self, source: str, promise: Promise, verdict: Verdict) -> bool:
        """Type one command into the page's shell; as `_collect`."""

        def run() -> tuple[list[str], int, Pieces]:
            outcome = self._session.run(source, self._limit)
            self._leftovers.hear(promise.place, outcome.output)  # all of it, shown or not
            return transcript.lines(outcome.output), outcome.status, outcome.pieces

        return self._collect(verdict, promise, source, run)

    def _collect(self, verdict: Verdict, promise: Promise, typed: str, run: Callable) -> bool:
        """Hold what `run` does, (lines, exit status, pieces), against its promise; False when it can't be judged."""
        self._last = promise.place
        self._leftovers.hear(promise.place, typed)
        try:
            lines, status, pieces = run()
        except SessionEnded as ended:
            self._leftovers.hear(promise.place, ended.output)
            self._break(verdict, promise.place, promise.source, str(ended), ended.output, ended.hint)
        except transcript.Unshowable as unshowable:
            verdict.break_off(promise.place, promise.source, str(unshowable))
        else:
            self._daemon.look(promise)
            verdict.pieces.append(pieces)
            if not verdict.judge(promise, lines, status, self._bindings):
                self._explain(verdict, promise, lines)
            return not self._broken and not (self._stop_at_failure and verdict.result == FAILED)
        return False

    def _explain(self, verdict: Verdict, promise: Promise, lines: Sequence[str]) -> None:
        """Say what lies behind a failure, where the page's host or the real `lines` can tell."""
        foreseen = set(map(masked, promise.output))
        unforeseen = [line for line in lines if masked(line) not in foreseen]
        if not self.host.engine.is_shared and any(map(_NO_NETWORK.search, unforeseen)):
            verdict.explain(
                f"a throwaway host reaches no network; its own registry has {', '.join(rootfs.IMAGES)}. Add the image as "
                "docs/en/contributing.md#images says, or verify on a daemon with a network: --engine host"
            )
        if self.host.outputs_given_up() > self._given_up:
            verdict.may_be_dockers_fault = True
            verdict.explain(
                "dockerd gave up the output of a container (`reading from a closed fifo` in its log): it never started, "
                "or it ended so fast on a busy machine that Docker lost what it printed"
            )
        if any(_NO_ERROR in line for line in unforeseen):
            verdict.may_be_dockers_fault = True
            verdict.explain(
                f"`{_NO_ERROR}` is no error: the `docker run -d` of clients before 26.1.1 may print it on a busy machine "
                "(https://github.com/docker/cli/pull/5043)"
            )
        kills = self.host.memory_kills()
        if kills > self._memory_kills:
            self._memory_kills = kills
            verdict.explain("the memory of the page's host is full: the kernel killed a program")
        if self._daemon.end:
            verdict.explain(self._daemon.end)
            if verdict.broken:
                self._broken = f"the page's Docker daemon has ended at {self._daemon.place}"

    def _break(
        self, verdict: Verdict, place: str, source: str, reason: str, output: str = "", hint: str = ""
    ) -> None:
        """Nothing more can run on the page after what happened at `place`."""
        if self.host.has_ended():
            reason, hint = (
                "the page's whole Docker host has ended: this command, or one before it, killed its processes",
                "",
            )
        self._broken = f"the session ended at {place}: {reason}"
        verdict.break_off(place, source, reason, output)
        if hint:
            verdict.explain(hint)
        if self._daemon.end:
            verdict.explain(self._daemon.end)

    def shell(self, term: str) -> Sequence[str]:
        """What to execute for a bash at a terminal of type `term` that goes on where the page's own bash is.

        Where that one has ended, it begins in the page's directory, with nothing set.
        """
        start = f"{self.directory}-programs/shell.bash"
        with contextlib.suppress(SessionEnded, OSError):
            state = self._session.state()
            # Silently: bash's own read-only variables are among them, and can't be set.
            text = f"exec 9>&2 2>/dev/null\n{state}exec 2>&9 9>&-\nexport TERM={term}\n"
            hostio.write(self.host, start, text)
        self.host.thaw()
        return self.host.argv(["env", f"TERM={term}", "bash", "--rcfile", start], self.directory)

    @property
    def is_complete(self) -> bool:
        """Whether the page ran to its end, so that what is left can be held against it."""
        return len(self.verdicts) == len(self.examples) and not self._broken

    @property
    def held(self) -> bool:
        """Whether the page ran to its end and none of it failed."""
        return self.is_complete and not any(verdict.result == FAILED for verdict in self.verdicts)

    def finish(self) -> str:
        """End the session, and say what the page left, took, or printed too late; "" when it was nothing."""
        survivors = self._session.end()
        try:
            left, gone = self._leftovers.find(survivors, self._files()), self._leftovers.find_gone()
        except DaemonGone as gone:
            place = self._daemon.place or self._last
            return f"{place}: {gone}; the page has to start it again, as its reader would"
        found = []
        if late := self._session.late:
            found += ["after the page's last command a process in the background, or a trap, printed:"]
            found += [*_listed(last_lines(late)), "Let the page `wait` for it, or send its output elsewhere."]
        if left:
            found += ["the page leaves behind:", *_listed(left), "Remove it in the page's last section."]
        if gone:
            found += ["what was there before the page is gone:", *_listed(gone)]
            found += [
                "Unless somebody else removed it, the page did: let it remove by name what it has made."
            ]
        return "\n".join([f"{self._last}: {found[0]}", *found[1:]]) if found else ""

    def _files(self) -> list[str]:
        """What the page has put into its folder, and left there."""
        with contextlib.suppress(OSError):  # where the host has gone, other lines say so
            return hostio.names(self.host, self.directory)
        return []

    def close(self) -> None:
        """End the session at once, finished or not."""
        self._session.close()
        if self.host.engine.is_shared:  # no host that goes, and takes what the page made with it
            with contextlib.suppress(DaemonGone):
                self._leftovers.remove()
        self._leftovers.close()


def _listed(items: Sequence[str]) -> list[str]:
    return ["  " + printable(item.replace("\n", "\\n")) for item in items]  # names that the page has chosen
