"""The ledger in a SQLite file: WAL, one writer at a time, readers never in the way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from newsletter.basics.tokens import Key
from newsletter.settings.timing import Timing
from newsletter.settings.values import Durability
from newsletter.state.sqlite.database import Database
from newsletter.state.sqlite.marking import Marks
from newsletter.state.sqlite.people import SqlitePeople
from newsletter.state.sqlite.records import SqliteRecords
from newsletter.state.sqlite.run import SqliteRun


class SqliteLedger:
    """See `newsletter.state.ledger.Ledger`; `keys` verify tokens.

    `marks` are the files beside the database that hold what its own log may lose.
    """

    def __init__(
        self,
        file: Path,
        *,
        durability: Durability = Durability.FULL,
        keys: Sequence[Key] = (),
        timing: Timing = Timing(),
    ) -> None:
        self.database = Database(file, durability, timing.busy)
        self.marks = Marks(self.database)
        self.run = SqliteRun(self.database, self.marks)
        self.people = SqlitePeople(self.database)
        self.records = SqliteRecords(self.database, self.marks, keys)

    def identity(self) -> tuple[str, int]:
        return self.database.identity()

    def close(self) -> None:
        self.database.close()
