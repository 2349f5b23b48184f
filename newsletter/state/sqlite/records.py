"""The mailings, their states and their ends; what was tried, refused, overridden, decided."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from newsletter.audience.list.listfile import Member
from newsletter.audience.register.alias import END
from newsletter.audience.selection import Selection, selection_from_json
from newsletter.basics.address import Address
from newsletter.basics.errors import Problem
from newsletter.basics.outcome import Outcome, Phase, State, Verdict
from newsletter.basics.tokens import NO_DELIVERY, Key, Purpose, read_delivery, verify
from newsletter.message.content import Content, content_from_json
from newsletter.state.ledger import LedgerUnusable
from newsletter.state.sqlite import freezing
from newsletter.state.sqlite.database import Database
from newsletter.state.sqlite.marking import Marks
from newsletter.state.sqlite.rows import (
    DELIVERY,
    RECORD,
    address_of,
    delivery_of,
    moment_of,
    record_of,
)
from newsletter.state.values import (
    Attempt,
    Delivery,
    Mailing,
    MailingState,
    Override,
    Record,
    Refusal,
)

# An alias is nobody's address, also once the suppression of who was erased is lifted.
_EXCLUDE_ERASED = """
    UPDATE deliveries SET state = 'excluded', text = 'suppressed: erased'
    WHERE id BETWEEN ? AND ? AND state = 'uncertain'
        AND EXISTS (SELECT 1 FROM audience a WHERE a.id = deliveries.id AND a.key LIKE ?)
