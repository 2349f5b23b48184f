"""A run's part of the ledger: the deliveries that wait, and what each turn writes of them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from newsletter.basics.errors import Problem
from newsletter.basics.outcome import Outcome, State, Verdict
from newsletter.state.aside import read_aside, release, reserve, write_aside
from newsletter.state.ledger import LedgerUnusable
from newsletter.state.sqlite.database import Database
from newsletter.state.sqlite.marking import Marks
from newsletter.state.sqlite.presence import gone
from newsletter.state.sqlite.rows import DELIVERY, deliveries_of
from newsletter.state.sqlite.turn import Turn
from newsletter.state.sqlite.unusable import unusable
from newsletter.state.values import Delivery, Mailing, Settlement

_BY_DUE = "deliveries INDEXED BY deliveries_due"
"""Without the index SQLite goes through all ids of the mailing."""

_GLANCE = 0.005
"""Seconds in which turns look once whether the ledger is still in its place: three stat(2) a look.
The marks that a file replaced in between lacks are in its witness."""

_STOPPED = "the sender stopped after the message may have left"
_LOST = "the ledger had lost this try: the message may have left"


class SqliteRun:
    """See `newsletter.state.ledger.RunLedger`."""

    def __init__(self, database: Database, marks: Marks) -> None:
        self._database = database
        self._db = database.db
        self._marks = marks
        self._aside = database.file.with_name(database.file.name + ".unwritten")
        self._turn = Turn(database.db, database.file)
        self._looked_at = 0.0

    def recover(self, mailing: Mailing, at: datetime) -> int:
        rows = self._database.read(
            "SELECT id FROM deliveries WHERE id BETWEEN ? AND ? AND state = 'attempting'",
            (mailing.first, mailing.last),
        )
        ids = [row[0] for row in rows]
        settled = {each.delivery: each for each in _uncertain(ids, _STOPPED, at)}
        # The last word on each counts; other mailings may have been set aside, too.
        settled |= {s.delivery: s for s in read_aside(self._aside) if self._answers(s)}
        self.turn(list(settled.values()), (), at.timestamp())
        self._aside.unlink(missing_ok=True)
        return len(ids)

    def _answers(self, settlement: Settlement) -> bool:
        """Return whether an answer is to the open try, and not of an old file that was put back."""
        row = self._database.read_one(
            "SELECT at FROM deliveries WHERE id = ? AND state = 'attempting'",
            (settlement.delivery,),
        )
        return row is not None and row[0] <= settlement.at

    def reconcile(self, mailing: Mailing, at: datetime) -> int:
        self._require_rows(mailing)
        lost = self._marks.lost(mailing)
        if lost:
            self.turn(_uncertain(lost, _LOST, at), (), at.timestamp())
            self._marks.write_anew(mailing)
        return len(lost)

    def _require_rows(self, mailing: Mailing) -> None:
        """Raise where rows are missing: pages of the file or its log are not what they were."""
        missing = _missing(self._database, mailing)
        if missing:
            raise LedgerUnusable(
                Problem(
                    message=f"the ledger is damaged: {missing:,} readers of {mailing.issue}"
                    " are missing in it",
                    file=self._database.file,
                    hint="nothing was sent. Keep the file, and bring back the newest copy that"
                    " you have (docs/backup.md)",
                )
            )

    def presume(self, mailing: Mailing, most: int, at: datetime) -> None:
        with self._database.transaction():
            self._db.execute(
                "INSERT INTO attempts (delivery, at, state, phase, code, enhanced, text)"
                " SELECT id, ?, 'pending', 'MAIL', 0, '',"
                " 'the sender stopped; it may have been offered, but no message left'"
                " FROM deliveries WHERE id BETWEEN ? AND ?"
                " AND (state = 'pending' OR state = 'deferred')"
                " ORDER BY state = 'deferred', id LIMIT ?",
                (at.timestamp(), mailing.first, mailing.last, most),
            )

    def bring_forward(self, mailing: Mailing, now: float, latest: float) -> int:
        with self._database.transaction():
            return self._db.execute(
                f"UPDATE {_BY_DUE} SET due = :now,"  # noqa: S608 - a constant
                " first_deferred_at = min(first_deferred_at, :now)"
                " WHERE id BETWEEN :first AND :last AND state = 'deferred' AND due > :latest",
                {"now": now, "latest": latest, "first": mailing.first, "last": mailing.last},
            ).rowcount

    def reserve(self, connections: int) -> None:
        try:
            reserve(self._aside, connections)
        except OSError as error:
            raise unusable(self._database.file, error) from error

    def attend(self, mailing: Mailing) -> None:
        self._database.settle_log()
        self._turn.witnesses = self._marks.opened(mailing)

    def attempted_since(self, moment: float) -> Sequence[float]:
        rows = self._database.read(
            "SELECT at FROM deliveries WHERE at >= :moment AND state <> 'excluded'"
            " UNION ALL SELECT a.at FROM attempts a JOIN deliveries d ON d.id = a.delivery"
            " WHERE a.at >= :moment AND a.at IS NOT d.at ORDER BY 1",
            {"moment": moment},
        )
        return [at for (at,) in rows]

    def pending(self, mailing: Mailing, *, after: int, limit: int) -> Sequence[Delivery]:
        with self._database.guarded():
            rows = self._db.execute(
                f"SELECT {DELIVERY} FROM deliveries JOIN audience USING (id)"  # noqa: S608
                " WHERE id BETWEEN ? AND ? AND state = 'pending' ORDER BY id LIMIT ?",
                (max(mailing.first, after + 1), mailing.last, limit),
            ).fetchall()
        return deliveries_of(rows)

    def deferred(self, mailing: Mailing, *, due: float, limit: int) -> Sequence[Delivery]:
        rows = self._database.read(
            f"SELECT {DELIVERY} FROM {_BY_DUE} JOIN audience USING (id)"  # noqa: S608 - constants
            " WHERE id BETWEEN ? AND ? AND state = 'deferred' AND due <= ? ORDER BY due LIMIT ?",
            (mailing.first, mailing.last, due, limit),
        )
        return deliveries_of(list(rows))

    def next_due(self, mailing: Mailing) -> float | None:
        row = self._database.read_one(
            f"SELECT min(due) FROM {_BY_DUE}"  # noqa: S608 - a constant
            " WHERE state = 'deferred' AND id BETWEEN ? AND ?",
            (mailing.first, mailing.last),
        )
        due: float | None = row[0]
        return due

    def waiting(self, mailing: Mailing, *, due: float) -> int:
        row = self._database.read_one(
            "SELECT (SELECT count(*) FROM deliveries"  # noqa: S608 - a constant
            " WHERE id BETWEEN :first AND :last AND state = 'pending')"
            f" + (SELECT count(*) FROM {_BY_DUE}"
            " WHERE id BETWEEN :first AND :last AND state = 'deferred' AND due <= :due)",
            {"first": mailing.first, "last": mailing.last, "due": due},
        )
        count: int = row[0]
        return count

    def turn(
        self, settlements: Sequence[Settlement], marks: Sequence[int], at: float
    ) -> frozenset[int]:
        if not 0 <= at - self._looked_at < _GLANCE:
            self._looked_at = at
            self._database.presence.require()
        written = self._database.suppressions_written
        return self._turn.write(list(settlements), list(marks), at, written)

    def set_aside(self, settlements: Sequence[Settlement]) -> None:
        write_aside(self._aside, settlements)

    def release(self) -> None:
        release(self._aside)
        for each in self._turn.witnesses:
            each.close()
        self._turn.witnesses = []

    def confirm(self, mailing: Mailing) -> None:
        # A copy over the file in place changes neither its inode nor what this connection has.
        self._database.presence.require()
        with contextlib.closing(self._database.again()) as anew:
            lost = len(self._marks.lost(mailing, anew)) + _missing(anew, mailing)
        if lost:
            raise gone(
                f"the ledger {self._database.file} was overwritten while in use: it has lost"
                f" {lost:,} messages that may have left"
            )


def _missing(database: Database, mailing: Mailing) -> int:
    """Return how many rows of a mailing are not there."""
    (there,) = database.read_one(
        "SELECT count(*) FROM deliveries WHERE id BETWEEN ? AND ?", (mailing.first, mailing.last)
    )
    return int(mailing.last - mailing.first + 1 - there)


def _uncertain(ids: Iterable[int], why: str, at: datetime) -> list[Settlement]:
    outcome = Outcome(Verdict.UNCERTAIN, text=why)
    return [Settlement(each, State.UNCERTAIN, outcome, at.timestamp()) for each in ids]
