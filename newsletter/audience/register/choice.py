"""What a person chose: it wins over the list's columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from newsletter.audience.list.subscriber import Subscriber
from newsletter.audience.register.consent import Consent, consent_of
from newsletter.audience.register.event import Event, Kind
from newsletter.basics.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What somebody said of themselves last, and when.

    `name` is None where they chose none; an empty field takes the list's away. `joined`: they
    signed up and confirmed it, so they are mailed without a row in the list. `consent` is the one
    that they confirmed last.
    """

    address: Address
    at: datetime
    name: str | None = None
    fields: dict[str, str]
    joined: bool = False
    consent: Consent | None = None

    def consents_on(self, day: date) -> bool:
        """Return whether a consent that they confirmed holds on a day."""
        consent = self.consent
        return consent is not None and (consent.expires is None or consent.expires >= day)

    def applied_to(self, reader: Subscriber) -> Subscriber:
        """Return a reader with what they chose in place of what the list says."""
        consent = {} if self.consent is None else self.consent.as_fields()
        fields = reader.fields | self.fields | consent
        if self.name is not None:
            fields["name"] = self.name
        name = reader.name if self.name is None else self.name
        return Subscriber(
            reader.address, name, {each: text for each, text in fields.items() if text}
        )

    def reader(self) -> Subscriber:
        """Return the reader that a choice alone makes, for somebody who is not on the list."""
        return self.applied_to(Subscriber(self.address, "", {"email": str(self.address)}))


def choices_of(events: Iterable[Event]) -> dict[str, Choice]:
    """Return what each person chose, by `Address.key`, from events in the order they came in."""
    found: dict[str, Choice] = {}
    for event in events:
        before = found.get(event.address.key)
        if before is None:
            before = Choice(address=event.address, at=event.at, fields={})
        found[event.address.key] = _after(before, event)
    return found


def _after(before: Choice, event: Event) -> Choice:
    name, fields = event.evidence.get("name"), event.evidence.get("fields")
    return replace(
        before,
        at=event.at,
        name=name if isinstance(name, str) else before.name,
        fields={**before.fields, **fields} if isinstance(fields, Mapping) else before.fields,
        joined=before.joined or event.kind is Kind.CONFIRM,
        consent=consent_of(event.evidence) or before.consent,
    )
