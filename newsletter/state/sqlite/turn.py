"""What one turn of a run writes: the outcomes of what left, then the marks of what is to leave.

Compiled by mypyc.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from newsletter.basics.errors import Problem
from newsletter.basics.outcome import State
from newsletter.state.guards.marks import MarkFile, times_of
from newsletter.state.ledger import LedgerUnusable
from newsletter.state.sqlite.rows import accepted_rows, attempt_row, runs, settled_row
from newsletter.state.sqlite.unusable import unusable
from newsletter.state.values import Settlement

# Not `IN`: SQLite builds a table of the constants each time, which trebles what a row costs.
_MARK: Final = """
    UPDATE deliveries SET state = 'attempting', at = ?, room = substr(room, 12)
    WHERE id BETWEEN ? AND ? AND (state = 'pending' OR state = 'deferred')
"""
_MARKED: Final = """
    SELECT id FROM deliveries WHERE id BETWEEN ? AND ? AND state = 'attempting' AND at = ?
"""
_TICK: Final = 1e-6
"""Seconds by which a turn is later than the one before, at least."""
_ACCEPT: Final = """
    UPDATE deliveries SET state = 'accepted', code = ?, enhanced = ?, at = ?,
        text = rtrim(CAST(substr(?, 1 + (id - ?) * ?, ?) AS TEXT)), due = NULL, room = NULL,
        attempts = attempts + 1
    WHERE id BETWEEN ? AND ?
        AND (state = 'attempting' OR state = 'pending' OR state = 'deferred')
"""
# A refusal is taken back where it turns out that the content was refused, not the reader.
_SETTLE: Final = """
    UPDATE deliveries SET state = ?, code = ?, enhanced = ?, text = ?, at = ?, due = ?,
        attempts = attempts + ?, first_deferred_at = coalesce(first_deferred_at, ?)
    WHERE id = ? AND (state = 'attempting' OR state = 'pending' OR state = 'deferred'
                      OR state = 'refused' AND ? = 'pending')
"""
# From suppressions to deliveries, in this order (CROSS JOIN): never over the whole table.
EXCLUDE_SUPPRESSED: Final = """
    UPDATE deliveries SET state = 'excluded', due = NULL, text = 'suppressed: ' ||
        (SELECT s.why FROM audience a JOIN suppressed s USING (key) WHERE a.id = deliveries.id)
    WHERE id IN (SELECT a.id FROM suppressed s CROSS JOIN mailings m
                 CROSS JOIN audience a ON a.mailing = m.id AND a.key = s.key
                 WHERE m.state <> 'finished')
        AND (state = 'pending' OR state = 'deferred')
"""
_EXCLUDE_IF_SUPPRESSED: Final = """
    UPDATE deliveries SET state = 'excluded', due = NULL, text = 'suppressed: ' || gone.why
    FROM (SELECT s.why FROM audience a JOIN suppressed s USING (key) WHERE a.id = :id) AS gone
    WHERE id = :id AND state IN ('pending', 'deferred')
