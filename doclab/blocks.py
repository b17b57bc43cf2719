"""The code blocks of a page, each with its file and line, as the site renders them.

The renderer is the extractor: the page goes through the Markdown extensions of mkdocs.yml, superfences marks
each fence that it turns into a code block, and what is marked in the finished HTML is a block.  So a fence in a
tab or a list is one, and a fence in a comment or inside a longer fence is not, because the site says so.
"""

import functools
from pathlib import Path

import markdown
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.utils import yaml
from mkdocs.utils.meta import get_data

from doclab.listeners import Block, Recorder, tap
from doclab.outline import Outline
from doclab.source import DOCS, PROJECT, SNIPPETS, PageError, decode, is_ours

_ROOT_MARKS = ("mkdocs.yml", ".git")


def render(file: Path) -> str:
    """The page as HTML, as the site's Markdown extensions make it; links are not resolved."""
    text = decode(file)
    return _renderer(file).convert(get_data(text)[0])


def read(file: Path) -> list[Block]:
    """Every code block that the site renders for this page, in reading order.  Raises PageError."""
    html, recorder = _record(file)
    outline = Outline(recorder)
    outline.feed(html)
    outline.close()
    outline.refuse_unseen(html)
    return outline.blocks


def included(file: Path) -> set[Path]:
    """The files that the page includes, in code blocks and elsewhere.  Raises PageError."""
    _, recorder = _record(file)
    return {source.resolve() for source, _ in recorder.lines} - {file.resolve()}


def _record(file: Path) -> tuple[str, Recorder]:
    text = decode(file)
    recorder = Recorder(file, _front_matter_lines(text))
    renderer = _renderer(file)
    tap(renderer, recorder)
    try:
        html = renderer.convert(get_data(text)[0])
    except PageError:
        raise
    except Exception as error:
        why = f"Markdown itself fails on this page, so no site can show it ({type(error).__name__}: {error})"
        raise recorder.error or PageError(file, 1, why) from error
    if recorder.error:
        raise recorder.error
    return html, recorder


def _front_matter_lines(text: str) -> int:
    return text[: len(text) - len(get_data(text)[0])].count("\n")


def _include_folders(file: Path) -> list[str]:
    """The project's snippets; for a page outside docs/ also, and first, its own folder and the snippets beside it.

    Those of a page of another project, which does without ours, are relative to a folder above it: to which one, its
    own mkdocs.yml says.
    """
    if file.resolve().is_relative_to(DOCS):
        return [str(SNIPPETS)]
    further = [SNIPPETS] if is_ours(file) else _folders_above(file)
    return [*map(str, [file.parent, file.parent / "snippets", *further])]


def _folders_above(file: Path) -> list[Path]:
    """Those up to and including the root of the page's project; none where no folder looks like one."""
    above = [*file.resolve().parents]  # of a link, those of its target
    for count, folder in enumerate(above, 1):
        if any((folder / mark).exists() for mark in _ROOT_MARKS):
            return [folder for folder in above[:count] if folder != file.parent.resolve()]
    return []


@functools.cache
def _markdown_settings() -> tuple[list[str], dict[str, dict]]:
    """The extensions of mkdocs.yml and their settings, as MkDocs itself reads them."""
    with open(PROJECT / "mkdocs.yml", encoding="utf-8") as stream:
        loaded = yaml.yaml_load(stream)
    config = MkDocsConfig(config_file_path=str(PROJECT / "mkdocs.yml"))
    config.load_dict({"site_name": "", "markdown_extensions": loaded["markdown_extensions"]})
    config.validate()
    return config.markdown_extensions, config.mdx_configs


def _renderer(file: Path) -> markdown.Markdown:
    extensions, settings = _markdown_settings()
    snippets = {**settings.get("pymdownx.snippets", {}), "base_path": _include_folders(file)}
    return markdown.Markdown(
        extensions=extensions, extension_configs={**settings, "pymdownx.snippets": snippets}
    )
