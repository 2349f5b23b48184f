"""The ledger held against its witnesses: marks that it has lost, and files of marks made anew."""

from __future__ import annotations

import contextlib
from array import array
from datetime import datetime
from pathlib import Path

from newsletter.basics.errors import Problem
from newsletter.basics.outcome import Outcome, State, Verdict
from newsletter.settings.values import Durability
from newsletter.state.guards.marks import is_lost, make_marks, open_marks, read_marks, tells_of
from newsletter.state.ledger import LedgerUnusable, Mailing, Settlement
from newsletter.state.sqlite.deliveries import DeliveryTable
from newsletter.state.sqlite.presence import gone

_LOST = "the ledger had lost this try: the message may have left"


class MarkTable(DeliveryTable):
    """See the methods of the same names in `newsletter.state.ledger.Ledger`."""

    def __init__(self, file: Path, durability: Durability) -> None:
        super().__init__(file, durability)
        self._durability = durability
        self._folders: list[tuple[Path, str]] = []

    def witnessed_by(self, folder: Path | None) -> None:
        """Keep marks beside the ledger, and in a folder outside the workspace where there is one.

        Without this call a ledger has no witness, as that of a rehearsal.
        """
        self._folders = [(self.file.parent, f"{self.file.name}.marks-")]
        if folder is not None:
            self._folders.append((folder, "marks-"))

    def lost(self, mailing: Mailing) -> dict[int, float]:
        """Return the ids of those who wait although a witness has a later mark, with its time."""
        seen = [marks for file in self._files(mailing) if (marks := read_marks(file, mailing))]
        seen = [marks for marks in seen if any(marks)]
        if not seen:
            return {}
        found: dict[int, float] = {}
        rows = self.read(
            "SELECT id, at FROM deliveries WHERE id BETWEEN ? AND ?"
            " AND (state = 'pending' OR state = 'deferred')",
            (mailing.first, mailing.last),
        )
        for number, at in rows:
            for marks in seen:
                marked = marks[number - mailing.first]
                if is_lost(marked, at):
                    found[number] = marked
        return found

    def reconcile(self, mailing: Mailing, at: datetime) -> int:
        """Make uncertain whose mark the ledger has lost; return how many."""
        self._require_rows(mailing)
        lost = self.lost(mailing)
        if lost:
            outcome = Outcome(Verdict.UNCERTAIN, text=_LOST)
            moment = at.timestamp()
            settled = [Settlement(each, State.UNCERTAIN, outcome, moment) for each in lost]
            self.turn(settled, (), moment)
            self.mark_anew(mailing)
        return len(lost)

    def confirm(self, mailing: Mailing) -> None:
        """Read the file anew at a run's end; raise LedgerGone where it has lost marks.

        A copy over it in place changes neither the inode nor what this connection has in memory.
        """
        self.presence.require()
        with contextlib.closing(MarkTable(self.file, self._durability)) as anew:
            anew._folders = self._folders  # noqa: SLF001 - another one of us
            lost = len(anew.lost(mailing))
        if lost:
            raise gone(
                f"the ledger {self.file} was overwritten while in use: it has lost {lost:,}"
                " messages that may have left"
            )

    def attend(self, mailing: Mailing) -> None:
        """Write each mark to the witnesses, too; what the log holds by now goes to the file."""
        self.settle_log()
        there = [(file, open_marks(file, mailing)) for file in self._files(mailing)]
        missing = [file for file, marks in there if marks is None]
        if missing:
            self._write_marks(missing, mailing)
        opened = [marks or open_marks(file, mailing) for file, marks in there]
        self._turn.witnesses = [marks for marks in opened if marks is not None]

    def release(self) -> None:
        """Give back the room in which nothing was set aside, and close the witnesses."""
        super().release()
        for each in self._turn.witnesses:
            each.close()
        self._turn.witnesses = []

    def mark_anew(self, mailing: Mailing) -> None:
        """Write every file of marks of a mailing from the ledger."""
        self._write_marks(self._files(mailing), mailing)

    def _write_marks(self, files: list[Path], mailing: Mailing) -> None:
        """Write files of marks from the ledger; a place that cannot be written has none."""
        times = array("d", bytes(8 * max(0, mailing.last - mailing.first + 1)))
        rows = self.read(
            "SELECT id, at FROM deliveries WHERE id BETWEEN ? AND ? AND at IS NOT NULL",
            (mailing.first, mailing.last),
        )
        for number, at in rows:
            times[number - mailing.first] = at
        for file in files:
            with contextlib.suppress(OSError):
                make_marks(file, mailing, times)

    def resolve(self, mailing: Mailing, state: State, why: str, at: datetime) -> int:
        """Move all uncertain deliveries to accepted or pending, in the witnesses too."""
        changed = super().resolve(mailing, state, why, at)
        self.mark_anew(mailing)
        return changed

    def is_untried(self, mailing: Mailing) -> bool:
        """Return whether somebody waits who was never tried."""
        row = self.read_one(
            "SELECT EXISTS (SELECT 1 FROM deliveries WHERE id BETWEEN ? AND ?"
            " AND (state = 'pending' OR state = 'deferred') AND at IS NULL)",
            (mailing.first, mailing.last),
        )
        return bool(row[0])

    def forget_marks(self, mailing: Mailing) -> None:
        """Remove the files of marks of a mailing that was withdrawn."""
        for file in self._files(mailing):
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)

    def marked_elsewhere(self, issue: str) -> Path | None:
        """Return a file of marks, of whatever mailing, by which an issue may have left."""
        for folder, prefix in self._folders:
            with contextlib.suppress(OSError):
                for file in folder.iterdir():
                    if file.name.startswith(prefix) and tells_of(file, issue):
                        return file
        return None

    def _files(self, mailing: Mailing) -> list[Path]:
        return [folder / f"{prefix}{Path(mailing.uuid).name}" for folder, prefix in self._folders]

    def _require_rows(self, mailing: Mailing) -> None:
        """Raise where rows are missing: pages of the file or its log are not what they were."""
        (there,) = self.read_one(
            "SELECT count(*) FROM deliveries WHERE id BETWEEN ? AND ?",
            (mailing.first, mailing.last),
        )
        missing = mailing.last - mailing.first + 1 - there
        if missing:
            raise LedgerUnusable(
                Problem(
                    message=f"the ledger is damaged: {missing:,} readers of {mailing.issue}"
                    " are missing in it",
                    file=self.file,
                    hint="nothing was sent. Keep the file, and bring back the newest copy that"
                    " you have (docs/backup.md)",
                )
            )
