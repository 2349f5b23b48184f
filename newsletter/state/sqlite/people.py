"""The tables of the register: every event, and who is suppressed now."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from newsletter.audience.register.choice import Choice, choices_of
from newsletter.audience.register.event import CHOOSING, WEIGHED, Event, Kind
from newsletter.audience.suppression.suppression import in_force
from newsletter.basics.address import Address
from newsletter.state.sqlite.database import Database
from newsletter.state.sqlite.rows import address_of
from newsletter.state.sqlite.turn import EXCLUDE_SUPPRESSED

_TOGETHER = 500
"""People who are weighed in one statement; SQLite takes at least 999 values in one."""


class SqlitePeople:
    """See `newsletter.state.ledger.People`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._db = database.db

    def add(self, events: Iterable[Event]) -> None:
        weighed: set[str] = set()
        with self._database.transaction():
            self._db.executemany(
                "INSERT INTO history (key, address, kind, reason, source, at, evidence)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (_row(each, weighed) for each in events),
            )
            self._database.suppressions_written += len(weighed)
            keys = sorted(weighed)
            for first in range(0, len(keys), _TOGETHER):
                self._weigh(keys[first : first + _TOGETHER])

    def _weigh(self, keys: Sequence[str]) -> None:
        """Note who of some people is suppressed now, for the mark before a body."""
        among = f"key IN ({', '.join('?' * len(keys))})"
        held = in_force(self._events(among, keys))
        self._db.execute(f"DELETE FROM suppressed WHERE {among}", keys)  # noqa: S608 - question marks
        self._db.executemany(
            "INSERT INTO suppressed VALUES (?, ?)", [(key, str(now)) for key, now in held.items()]
        )

    def weighed(self) -> Sequence[Event]:
        return self._of_kinds(WEIGHED)

    def history(self, address: Address) -> Sequence[Event]:
        return self._events("key = ?", (address.key,))

    def choices(self) -> Mapping[str, Choice]:
        return choices_of(self._of_kinds(CHOOSING))

    def imports(self) -> Iterator[Event]:
        yield from self._read("kind = ?", (Kind.IMPORT,))

    def exclude_waiting(self) -> int:
        with self._database.transaction():
            return self._db.execute(EXCLUDE_SUPPRESSED).rowcount

    def _of_kinds(self, kinds: Iterable[Kind]) -> list[Event]:
        wanted = sorted(kinds)
        return self._events(f"kind IN ({', '.join('?' * len(wanted))})", wanted)

    def _events(self, where: str, values: Sequence[str]) -> list[Event]:
        return list(self._read(where, values))

    def _read(self, where: str, values: Sequence[str]) -> Iterator[Event]:
        rows = self._database.read(
            "SELECT address, kind, reason, source, at, evidence FROM history"  # noqa: S608
            f" WHERE {where} ORDER BY id",
            values,
        )
        for row in rows:
            yield Event(
                address=address_of(row[0]),
                kind=Kind(row[1]),
                reason=row[2],
                source=row[3],
                at=datetime.fromisoformat(row[4]),
                evidence=json.loads(row[5]),
            )


def _row(event: Event, weighed: set[str]) -> tuple[str, ...]:
    """Return an event's values; the key of one that is weighed is added to `weighed`."""
    if event.kind in WEIGHED:
        weighed.add(event.address.key)
    evidence = json.dumps(event.evidence, ensure_ascii=False, sort_keys=True)
    what = (event.kind.value, event.reason, event.source, event.at.isoformat(), evidence)
    return event.address.key, str(event.address), *what
