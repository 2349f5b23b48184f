"""The table of mailings, and the freeze that fills it together with the deliveries."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from newsletter.audience.list.listfile import Member
from newsletter.basics.errors import Problem
from newsletter.message.content import Content, content_from_json
from newsletter.state.ledger import LedgerUnusable, Mailing, MailingState
from newsletter.state.sqlite.database import Database
from newsletter.state.sqlite.rows import INCOMING, incoming_rows, moment_of

_COLUMNS = ", ".join(INCOMING)
_BATCH = 25
"""Rows that one INSERT takes: a third less work than one by one; more gain nothing."""
_ROOM = 48
"""Octets that a mark and a usual answer take: `250 2.0.0 Ok: queued as 4bXqPz1c3Kz9rPq`."""


class MailingTable(Database):
    """See the methods of the same names in `newsletter.state.ledger.Ledger`."""

    def mailing(self, issue: str) -> Mailing | None:
        """Return the mailing of an issue."""
        return next((m for m in self.mailings() if m.issue == issue), None)

    def mailings(self) -> Sequence[Mailing]:
        """Return all mailings, the oldest first."""
        rows = self.read(
            "SELECT id, uuid, issue, state, digest, sources, frozen_at, started_at, finished_at,"
            " first, last FROM mailings ORDER BY id"
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
                started_at=moment_of(row[7]),
                finished_at=moment_of(row[8]),
                first=row[9],
                last=row[10],
            )
            for row in rows
        ]

    def mailed_summaries(self) -> Mapping[str, Sequence[tuple[str, str | None]]]:
        """Return slug and DOI of the summaries of each mailing, by its issue."""
        rows = self.db.execute(
            "SELECT issue, json_extract(content, '$.summaries') FROM mailings ORDER BY id"
        )
        return {issue: [(slug, doi) for slug, doi in json.loads(text)] for issue, text in rows}

    def content(self, mailing: Mailing) -> Content:
        """Return a mailing's frozen content."""
        (text,) = self.read_one("SELECT content FROM mailings WHERE id = ?", (mailing.id,))
        return content_from_json(text)

    def gather(self, members: Iterable[tuple[Member, str]], fields: Sequence[str]) -> None:
        """Keep an audience aside for `freeze`, each member with their message token.

        In a temporary table: a file without a name, which goes when the process does. Writing
        it locks nobody out of the ledger.
        """
        with self.guarded():
            self.db.execute("DROP TABLE IF EXISTS temp.incoming")
            # The file goes away as a whole; to overwrite its rows first would be wasted.
            self.db.execute("PRAGMA temp.secure_delete=OFF")
            self.db.execute("BEGIN")
            try:
                self.db.execute(f"CREATE TEMP TABLE incoming ({_COLUMNS})")
                for values in incoming_rows(members, fields, _BATCH):
                    self.db.execute(_insert(len(values) // len(INCOMING)), values)
                self.db.execute("COMMIT")
            except BaseException:
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")
                raise

    def freeze(self, draft: Mailing, content: Content) -> Mailing:
        """Write a mailing and the whole audience that was gathered for it, or nothing."""
        # The rows that are written here point at each other, so there is nothing to look up.
        self.db.execute("PRAGMA foreign_keys=OFF")
        try:
            with self.transaction():
                self._write_audience(self._write_mailing(draft, content))
        finally:
            self.db.execute("PRAGMA foreign_keys=ON")
        self.db.execute("DROP TABLE incoming")
        return self._mailing(draft.issue)

    def _write_mailing(self, draft: Mailing, content: Content) -> int | None:
        cursor = self.db.execute(
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
        return cursor.lastrowid

    def _write_audience(self, mailing: int | None) -> None:
        """Move the incoming rows to where they stay; their ids follow each other.

        Sorted: rows and unique index then grow at their ends only.
        """
        before = self._last_id()
        # An address that slipped in twice stands once, and excluded if either was.
        self.db.execute(
            f"INSERT OR IGNORE INTO audience (mailing, {_COLUMNS})"  # noqa: S608 - a constant
            f" SELECT ?, {_COLUMNS} FROM incoming ORDER BY key, excluded IS NULL",
            (mailing,),
        )
        last = self._last_id()
        ids = {"first": before + 1, "last": last, "mailing": mailing, "room": _ROOM}
        self.db.execute("UPDATE mailings SET first = :first, last = :last WHERE id = :mailing", ids)
        self.db.execute(
            "INSERT INTO deliveries (id, state, text, room)"
            " SELECT id, iif(excluded IS NULL, 'pending', 'excluded'), excluded,"
            " iif(excluded IS NULL, zeroblob(:room), NULL)"
            " FROM audience WHERE id BETWEEN :first AND :last ORDER BY id",
            ids,
        )

    def _last_id(self) -> int:
        last: int = self.db.execute("SELECT coalesce(max(id), 0) FROM audience").fetchone()[0]
        return last

    def set_state(self, mailing: Mailing, state: MailingState, at: datetime) -> Mailing:
        """Move a mailing on; the first `sending` sets started_at, `finished` finished_at."""
        moment = at.timestamp()
        with self.transaction():
            self.db.execute(
                "UPDATE mailings SET state = ?,"
                " started_at = iif(? = 'sending', coalesce(started_at, ?), started_at),"
                " finished_at = iif(? = 'finished', ?, NULL)"
                " WHERE id = ?",
                (state, state, moment, state, moment, mailing.id),
            )
        return self._mailing(mailing.issue)

    def nobody_got(self, mailing: Mailing) -> bool:
        """Return whether nobody can have got a mailing: all pending or excluded, none uncertain."""
        (held,) = self.read_one(
            "SELECT EXISTS (SELECT 1 FROM deliveries"
            " WHERE id BETWEEN :first AND :last AND state NOT IN ('pending', 'excluded'))"
            " OR EXISTS (SELECT 1 FROM attempts"
            " WHERE delivery BETWEEN :first AND :last AND state = 'uncertain')",
            {"first": mailing.first, "last": mailing.last},
        )
        return not held

    def withdraw(self, mailing: Mailing) -> bool:
        """Forget a mailing that nobody can have got, with its deliveries; return whether it was."""
        ids = {"first": mailing.first, "last": mailing.last}
        with self.transaction():
            if not self.nobody_got(mailing):
                return False
            self.db.execute("DELETE FROM attempts WHERE delivery BETWEEN :first AND :last", ids)
            self.db.execute("DELETE FROM deliveries WHERE id BETWEEN :first AND :last", ids)
            self.db.execute("DELETE FROM audience WHERE id BETWEEN :first AND :last", ids)
            self.db.execute("DELETE FROM mailings WHERE id = ?", (mailing.id,))
        return True

    def _mailing(self, issue: str) -> Mailing:
        mailing = self.mailing(issue)
        if mailing is None:
            raise LedgerUnusable(Problem(message=f"the ledger has no mailing of {issue}"))
        return mailing


@functools.cache
def _insert(rows: int) -> str:
    """Return the statement for so many rows; `excluded`, their last column, is empty for null."""
    row = f"({'?, ' * (len(INCOMING) - 1)}nullif(?, ''))"
    return f"INSERT INTO incoming VALUES {', '.join([row] * rows)}"  # noqa: S608 - constants
