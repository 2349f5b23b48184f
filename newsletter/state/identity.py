"""Whether this ledger is the one that was sent from last, or a restored or copied one.

A file beside the ledger holds its id, its epoch (counted up when a sender starts and when it
ends), its inode and the machine. A ledger from a backup has an older epoch, a copy another inode
or machine: from either, readers could be mailed a second time.
"""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from newsletter.errors import NewsletterError, fail
from newsletter.files import write_text

_MACHINE_ID = Path("/etc/machine-id")
_HINT = (
    "if it is the newest one there is, say --this-ledger-is-right;"
    " else copy the newest one here first (docs/backup.md)"
)


class Identified(Protocol):
    """A ledger that knows its id and epoch."""

    def identity(self) -> tuple[str, int]:
        """Return id and epoch."""

    def set_epoch(self, epoch: int) -> None:
        """Write the epoch."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What the file beside the ledger says."""

    ledger: str
    epoch: int
    inode: int
    machine: str


def doubt(ledger: Identified, file: Path, note: Path) -> NewsletterError | None:
    """Return why a ledger should not be sent from, or None. `note` is the file beside it."""
    identifier, epoch = ledger.identity()
    if epoch == 0:
        return None
    known = _read(note)
    if known is None:
        return fail(f"the ledger was copied here without its {note.name}", file=file, hint=_HINT)
    here = _here(file, identifier, epoch)
    if known.ledger != identifier:
        return fail("this is another ledger than the one sent from last", file=file, hint=_HINT)
    if epoch < known.epoch:
        return fail("the ledger is older than its last mailing: restored?", file=file, hint=_HINT)
    if (known.inode, known.machine) != (here.inode, here.machine):
        return fail("the ledger was copied here from another place", file=file, hint=_HINT)
    return None


def advance(ledger: Identified, file: Path, note: Path) -> None:
    """Count the epoch up, in the ledger first: a crash in between is no reason for doubt."""
    identifier, epoch = ledger.identity()
    known = _read(note)
    epoch = max(epoch, known.epoch if known and known.ledger == identifier else 0) + 1
    ledger.set_epoch(epoch)
    here = _here(file, identifier, epoch)
    text = json.dumps(
        {
            "ledger": here.ledger,
            "epoch": here.epoch,
            "inode": here.inode,
            "machine": here.machine,
        }
    )
    write_text(note, text + "\n", mode=0o600)


def _here(file: Path, identifier: str, epoch: int) -> Identity:
    try:
        machine = _MACHINE_ID.read_text("ascii").strip()
    except (OSError, ValueError):
        machine = socket.gethostname()
    return Identity(identifier, epoch, file.stat().st_ino, machine)


def _read(note: Path) -> Identity | None:
    try:
        raw = json.loads(note.read_text("utf-8"))
        return Identity(raw["ledger"], int(raw["epoch"]), int(raw["inode"]), raw["machine"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
