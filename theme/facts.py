"""What the home page says of the whole site, counted, never typed: claims and their verdicts, what held, and where."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from doclab import evidence, pages
from doclab.claims import VERDICTS
from theme.badges import HELD, states

_CLAIM = re.compile(r'data-claim="(\w+)" data-verdict="([\w-]+)"')


@dataclass
class Facts:
    """Of the pages of one language, as they are read: nothing counts as run that evidence does not say of it today."""

    verdicts: dict[str, str] = field(default_factory=dict)  # by claim
    commands: int = 0
    programs: int = 0
    engines: set[str] = field(default_factory=set)
    last_run: str = ""

    def read(self, html: str, examples: Sequence[pages.Example], name: str, known: Mapping[str, Any]) -> None:
        """Count a page's claims, and those of its commands and programs that held on some engine; `name` is its id."""
        self.verdicts |= dict(_CLAIM.findall(html))
        for example, found in states(examples, name, known):
            held = [engine for engine, state in found.items() if state == HELD]
            if not held:
                continue
            self.engines.update(held)
            self.last_run = max(
                self.last_run, *(known[engine]["pages"][name]["time"][:10] for engine in held)
            )
            self.programs += example.language == "python"
            self.commands += len(example.steps) if example.language == "console" else 0

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many claims got each verdict, in the order of VERDICTS; none that nobody got."""
        counted = Counter(self.verdicts.values())
        return [(verdict, counted[verdict]) for verdict in VERDICTS if counted[verdict]]


def versions(engines: Iterable[str], known: Mapping[str, Any]) -> list[str]:
    """What readers call these engines' versions of Docker, oldest first: 20.10, 26.1."""
    found = {evidence.series(known[engine]["environment"]["docker"]) for engine in engines}
    return sorted(found, key=lambda version: [*map(int, version.split("."))])
