"""The tables of suppressions: every event, and who is suppressed now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from newsletter.audience.suppression.suppression import (
    Action,
    Suppression,
    SuppressionEvent,
    in_force,
)
from newsletter.basics.address import Address
from newsletter.state.sqlite.database import Database
from newsletter.state.sqlite.rows import address_of
from newsletter.state.sqlite.turn import EXCLUDE_SUPPRESSED


class SqliteSuppressions:
    """See `newsletter.state.ledger.Suppressions`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._db = database.db

    def suppress(self, suppression: Suppression) -> None:
        self.add_event(
            SuppressionEvent(
                address=suppression.address,
                action=Action.SUPPRESS,
                reason=suppression.reason,
                source=suppression.source,
                at=suppression.at,
            )
        )

    def restore(self, address: Address, *, reason: str, source: str, at: datetime) -> None:
        self.add_event(
            SuppressionEvent(
                address=address, action=Action.RESTORE, reason=reason, source=source, at=at
            )
        )

    def add_event(self, event: SuppressionEvent) -> None:
        key = event.address.key
        self._database.suppressions_written += 1
        with self._database.transaction():
            self._db.execute(
                "INSERT INTO suppression_events (key, address, action, reason, source, at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    key,
                    str(event.address),
                    event.action,
                    event.reason,
                    event.source,
                    event.at.isoformat(),
                ),
            )
            now = in_force(self._events("WHERE key = ?", (key,))).get(key)
            self._db.execute("DELETE FROM suppressed WHERE key = ?", (key,))
            if now is not None:
                self._db.execute("INSERT INTO suppressed VALUES (?, ?)", (key, str(now)))

    def events(self) -> Sequence[SuppressionEvent]:
        return self._events("", ())

    def exclude_waiting(self) -> int:
        with self._database.transaction():
            return self._db.execute(EXCLUDE_SUPPRESSED).rowcount

    def _events(self, where: str, values: tuple[str, ...]) -> list[SuppressionEvent]:
        rows = self._database.read(
            f"SELECT address, action, reason, source, at FROM suppression_events {where}"  # noqa: S608 - constants
            " ORDER BY id",
            values,
        )
        return [
            SuppressionEvent(
                address=address_of(row[0]),
                action=Action(row[1]),
                reason=row[2],
                source=row[3],
                at=datetime.fromisoformat(row[4]),
            )
            for row in rows
        ]