"""


class SqliteRecords:
    """See `newsletter.state.ledger.Records`; `keys` verify tokens."""

    def __init__(self, database: Database, marks: Marks, keys: Sequence[Key]) -> None:
        self._database = database
        self._db = database.db
        self._marks = marks
        self._keys = keys

    # Mailings

    def mailing(self, issue: str) -> Mailing | None:
        return next(iter(self.parts(issue)), None)

    def parts(self, issue: str) -> Sequence[Mailing]:
        return [each for each in self.mailings() if each.issue == issue]

    def mailings(self) -> Sequence[Mailing]:
        rows = self._database.read(
            "SELECT id, uuid, issue, state, digest, sources, frozen_at, started_at, finished_at,"
            " first, last, selection, part FROM mailings ORDER BY id"
        )
        return [_mailing_of(row) for row in rows]

    def mailed_summaries(self) -> Mapping[str, Sequence[tuple[str, str | None]]]:
        rows = self._database.read(
            "SELECT issue, json_extract(content, '$.summaries') FROM mailings ORDER BY id"
        )
        return {issue: [(slug, doi) for slug, doi in json.loads(text)] for issue, text in rows}

    def content(self, mailing: Mailing) -> Content:
        (text,) = self._database.read_one(
            "SELECT content FROM mailings WHERE id = ?", (mailing.id,)
        )
        return content_from_json(text)

    def gather(self, members: Iterable[tuple[Member, str]], fields: Sequence[str]) -> None:
        freezing.gather(self._database, members, fields)

    def newcomers(self, parts: Sequence[Mailing], members: Iterable[Member]) -> Iterator[Member]:
        return freezing.newcomers(self._database, parts, members, self._keys)

    def freeze(self, draft: Mailing, content: Content) -> Mailing:
        freezing.freeze(self._database, draft, content)
        return self._known(draft)

    def set_state(self, mailing: Mailing, state: MailingState, at: datetime) -> Mailing:
        moment = at.timestamp()
        with self._database.transaction():
            self._db.execute(
                "UPDATE mailings SET state = ?,"
                " started_at = iif(? = 'sending', coalesce(started_at, ?), started_at),"
                " finished_at = iif(? = 'finished', ?, NULL)"
                " WHERE id = ?",
                (state, state, moment, state, moment, mailing.id),
            )
        return self._known(mailing)

    def nobody_got(self, mailing: Mailing) -> bool:
        (held,) = self._database.read_one(
            "SELECT EXISTS (SELECT 1 FROM deliveries"
            " WHERE id BETWEEN :first AND :last AND state NOT IN ('pending', 'excluded'))"
            " OR EXISTS (SELECT 1 FROM attempts"
            " WHERE delivery BETWEEN :first AND :last AND state = 'uncertain')",
            {"first": mailing.first, "last": mailing.last},
        )
        return not held

    def withdraw(self, mailing: Mailing) -> bool:
        ids = {"first": mailing.first, "last": mailing.last}
        with self._database.transaction():
            if not self.nobody_got(mailing):
                return False
            # Before the commit: without their mailing they would say that the ledger is an old one.
            self._marks.forget(mailing)
            self._db.execute("DELETE FROM attempts WHERE delivery BETWEEN :first AND :last", ids)
            self._db.execute("DELETE FROM deliveries WHERE id BETWEEN :first AND :last", ids)
            self._db.execute("DELETE FROM audience WHERE id BETWEEN :first AND :last", ids)
            self._db.execute("DELETE FROM mailings WHERE id = ?", (mailing.id,))
            if mailing.selection is not None:
                self._db.execute(
                    "INSERT OR REPLACE INTO selections VALUES (?, ?)",
                    (mailing.issue, mailing.selection.to_json()),
                )
        return True

    def selection(self, issue: str) -> Selection | None:
        row = self._database.read_one(
            "SELECT selection FROM mailings WHERE issue = :issue AND part = 1"
            " UNION ALL SELECT selection FROM selections WHERE issue = :issue",
            {"issue": issue},
        )
        return None if row is None or row[0] is None else selection_from_json(row[0])

    def _known(self, wanted: Mailing) -> Mailing:
        mailing = next((each for each in self.mailings() if each.uuid == wanted.uuid), None)
        if mailing is None:
            raise LedgerUnusable(Problem(message=f"the ledger has no mailing of {wanted.issue}"))
        return mailing

    # Their deliveries

    def counts(self, mailing: Mailing) -> dict[State, int]:
        rows = self._database.read(
            "SELECT state, count(*) FROM deliveries WHERE id BETWEEN ? AND ? GROUP BY state",
            (mailing.first, mailing.last),
        )
        return dict.fromkeys(State, 0) | {State(state): count for state, count in rows}

    def is_untried(self, mailing: Mailing) -> bool:
        row = self._database.read_one(
            "SELECT EXISTS (SELECT 1 FROM deliveries WHERE id BETWEEN ? AND ?"
            " AND (state = 'pending' OR state = 'deferred') AND at IS NULL)",
            (mailing.first, mailing.last),
        )
        return bool(row[0])

    def of(self, mailing: Mailing, states: Sequence[State] = ()) -> Iterator[Record]:
        wanted = tuple(states) or tuple(State)
        marks = ", ".join("?" * len(wanted))
        rows = self._database.read(
            f"SELECT {RECORD} FROM audience JOIN deliveries USING (id)"  # noqa: S608 - constants
            f" WHERE mailing = ? AND state IN ({marks}) ORDER BY key",
            (mailing.id, *wanted),
        )
        return (record_of(row) for row in rows)

    def delivery(self, mailing: Mailing, address: Address) -> Delivery | None:
        row = self._at(DELIVERY, mailing, address)
        return None if row is None else delivery_of(row)

    def history(self, address: Address) -> Sequence[tuple[str, Record]]:
        rows = [(each.issue, self._at(RECORD, each, address)) for each in self.mailings()]
        return [(issue, record_of(row)) for issue, row in rows if row is not None]

    def _at(self, columns: str, mailing: Mailing, address: Address) -> Any:
        return self._database.read_one(
            f"SELECT {columns} FROM audience JOIN deliveries USING (id)"  # noqa: S608 - constants
            " WHERE mailing = ? AND key = ?",
            (mailing.id, address.key),
        )

    def attempts(self, delivery: int) -> Sequence[Attempt]:
        rows = self._database.read(
            "SELECT at, state, phase, code, enhanced, text FROM attempts WHERE delivery = ?"
            " ORDER BY id",
            (delivery,),
        )
        return [
            Attempt(datetime.fromtimestamp(row[0], UTC), State(row[1]), Phase(row[2]), *row[3:])
            for row in rows
        ]

    def refusals(self, mailing: Mailing) -> Sequence[Refusal]:
        rows = self._database.read(
            "SELECT a.address, t.at, t.code, t.enhanced, t.text, t.phase"
            " FROM deliveries d JOIN audience a USING (id) JOIN attempts t"
            " ON t.id = (SELECT max(id) FROM attempts WHERE delivery = d.id)"
            " WHERE d.id BETWEEN ? AND ? AND d.state = 'refused' ORDER BY d.id",
            (mailing.first, mailing.last),
        )
        return [
            Refusal(
                address_of(email), at, Outcome(Verdict.REFUSED, code, enhanced, text, Phase(phase))
            )
            for email, at, code, enhanced, text, phase in rows
        ]

    def find_by_token(self, token: str) -> Address | None:
        delivery = read_delivery(token)
        if delivery is None or delivery == NO_DELIVERY:
            return None
        row = self._database.read_one(
            "SELECT a.address, m.uuid FROM audience a JOIN mailings m ON m.id = a.mailing"
            " WHERE a.id = ?",
            (delivery,),
        )
        if row is None or not any(verify(token, each, row[1], self._keys) for each in Purpose):
            return None
        return address_of(row[0])

    # The editor's decisions

    def resolve(self, mailing: Mailing, state: State, why: str, at: datetime) -> int:
        with self._database.transaction():
            if state is State.PENDING:
                self._db.execute(_EXCLUDE_ERASED, (mailing.first, mailing.last, f"%{END}"))
            changed = self._db.execute(
                "UPDATE deliveries SET state = ?, text = ?, at = ?"
                " WHERE id BETWEEN ? AND ? AND state = 'uncertain'",
                (state, why, at.timestamp(), mailing.first, mailing.last),
            ).rowcount
        self._marks.write_anew(mailing)
        return changed

    def override(self, mailing: Mailing, overrides: Sequence[Override], at: datetime) -> None:
        with self._database.transaction():
            self._db.executemany(
                "INSERT INTO overrides (mailing, rule, message, reason, at) VALUES (?, ?, ?, ?, ?)",
                [(mailing.id, o.rule, o.message, o.reason, at.timestamp()) for o in overrides],
            )

    def overrides(self, mailing: Mailing) -> Sequence[Override]:
        rows = self._database.read(
            "SELECT rule, message, reason FROM overrides WHERE mailing = ? ORDER BY id",
            (mailing.id,),
        )
        return [Override(*row) for row in rows]


def _mailing_of(row: tuple[Any, ...]) -> Mailing:
    return Mailing(
        id=row[0],
        uuid=row[1],
        issue=row[2],
        state=MailingState(row[3]),
        digest=row[4],
        sources=row[5],
        frozen_at=datetime.fromtimestamp(row[6], UTC),
        started_at=moment_of(row[7]),
        finished_at=moment_of(row[8]),
        first=row[9],
        last=row[10],
        selection=None if row[11] is None else selection_from_json(row[11]),
        part=row[12],
    )
