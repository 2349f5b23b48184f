"""Whether the files that a connection has open are still the ones at their paths.

A sync program or a restore puts another file in place by a rename; SQLite goes on with the one
that it has open, which nobody else sees any more. Only stat(2) is used: to open and close a
database file would drop the locks that this process holds on it (fcntl(2)).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from newsletter.basics.errors import Problem
from newsletter.state.ledger import LedgerGone

_HINT: Final = (
    "nothing more is sent. A restore, or a program that keeps folders alike, may have done it:"
    " stop that, and bring the file back that was in use, if it is still somewhere. Then run the"
    " same command again: it looks at what was sent before it goes on (docs/backup.md)"
)

_Which = tuple[int, int]


class Presence:
    """The device and inode of a ledger's files as they were when they were opened."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.ledger = _which(file)
        self._known: dict[str, _Which] = {}

    def take_in(self) -> None:
        """Note what is open now. Raises LedgerGone where the ledger was replaced meanwhile."""
        for path in (str(self._file), f"{self._file}-wal", f"{self._file}-shm"):
            which = _which(path)
            if which is not None:
                self._known[path] = which
        if self.ledger is not None and self._known.get(str(self._file)) != self.ledger:
            raise self._missing(str(self._file))

    def require(self) -> None:
        """Raise LedgerGone where a file is gone, or another one is in its place."""
        for path, known in self._known.items():
            if _which(path) != known:
                raise self._missing(path)

    def _missing(self, path: str) -> LedgerGone:
        how = "deleted" if _which(path) is None else "replaced by another file"
        what = "the ledger" if path == str(self._file) else "the ledger's log"
        return gone(f"{what} {path} was {how} while in use")


def gone(what: str) -> LedgerGone:
    """Return what is said of a ledger that is not what it was when it was opened."""
    return LedgerGone(Problem(message=what, hint=_HINT))


def _which(path: Path | str) -> _Which | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - a Path would take three times as long
    except OSError:
        return None
    return found.st_dev, found.st_ino
