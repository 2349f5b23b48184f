"""The list file during an import: who is on it, and the rows that it gets."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from newsletter.audience.list.appending import (
    ADDABLE,
    NEW,
    form_of,
    missing_columns,
    write_appended,
)
from newsletter.audience.list.backup import back_up, private, unfinished
from newsletter.audience.list.cells import INVISIBLE
from newsletter.audience.list.column_names import Role
from newsletter.audience.list.columns import Answers
from newsletter.audience.list.table import Table
from newsletter.basics.address import BadAddress, parse_address
from newsletter.basics.errors import fail
from newsletter.basics.files import keep_name, resolved, shown
from newsletter.basics.private import OWN_FILE
from newsletter.tasks.people.spool import Spool

_FILLED = frozenset({Role.FIELD, Role.CONSENT, Role.EXPIRES})
"""Columns that a new row fills; one that says who left stays empty."""
_Version = tuple[int, int, int]


class Roll:
    """The list file as it is now, a missing or empty one included; `keys` are who is on it.

    Raises NewsletterError for a list that cannot be read.
    """

    def __init__(self, file: Path, root: Path, answers: Answers) -> None:
        self.shown = shown(file, root)
        self._file = file
        self._version = _version(file)
        self._old = file if self._version is not None and self._version[2] > 0 else None
        self._form = NEW
        self._needed: set[str] = set()
        self._kept: set[str] = set()
        self.keys: set[str] = set()
        if self._old is not None:
            with Table(file, shown=self.shown) as table:
                self._form, columns = form_of(table, file, answers)
                for _line, cells in table.rows():
                    if columns.email < len(cells):
                        self._note(cells[columns.email])
                self._kept.update(each.name for each in columns.each if each.role in _FILLED)
        self._kept.update(("email", *ADDABLE))

    @property
    def is_there(self) -> bool:
        """Whether there was a list with content."""
        return self._old is not None

    def _note(self, cell: str) -> None:
        try:
            self.keys.add(parse_address(cell.strip(INVISIBLE)).key)
        except BadAddress:
            return

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the list gets for the rows that were asked for."""
        return tuple(name for name in ADDABLE if name in self._needed)

    def cells(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Return what a new row says in the list, and note which columns it needs there."""
        self._needed |= missing_columns(self._form.names, fields)
        return {name: fields[name] for name in self._kept if fields.get(name)}

    def tidy(self) -> None:
        """Remove what a program left that was killed while it wrote the list."""
        for file in (self._file, resolved(self._file)):
            unfinished(file).unlink(missing_ok=True)

    def write(self, rows: Spool, now: datetime) -> Path | None:
        """Put the list with these rows at its end in place of the old one; return the old's copy.

        None where there was none. Raises NewsletterError where the list was changed since it was
        read, OSError where it cannot be written.
        """
        target = resolved(self._file)
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = back_up(self._file, "import", now) if self._old is not None else None
        new = unfinished(target)
        try:
            with private(new) as out:
                write_appended(self._old, self._form, self.columns, rows, out)
                out.flush()
                os.fsync(out.fileno())
            new.chmod(target.stat().st_mode & 0o777 if target.exists() else OWN_FILE)
            self._require_unchanged()
            new.replace(target)
        finally:
            new.unlink(missing_ok=True)
        keep_name(target.parent)
        return copy

    def _require_unchanged(self) -> None:
        if _version(self._file) != self._version:
            raise fail(
                "the list was changed by another program while the import read it",
                file=self.shown,
                hint="run the same command again: it goes on where this one stopped",
            )


def _version(file: Path) -> _Version | None:
    """Return what changes with a file's content, None where there is none."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
