"""The site's `console` and `python` fences: prompts, commands and outputs told apart, and what to copy.

MkDocs calls `format` and `validate` from mkdocs.yml.  What a fence may say is decided in `doclab.pages`, which the
site's hook asks first, so a wrong page stops the build with its file and line before it gets here.
"""

from collections.abc import Iterator
from html import escape

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import BashLexer, PythonLexer

from doclab import terminal, transcript
from doclab.bash import is_incomplete

_SPANS = HtmlFormatter(nowrap=True)
# Where the site's hooks write: on which engines the example held; in the page's language, what screen readers say before
# a command and its output, what the button says that unfolds long outputs, and where an example runs that does not run
# everywhere.  No comments: they would end the one around a fence that somebody has commented out.
EVIDENCE, COMMAND, OUTPUT, UNFOLD, LINUX_HOST = (
    f"<span data-doclab-{name}></span>" for name in ("evidence", "command", "output", "unfold", "linux-host")
)
FOLDED = 12  # lines: longer outputs are shown in part until the reader asks

_IS_LONG = 'class="output doclab-long"'


def validate(language, inputs, options, attrs, md) -> bool:
    """Take every attribute: superfences would render a fence that it does not know as a paragraph."""
    options.update(inputs)
    return True


def format(source, language, css_class, options, md, classes=None, **kwargs) -> str:
    """The HTML of one fence."""
    classes = classes or []
    body = _transcript(source, "tty" in classes) if language == "console" else _program(source)
    copied = _copied(source, "tty" in classes) if language == "console" else source
    notes = "".join(f'<p class="doclab-note">{note}</p>' for note in _notes(options))
    attributes = {
        "data-copy": copied,
        "data-engine": options.get("engine"),
        "data-reason": options.get("reason"),
    }
    written = "".join(f' {name}="{_attribute(value)}"' for name, value in attributes.items() if value)
    names = " ".join([f"language-{language}", "highlight", "doclab", *classes])
    fold = f'<label class="doclab-fold"><input type="checkbox">{UNFOLD}</label>' if _IS_LONG in body else ""
    title = f'<span class="filename">{escape(options["title"])}</span>' if "title" in options else ""
    return f'<div class="{names}"{written}>{title}<pre><code>{body}</code></pre>{fold}{notes}{EVIDENCE}</div>'


def _attribute(value: str) -> str:
    """Newlines as references, so that the tag stays on one line."""
    return escape(value).replace("\n", "&#10;")


def _notes(options: dict[str, str]) -> Iterator[str]:
    """Where the block runs, or why it does not, as HTML."""
    if "engine" in options:
        yield escape(f"Docker {options['engine']}")
    if options.get("needs") == "linux-host":
        yield f"<span data-search-exclude>{LINUX_HOST}</span>"  # so many would drown what is searched for
    if "reason" in options:
        yield escape(options["reason"])


def _program(source: str) -> str:
    return highlight(source, PythonLexer(), _SPANS)


def _transcript(source: str, is_terminal: bool) -> str:
    lines = []
    for prompt, text, output in _steps(source, is_terminal):
        code = highlight(text, BashLexer(), _SPANS).rstrip("\n").split("\n")
        for number, line in enumerate(code):
            sign = prompt if not number else "> " if line else ">"
            before = f'<span class="gp" aria-hidden="true">{escape(sign)}</span>' if prompt else ""
            lines.append(f'{before}{"" if number else _aloud(COMMAND)}<span class="command">{line}</span>')
        if output:
            names = _IS_LONG if len(output) > FOLDED else 'class="output"'
            lines.append(f"{_aloud(OUTPUT)}<span {names}>{escape(chr(10).join(output))}</span>")
    return "\n".join(lines) + "\n"


def _aloud(word: str) -> str:
    """For screen readers, which would say "dollar" or nothing; never selected, never copied."""
    return f'<span class="doclab-aloud">{word}</span>'


def _copied(source: str, is_terminal: bool) -> str:
    """The commands for the reader's own shell; what is typed into a program is not for pasting."""
    return "\n".join(text for prompt, text, _ in _steps(source, is_terminal) if prompt == terminal.SHELL)


def _steps(source: str, is_terminal: bool) -> list[tuple[str, str, tuple[str, ...]]]:
    """(prompt, what is typed, its output)."""
    if is_terminal:
        return [(step.prompt, step.text, step.output) for step in terminal.parse(source, is_incomplete)]
    return [(terminal.SHELL, step.source, step.output) for step in transcript.parse(source, is_incomplete)]
