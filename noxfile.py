"""Every task of the project.  Bare `nox` is what CI runs and what "done" means."""

import os
import sys
from pathlib import Path

import nox

nox.options.sessions = ["lint", "tests", "doctest", "site", "browser"]
nox.options.reuse_existing_virtualenvs = True


def install(session: nox.Session, *groups: str) -> None:
    """Install dependency groups of pyproject.toml, unless they are there: all versions are pinned."""
    home = Path(session.virtualenv.location)  # made anew together with what is noted in it
    note, report = home / "installed.txt", home / "pip.json"
    wanted = "\n".join([*groups, Path("pyproject.toml").read_text()])
    if note.exists() and note.read_text() == wanted:
        return
    report.unlink(missing_ok=True)
    session.install("--quiet", "pip>=25.1")  # the first that reads groups
    session.install("--quiet", f"--report={report}", *[f"--group={group}" for group in groups])
    if report.exists():  # `nox -R` installs nothing
        note.write_text(wanted)


def verify(session: nox.Session, *command: str) -> None:
    """Run a part of the verifier so that, however nox ends, no host is left."""
    session.run(
        "python",
        "-m",
        *command,
        env={"DOCLAB_PARENT": str(os.getpid())},  # ends with nox, should that be killed
        interrupt_timeout=30,  # after Ctrl-C, to take the hosts away
    )


@nox.session(venv_backend="none")  # the standard library is enough
def setup(session: nox.Session) -> None:
    """Install the system packages (Debian or Ubuntu, root or sudo) and build what throwaway hosts are made of."""
    session.run(sys.executable, "-m", "doclab.setup", external=True)


@nox.session(venv_backend="none")
def lab(session: nox.Session) -> None:
    """Open a shell in a throwaway Docker host: `-- COMMAND` runs one command, `-- --engine NAME` picks the Docker."""
    # In nox's place: exit status and Ctrl-C are the command's own.
    os.execv(sys.executable, [sys.executable, "-m", "doclab.lab", *session.posargs])


@nox.session
def lint(session: nox.Session) -> None:
    """Check the code's style; the programs of the pages are linted by `tests`."""
    install(session, "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("zizmor", "--offline", "--persona=pedantic", ".github/workflows")


@nox.session
def tests(session: nox.Session) -> None:
    """Test the verifier, the throwaway host, and what the pages promise each other."""
    install(session, "verify")
    everything = [
        "tests",
        "--ignore=tests/browser",
        f"--numprocesses={os.cpu_count() or 1}",  # `auto` is more: pages wait half of their time
        "--dist=loadfile",  # the tests of a file share what is slow to make
    ]
    verify(session, "pytest", *(session.posargs or everything))


@nox.session
def doctest(session: nox.Session) -> None:
    """Verify every example on a real Docker daemon: `-- PAGE`, `-- PAGE:LINE`, `-- --engine NAME`; `-- --help`: all."""
    install(session, "verify")
    verify(session, "pytest", "-c", "doclab/pytest.toml", "--rootdir=.", *session.posargs)


@nox.session
def update(session: nox.Session) -> None:
    """Run the pages and rewrite the outputs that no longer hold, in both languages: `-- PAGE` for one."""
    install(session, "verify")
    verify(session, "doclab", "update", *session.posargs)


@nox.session
def matrix(session: nox.Session) -> None:
    """Verify every page on every engine, and write the evidence that the site shows: `-- PAGE`, `-- --engine NAME`."""
    install(session, "verify")
    verify(session, "doclab", "matrix", *session.posargs)


@nox.session
def mutate(session: nox.Session) -> None:
    """Tell thousands of small lies on the pages, and see each found out: `-- PAGE`, `-- --commands N` on Docker, too."""
    install(session, "verify")
    verify(session, "doclab", "mutate", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure what verification costs, against plain bash and other tools; the tables go to `.cache/bench.md`."""
    install(session, "verify", "bench")
    verify(session, "tests.bench", *session.posargs)


QUIET = {"NO_MKDOCS_2_WARNING": "1"}  # mkdocs is pinned below 2; the theme warns about it all the same


@nox.session
def site(session: nox.Session) -> None:
    """Build the site into `site/`; a warning is an error.  `-- --offline`: a folder and a zip that need no server."""
    install(session, "site")
    if "--offline" in session.posargs:
        options = [option for option in session.posargs if option != "--offline"]
        session.run("python", "-m", "theme.offline", *options, env=QUIET)
        return
    # `python -m`, so that mkdocs.yml can name functions of doclab and theme.  Never --quiet: it hides the warnings
    # from --strict, too, and the build succeeds.
    session.run("python", "-m", "mkdocs", "build", "--strict", *session.posargs, env=QUIET)


@nox.session
def serve(session: nox.Session) -> None:
    """Show the site at 127.0.0.1:8000, reloaded when pages, snippets or the theme change."""
    install(session, "site")
    python, address = f"{session.bin}/python", "--dev-addr=127.0.0.1:8000"
    # In nox's place: mkdocs would outlive it.
    os.execve(python, [python, "-m", "mkdocs", "serve", address, *session.posargs], os.environ | QUIET)


def npm(session: nox.Session) -> None:
    """Fetch what package.json names, when package-lock.json has changed."""
    lock, seen = Path("package-lock.json").read_bytes(), Path("node_modules/.hieu-docker-lock")
    if not seen.is_file() or seen.read_bytes() != lock:
        session.run("npm", "ci")
        seen.write_bytes(lock)


@nox.session
def vendor(session: nox.Session) -> None:
    """Copy fonts and scripts from npm into docs/assets, as package.json names them."""
    install(session, "vendor")
    npm(session)
    session.run("python", "-m", "theme.vendor")


@nox.session
def browser(session: nox.Session) -> None:
    """Read, search and copy from the built site in headless Chromium; screenshots go to `.cache/screenshots`."""
    install(session, "browser", "site")
    npm(session)
    session.run(
        "python",
        "-m",
        "pytest",
        "-o",
        "addopts=",  # without doclab.plugin: this session has no examples and no Docker
        "--numprocesses=auto",
        "tests/browser",
        *session.posargs,
        env=QUIET,
    )


@nox.session
def lighthouse(session: nox.Session) -> None:
    """Measure the built site with Lighthouse; the figures go to tests/browser/lighthouse.md."""
    install(session, "browser", "site")
    npm(session)
    session.run("python", "tests/browser/lighthouse.py", env=QUIET)
