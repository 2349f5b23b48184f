"""The files of marks of a ledger's mailings: written from the ledger, and held against it."""

from __future__ import annotations

import contextlib
from array import array
from collections.abc import Sequence
from pathlib import Path

from newsletter.state.guards.marks import (
    MarkFile,
    is_lost,
    make_marks,
    open_marks,
    read_marks,
    tells_of,
)
from newsletter.state.sqlite.database import Database
from newsletter.state.values import Mailing


class Marks:
    """The witnesses of a ledger's marks; none until `witnessed_by`, as for a rehearsal."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._folders: list[tuple[Path, str]] = []

    def witnessed_by(self, folder: Path | None) -> None:
        """Keep marks beside the ledger, and in a folder outside the workspace if there is one."""
        file = self._database.file
        self._folders = [(file.parent, f"{file.name}.marks-")]
        if folder is not None:
            self._folders.append((folder, "marks-"))

    def lost(self, mailing: Mailing, database: Database | None = None) -> dict[int, float]:
        """Return the ids of waiting deliveries with a later mark in a witness, and its time.

        `database` is another connection, which reads anew what this one has in memory.
        """
        seen = [marks for file in self._files(mailing) if (marks := read_marks(file, mailing))]
        seen = [marks for marks in seen if any(marks)]
        if not seen:
            return {}
        found: dict[int, float] = {}
        rows = (database or self._database).read(
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

    def opened(self, mailing: Mailing) -> list[MarkFile]:
        """Open the files of a mailing; one that is missing is written from the ledger first."""
        there = [(file, open_marks(file, mailing)) for file in self._files(mailing)]
        missing = [file for file, marks in there if marks is None]
        if missing:
            self._write(missing, mailing)
        opened = [marks or open_marks(file, mailing) for file, marks in there]
        return [marks for marks in opened if marks is not None]

    def write_anew(self, mailing: Mailing) -> None:
        """Write every file of a mailing from the ledger."""
        self._write(self._files(mailing), mailing)

    def _write(self, files: list[Path], mailing: Mailing) -> None:
        """Write files from the ledger; a place that cannot be written has none."""
        times = array("d", bytes(8 * max(0, mailing.last - mailing.first + 1)))
        rows = self._database.read(
            "SELECT id, at FROM deliveries WHERE id BETWEEN ? AND ? AND at IS NOT NULL",
            (mailing.first, mailing.last),
        )
        for number, at in rows:
            times[number - mailing.first] = at
        for file in files:
            with contextlib.suppress(OSError):
                make_marks(file, mailing, times)

    def forget(self, mailing: Mailing) -> None:
        """Remove the files of a mailing."""
        for file in self._files(mailing):
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)

    def marked_elsewhere(self, issue: str, parts: Sequence[Mailing]) -> Path | None:
        """Return a file of marks, of another mailing than `parts`, by which it may have left."""
        known = {file for each in parts for file in self._files(each)}
        for folder, prefix in self._folders:
            with contextlib.suppress(OSError):
                for file in folder.iterdir():
                    is_other = file.name.startswith(prefix) and file not in known
                    if is_other and tells_of(file, issue):
                        return file
        return None

    def _files(self, mailing: Mailing) -> list[Path]:
        return [folder / f"{prefix}{Path(mailing.uuid).name}" for folder, prefix in self._folders]
