"""Who leaves while a mailing goes out: lines that somebody adds to `suppressions.csv` meanwhile."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from newsletter.audience.book import suppressed_now
from newsletter.audience.record import FILE_NAME
from newsletter.audience.suppression import in_force
from newsletter.delivery.policy import Stop
from newsletter.errors import NewsletterError
from newsletter.state.ledger import Ledger

_SETTLED_SECONDS: Final = 0.5
"""A file that was written this long ago is whole; a program may still be writing a newer one."""


def carry_over(ledger: Ledger, root: Path) -> None:
    """Give the database the suppressions that only `suppressions.csv` has: the mark asks there."""
    known = in_force(ledger.suppression_events())
    for key, suppression in suppressed_now(ledger, root).items():
        if key not in known:
            ledger.suppress(suppression)


class Leavers:
    """Looks at the file again and again; a look costs one stat(2) as long as it stays as it is."""

    def __init__(self, ledger: Ledger, root: Path) -> None:
        self._ledger = ledger
        self._root = root
        self._file = root / FILE_NAME
        self._read: tuple[int, int, int] | None = None

    def look(self) -> Stop | None:
        """Let the ledger know who has left; return why to stop where a line cannot be read."""
        try:
            found = self._file.stat()
        except OSError:
            return None
        version = found.st_ino, found.st_size, found.st_mtime_ns
        if version == self._read or abs(time.time() - found.st_mtime) < _SETTLED_SECONDS:
            return None
        self._read = version
        try:
            carry_over(self._ledger, self._root)
        except NewsletterError as error:
            problem = error.problems[0]
            reason = f"{problem.place}: {problem.message}" if problem.place else problem.message
            return Stop(reason, "somebody may have left there: mend it, then run this again")
        return None