"""
_WAITING: Final = (State.PENDING, State.DEFERRED)


class Turn:
    """Writes turns through one connection, each in a transaction of its own."""

    def __init__(self, db: sqlite3.Connection, file: Path) -> None:
        self._db = db
        self._file = file
        self._cursor = db.cursor()
        self._at = 0.0
        self._seen: tuple[int, int] | None = None
        """The versions of the suppressions at the last look: those of others, and our own."""
        self._held: list[list[int]] = []
        """The marks of this turn that hold, in runs of ids that follow each other."""
        self.witnesses: list[MarkFile] = []

    def write(
        self, settlements: list[Settlement], marks: list[int], at: float, suppressions: int
    ) -> frozenset[int]:
        """Write outcomes and marks, whole or not at all; return the marks that hold.

        `suppressions` is how many of them this connection wrote so far. Raises LedgerUnusable,
        also where an outcome finds no row.
        """
        self._held = []
        try:
            self._cursor.execute("BEGIN IMMEDIATE")
            try:
                back = self._settle(settlements)
                held = self._mark(marks, at, suppressions) if marks else []
                self._cursor.execute("COMMIT")
            except BaseException:
                self._seen = None
                if self._db.in_transaction:
                    self._cursor.execute("ROLLBACK")
                raise
        except sqlite3.IntegrityError:
            raise
        except sqlite3.DatabaseError as error:
            raise unusable(self._file, error) from error
        if self.witnesses:
            self._show(back)
        return frozenset(held)

    def _show(self, back: list[int]) -> None:
        """Write what was committed to the witnesses, before any of it leaves."""
        for number in back:
            never = times_of(1, 0.0)
            for witness in self.witnesses:
                witness.write(number, never)
        for run in self._held:
            times = times_of(len(run), self._at)
            for witness in self.witnesses:
                witness.write(run[0], times)

    def _settle(self, settlements: list[Settlement]) -> list[int]:
        """Settle all of them; return the ids of those that wait again."""
        accepted = accepted_rows(settlements)
        settled = self._cursor.executemany(_ACCEPT, accepted).rowcount if accepted else 0
        others: list[Settlement] = []
        if settled != len(settlements):
            others = [each for each in settlements if each.state is not State.ACCEPTED]
            settled += self._settle_others(others)
        if settled != len(settlements):
            raise LedgerUnusable(
                Problem(message="the ledger lost track of a delivery: an outcome found no row")
            )
        return [each.delivery for each in others if each.state in _WAITING]

    def _settle_others(self, others: list[Settlement]) -> int:
        """Settle what was not accepted, each try with a row of its own in `attempts`."""
        settled = self._cursor.executemany(_SETTLE, [settled_row(each) for each in others]).rowcount
        if settled != len(others):
            # A delivery that was excluded between its offer and the answer stays so.
            settled += sum([self._is_excluded(each) for each in others])
        if settled == len(others):
            # Back to pending without a reply: nothing was tried, or what was is taken back.
            tries = [
                attempt_row(each)
                for each in others
                if each.state is not State.PENDING or each.outcome.code
            ]
            self._cursor.executemany(
                "INSERT INTO attempts (delivery, at, state, phase, code, enhanced, text)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                tries,
            )
            # Deliveries on their way were passed over when suppressed ones were excluded.
            waiting = [{"id": each.delivery} for each in others if each.state in _WAITING]
            self._cursor.executemany(_EXCLUDE_IF_SUPPRESSED, waiting)
        return settled

    def _is_excluded(self, each: Settlement) -> bool:
        row = self._cursor.execute("SELECT state FROM deliveries WHERE id = ?", (each.delivery,))
        return bool(row.fetchone() == (State.EXCLUDED.value,))

    def _mark(self, marks: list[int], at: float, suppressions: int) -> list[int]:
        """Mark ids that follow each other in one step; nobody else writes meanwhile.

        Where not all of them were waiting, those hold that have this turn's moment.
        """
        self._heed_others(suppressions)
        self._at = at = max(at, self._at + _TICK)
        held: list[int] = []
        for run in runs(marks):
            first, last = run[0], run[-1]
            if self._cursor.execute(_MARK, (at, first, last)).rowcount == len(run):
                held += run
                self._held.append(run)
            else:
                some = [row[0] for row in self._cursor.execute(_MARKED, (first, last, at))]
                held += some
                self._held += runs(some)
        return held

    def _heed_others(self, suppressions: int) -> None:
        """Exclude suppressed deliveries, if suppressions may be new since the last look."""
        (version,) = self._cursor.execute("PRAGMA data_version").fetchone()
        seen = (version, suppressions)
        if seen != self._seen:
            self._cursor.execute(EXCLUDE_SUPPRESSED)
            self._seen = seen
