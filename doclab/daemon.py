"""Whether the page's Docker daemon still runs, and if not, which command ended it.

A page may stop its daemon, and look around, and start it again.  So its end is no failure; but once something fails
without a daemon, that end is what people have to know.
"""

import time

from doclab.promises import Promise
from doclab.verdict import quoted

_PARTING = 0.1  # seconds that a killed daemon may need to be gone


class DaemonWatch:
    """Looks after each command whether the host still has a daemon.

    `end` says which command ended it, "" while it runs; `place` where that one stands.
    """

    def __init__(self, host) -> None:
        self._host = host
        self.end = self.place = ""

    def look(self, promise: Promise) -> None:
        """Look now, when the command of this promise is over."""
        if self._has_daemon(_PARTING if "dockerd" in promise.source else 0):
            self.end = self.place = ""
        elif not self.end:
            self.place = promise.place
            self.end = f"the page's Docker daemon has ended at {promise.place}:\n{quoted(promise.source)}"

    def _has_daemon(self, patience: float) -> bool:
        """Whether it runs, and goes on to for so many seconds."""
        until = time.monotonic() + patience
        while self._host.has_daemon():
            if time.monotonic() >= until:
                return True
            time.sleep(0.01)
        return False
