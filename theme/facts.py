"""What the home page says of the whole site, counted, never typed: claims and their verdicts, commands, engines."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from doclab import fence
from doclab.claims import VERDICTS
from theme.badges import date

_CLAIM = re.compile(r'data-claim="(\w+)" data-verdict="([\w-]+)"')
_BLOCK = re.compile(r'<div class="language-(console|python) highlight doclab([^"]*)"(.*?)</pre>', re.DOTALL)


@dataclass
class Facts:
    """Of the pages of one language, as they are read."""

    verdicts: dict[str, str] = field(default_factory=dict)  # by claim
    commands: int = 0
    programs: int = 0

    def read(self, html: str) -> None:
        """Count a page's claims, the commands in its transcripts and its programs, but for what does not run by itself."""
        self.verdicts |= dict(_CLAIM.findall(html))
        for language, classes, body in _BLOCK.findall(html):
            if "no-run" in classes or fence.SAVED in body:
                continue
            self.commands += body.count(fence.COMMAND)
            self.programs += language == "python"

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many claims got each verdict, in the order of VERDICTS; none that nobody got."""
        counted = Counter(self.verdicts.values())
        return [(verdict, counted[verdict]) for verdict in VERDICTS if counted[verdict]]


def engines(known: Mapping[str, Any]) -> list[str]:
    """The versions of Docker that there is evidence of, oldest first: 20.10, 26.1."""
    versions = {
        tuple(map(int, content["environment"]["docker"].split(".")[:2])) for content in known.values()
    }
    return [f"{major}.{minor}" for major, minor in sorted(versions)]


def last_run(known: Mapping[str, Any], language: str) -> str:
    """The day of the latest run of any page, as the language writes it; "" without evidence."""
    days = [page["time"][:10] for content in known.values() for page in content["pages"].values()]
    return date(max(days), language) if days else ""
