"""Consents that other tools recorded, on their way into the register: each once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from newsletter.audience.moving.rows import Person
from newsletter.audience.moving.source import Source
from newsletter.audience.register.event import Event, Kind
from newsletter.basics.address import parse_address
from newsletter.tasks.people.spool import Spool

_OCTETS = 16


class Consents(Spool):
    """The consents of an import that the register lacks; `recorded` are its imports so far."""

    def __init__(self, recorded: Iterable[Event]) -> None:
        super().__init__()
        self._seen = {
            _digest(each.address.key, each.source, each.evidence.get("consent"))
            for each in recorded
        }

    def keep(self, person: Person, source: Source) -> None:
        """Keep a person's consent, if they have one that is not recorded."""
        if person.consent is None:
            return
        consent = person.consent.as_json()
        digest = _digest(person.address.key, source.export.tool, consent)
        if digest not in self._seen:
            self._seen.add(digest)
            evidence = {"file": source.name, "line": person.line, "consent": consent}
            self.add([str(person.address), source.export.tool, evidence])

    def events(self, now: datetime) -> Iterator[Event]:
        """Yield them as events of an import at `now`."""
        for address, tool, evidence in self:
            yield Event(
                address=parse_address(address),
                kind=Kind.IMPORT,
                reason=f"imported from {evidence['file']}",
                source=tool,
                at=now,
                evidence=evidence,
            )


def _digest(key: str, tool: str, consent: object) -> bytes:
    told: object = sorted(consent.items()) if isinstance(consent, Mapping) else None
    text = json.dumps([key, tool, told])
    return hashlib.blake2b(text.encode(), digest_size=_OCTETS).digest()
