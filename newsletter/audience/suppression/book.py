"""The two records of suppressions as one: the state database, and `suppressions.csv` beside it.

A suppression in either of them holds. Writes go to the database first, then to the file; if one
of them fails, the other has it, and the same command, run again, completes it.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Protocol

from newsletter.audience.register.alias import Aliases
from newsletter.audience.register.event import LIFTING, UNDATED, Event, Kind
from newsletter.audience.suppression.record import FILE_NAME, Recorded, append_events, read_record
from newsletter.audience.suppression.suppression import Suppression, in_force
from newsletter.basics.address import Address
from newsletter.basics.errors import NewsletterError, Problem
from newsletter.basics.tokens import Key

_AGAIN = "mend that, then run the same command again"


class EventStore(Protocol):
    """The part of the ledger's register that the book uses."""

    def add(self, events: Iterable[Event]) -> None:
        """Record events, all or none."""

    def weighed(self) -> Iterable[Event]:
        """Return every event by which somebody is or is not suppressed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """An address suppressed or restored; `before` is the suppression that held, or None."""

    address: Address
    before: Suppression | None


def suppressed_now(database: EventStore, root: Path) -> dict[str, Suppression]:
    """Return everybody who must not be mailed, by `Address.key`, from both records of a workspace.

    Raises NewsletterError where `suppressions.csv` has a line that cannot be read: it may name
    somebody who left, so nothing must be sent.
    """
    record = read_record(root / FILE_NAME, shown=Path(FILE_NAME))
    record.require_whole()
    return in_force(itertools.chain(database.weighed(), record.events))


class SuppressionBook:
    """Both records of the workspace at `root`, read once; `problems` are those of the file.

    `keys` are the workspace's, by which those who were erased are found.
    """

    def __init__(self, database: EventStore, root: Path, keys: Sequence[Key] = ()) -> None:
        self._database = database
        self._file = root / FILE_NAME
        try:
            self._record = read_record(self._file, shown=Path(FILE_NAME))
        except NewsletterError as error:
            self._record = Recorded(problems=error.problems)
        self.problems = self._record.problems
        self._in_database = tuple(database.weighed())
        self._in_file = self._record.events
        self._aliases = Aliases(self.in_force(), keys)

    @cached_property
    def _held(self) -> Mapping[str, Suppression]:
        return in_force(itertools.chain(self._in_database, self._in_file))

    @cached_property
    def _events(self) -> Mapping[str, Sequence[Event]]:
        """Each person's events in both records, by `Address.key`."""
        found: defaultdict[str, list[Event]] = defaultdict(list)
        for event in itertools.chain(self._in_database, self._in_file):
            found[event.address.key].append(event)
        return found

    def in_force(self) -> dict[str, Suppression]:
        """Return the suppressions that hold, by `Address.key`."""
        return dict(self._held)

    def require_whole(self) -> None:
        """Raise NewsletterError where `suppressions.csv` may miss somebody who left."""
        self._record.require_whole()

    def of(self, address: Address) -> Suppression | None:
        """Return the suppression of an address, also of one that was erased."""
        return self._held.get(address.key) or self._held.get(self._aliases.find(address.key) or "")

    def history(self, address: Address) -> list[Event]:
        """Return the events of one address, the oldest first, each once."""
        seen: dict[tuple[datetime, bool], Event] = {}
        for event in self._events.get(address.key, ()):
            seen.setdefault((event.at.replace(microsecond=0), event.suppresses), event)
        return [seen[at] for at in sorted(seen)]

    def lifted_at(self, address: Address) -> datetime | None:
        """Return when a suppression of an address was last lifted, or None."""
        events = self._events.get(address.key, ())
        return max((each.at for each in events if each.kind in LIFTING), default=None)

    def suppress(
        self,
        addresses: Iterable[Address],
        *,
        reason: str,
        source: str,
        now: datetime,
        kind: Kind = Kind.SUPPRESS,
    ) -> list[Changed]:
        """Suppress addresses in both records; one that is suppressed already keeps its date.

        Raises NewsletterError where one of the records could not be written.
        """
        once = {address.key: address for address in addresses}
        changes = [Changed(address=each, before=self.of(each)) for each in once.values()]
        events = [
            _kept(change.before, now)
            if change.before
            else Event(
                address=change.address,
                kind=kind,
                reason=reason,
                source=source,
                at=self._not_before(change.address, now),
            )
            for change in changes
        ]
        self._write(events)
        return changes

    def restore(self, address: Address, *, reason: str, source: str, now: datetime) -> Changed:
        """Lift a suppression in both records; nothing is written where there is none.

        Raises NewsletterError where one of the records cannot be read or written.
        """
        self.require_whole()
        before = self.of(address)
        if before is not None:
            event = Event(
                address=before.address,
                kind=Kind.RESTORE,
                reason=reason,
                source=source,
                at=self._not_before(before.address, now) + timedelta(seconds=1),
            )
            self._write([event])
        else:
            # An earlier run may have written the restore to one record only.
            self._write([event for event in self.history(address)[-1:] if event.at != UNDATED])
        return Changed(address=address, before=before)

    def bring_in(self, left: Iterable[Event], others: Iterable[Event], now: datetime) -> None:
        """Write suppressions that another program knew to both records, with their own time.

        One that is held already keeps its reason and date. `others` suppress nobody: they go to
        the database, in the same transaction. Raises NewsletterError where a record could not be
        written.
        """
        held = ((each, self.of(each.address)) for each in left)
        events = (_kept(before, now) if before else each for each, before in held)
        in_both = in_force(self._in_database).keys() & in_force(self._in_file).keys()
        self._write([each for each in events if each.address.key not in in_both], others)

    def _write(self, events: Sequence[Event], others: Iterable[Event] = ()) -> None:
        """Write events to each record that lacks them. Raises NewsletterError with all failures.

        Where the database fails, suppressions still go to the file; restores do not.
        """
        news = _news(events, self._in_database)
        failed = self._to_database(itertools.chain(news, others))
        if failed:
            events = [each for each in events if each.suppresses]
        failed_too = self._to_file(_news(events, self._in_file))
        problems = (
            *_told(failed, "the database", None if failed_too or not events else FILE_NAME),
            *_told(failed_too, FILE_NAME, None if failed else "the database"),
        )
        if problems:
            raise NewsletterError(*problems)

    def _not_before(self, address: Address, now: datetime) -> datetime:
        """Return `now`, or the time of the address's latest event where that is later."""
        known = [event.at for event in self.history(address) if event.at != UNDATED]
        return max([now.replace(microsecond=0), *known])

    def _to_database(self, events: Iterable[Event]) -> tuple[Problem, ...]:
        try:
            self._database.add(events)
        except NewsletterError as error:
            return error.problems
        return ()

    def _to_file(self, events: Sequence[Event]) -> tuple[Problem, ...]:
        if not events:
            return ()
        try:
            append_events(self._file, events, shown=Path(FILE_NAME))
        except OSError as error:
            return (Problem(message=error.strerror or str(error), file=Path(FILE_NAME)),)
        except NewsletterError as error:
            return error.problems
        return ()


def _told(problems: Iterable[Problem], failed: str, has_it: str | None) -> Iterator[Problem]:
    """Add to problems which record was not written, and which one has the event."""
    for problem in problems:
        yield replace(
            problem,
            message=f"not recorded in {failed}: {problem.message}",
            hint=f"{has_it} has it; {_AGAIN}" if has_it else _AGAIN,
        )


def _news(events: Iterable[Event], record: Iterable[Event]) -> list[Event]:
    """Return the events that change what a record says."""
    held = in_force(record)
    return [each for each in events if (each.address.key in held) is not each.suppresses]


def _kept(known: Suppression, now: datetime) -> Event:
    """Return the event of a known suppression, for a record that lacks it."""
    return Event(
        address=known.address,
        kind=Kind.SUPPRESS,
        reason=known.reason,
        source=known.source,
        at=now.replace(microsecond=0) if known.at == UNDATED else known.at,
    )
