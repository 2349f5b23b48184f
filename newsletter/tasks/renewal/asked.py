"""Whom to ask: readers with an implied consent that ends soon, who were not asked yet.

The ledger alone says who was asked: those with a delivery in a renewal's mailing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from newsletter.audience.list.basis import Basis
from newsletter.audience.list.subscriber import Subscriber
from newsletter.audience.register.alias import Aliases, is_alias
from newsletter.audience.register.event import Event, Kind
from newsletter.basics.address import parse_address
from newsletter.basics.outcome import State
from newsletter.basics.tokens import Key
from newsletter.state.ledger import Ledger
from newsletter.state.standing import is_renewal
from newsletter.state.values import Mailing, MailingState, Record
from newsletter.tasks.renewal.message import LAST_DAY

_ONE_CONSENT: Final = timedelta(days=180)
"""Somebody who was asked so long before the end of a consent was asked about an earlier one."""
_MAY_HAVE_IT: Final = (State.ACCEPTED, State.UNCERTAIN)


def renewals(ledger: Ledger) -> Iterator[Mailing]:
    """Yield the mailings that ask for a consent, the oldest first."""
    for mailing in ledger.records.mailings():
        if is_renewal(ledger, mailing):
            yield mailing


def unfinished(ledger: Ledger) -> Mailing | None:
    """Return the renewal that was begun and is not finished, or None."""
    open_ones = [each for each in renewals(ledger) if each.state is not MailingState.FINISHED]
    return open_ones[-1] if open_ones else None


def next_slug(ledger: Ledger, issues: Path, today: date) -> str:
    """Return the name of the next renewal: `2026-11-renewal`, or with a number behind it."""
    first = f"{today:%Y-%m}-renewal"
    slug, number = first, 1
    while ledger.records.mailing(slug) is not None or (issues / f"{slug}.md").exists():
        number += 1
        slug = f"{first}-{number}"
    return slug


def asked_when(ledger: Ledger) -> dict[str, date]:
    """Return when each person was asked last, by `Address.key`."""
    return {
        parse_address(record.email).key: mailing.frozen_at.date()
        for mailing in renewals(ledger)
        for record in ledger.records.of(mailing)
        if record.state is not State.EXCLUDED
    }


class Asking:
    """Decides who is to be asked on a day: their consent ends within so many days.

    `keys` are the workspace's, by which who was asked before they were erased is found.
    """

    def __init__(
        self, asked: Mapping[str, date], today: date, days: int, keys: Sequence[Key] = ()
    ) -> None:
        self._asked = asked
        self._erased = Aliases(asked, keys)
        self._today = today
        self._last = today + timedelta(days=days)

    def __call__(self, reader: Subscriber) -> bool:
        """Return whether a reader is to be asked."""
        if reader.fields.get("consent", "").casefold() != Basis.IMPLIED:
            return False
        ends = _day(reader.fields.get(LAST_DAY, ""))
        if ends is None or not self._today <= ends <= self._last:
            return False
        key = reader.address.key
        asked = self._asked.get(key) or self._asked.get(self._erased.find(key) or "")
        return asked is None or asked < ends - _ONE_CONSENT


def note_asked(ledger: Ledger) -> None:
    """Put into the history who was asked, once for each mailing."""
    events = [
        event
        for mailing in renewals(ledger)
        for record in ledger.records.of(mailing, _MAY_HAVE_IT)
        if (event := _event(ledger, mailing, record)) is not None
    ]
    if events:
        ledger.people.add(events)


def _event(ledger: Ledger, mailing: Mailing, record: Record) -> Event | None:
    address = parse_address(record.email)
    if is_alias(address.key):
        return None  # what was noted of them came to the alias when they were erased
    for known in ledger.people.history(address):
        if known.kind is Kind.ASK_RENEWAL and known.evidence.get("mailing") == mailing.issue:
            return None
    return Event(
        address=address,
        kind=Kind.ASK_RENEWAL,
        reason="asked for an express consent",
        source="renewal",
        at=record.at or datetime.now(UTC),
        evidence={"mailing": mailing.issue},
    )


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
