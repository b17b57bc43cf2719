"""`nox -s lab`: a shell, or one command, in a Docker host that vanishes afterwards."""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

from doclab import signals
from doclab.engines import DEFAULT, ENGINES
from doclab.host import Host, HostError, open_host
from doclab.rootfs import IMAGES


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the lab; return the exit status of what was run in it."""
    options = _parse(arguments)
    if not options.command and not sys.stdin.isatty():
        print("lab: a shell needs a terminal; give a command: nox -s lab -- docker info", file=sys.stderr)
        return 2
    try:
        with signals.ended_in_order(), open_host(ENGINES[options.engine], progress=_make_progress()) as host:
            return _run(host, options.command)
    except HostError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt as end:
        return 128 + getattr(end, "by", signal.SIGINT)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="nox -s lab --", description=__doc__)
    own = [name for name, engine in ENGINES.items() if engine.suite]
    parser.add_argument(
        "--engine", choices=own, default=DEFAULT, help=f"generation of Docker (default: {DEFAULT})"
    )
    parser.add_argument(
        "command",
        nargs=argparse.REMAINDER,
        help="what to run instead of a shell, with its arguments; or a whole line for bash, in quotes",
    )
    options = parser.parse_args(arguments)
    if options.command[:1] == ["--"]:  # nox takes its own `--` away, people type one all the same
        options.command = options.command[1:]
    if len(options.command) == 1 and len(options.command[0].split()) > 1:
        options.command = ["bash", "-c", *options.command]
    return options


def _run(host: Host, command: Sequence[str]) -> int:
    if not command:
        print(
            f"Docker {host.server_version} on a machine of its own: break anything, all of it vanishes on exit.\n"
            f"Ready to pull: {', '.join(IMAGES)}. No other network is reachable.",
            file=sys.stderr,
        )
        command = ["bash"]
    terminal = f"TERM={os.environ.get('TERM', 'dumb')}"
    # Ctrl-C is for the command, in whose terminal we are.  A handler, not SIG_IGN: that would be inherited.
    signal.signal(signal.SIGINT, signals.ignore)
    status = subprocess.run(host.argv(["env", terminal, *command]), check=False).returncode
    return status if status >= 0 else 128 - status


def _make_progress():
    started = time.monotonic()
    return lambda line: print(
        f"lab: {time.monotonic() - started:5.1f} s  {line}", file=sys.stderr, flush=True
    )


if __name__ == "__main__":
    sys.exit(main())
