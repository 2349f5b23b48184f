"""Everybody as a table or as JSON, a person at a time: the whole list is never in memory.

The table is a list file again: with it in the list's place the same people are mailed. Columns that
it adds to the list's own say what follows from them and from the register.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final

from newsletter.audience.audience import Audience
from newsletter.audience.figures import kind_of
from newsletter.audience.list.formulas import guard_formula
from newsletter.audience.list.gates import EXPIRED
from newsletter.audience.list.listfile import Member
from newsletter.audience.register.choice import Choice
from newsletter.audience.register.event import Event
from newsletter.audience.register.profile import chosen_since, held_consent, whole_history
from newsletter.state.ledger import People

CONSENT: Final = ("consent", "consent_source", "consent_date", "consent_expires")
ADDED: Final = ("next_issue", "why_not", "joined_how", "chosen_on")
"""Whether the next issue goes to them; if not, why; "list" or "sign-up"; their last choice."""
_FIRST: Final = ("email", "name")
_MAILED: Final = ("", "active")
_TOGETHER: Final = 500
"""People whose imports are read in one query."""


@dataclass(frozen=True, slots=True)
class Everybody:
    """The people of an audience, with what the register has of each.

    `recorded` are the events of `suppressions.csv`, by `Address.key`.
    """

    audience: Audience
    people: People
    recorded: Mapping[str, Event]

    def as_csv(self) -> Iterator[str]:
        """Yield the lines of a table: the header, then a person each."""
        choices = self.people.choices()
        members = iter(self.audience)
        first = list(itertools.islice(members, 1))  # the list's columns are known from here on
        columns = _columns(self.audience.columns, choices.values())
        yield _line(columns)
        everybody = itertools.chain(first, members)
        while some := list(itertools.islice(everybody, _TOGETHER)):
            imports = self._imports(some)
            for member in some:
                key = member.subscriber.address.key
                cells = _cells(member, choices.get(key), imports[key])
                yield _line([cells.get(name, "") for name in columns])

    def _imports(self, members: Iterable[Member]) -> Mapping[str, Sequence[Event]]:
        """Return the imports of some members, by `Address.key`, read in one query."""
        found: dict[str, list[Event]] = {each.subscriber.address.key: [] for each in members}
        for event in self.people.imports_of(list(found)):
            found[event.address.key].append(event)
        return found

    def as_json(self) -> Iterator[str]:
        """Yield an object for each person, a line each."""
        choices = self.people.choices()
        for member in self.audience:
            chosen = choices.get(member.subscriber.address.key)
            yield f"{json.dumps(self._object(member, chosen), ensure_ascii=False)}\n"

    def _object(self, member: Member, chosen: Choice | None) -> dict[str, Any]:
        who = member.subscriber
        events = self.people.history(who.address)
        consent = held_consent(who.fields, chosen, events)
        recorded = self.recorded.get(who.address.key)
        history = whole_history(events, [recorded] if recorded else [])
        return {
            "email": str(who.address),
            "name": who.name,
            "fields": who.fields,
            "line": member.line or None,
            "excluded": member.excluded,
            "consent": consent and consent.as_json(),
            "chosen": {name: at.isoformat() for name, at in chosen_since(events).items()},
            "history": [
                {
                    "at": each.at.isoformat(),
                    "action": each.kind.value,
                    "reason": each.reason,
                    "source": each.source,
                    "evidence": each.evidence,
                }
                for each in history
            ],
        }


def _columns(listed: Iterable[str], choices: Iterable[Choice]) -> tuple[str, ...]:
    """Return the columns: the list's in its order, then what people chose, then what follows."""
    chosen = sorted({name for each in choices for name in each.fields})
    known = (*_FIRST, *listed, *chosen, *CONSENT, "status")
    return tuple(dict.fromkeys(name for name in known if name and name not in ADDED)) + ADDED


def _cells(member: Member, chosen: Choice | None, imports: Iterable[Event]) -> dict[str, str]:
    why = member.excluded
    fields = member.subscriber.fields
    consent = held_consent(fields, chosen, imports)
    return {
        **fields,
        **(consent.as_fields() if consent else {}),
        "status": _status(member),
        "next_issue": "yes" if why is None else "no",
        # Without "not" before it, the reason would itself say of the row that it left.
        "why_not": f"not mailed: {why}" if why else "",
        "joined_how": "list" if member.line else "sign-up",
        "chosen_on": chosen.at.astimezone(UTC).date().isoformat() if chosen else "",
    }


def _status(member: Member) -> str:
    """Return a status by which the row alone is mailed, or is not, as the person is."""
    status = member.subscriber.fields.get("status", "")
    if member.excluded is None:
        return "active"
    ends = kind_of(member.excluded) == EXPIRED and member.subscriber.fields.get("consent_expires")
    return status if ends or status.casefold() not in _MAILED else "unsubscribed"


def _line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([guard_formula(cell) for cell in cells])
    return text.getvalue()
