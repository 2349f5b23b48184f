"""What is said of a ledger that cannot be used: what happened, and what to do next."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path
from typing import Final

from newsletter.basics.errors import Problem
from newsletter.state.ledger import LedgerUnusable

_FULL: Final = (
    "the disk is full, and nothing more is sent. Make room on it, some 100 MB, then run the same"
    " command again: it goes on where it stopped"
)
_DISK: Final = (
    "the disk did not read or write what it was asked to, and nothing more is sent. It may be"
    " full, unplugged or failing. See to that, then run the same command again: it goes on where"
    " it stopped. If it fails once more, copy the whole workspace to another disk"
    " (docs/backup.md)"
)
_READ_ONLY: Final = (
    "you may read this file and not change it, and nothing more is sent. Allow yourself to write"
    " to it and to its folder, or unlock the disk, then run the same command again"
)
_NO_WAY_IN: Final = (
    "nothing was sent. See that the folder is there, that its disk is connected, and that you may"
    " read and write the folder and the file, then run the same command again"
)
_BUSY: Final = (
    "another program is using it, and nothing more is sent. Wait until that is done, or close it:"
    " another newsletter command, a backup, a program that copies folders to a cloud. Then run"
    " the same command again"
)
_DAMAGED: Final = (
    "the file is damaged, and nothing more is sent. Keep it, and delete nothing beside it; then"
    " bring back the newest copy that you have (docs/backup.md)"
)
_OTHER: Final = (
    "nothing more is sent. Run the same command again; if it fails once more, keep the file and"
    " bring back the newest copy that you have (docs/backup.md)"
)
_BY_CODE: Final = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _DISK,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _NO_WAY_IN,
    sqlite3.SQLITE_CANTOPEN: _NO_WAY_IN,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
}
_BY_ERRNO: Final = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.EIO: _DISK,
    errno.EROFS: _READ_ONLY,
}
_PRIMARY: Final = 0xFF
"""The bits of a result code that are no detail (sqlite.org/rescode.html)."""


def unusable(file: Path, error: sqlite3.DatabaseError | OSError) -> LedgerUnusable:
    """Return what is said of a ledger whose file, or what lies beside it, gave this error."""
    if isinstance(error, OSError):
        what, hint = error.strerror or str(error), _BY_ERRNO.get(error.errno or 0, _NO_WAY_IN)
    else:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        what, hint = str(error), _BY_CODE.get(code & _PRIMARY, _OTHER)
    return LedgerUnusable(Problem(message=f"the ledger {file} cannot be used: {what}", hint=hint))
