"""What is recorded of a ledger outside the workspace, in the user's state folder.

    $XDG_STATE_HOME/newsletter/LEDGER/seen.json       the ledger's id, its epoch, where it lies
    $XDG_STATE_HOME/newsletter/LEDGER/MAILING.marks   newsletter.state.guards.marks

Without XDG_STATE_HOME that is ~/.local/state (XDG Base Directory Specification 0.8). A workspace
that is put back whole, from a backup or a snapshot, brings its own records back with it, but not
these.
"""

from __future__ import annotations

import errno
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from newsletter.basics.files import write_text
from newsletter.state.guards.small_json import read_object, text_of, whole_of


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a ledger when a sender last began or ended: `epoch` counts those."""

    ledger: str
    epoch: int
    database: str


@dataclass(frozen=True, slots=True)
class Witness:
    """The folder of one ledger; `folder` is None where there is no home to keep one in."""

    folder: Path | None

    def read(self) -> Seen | None:
        """Return what was seen; None where nothing was, or where it cannot be read."""
        raw = None if self.folder is None else read_object(self.folder / "seen.json")
        if raw is None:
            return None
        try:
            return Seen(text_of(raw, "ledger"), whole_of(raw, "epoch"), text_of(raw, "database"))
        except ValueError:
            return None

    def write(self, seen: Seen) -> None:
        """Record what is seen now. Raises OSError."""
        if self.folder is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_text(self.folder / "seen.json", json.dumps(asdict(seen)) + "\n", mode=0o600)

    @property
    def can_be_kept(self) -> bool:
        """Whether the folder is there or could be made, and may be written."""
        if self.folder is None:
            return False
        folders = (self.folder, *self.folder.parents)
        try:
            there = next((each for each in folders if each.exists()), None)
            return there is not None and there.is_dir() and os.access(there, os.W_OK | os.X_OK)
        except OSError:  # a home that this user may not look into, or a name that is too long
            return False


def witness_of(ledger: str) -> Witness:
    """Return where the witness of the ledger with this id is kept for this user."""
    base = Path(os.environ.get("XDG_STATE_HOME", ""))
    if not base.is_absolute():  # the specification: a relative path is ignored
        try:
            base = Path.home() / ".local" / "state"
        except RuntimeError:  # no HOME, and no entry in the list of users
            return Witness(None)
        if not base.is_absolute():  # another place for each folder that a command is run in
            return Witness(None)
    return Witness(base / "newsletter" / Path(ledger).name)
