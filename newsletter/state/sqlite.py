"""The ledger in a SQLite file: WAL, one writer at a time, readers never in the way.

`synchronous=FULL` (durability "full") syncs the log at each commit; NORMAL may lose the last
moments to a power cut, but to no crash of the process.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import uuid as uuids
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from newsletter.address import Address, parse_address
from newsletter.audience.listfile import Member
from newsletter.audience.suppression import Action, Suppression, SuppressionEvent, in_force
from newsletter.errors import Problem
from newsletter.message.content import Content, content_from_json
from newsletter.outcome import Outcome, Phase, State, Verdict
from newsletter.settings import Durability
from newsletter.state.ledger import (
    Delivery,
    LedgerUnusable,
    Mailing,
    MailingState,
    Record,
    Settlement,
)
from newsletter.state.schema import MIGRATIONS
from newsletter.tokens import NO_DELIVERY, Key, Purpose, read_delivery, verify

_BUSY_MS = 10_000
_DELIVERY = "id, address, name, fields, message_token, attempts, first_deferred_at"
_RECORD = "id, mailing, address, state, code, enhanced, text, attempts, at, message_token"


class SqliteLedger:
    """See `newsletter.state.ledger.Ledger`; `keys` verify tokens."""

    def __init__(
        self, file: Path, *, durability: Durability = Durability.FULL, keys: Sequence[Key] = ()
    ) -> None:
        self.file = file
        self._keys = keys
        _create_private(file)
        with self._guarded():
            self._db = sqlite3.connect(file, isolation_level=None, timeout=_BUSY_MS / 1000)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute(f"PRAGMA synchronous={durability.value}")
            self._db.execute("PRAGMA foreign_keys=ON")
            self._migrate()

    def close(self) -> None:
        """Release the file."""
        self._db.close()

    # Mailings

    def mailing(self, issue: str) -> Mailing | None:
        """Return the mailing of an issue."""
        return next((m for m in self.mailings() if m.issue == issue), None)

    def mailings(self) -> Sequence[Mailing]:
        """Return all mailings, the oldest first."""
        rows = self._db.execute(
            "SELECT id, uuid, issue, state, digest, sources, frozen_at, started_at, finished_at"
            " FROM mailings ORDER BY id"
        )
        return [
            Mailing(
                id=row[0],
                uuid=row[1],
                issue=row[2],
                state=MailingState(row[3]),
                digest=row[4],
                sources=row[5],
                frozen_at=datetime.fromtimestamp(row[6], UTC),
                started_at=_moment(row[7]),
                finished_at=_moment(row[8]),
            )
            for row in rows
        ]

    def content(self, mailing: Mailing) -> Content:
        """Return a mailing's frozen content."""
        (text,) = self._db.execute(
            "SELECT content FROM mailings WHERE id = ?", (mailing.id,)
        ).fetchone()
        return content_from_json(text)

    def freeze(
        self, draft: Mailing, content: Content, members: Iterable[tuple[Member, str]]
    ) -> Mailing:
        """Write a mailing and its whole audience, each with a message token, or nothing.

        Through a temporary table, sorted: rows and unique index then grow at their ends only.
        """
        fields = content.fields
        self._db.execute(
            "CREATE TEMP TABLE incoming (key TEXT, address TEXT, name TEXT, fields TEXT,"
            " message_token TEXT, excluded TEXT)"
        )
        try:
            with self._transaction():
                self._db.executemany(
                    "INSERT INTO incoming VALUES (?, ?, ?, ?, ?, ?)",
                    (_incoming(member, token, fields) for member, token in members),
                )
                cursor = self._db.execute(
                    "INSERT INTO mailings (uuid, issue, state, digest, content, sources, frozen_at)"
                    " VALUES (?, ?, 'frozen', ?, ?, ?, ?)",
                    (
                        draft.uuid,
                        draft.issue,
                        draft.digest,
                        content.to_json(),
                        draft.sources,
                        draft.frozen_at.timestamp(),
                    ),
                )
                # An address that slipped in twice stands once, and excluded if either was.
                self._db.execute(
                    "INSERT OR IGNORE INTO deliveries"
                    " (mailing, key, address, name, fields, message_token, state, text)"
                    " SELECT ?, key, address, name, fields, message_token,"
                    " iif(excluded IS NULL, 'pending', 'excluded'), excluded"
                    " FROM incoming ORDER BY key, excluded IS NULL",
                    (cursor.lastrowid,),
                )
        finally:
            self._db.execute("DROP TABLE incoming")
        return self._mailing(draft.issue)

    def counts(self, mailing: Mailing) -> dict[State, int]:
        """Return how many deliveries are in each state, every state named."""
        rows = self._db.execute(
            "SELECT state, count(*) FROM deliveries WHERE mailing = ? GROUP BY state",
            (mailing.id,),
        )
        return dict.fromkeys(State, 0) | {State(state): count for state, count in rows}

    def set_state(self, mailing: Mailing, state: MailingState, at: datetime) -> Mailing:
        """Move a mailing on; the first `sending` sets started_at, `finished` finished_at."""
        moment = at.timestamp()
        with self._transaction():
            self._db.execute(
                "UPDATE mailings SET state = ?,"
                " started_at = iif(? = 'sending', coalesce(started_at, ?), started_at),"
                " finished_at = iif(? = 'finished', ?, NULL)"
                " WHERE id = ?",
                (state, state, moment, state, moment, mailing.id),
            )
        return self._mailing(mailing.issue)

    # Deliveries

    def recover(self, mailing: Mailing, at: datetime) -> int:
        """Make what a dead run left `attempting` uncertain; return how many."""
        ids = self._ids(mailing, State.ATTEMPTING)
        lost = "the sender stopped after the message may have left"
        outcome = Outcome(Verdict.UNCERTAIN, text=lost)
        moment = at.timestamp()
        self.turn([Settlement(i, State.UNCERTAIN, outcome, moment) for i in ids], (), moment)
        return len(ids)

    def pending(self, mailing: Mailing, *, after: int, limit: int) -> Sequence[Delivery]:
        """Return pending deliveries with an id above `after`, by id."""
        rows = self._db.execute(
            f"SELECT {_DELIVERY} FROM deliveries"  # noqa: S608 - a constant
            " WHERE mailing = ? AND id > ? AND state = 'pending' ORDER BY id LIMIT ?",
            (mailing.id, after, limit),
        )
        return [_delivery(row) for row in rows]

    def deferred(self, mailing: Mailing, *, due: float, limit: int) -> Sequence[Delivery]:
        """Return deferred deliveries that are due by then, the longest due first."""
        rows = self._db.execute(
            f"SELECT {_DELIVERY} FROM deliveries"  # noqa: S608 - a constant
            " WHERE mailing = ? AND state = 'deferred' AND due <= ? ORDER BY due LIMIT ?",
            (mailing.id, due, limit),
        )
        return [_delivery(row) for row in rows]

    def delivery(self, mailing: Mailing, address: Address) -> Delivery | None:
        """Return the delivery of a mailing to an address, whatever its state."""
        row = self._db.execute(
            f"SELECT {_DELIVERY} FROM deliveries WHERE mailing = ? AND key = ?",  # noqa: S608
            (mailing.id, address.key),
        ).fetchone()
        return None if row is None else _delivery(row)

    def next_due(self, mailing: Mailing) -> float | None:
        """Return when the next deferred delivery falls due, in seconds since 1970."""
        row = self._db.execute(
            "SELECT min(due) FROM deliveries WHERE mailing = ? AND state = 'deferred'",
            (mailing.id,),
        ).fetchone()
        due: float | None = row[0]
        return due

    def turn(
        self, settlements: Sequence[Settlement], marks: Sequence[int], at: float
    ) -> frozenset[int]:
        """Commit outcomes and marks together; return the marks that hold."""
        with self._transaction():
            self._settle(settlements)
            return self._mark(marks, at)

    def _settle(self, settlements: Sequence[Settlement]) -> None:
        if not settlements:
            return
        cursor = self._db.executemany(
            "UPDATE deliveries SET state = ?, code = ?, enhanced = ?, text = ?, at = ?, due = ?,"
            " attempts = attempts + ?,"
            " first_deferred_at = iif(? = 'deferred', coalesce(first_deferred_at, ?),"
            " first_deferred_at)"
            # A refusal is taken back where it turns out that the content was refused, not her.
            " WHERE id = ? AND (state IN ('attempting', 'pending', 'deferred')"
            " OR state = 'refused' AND ? = 'pending')",
            [_settled(each) for each in settlements],
        )
        if cursor.rowcount != len(settlements):
            raise LedgerUnusable(
                Problem(message="the ledger lost track of a delivery: an outcome found no row")
            )
        self._db.executemany(
            "INSERT INTO attempts (delivery, at, state, phase, code, enhanced, text)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [_attempt(s) for s in settlements if s.state not in {State.ACCEPTED, State.PENDING}],
        )

    def _mark(self, marks: Sequence[int], at: float) -> frozenset[int]:
        if not marks:
            return frozenset()
        cursor = self._db.executemany(
            "UPDATE deliveries SET state = 'attempting', at = ?"
            " WHERE id = ? AND state IN ('pending', 'deferred')"
            " AND NOT EXISTS (SELECT 1 FROM suppressed s WHERE s.key = deliveries.key)",
            [(at, each) for each in marks],
        )
        if cursor.rowcount == len(marks):
            return frozenset(marks)
        return frozenset(each for each in marks if self._exclude_or_marked(each))

    def _exclude_or_marked(self, delivery: int) -> bool:
        """Exclude a delivery whose address is suppressed; return whether it is marked instead."""
        self._db.execute(
            "UPDATE deliveries SET state = 'excluded', due = NULL, text = 'suppressed: ' ||"
            " (SELECT why FROM suppressed s WHERE s.key = deliveries.key)"
            " WHERE id = ? AND state IN ('pending', 'deferred')"
            " AND EXISTS (SELECT 1 FROM suppressed s WHERE s.key = deliveries.key)",
            (delivery,),
        )
        (state,) = self._db.execute(
            "SELECT state FROM deliveries WHERE id = ?", (delivery,)
        ).fetchone()
        return bool(state == State.ATTEMPTING)

    def attempted_since(self, moment: float) -> Sequence[float]:
        """Return when the attempts since a moment were, in order: what the rates have used."""
        rows = self._db.execute(
            "SELECT at FROM deliveries WHERE at >= ?1 AND state <> 'excluded'"
            " UNION ALL SELECT a.at FROM attempts a JOIN deliveries d ON d.id = a.delivery"
            " WHERE a.at >= ?1 AND a.at <> d.at ORDER BY 1",
            (moment,),
        )
        return [at for (at,) in rows]

    def records(self, mailing: Mailing, states: Sequence[State] = ()) -> Iterator[Record]:
        """Yield a mailing's deliveries by address; all, or those in some states."""
        wanted = tuple(states) or tuple(State)
        marks = ", ".join("?" * len(wanted))
        rows = self._db.execute(
            f"SELECT {_RECORD} FROM deliveries"  # noqa: S608 - constants
            f" WHERE mailing = ? AND state IN ({marks}) ORDER BY key",
            (mailing.id, *wanted),
        )
        return (_record(row) for row in rows)

    def history(self, address: Address) -> Sequence[tuple[str, Record]]:
        """Return every delivery to an address with its issue, the oldest first."""
        out: list[tuple[str, Record]] = []
        for mailing in self.mailings():
            row = self._db.execute(
                f"SELECT {_RECORD} FROM deliveries WHERE mailing = ? AND key = ?",  # noqa: S608
                (mailing.id, address.key),
            ).fetchone()
            if row is not None:
                out.append((mailing.issue, _record(row)))
        return out

    def resolve(self, mailing: Mailing, state: State, why: str, at: datetime) -> int:
        """Move all uncertain deliveries to accepted or pending; return how many."""
        with self._transaction():
            return self._db.execute(
                "UPDATE deliveries SET state = ?, text = ?, at = ?"
                " WHERE mailing = ? AND state = 'uncertain'",
                (state, why, at.timestamp(), mailing.id),
            ).rowcount

    def find_by_token(self, token: str) -> Address | None:
        """Return whom an unsubscribe token names; None for one that no key of ours made."""
        delivery = read_delivery(token)
        if delivery is None or delivery == NO_DELIVERY:
            return None
        row = self._db.execute(
            "SELECT d.address, m.uuid FROM deliveries d JOIN mailings m ON m.id = d.mailing"
            " WHERE d.id = ?",
            (delivery,),
        ).fetchone()
        if row is None or not verify(token, Purpose.UNSUBSCRIBE, row[1], self._keys):
            return None
        return _address(row[0])

    # Suppressions

    def suppress(self, suppression: Suppression) -> None:
        """Record that an address must not be mailed; it counts at the next mark."""
        self.add_event(
            SuppressionEvent(
                address=suppression.address,
                action=Action.SUPPRESS,
                reason=suppression.reason,
                source=suppression.source,
                at=suppression.at,
            )
        )

    def restore(self, address: Address, *, reason: str, source: str, at: datetime) -> None:
        """Record that an address may be mailed again."""
        self.add_event(
            SuppressionEvent(
                address=address, action=Action.RESTORE, reason=reason, source=source, at=at
            )
        )

    def add_event(self, event: SuppressionEvent) -> None:
        """Record an event as it was written elsewhere."""
        key = event.address.key
        with self._transaction():
            self._db.execute(
                "INSERT INTO suppression_events (key, address, action, reason, source, at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    key,
                    str(event.address),
                    event.action,
                    event.reason,
                    event.source,
                    event.at.isoformat(),
                ),
            )
            now = in_force(self._events("WHERE key = ?", (key,))).get(key)
            self._db.execute("DELETE FROM suppressed WHERE key = ?", (key,))
            if now is not None:
                self._db.execute("INSERT INTO suppressed VALUES (?, ?)", (key, str(now)))

    def suppression_events(self) -> Sequence[SuppressionEvent]:
        """Return every event, the oldest first."""
        return self._events("", ())

    def _events(self, where: str, values: tuple[str, ...]) -> list[SuppressionEvent]:
        rows = self._db.execute(
            f"SELECT address, action, reason, source, at FROM suppression_events {where}"  # noqa: S608 - constants
            " ORDER BY id",
            values,
        )
        return [
            SuppressionEvent(
                address=_address(row[0]),
                action=Action(row[1]),
                reason=row[2],
                source=row[3],
                at=datetime.fromisoformat(row[4]),
            )
            for row in rows
        ]

    # The identity of this ledger, for newsletter.state.identity

    def identity(self) -> tuple[str, int]:
        """Return this ledger's id and epoch."""
        row: tuple[str, int] = self._db.execute("SELECT id, epoch FROM ledger").fetchone()
        return row

    def set_epoch(self, epoch: int) -> None:
        """Move the epoch on."""
        with self._transaction():
            self._db.execute("UPDATE ledger SET epoch = ?", (epoch,))

    # Plumbing

    def _mailing(self, issue: str) -> Mailing:
        mailing = self.mailing(issue)
        if mailing is None:
            raise LedgerUnusable(Problem(message=f"the ledger has no mailing of {issue}"))
        return mailing

    def _ids(self, mailing: Mailing, state: State) -> list[int]:
        rows = self._db.execute(
            "SELECT id FROM deliveries WHERE mailing = ? AND state = ?", (mailing.id, state)
        )
        return [row[0] for row in rows]

    def _migrate(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            raise LedgerUnusable(
                Problem(
                    message=f"{self.file} was written by a newer version of newsletter",
                    hint="update newsletter on this machine",
                )
            )
        for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
            with self._transaction():
                for statement in _statements(script):
                    self._db.execute(statement)
                if number == 1:
                    self._db.execute("INSERT INTO ledger VALUES (?, 0)", (uuids.uuid4().hex,))
                self._db.execute(f"PRAGMA user_version={number}")

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._guarded():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.IntegrityError:
            raise
        except sqlite3.DatabaseError as error:
            raise LedgerUnusable(
                Problem(
                    message=f"the ledger {self.file} cannot be used: {error}",
                    hint="nothing was sent without being written down; mend this and run again",
                )
            ) from error


def _statements(script: str) -> list[str]:
    """Split a script at the semicolons that end a statement."""
    out: list[str] = []
    for line in script.splitlines(keepends=True):
        if not out or sqlite3.complete_statement(out[-1]):
            out.append("")
        out[-1] += line
    return [statement for statement in out if sqlite3.complete_statement(statement)]


def _create_private(file: Path) -> None:
    """Make the folder (0700) and the file (0600), so that nobody else ever reads it."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise LedgerUnusable(
            Problem(message=f"the ledger {file} cannot be opened: {error.strerror or error}")
        ) from error


def _incoming(member: Member, token: str, fields: Sequence[str]) -> tuple[str | None, ...]:
    who = member.subscriber
    used = {name: who.fields[name] for name in fields if who.fields.get(name)}
    text = json.dumps(used, ensure_ascii=False) if used else "{}"
    return who.address.key, str(who.address), who.name, text, token, member.excluded


def _settled(each: Settlement) -> tuple[object, ...]:
    outcome = each.outcome
    tried = 0 if outcome.verdict is Verdict.UNTOUCHED else 1
    return (
        each.state.value,
        outcome.code,
        outcome.enhanced,
        outcome.text,
        each.at,
        each.due,
        tried,
        each.state.value,
        each.at,
        each.delivery,
        each.state.value,
    )


def _attempt(each: Settlement) -> tuple[object, ...]:
    outcome = each.outcome
    phase: Phase = outcome.phase
    return (
        each.delivery,
        each.at,
        each.state.value,
        phase.value,
        outcome.code,
        outcome.enhanced,
        outcome.text,
    )


def _delivery(row: tuple[Any, ...]) -> Delivery:
    fields = {} if row[3] == "{}" else json.loads(row[3])
    return Delivery(row[0], _address(row[1]), row[2], fields, row[4], row[5], row[6])


def _record(row: tuple[Any, ...]) -> Record:
    return Record(
        id=row[0],
        mailing=row[1],
        email=row[2],
        state=State(row[3]),
        code=row[4],
        enhanced=row[5] or "",
        text=row[6] or "",
        attempts=row[7],
        at=_moment(row[8]),
        message_token=row[9],
    )


def _address(text: str) -> Address:
    """Return an address that was parsed before it was written."""
    local, _, domain = text.rpartition("@")
    return Address(local, domain) if domain else parse_address(text)


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
