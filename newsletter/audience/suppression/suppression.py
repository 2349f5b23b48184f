"""Suppressions: addresses that must not be mailed, with reason and date.

They follow from events, which are kept in the state database and in `suppressions.csv`: for each
address the latest that suppresses or lifts counts, and at the same time the one that suppresses.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from newsletter.audience.register.event import UNDATED, WEIGHED, Event
from newsletter.basics.address import Address


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
        return day_of(self.at)

    def __str__(self) -> str:
        return f"{self.reason}, {self.since}"


def day_of(at: datetime) -> str:
    """Return the day of an event as `2026-10-02` (UTC), or "no date"."""
    return "no date" if at == UNDATED else at.astimezone(UTC).date().isoformat()


def in_force(events: Iterable[Event]) -> dict[str, Suppression]:
    """Return the suppressions that hold now, by `Address.key`, whatever the events' order."""
    latest: dict[str, Event] = {}
    for event in events:
        known = latest.get(event.address.key)
        if event.kind in WEIGHED and (known is None or _rank(event) > _rank(known)):
            latest[event.address.key] = event
    return {
        key: Suppression(
            address=event.address, reason=event.reason, at=event.at, source=event.source
        )
        for key, event in latest.items()
        if event.suppresses
    }


def _rank(event: Event) -> tuple[datetime, bool]:
    return event.at, event.suppresses
