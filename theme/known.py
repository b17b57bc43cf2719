"""What is read once a build, though several parts of the site are made of it: evidence, and the examples of pages."""

import functools
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError

from doclab import evidence, pages
from doclab.pages import Example


def forget() -> None:
    """Read anew: files may have changed since `serve` built last."""
    all_evidence.cache_clear()
    _examples.cache_clear()


@functools.cache
def all_evidence() -> dict[str, Any]:
    """Evidence by engine; what can't be read stops the build."""
    try:
        return evidence.load()
    except evidence.EvidenceError as error:
        raise PluginError(str(error)) from None


def examples(file: Path) -> list[Example]:
    """The examples of a page.  Raises PageError."""
    return _examples(file, file.stat().st_mtime_ns)


@functools.cache  # reading them takes as long as rendering the page
def _examples(file: Path, written: int) -> list[Example]:
    return pages.examples(file)
