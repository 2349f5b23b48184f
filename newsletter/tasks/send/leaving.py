"""Who leaves while a mailing goes out: lines that somebody adds to `suppressions.csv` meanwhile."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from newsletter.audience.suppression.book import suppressed_now
from newsletter.audience.suppression.record import FILE_NAME
from newsletter.audience.suppression.suppression import in_force
from newsletter.basics.errors import NewsletterError
from newsletter.delivery.answers.policy import Stop
from newsletter.state.ledger import LedgerUnusable, Suppressions

_SETTLED_SECONDS: Final = 0.5
"""A file that was written this long ago is whole; a program may still be writing a newer one."""
_KNOWN_SECONDS: Final = 60.0
"""A file that was written before was read when the mailing was frozen or taken up, just now."""

_Version = tuple[int, int, int]


def carry_over(suppressions: Suppressions, root: Path) -> None:
    """Give the database the suppressions that only `suppressions.csv` has: the mark asks there."""
    known = in_force(suppressions.events())
    for key, suppression in suppressed_now(suppressions, root).items():
        if key not in known:
            suppressions.suppress(suppression)


class Leavers:
    """Looks at the file again and again; a look costs one stat(2) as long as it stays as it is."""

    def __init__(self, suppressions: Suppressions, root: Path) -> None:
        self._suppressions = suppressions
        self._root = root
        self._file = root / FILE_NAME
        self._read = self._version(_KNOWN_SECONDS)

    def look(self) -> Stop | None:
        """Let the ledger know who has left; return why to stop where a line cannot be read."""
        version = self._version(_SETTLED_SECONDS)
        if version is None or version == self._read:
            return None
        self._read = version
        try:
            carry_over(self._suppressions, self._root)
        except LedgerUnusable:
            return None  # the run's next turn finds that out
        except NewsletterError as error:
            problem = error.problems[0]
            reason = f"{problem.place}: {problem.message}" if problem.place else problem.message
            return Stop(reason, "somebody may have left there: mend it, then run this again")
        return None

    def _version(self, seconds: float) -> _Version | None:
        """Return what tells the file from another; None for none, or one written just now."""
        try:
            found = self._file.stat()
        except OSError:
            return None
        if abs(time.time() - found.st_mtime) < seconds:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns
