"""Lines that are added to `suppressions.csv` while a mailing goes out."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from newsletter.audience.register.event import Event, Kind
from newsletter.audience.suppression.book import suppressed_now
from newsletter.audience.suppression.record import FILE_NAME
from newsletter.audience.suppression.suppression import Suppression, in_force
from newsletter.basics.errors import NewsletterError
from newsletter.delivery.answers.policy import Stop
from newsletter.state.ledger import LedgerUnusable, People

_SETTLED_SECONDS: Final = 0.5
"""A younger file is left alone: a program may still be writing it."""
_KNOWN_SECONDS: Final = 60.0
"""An older file has been read already: the mailing was frozen or taken up just now."""

_Version = tuple[int, int, int]


def carry_over(people: People, root: Path) -> None:
    """Copy suppressions that only `suppressions.csv` has into the database, which marks read."""
    known = in_force(people.weighed())
    news = [each for key, each in suppressed_now(people, root).items() if key not in known]
    if news:
        people.add([_event(each) for each in news])


def _event(suppression: Suppression) -> Event:
    return Event(
        address=suppression.address,
        kind=Kind.SUPPRESS,
        reason=suppression.reason,
        source=suppression.source,
        at=suppression.at,
    )


class Leavers:
    """Reads the file when it has changed; a look at an unchanged file costs one stat(2)."""

    def __init__(self, people: People, root: Path) -> None:
        self._people = people
        self._root = root
        self._file = root / FILE_NAME
        self._read = self._version(_KNOWN_SECONDS)

    def look(self) -> Stop | None:
        """Copy new suppressions into the ledger; return a Stop where a line cannot be read."""
        version = self._version(_SETTLED_SECONDS)
        if version is None or version == self._read:
            return None
        self._read = version
        try:
            carry_over(self._people, self._root)
        except LedgerUnusable:
            return None  # the next commit of the run fails and reports it
        except NewsletterError as error:
            problem = error.problems[0]
            reason = f"{problem.place}: {problem.message}" if problem.place else problem.message
            return Stop(reason, "somebody may have left there: mend it, then run this again")
        return None

    def _version(self, seconds: float) -> _Version | None:
        """Return the file's identity and time; None without a file, or for one written just now."""
        try:
            found = self._file.stat()
        except OSError:
            return None
        if abs(time.time() - found.st_mtime) < seconds:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns
