"""What stands after the backquotes of a fence: its language, classes and attributes, as the page format knows them."""

from difflib import get_close_matches
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from doclab.listeners import Block

_NEEDS = ("linux-host",)

_LOOK_CLASSES = {
    "annotate",
    "no-annotate",
    "copy",
    "no-copy",
    "select",
    "no-select",
}  # Material's, looks only
_LOOK_OPTIONS = {"title", "hl_lines", "linenums", "id"}
_CLASSES = {"console": {"no-run", "tty", "recorded"}, "python": {"no-run"}}
_OPTIONS = {"console": {"reason", "engine", "needs"}, "python": {"reason", "engine", "needs", "title"}}
_PYTHONS = {"py", "python3", "py3", "pycon", "python-console", "ipython"}


def check(block: Block) -> None:
    """Refuse any language, class or attribute that the page format doesn't know.  Raises PageError."""
    try:
        get_lexer_by_name(block.language)
    except ClassNotFound:
        raise block.error(f"unknown language `{block.language}`: write ```text if it is only shown") from None
    if block.language.lower() in _PYTHONS:
        raise block.error(f"write ```python, not ```{block.language}, and include the program from snippets/")
    if block.language != block.language.lower():
        raise block.error(f"write the language in lower case: `{block.language.lower()}`")
    classes = _CLASSES.get(block.language, set()) | _LOOK_CLASSES
    options = _OPTIONS.get(block.language, _LOOK_OPTIONS)
    known = {*options, *(f".{name}" for name in classes)}
    for name in block.classes:
        if name not in classes:
            meant = _meant(f".{name}", known)
            raise block.error(f"unknown class `.{name}`{meant} on a {block.language} fence{_hint(classes)}")
    for name in block.options:
        if name not in options:
            meant = _meant(name, known)
            raise block.error(
                f"unknown attribute `{name}`{meant} on a {block.language} fence{_hint(options)}: take it out"
            )
        if block.options[name] is None:
            raise block.error(f'`{name}` has no value: write {name}="…", without blanks around the `=`')
    _check_values(block)


def _check_values(block: Block) -> None:
    try:
        SpecifierSet(block.options.get("engine", ""))
    except InvalidSpecifier as error:
        raise block.error(f'{error}: write engine=">=23", engine="<28" or the like (PEP 440)') from None
    if block.options.get("needs", _NEEDS[0]) not in _NEEDS:
        raise block.error(f'unknown needs="{block.options["needs"]}": known are {", ".join(_NEEDS)}')
    if "reason" in block.options and "no-run" not in block.classes:
        raise block.error("a reason belongs to `.no-run`: add it, or take the reason out")
    if {"no-run", "recorded"} <= {*block.classes}:
        raise block.error("what does not run can't be recorded: take `.recorded` out")
    if "no-run" in block.classes and not block.options.get("reason", "").strip():
        raise block.error("say why this does not run: { ." + block.language + ' .no-run reason="…" }')
    for name, value in block.options.items():
        if not value.strip(" ,"):
            raise block.error(f'`{name}` is empty: write {name}="…" with a value, or take it out')


def _meant(name: str, known: set[str]) -> str:
    return f" (did you mean `{found[0]}`?)" if (found := get_close_matches(name, known, n=1)) else ""


def _hint(known: set[str]) -> str:
    return f": known are {', '.join(sorted(known - _LOOK_CLASSES))}" if known - _LOOK_CLASSES else ""


def file_name(block: Block, name: str) -> str:
    """The reader saves into the page's working directory, nowhere else."""
    path = Path(name)
    is_folder = name.rpartition("/")[2] in ("", ".")
    if path.is_absolute() or ".." in path.parts or name != name.strip() or is_folder:
        raise block.error(
            f'title="{name}" is the name of a file to save: write it without `..` or a leading `/`, and no folder',
        )
    return name
