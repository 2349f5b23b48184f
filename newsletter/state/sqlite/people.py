"""The tables of the register: every event, and who is suppressed now."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from newsletter.audience.register.alias import is_alias
from newsletter.audience.register.choice import Choice, choices_of
from newsletter.audience.register.event import CHOOSING, WEIGHED, Event, Kind
from newsletter.audience.suppression.suppression import in_force
from newsletter.basics.address import Address
from newsletter.state.sqlite import erasing
from newsletter.state.sqlite.database import Database
from newsletter.state.sqlite.rows import address_of
from newsletter.state.sqlite.turn import EXCLUDE_SUPPRESSED

_INSERT = (
    "INSERT INTO history (key, address, kind, reason, source, at, evidence)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
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
            self._db.executemany(_INSERT, (_row(each, weighed) for each in events))
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
        found = choices_of(self._of_kinds(CHOOSING))
        return {key: choice for key, choice in found.items() if not is_alias(key)}

    def imports(self) -> Iterator[Event]:
        yield from self._read("kind = ?", (Kind.IMPORT,))

    def imports_of(self, keys: Sequence[str]) -> Sequence[Event]:
        # "+kind": the index to use is that of the keys; a whole list may have been imported.
        among = f"+kind = ? AND key IN ({', '.join('?' * len(keys))})"
        return self._events(among, (Kind.IMPORT, *keys))

    def exclude_waiting(self) -> int:
        with self._database.transaction():
            return self._db.execute(EXCLUDE_SUPPRESSED).rowcount

    def erase(self, gone: Address, erased: Event) -> None:
        alias, db = erased.address, self._db
        self._database.suppressions_written += 1
        with self._database.guarded():
            db.execute("PRAGMA secure_delete=ON")
        with self._database.transaction():
            known = in_force(self._events("key = ?", (alias.key,))).get(alias.key)
            erasing.move_history(db, gone, alias, known.at if known else erased.at)
            if known is None:
                db.execute(_INSERT, _row(erased, set()))
            erasing.set_unfinished(db, alias, erasing.UNFINISHED)
            self._weigh([alias.key])
            (why,) = self._database.read_one(
                "SELECT why FROM suppressed WHERE key = ?", (alias.key,)
            )
            erasing.move_deliveries(db, gone, alias, why)
            erasing.move_mentions(db, gone, alias)

    def scrub(self) -> None:
        erasing.scrub(self._database)

    def finish_erasure(self, alias: Address) -> None:
        with self._database.transaction():
            erasing.set_unfinished(self._db, alias, "{}")

    def names(self, address: Address) -> Sequence[str]:
        rows = self._database.read(
            "SELECT a.name FROM mailings m CROSS JOIN audience a ON a.mailing = m.id AND a.key = ?",
            (address.key,),
        )
        found = {name for (name,) in rows}
        chosen = self.choices().get(address.key)
        if chosen is not None:
            found.add(chosen.name or "")
        return sorted(found - {""})

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
