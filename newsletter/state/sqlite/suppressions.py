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


class SuppressionTable(Database):
    """See the methods of the same names in `newsletter.state.ledger.Ledger`."""

    def suppress(self, suppression: Suppression) -> None:
        """Record that an address must not be mailed; it counts at the next mark."""
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
        """Record that an address may be mailed again."""
        self.add_event(
            SuppressionEvent(
                address=address, action=Action.RESTORE, reason=reason, source=source, at=at
            )
        )

    def add_event(self, event: SuppressionEvent) -> None:
        """Record an event as it was written elsewhere."""
        key = event.address.key
        self.suppressions_written += 1
        with self.transaction():
            self.db.execute(
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
            self.db.execute("DELETE FROM suppressed WHERE key = ?", (key,))
            if now is not None:
                self.db.execute("INSERT INTO suppressed VALUES (?, ?)", (key, str(now)))

    def suppression_events(self) -> Sequence[SuppressionEvent]:
        """Return every event, the oldest first."""
        return self._events("", ())

    def _events(self, where: str, values: tuple[str, ...]) -> list[SuppressionEvent]:
        rows = self.read(
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
