"""Suppressions: addresses that must not be mailed, with reason and date.

They are kept as events, in the state database and in `suppressions.csv`, and never deleted. Who
is suppressed follows from the events of both: for each address the latest counts, and at the same
time a suppression before a restore.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from newsletter.basics.address import Address

UNDATED = datetime(9999, 12, 31, tzinfo=UTC)
"""The time of a suppression without a readable date: later than any other, so that no earlier
restore cancels it."""


class Action(StrEnum):
    """What an event does."""

    SUPPRESS = "suppress"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionEvent:
    """One event: `at` has a time zone; `source` is who wrote it ("subscribers", "bounces")."""

    address: Address
    action: Action
    reason: str
    source: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """An address that must not be mailed: why, since when (with a time zone), by whom."""

    address: Address
    reason: str
    at: datetime
    source: str

    @property
    def since(self) -> str:
        """The day as `2026-10-02` (UTC), or "no date"."""
        return "no date" if self.at == UNDATED else self.at.astimezone(UTC).date().isoformat()

    def __str__(self) -> str:
        return f"{self.reason}, {self.since}"


def in_force(events: Iterable[SuppressionEvent]) -> dict[str, Suppression]:
    """Return the suppressions that hold now, by `Address.key`, whatever the events' order."""
    latest: dict[str, SuppressionEvent] = {}
    for event in events:
        known = latest.get(event.address.key)
        if known is None or _rank(event) > _rank(known):
            latest[event.address.key] = event
    return {
        key: Suppression(
            address=event.address, reason=event.reason, at=event.at, source=event.source
        )
        for key, event in latest.items()
        if event.action is Action.SUPPRESS
    }


def _rank(event: SuppressionEvent) -> tuple[datetime, bool]:
    return event.at, event.action is Action.SUPPRESS
