"""A picture with steps to choose: what stands beside it, and which of its parts belong to which step.

A step has a name.  Every element that belongs to some steps lists them in `data-steps`, and docs/assets/js/steps.js gives
it the class `is-on` while one of them is the chosen one.  So all that a reader may see is written here, in the page's
language, and the script knows none of it.  Without a script the picture stands alone, as it is drawn.
"""

import re
from collections.abc import Iterable, Mapping
from html import escape

BEGIN = "begin"  # the step of a page that has just been opened


def name(*words: str) -> str:
    """`running`, `kill -s HUP`: running-kill-s-HUP."""
    return "-".join(re.findall(r"\w+", " ".join(words)))


def code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def belongs(steps: Iterable[str]) -> str:
    """The attribute of an element that belongs to these steps."""
    return f'data-steps="{" ".join(steps)}"'


def told(steps: Iterable[str], html: str, element: str = "p", attributes: str = "") -> str:
    """An element that is shown, or stands out, in these steps only."""
    steps = [*steps]
    begins = ' class="is-on"' if BEGIN in steps else ""
    return f"<{element}{attributes} {belongs(steps)}{begins}>{html}</{element}>"


def buttons(legend: str, labels: Mapping[str, str]) -> str:
    """The insides of a fieldset with a button for each step, by its name."""
    parts = [f'<button type="button" value="{step}">{label}</button>' for step, label in labels.items()]
    return "\n".join([f"<legend>{legend}</legend>", *parts])


def choices(*fieldsets: str) -> str:
    """What can be chosen, one fieldset at a time."""
    return _stack("", fieldsets)


def tellings(*sentences: str) -> str:
    """What the chosen step means, said aloud as it changes."""
    return _stack(' role="status"', sentences)


def _stack(attributes: str, elements: Iterable[str]) -> str:
    """Elements that take each other's place: the largest keeps the place for all, and nothing moves."""
    inside = "\n".join(elements)
    return f'<div class="steps-stack"{attributes}>\n{inside}\n</div>'


def picture(id: str, size: tuple[int, int], title: str, description: str, body: str) -> str:
    """The svg element: `title` and `description` are plain text, arrows end in `url(#ID-head)`."""
    return f"""\
<svg viewBox="0 0 {size[0]} {size[1]}" style="max-width: 22rem" role="img" aria-labelledby="{id}-title" \
aria-describedby="{id}-desc">
<title id="{id}-title">{escape(title)}</title>
<desc id="{id}-desc">{escape(description)}</desc>
<defs><marker id="{id}-head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" \
orient="auto"><path class="d-head" d="M0,0 10,5 0,10z"/></marker></defs>
{body}
</svg>"""


def figure(id: str, beside: Iterable[str], svg: str, caption: str) -> str:
    """The whole figure, without blank lines: what a page includes."""
    choice = "\n".join(beside)
    return f"""\
<figure class="diagram steps" id="{id}">
<div class="steps-body">
<div class="steps-choice" data-search-exclude>
{choice}
</div>
{svg}
</div>
<figcaption>{caption}</figcaption>
</figure>
"""
