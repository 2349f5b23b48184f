"""What holds of a person now: their consent, and since when each thing they chose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from newsletter.audience.register.choice import Choice
from newsletter.audience.register.consent import Consent, consent_of
from newsletter.audience.register.event import CHOOSING, Event, Kind


class Origin(StrEnum):
    """Where a consent is written; an earlier one here wins over a later one."""

    CHOSEN = "chosen"
    """They confirmed or renewed it themselves."""
    LIST = "list"
    IMPORT = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The consent that counts; dates are as the list has them, or ISO. What is unknown is ""."""

    origin: Origin
    basis: str
    source: str
    at: str
    expires: str
    wording: str = ""

    def as_fields(self) -> dict[str, str]:
        """Return it as the columns of a list."""
        return {
            "consent": self.basis,
            "consent_source": self.source,
            "consent_date": self.at,
            "consent_expires": self.expires,
        }

    def as_json(self) -> dict[str, str]:
        """Return it with stable keys."""
        return {
            "basis": self.basis,
            "source": self.source,
            "at": self.at,
            "expires": self.expires,
            "wording": self.wording,
            "origin": self.origin.value,
        }


def held_consent(
    fields: Mapping[str, str], choice: Choice | None, events: Iterable[Event]
) -> Held | None:
    """Return the consent that counts, from a row's fields and a person's events, or None."""
    if choice is not None and choice.consent is not None:
        return _held(choice.consent, Origin.CHOSEN)
    columns = [fields.get(name, "") for name in ("consent", "consent_source", "consent_date")]
    if any(columns):
        basis, source, at = columns
        expires = fields.get("consent_expires", "")
        return Held(origin=Origin.LIST, basis=basis, source=source, at=at, expires=expires)
    imported = [consent_of(each.evidence) for each in events if each.kind is Kind.IMPORT]
    known = [each for each in imported if each is not None]
    return _held(known[-1], Origin.IMPORT) if known else None


def _held(consent: Consent, origin: Origin) -> Held:
    written = consent.as_fields()
    return Held(
        origin=origin,
        basis=written["consent"],
        source=written["consent_source"],
        at=written["consent_date"],
        expires=written["consent_expires"],
        wording=consent.wording,
    )


def chosen_since(events: Iterable[Event]) -> dict[str, datetime]:
    """Return when a person last chose each field, "name" among them, from their events."""
    found: dict[str, datetime] = {}
    for event in events:
        if event.kind in CHOOSING:
            fields = event.evidence.get("fields")
            named = list(fields) if isinstance(fields, Mapping) else []
            if isinstance(event.evidence.get("name"), str):
                named.append("name")
            found |= dict.fromkeys(named, event.at)
    return found


def whole_history(register: Iterable[Event], both: Iterable[Event]) -> list[Event]:
    """Return every event of the register, and those of `both` records that it lacks, by time.

    `suppressions.csv` has whole seconds, and no other kinds than suppress and restore.
    """
    known = list(register)
    seen = {(each.at.replace(microsecond=0), each.suppresses) for each in known}
    more = [each for each in both if (each.at.replace(microsecond=0), each.suppresses) not in seen]
    return sorted([*known, *more], key=lambda event: event.at)
