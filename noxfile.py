"""Every task of the project.  Bare `nox` is what CI runs and what "done" means."""

import os
import sys

import nox

nox.options.sessions = ["lint", "tests", "doctest", "site", "browser"]
nox.options.reuse_existing_virtualenvs = True


def install(session: nox.Session, *groups: str) -> None:
    """Install dependency groups of pyproject.toml (pip reads them since 25.1)."""
    session.install("--quiet", "pip>=25.1")
    session.install("--quiet", *[f"--group={group}" for group in groups])


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
    session.run("python", "-m", "pytest", *(session.posargs or ["tests", "--ignore=tests/browser"]))


def spread(arguments: list[str]) -> list[str]:
    """The flags that spread pages over the cores; one page, or a host kept open, has nothing to spread."""
    if "--keep" in arguments or sum(".md" in argument for argument in arguments) == 1:
        return []
    return [
        "--numprocesses=auto",
        "--dist=loadfile",  # each page whole, on a host of its own
    ]


@nox.session
def doctest(session: nox.Session) -> None:
    """Verify every example on a real Docker daemon: `-- PAGE`, `-- --engine NAME`, `-- --keep`, else to pytest."""
    install(session, "verify")
    session.run(
        "python",
        "-m",
        "pytest",
        "-c",
        "pyproject.toml",  # pages outside the project are collected by its plugin, too
        "--rootdir=.",
        "-o",
        "testpaths=docs/vi",  # a translation has the same examples, which `tests` makes sure of
        *spread(session.posargs),
        *session.posargs,
    )


@nox.session
def update(session: nox.Session) -> None:
    """Run the pages and rewrite the outputs that no longer hold, in both languages: `-- PAGE` for one."""
    install(session, "verify")
    session.run("python", "-m", "doclab", "update", *session.posargs)


@nox.session
def matrix(session: nox.Session) -> None:
    """Verify every page on every engine, and write the evidence that the site shows: `-- PAGE`, `-- --engine NAME`."""
    install(session, "verify")
    session.run("python", "-m", "doclab", "matrix", *session.posargs)


@nox.session
def mutate(session: nox.Session) -> None:
    """Tell thousands of small lies on the pages, and see each found out: `-- PAGE`, `-- --commands N` on Docker, too."""
    install(session, "verify")
    session.run("python", "-m", "doclab", "mutate", *session.posargs)


QUIET = {"NO_MKDOCS_2_WARNING": "1"}  # mkdocs is pinned below 2; the theme warns about it all the same


@nox.session
def site(session: nox.Session) -> None:
    """Build the site into `site/`; a warning is an error."""
    install(session, "site")
    # `python -m`, so that mkdocs.yml can name functions of doclab and theme.  Never --quiet: it hides the warnings
    # from --strict, too, and the build succeeds.
    session.run("python", "-m", "mkdocs", "build", "--strict", *session.posargs, env=QUIET)


@nox.session
def serve(session: nox.Session) -> None:
    """Show the site at 127.0.0.1:8000, reloaded when pages, snippets or the theme change."""
    install(session, "site")
    session.run("python", "-m", "mkdocs", "serve", "--dev-addr=127.0.0.1:8000", *session.posargs, env=QUIET)


@nox.session
def browser(session: nox.Session) -> None:
    """Read, search and copy from the built site in headless Chromium; screenshots go to `.cache/screenshots`."""
    install(session, "browser", "site")
    session.run(
        "python",
        "-m",
        "pytest",
        "-o",
        "addopts=",  # without doclab.plugin: this session has no examples and no Docker
        "tests/browser",
        *session.posargs,
        env=QUIET,
    )
