"""What is known of one person, as lines and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsletter.audience.list.listfile import Member
from newsletter.audience.register.event import Event
from newsletter.audience.register.profile import Held, Origin
from newsletter.audience.suppression.suppression import Suppression, day_of
from newsletter.basics.address import Address
from newsletter.basics.outcome import server_words
from newsletter.cli.subscribers.formats import member_json
from newsletter.state.values import Record

_OWN_LINE = ("email", "name", "status", "consent", "consent_source", "consent_date")
_ORIGINS = {
    Origin.CHOSEN: "confirmed by them",
    Origin.LIST: "as the list says",
    Origin.IMPORT: "as it was imported",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What is known of an address.

    `chosen` is since when they chose each field. `is_erased`: an alias stands for them, and the
    suppression is its own. `is_list_read` is False where the list cannot be read.
    """

    address: Address
    member: Member | None
    consent: Held | None
    chosen: Mapping[str, datetime]
    suppression: Suppression | None
    is_erased: bool
    history: Sequence[Event]
    deliveries: Sequence[tuple[str, Record]]
    is_list_read: bool


Facts = Iterator[tuple[str, str]]


def sections(person: Person) -> Iterator[Facts]:
    """Yield the facts about a person, each with its name: profile, history, issues."""
    yield _profile(person)
    if not person.is_erased:
        yield _history(person.history)
        yield _issues(person.deliveries)


def _history(events: Iterable[Event]) -> Facts:
    for event in events:
        reason = f": {event.reason}" if event.reason else ""
        yield day_of(event.at), f"{event.kind}{reason} ({event.source})"


def _issues(deliveries: Sequence[tuple[str, Record]]) -> Facts:
    if not deliveries:
        yield "issues", "none yet"
    for issue, record in deliveries:
        at = f" {record.at:%Y-%m-%d %H:%M} UTC" if record.at else ""
        words = server_words(record.code, "", record.text)
        yield issue, f"{record.state}{at}{f': {words}' if words else ''}"


def _mailed(person: Person) -> Facts:
    if person.is_erased and person.suppression is not None:
        yield "erased", f"on {person.suppression.since}; nothing else is kept"
    elif person.suppression is not None:
        yield "mailed", f"no: suppressed, {person.suppression} ({person.suppression.source})"
    elif person.member is not None:
        excluded = person.member.excluded
        yield "mailed", f"no: {excluded}" if excluded else "yes"
    elif person.is_list_read:
        yield "mailed", "no: not on the list"


def _profile(person: Person) -> Facts:
    yield from _row(person)
    yield from _mailed(person)


def _row(person: Person) -> Facts:
    member = person.member
    if member is None:
        unread = "unknown: it cannot be read"
        if not (person.is_erased and person.is_list_read):
            yield "on the list", "no" if person.is_list_read else unread
        return
    yield "on the list", f"line {member.line}" if member.line else "no: signed up"
    yield "name", _chosen(member.subscriber.name or "(none)", "name", person)
    yield from _consent(person.consent)
    for name, value in member.subscriber.fields.items():
        if name not in _OWN_LINE and not (name == "consent_expires" and person.consent):
            yield name, _chosen(value, name, person)
    for name in person.chosen:
        if name not in member.subscriber.fields and name != "name":
            yield name, _chosen("(none)", name, person)


def _chosen(value: str, name: str, person: Person) -> str:
    at = person.chosen.get(name)
    return value if at is None else f"{value} (chosen on {day_of(at)})"


def _consent(consent: Held | None) -> Facts:
    if consent is None:
        yield "consent", "(nothing recorded)"
        return
    parts = [consent.basis, consent.source]
    parts += [f"on {consent.at}"] if consent.at else []
    parts += [f"until {consent.expires}"] if consent.expires else []
    parts += [_ORIGINS[consent.origin]] if consent.origin is not Origin.LIST else []
    yield "consent", ", ".join(part for part in parts if part)
    if consent.wording:
        yield "shown", " ".join(consent.wording.split())


def person_json(person: Person) -> dict[str, Any]:
    """Return what is known of a person; the keys stay."""
    suppression, fields = person.suppression, {}
    if person.member is not None:
        fields = person.member.subscriber.fields
    return {
        "email": str(person.address),
        "list": person.member and member_json(person.member),
        "consent": person.consent and person.consent.as_json(),
        "chosen": {
            name: {"value": fields.get(name, ""), "at": at.isoformat()}
            for name, at in sorted(person.chosen.items())
        },
        "suppressed": suppression
        and {
            "reason": suppression.reason,
            "since": suppression.since,
            "source": suppression.source,
        },
        "events": [event_json(event) for event in person.history],
        "deliveries": [_delivery_json(issue, record) for issue, record in person.deliveries],
    }


def event_json(event: Event) -> dict[str, str]:
    """Return an event without its evidence."""
    return {
        "at": day_of(event.at),
        "action": event.kind.value,
        "reason": event.reason,
        "source": event.source,
    }


def _delivery_json(issue: str, record: Record) -> dict[str, Any]:
    return {
        "issue": issue,
        "state": record.state,
        "code": record.code,
        "enhanced": record.enhanced,
        "text": record.text,
        "attempts": record.attempts,
        "at": record.at.isoformat() if record.at else None,
    }
