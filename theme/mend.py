"""The theme's markup, mended where the HTML standard or a screen reader finds fault (tests/browser).

Each entry is a pattern, what stands for it, and why.  One that no longer matches anything is dead: take it out.
"""

import re

MENDS = [
    (r' tabindex=""', "", "not a number"),
    (
        r'(<nav class="md-nav"[^>]*) aria-expanded="(?:true|false)"',
        r"\1",
        "a nav does not expand; its checkbox does",
    ),
    (r"<button(?![^>]*\btype=)", '<button type="button"', "a button without a type sends the form it is in"),
    (
        r'(<label class="md-nav__link[^"]*" for="(__nav_\w+)") id="\2_label"(>\s*<span class="md-nav__icon)',
        r"\1\3",
        "the label of a section with a page of its own is an arrow: it can't name the list (see the next entry)",
    ),
]


def mend(html: str) -> str:
    """The page with the theme's markup mended."""
    for pattern, replacement, _ in MENDS:
        html = re.sub(pattern, replacement, html)
    # A list that lost its name is named by its title, which has the same text.
    for name in re.findall(r'aria-labelledby="(__nav_\w+)_label"', html):
        if f'id="{name}_label"' not in html:
            html = html.replace(
                f'<label class="md-nav__title" for="{name}">',
                f'<label class="md-nav__title" for="{name}" id="{name}_label">',
            )
    return html
