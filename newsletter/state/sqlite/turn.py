"""What one turn of a run writes: the outcomes of what left, then the marks of what is to leave."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final

from newsletter.errors import Problem
from newsletter.outcome import State
from newsletter.state.ledger import LedgerUnusable, Settlement
from newsletter.state.sqlite.rows import accepted_rows, attempt_row, runs, settled_row

# Not `IN`: SQLite builds a table of the constants each time, which trebles what a row costs.
_MARK: Final = """
    UPDATE deliveries SET state = 'attempting', at = ?
    WHERE id = ? AND (state = 'pending' OR state = 'deferred')
"""
_MARK_RUN: Final = """
    UPDATE deliveries SET state = 'attempting', at = ?
    WHERE id BETWEEN ? AND ? AND (state = 'pending' OR state = 'deferred')
"""
_COUNT_WAITING: Final = """
    SELECT count(*) FROM deliveries
    WHERE id BETWEEN ? AND ? AND (state = 'pending' OR state = 'deferred')
"""
_WORTH_A_STEP: Final = 4
_ACCEPT: Final = """
    UPDATE deliveries SET state = 'accepted', code = ?, enhanced = ?, text = ?, at = ?, due = NULL,
        attempts = attempts + 1
    WHERE id BETWEEN ? AND ?
        AND (state = 'attempting' OR state = 'pending' OR state = 'deferred')
"""
# A refusal is taken back where it turns out that the content was refused, not her.
_SETTLE: Final = """
    UPDATE deliveries SET state = ?, code = ?, enhanced = ?, text = ?, at = ?, due = ?,
        attempts = attempts + ?, first_deferred_at = coalesce(first_deferred_at, ?)
    WHERE id = ? AND (state = 'attempting' OR state = 'pending' OR state = 'deferred'
                      OR state = 'refused' AND ? = 'pending')
"""
EXCLUDE_SUPPRESSED: Final = """
    UPDATE deliveries SET state = 'excluded', due = NULL, text = 'suppressed: ' || gone.why
    FROM (SELECT a.id, s.why FROM suppressed s JOIN mailings m
          JOIN audience a ON a.mailing = m.id AND a.key = s.key
          WHERE m.state <> 'finished') AS gone
    WHERE deliveries.id = gone.id AND state IN ('pending', 'deferred')
"""
_EXCLUDE_IF_SUPPRESSED: Final = """
    UPDATE deliveries SET state = 'excluded', due = NULL, text = 'suppressed: ' || gone.why
    FROM (SELECT s.why FROM audience a JOIN suppressed s USING (key) WHERE a.id = :id) AS gone
    WHERE id = :id AND state IN ('pending', 'deferred')
"""
_WAITING: Final = (State.PENDING, State.DEFERRED)


class Turn:
    """Writes turns through one connection; the caller holds the transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._seen: tuple[int, int] | None = None
        """What others, and we ourselves, had written of suppressions when we last looked."""

    def write(
        self, settlements: Sequence[Settlement], marks: Sequence[int], at: float, suppressions: int
    ) -> frozenset[int]:
        """Write outcomes and marks; return the marks that hold.

        `suppressions` is how many of them this connection wrote so far. Raises LedgerUnusable
        where an outcome finds no row.
        """
        self._settle(settlements)
        if not marks:
            return frozenset()
        self._heed_others(suppressions)
        return self._mark(marks, at)

    def _settle(self, settlements: Sequence[Settlement]) -> None:
        accepted = accepted_rows([s for s in settlements if s.state is State.ACCEPTED])
        settled = self._db.executemany(_ACCEPT, accepted).rowcount if accepted else 0
        if settled != len(settlements):
            settled += self._settle_others(
                [each for each in settlements if each.state is not State.ACCEPTED]
            )
        if settled != len(settlements):
            raise LedgerUnusable(
                Problem(message="the ledger lost track of a delivery: an outcome found no row")
            )

    def _settle_others(self, others: Sequence[Settlement]) -> int:
        """Settle what was not accepted, each try with a row of its own in `attempts`."""
        settled = self._db.executemany(_SETTLE, [settled_row(each) for each in others]).rowcount
        if settled != len(others):
            # Who left between her offer and its answer is excluded, and stays so.
            settled += sum([self._is_excluded(each) for each in others])
        if settled == len(others):
            tries = [attempt_row(each) for each in others if each.state is not State.PENDING]
            self._db.executemany(
                "INSERT INTO attempts (delivery, at, state, phase, code, enhanced, text)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                tries,
            )
            # Who left while her message was on its way was passed over when others were excluded.
            waiting = [{"id": each.delivery} for each in others if each.state in _WAITING]
            self._db.executemany(_EXCLUDE_IF_SUPPRESSED, waiting)
        return settled

    def _is_excluded(self, each: Settlement) -> bool:
        row = self._db.execute("SELECT state FROM deliveries WHERE id = ?", (each.delivery,))
        return bool(row.fetchone() == (State.EXCLUDED.value,))

    def _mark(self, marks: Sequence[int], at: float) -> frozenset[int]:
        """Mark, and return which marks held; nobody else writes meanwhile.

        Ids that follow each other and all wait are marked in one step, the others one by one.
        """
        held: list[int] = []
        for run in runs(marks):
            if len(run) >= _WORTH_A_STEP and self._all_wait(run):
                self._db.execute(_MARK_RUN, (at, run[0], run[-1]))
                held += run
            else:
                mark = self._db.cursor().execute
                held += [each for each in run if mark(_MARK, (at, each)).rowcount]
        return frozenset(held)

    def _all_wait(self, run: list[int]) -> bool:
        (waiting,) = self._db.execute(_COUNT_WAITING, (run[0], run[-1])).fetchone()
        return bool(waiting == len(run))

    def _heed_others(self, suppressions: int) -> None:
        """Exclude who left, if anybody may have since we last looked."""
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        seen = (version, suppressions)
        if seen != self._seen:
            self._db.execute(EXCLUDE_SUPPRESSED)
            self._seen = seen
