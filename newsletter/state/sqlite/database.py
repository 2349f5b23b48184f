"""The SQLite file: opened privately, migrated, and written in transactions that say why they fail.

`synchronous=FULL` (durability "full") syncs the log at each commit; NORMAL may lose the last
moments to a power cut, but to no crash of the process.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
import uuid as uuids
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from newsletter.basics.errors import Problem
from newsletter.basics.private import private_folder
from newsletter.settings.values import Durability
from newsletter.state.ledger import LedgerUnusable
from newsletter.state.schema import MIGRATIONS
from newsletter.state.sqlite.presence import Presence
from newsletter.state.sqlite.unusable import unusable

Values = Sequence[object] | Mapping[str, object]


class Database:
    """One connection to the file, in autocommit mode; writing goes through `transaction`.

    `busy` is how many seconds it waits for another process that writes.
    """

    def __init__(self, file: Path, durability: Durability, busy: float) -> None:
        self.file = file
        self._durability = durability
        self._busy = busy
        self.suppressions_written = 0
        """How many events this connection wrote; `PRAGMA data_version` tells only of others."""
        _create_private(file)
        self.presence = Presence(file)
        with self.guarded():
            self.db = sqlite3.connect(file, isolation_level=None, timeout=busy)
            try:
                self.db.execute("PRAGMA journal_mode=WAL")
                self.db.execute(f"PRAGMA synchronous={durability.value}")
                self.db.execute("PRAGMA foreign_keys=ON")
                self._migrate()
                self.presence.take_in()
            except BaseException:
                self.db.close()
                raise

    def again(self) -> Database:
        """Return another connection, which reads anew what this one has in memory."""
        return Database(self.file, self._durability, self._busy)

    def close(self) -> None:
        """Release the file."""
        self.db.close()

    # Which ledger this is, for newsletter.state.guards.identity

    def identity(self) -> tuple[str, int]:
        """Return this ledger's id and epoch."""
        row: tuple[str, int] = self.read_one("SELECT id, epoch FROM ledger")
        return row

    @property
    def inode(self) -> int:
        """The inode of the file that was opened."""
        return 0 if self.presence.ledger is None else self.presence.ledger[1]

    def set_epoch(self, epoch: int) -> None:
        """Move the epoch on, in the file itself: it must not be lost with the log."""
        with self.transaction():
            self.db.execute("UPDATE ledger SET epoch = ?", (epoch,))
        self.settle_log()

    def settle_log(self) -> None:
        """Move what the log holds into the file, as far as nobody else reads it now."""
        with self.guarded():
            self.db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _migrate(self) -> None:
        version = self._version()
        if version > len(MIGRATIONS):
            raise LedgerUnusable(
                Problem(
                    message=f"{self.file} was written by a newer version of newsletter",
                    hint="update newsletter on this machine",
                )
            )
        for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
            with self.transaction():
                if self._version() < number:  # or another process was faster
                    self._migrate_to(number, script)

    def _migrate_to(self, number: int, script: str) -> None:
        for statement in _statements(script):
            self.db.execute(statement)
        if number == 1:
            self.db.execute("INSERT INTO ledger VALUES (?, 0)", (uuids.uuid4().hex,))
        self.db.execute(f"PRAGMA user_version={number}")

    def _version(self) -> int:
        version: int = self.db.execute("PRAGMA user_version").fetchone()[0]
        return version

    def read(self, sql: str, values: Values = ()) -> Iterator[Any]:
        """Yield the rows of a SELECT."""
        with self.guarded():
            yield from self.db.execute(sql, values)

    def read_one(self, sql: str, values: Values = ()) -> Any:
        """Return the first row of a SELECT, or None."""
        with self.guarded():
            return self.db.execute(sql, values).fetchone()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Write what the block does, whole or not at all.

        Raises LedgerGone where the file was deleted or replaced since it was opened.
        """
        with self.guarded():
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.presence.require()
                self.db.execute("COMMIT")
            except BaseException:
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def guarded(self) -> Iterator[None]:
        """Turn a database that cannot be used into LedgerUnusable."""
        try:
            yield
        except sqlite3.IntegrityError:
            raise
        except sqlite3.DatabaseError as error:
            raise unusable(self.file, error) from error


def _statements(script: str) -> list[str]:
    """Split a script at the semicolons that end a statement."""
    out: list[str] = []
    for line in script.splitlines(keepends=True):
        if not out or sqlite3.complete_statement(out[-1]):
            out.append("")
        out[-1] += line
    return [statement for statement in out if sqlite3.complete_statement(statement)]


def _create_private(file: Path) -> None:
    """Make the folder (0700) and the file (0600), so that nobody else ever reads it.

    A file that is there already is never opened but by SQLite: to close it would drop every lock
    that this process holds on it through another connection (fcntl(2)), and whoever closes the
    database next, anywhere, would take the log away from under us. So a new one is made under
    another name, too.
    """
    try:
        private_folder(file.parent)
        if not file.exists():
            _create(file)
    except OSError as error:
        raise unusable(file, error) from error


def _create(file: Path) -> None:
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f"{file.name}.")
    os.close(descriptor)
    new = Path(name)
    try:
        file.hardlink_to(new)
    except FileExistsError:
        pass  # another process was faster
    except OSError:  # a file system without links
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    finally:
        new.unlink(missing_ok=True)  # another process may have tidied it away
