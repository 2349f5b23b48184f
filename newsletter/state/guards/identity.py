"""Whether this ledger is the one that was sent from last, or a restored or copied one.

A note beside the ledger holds its id, its epoch (counted up when a sender starts and when it
ends), its inode and the machine; the witness outside the workspace holds id and epoch, too. A
ledger from a backup has an older epoch, a copy another inode or machine: from either, readers
could be mailed a second time.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final, Protocol

from newsletter.basics.errors import NewsletterError, fail
from newsletter.basics.files import write_text
from newsletter.state.guards.small_json import read_object, text_of, whole_of
from newsletter.state.guards.witness import Seen, Witness

_LARGEST_INODE: Final = 2**64 - 1
"""ino_t; file systems over a network and in user space use all of its bits."""
_MACHINE_ID = Path("/etc/machine-id")
_HINT: Final = (
    "if it is the newest one there is, say --this-ledger-is-right;"
    " else copy the newest one here first{copied} (docs/backup.md)"
)


_OLDER: Final = "the ledger is older than its last mailing: restored? ({})"


class Identified(Protocol):
    """A ledger with its id and epoch, its file, and the file's inode when it was opened."""

    file: Path

    @property
    def inode(self) -> int:
        """The inode."""

    def identity(self) -> tuple[str, int]:
        """Return id and epoch."""

    def set_epoch(self, epoch: int) -> None:
        """Write the epoch."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What the note says; `witness` is the folder outside, or nothing where none could be kept."""

    ledger: str
    epoch: int
    inode: int
    machine: str
    witness: str = ""


def note_of(database: Path) -> Path:
    """Return where the note of a ledger lies."""
    return database.with_name(database.name + ".epoch")


def doubt(ledger: Identified, witness: Witness) -> NewsletterError | None:
    """Return why a ledger should not be sent from, or None."""
    known = _read(note_of(ledger.file))
    what = _not_the_newest(ledger, known, witness) or _not_in_its_place(ledger, known, witness)
    # The one that was kept elsewhere belongs to the newest ledger; one that is here stays.
    elsewhere = known.witness if known is not None and witness.read() is None else ""
    return _refusal(ledger, what, elsewhere) if what else None


def _not_the_newest(ledger: Identified, known: Identity | None, witness: Witness) -> str:
    """Return how a ledger is another one, or an older one, than note and witness know."""
    identifier, epoch = ledger.identity()
    seen = witness.read()
    if known is not None and known.ledger != identifier:
        return "this is another ledger than the one sent from last"
    if seen is not None and epoch < seen.epoch:
        return _OLDER.format(f"{witness.folder} has recorded a later run")
    if known is not None and epoch < known.epoch:
        return _OLDER.format(f"{note_of(ledger.file).name} is newer")
    return ""


def _not_in_its_place(ledger: Identified, known: Identity | None, witness: Witness) -> str:
    """Return how a ledger that was sent from before has come to another place, or nothing."""
    note = note_of(ledger.file)
    if ledger.identity()[1] == 0:
        return ""
    if known is None and note.exists():
        return f"its {note.name} is damaged, so it may be a copy"
    if known is None:
        return f"the ledger was copied here without its {note.name}"
    if (known.inode, known.machine) != (ledger.inode, _machine()):
        return "the ledger was copied here from another place"
    if known.witness and witness.read() is None and witness.can_be_kept:
        return f"its witness is missing: nothing in {witness.folder} says what was sent last"
    return ""


def older(ledger: Identified, how_known: str) -> NewsletterError:
    """Return the refusal of a ledger of which another record shows a later state."""
    return _refusal(ledger, _OLDER.format(how_known))


def advance(ledger: Identified, witness: Witness, others: Iterable[int] = ()) -> str:
    """Count the epoch up beyond `others` and all that is known; return why no witness is kept.

    The ledger comes before note and witness: a crash in between is no reason for doubt. A ledger
    without a note of its own gets one before, for the same reason. Raises OSError where the note
    cannot be written.
    """
    note = note_of(ledger.file)
    identifier, epoch = ledger.identity()
    known, seen = _read(note), witness.read()
    here = Identity(identifier, epoch, ledger.inode, _machine())
    if known is None or known.ledger != identifier:
        _write(note, here)
        known = here
    epoch = max(epoch, known.epoch, seen.epoch if seen else 0, *others) + 1
    ledger.set_epoch(epoch)
    told = ""
    try:
        witness.write(Seen(identifier, epoch, str(ledger.file)))
    except OSError as error:
        told = error.strerror or str(error)
    where = "" if told else str(witness.folder)
    _write(note, replace(here, epoch=epoch, witness=where))
    return told


def _refusal(ledger: Identified, what: str, witness: str = "") -> NewsletterError:
    """Return a refusal; `witness` is where the one was that belongs to the newest ledger."""
    copied = f", and {witness} with it" if witness else ""
    return fail(what, file=ledger.file, hint=_HINT.format(copied=copied))


def _machine() -> str:
    try:
        return _MACHINE_ID.read_text("ascii").strip()
    except (OSError, ValueError):
        return socket.gethostname()


def _write(note: Path, identity: Identity) -> None:
    write_text(note, json.dumps(asdict(identity)) + "\n", mode=0o600)


def _read(note: Path) -> Identity | None:
    raw = read_object(note)
    if raw is None:
        return None
    try:
        return Identity(
            text_of(raw, "ledger"),
            whole_of(raw, "epoch"),
            whole_of(raw, "inode", _LARGEST_INODE),
            text_of(raw, "machine"),
            text_of(raw, "witness") if "witness" in raw else "",
        )
    except ValueError:
        return None
