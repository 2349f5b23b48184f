"""The table of deliveries: what is to be sent, what came of it, and what was tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from newsletter.address import Address
from newsletter.errors import Problem
from newsletter.outcome import Outcome, State, Verdict
from newsletter.state.aside import read_aside, write_aside
from newsletter.state.ledger import Delivery, LedgerUnusable, Mailing, Record, Settlement
from newsletter.state.sqlite.database import Database
from newsletter.state.sqlite.rows import (
    DELIVERY,
    RECORD,
    accepted_row,
    attempt_row,
    delivery_of,
    record_of,
    settled_row,
)

# Not `IN`: SQLite builds a table of the constants each time, which trebles what a row costs.
_MARK = """
    UPDATE deliveries SET state = 'attempting', at = ?
    WHERE id = ? AND (state = 'pending' OR state = 'deferred')
"""
_ACCEPT = """
    UPDATE deliveries SET state = 'accepted', code = ?, enhanced = ?, text = ?, at = ?, due = NULL,
        attempts = attempts + 1
    WHERE id = ? AND (state = 'attempting' OR state = 'pending' OR state = 'deferred')
"""
# A refusal is taken back where it turns out that the content was refused, not her.
_SETTLE = """
    UPDATE deliveries SET state = ?, code = ?, enhanced = ?, text = ?, at = ?, due = ?,
        attempts = attempts + ?, first_deferred_at = coalesce(first_deferred_at, ?)
    WHERE id = ? AND (state = 'attempting' OR state = 'pending' OR state = 'deferred'
                      OR state = 'refused' AND ? = 'pending')
"""
_EXCLUDE_SUPPRESSED = """
    UPDATE deliveries SET state = 'excluded', due = NULL, text = 'suppressed: ' || gone.why
    FROM (SELECT a.id, s.why FROM suppressed s JOIN mailings m
          JOIN audience a ON a.mailing = m.id AND a.key = s.key
          WHERE m.state <> 'finished') AS gone
    WHERE deliveries.id = gone.id AND state IN ('pending', 'deferred')
"""
_EXCLUDE_IF_SUPPRESSED = """
    UPDATE deliveries SET state = 'excluded', due = NULL, text = 'suppressed: ' || gone.why
    FROM (SELECT s.why FROM audience a JOIN suppressed s USING (key) WHERE a.id = :id) AS gone
    WHERE id = :id AND state IN ('pending', 'deferred')
"""
_WAITING = (State.PENDING, State.DEFERRED)


class DeliveryTable(Database):
    """See the methods of the same names in `newsletter.state.ledger.Ledger`."""

    _seen: tuple[int, int] | None = None
    """What others, and we ourselves, had written of suppressions when we last looked."""

    def counts(self, mailing: Mailing) -> dict[State, int]:
        """Return how many deliveries are in each state, every state named."""
        rows = self.read(
            "SELECT state, count(*) FROM deliveries WHERE id BETWEEN ? AND ? GROUP BY state",
            (mailing.first, mailing.last),
        )
        return dict.fromkeys(State, 0) | {State(state): count for state, count in rows}

    def exclude_suppressed(self) -> int:
        """Exclude who is waiting in any mailing and suppressed by now; return how many."""
        with self.transaction():
            return self.db.execute(_EXCLUDE_SUPPRESSED).rowcount

    def recover(self, mailing: Mailing, at: datetime) -> int:
        """Settle what a dead run left `attempting`; return how many deliveries that were."""
        ids = self._ids(mailing, State.ATTEMPTING)
        lost = "the sender stopped after the message may have left"
        outcome = Outcome(Verdict.UNCERTAIN, text=lost)
        moment = at.timestamp()
        settled = {i: Settlement(i, State.UNCERTAIN, outcome, moment) for i in ids}
        # The last word on each counts; other mailings may have been set aside, too.
        settled |= {s.delivery: s for s in read_aside(self._aside) if self._is(s, State.ATTEMPTING)}
        self.turn(list(settled.values()), (), moment)
        self._aside.unlink(missing_ok=True)
        return len(ids)

    def set_aside(self, settlements: Sequence[Settlement]) -> None:
        """Keep outcomes that `turn` cannot write in a file beside the ledger."""
        write_aside(self._aside, settlements)

    def _is(self, settlement: Settlement, state: State) -> bool:
        row = self.read_one("SELECT state FROM deliveries WHERE id = ?", (settlement.delivery,))
        return row is not None and row[0] == state

    @property
    def _aside(self) -> Path:
        return self.file.with_name(self.file.name + ".unwritten")

    def pending(self, mailing: Mailing, *, after: int, limit: int) -> Sequence[Delivery]:
        """Return pending deliveries with an id above `after`, by id."""
        with self.guarded():
            rows = self.db.execute(
                f"SELECT {DELIVERY} FROM deliveries JOIN audience USING (id)"  # noqa: S608
                " WHERE id BETWEEN ? AND ? AND state = 'pending' ORDER BY id LIMIT ?",
                (max(mailing.first, after + 1), mailing.last, limit),
            ).fetchall()
        return [delivery_of(row) for row in rows]

    def deferred(self, mailing: Mailing, *, due: float, limit: int) -> Sequence[Delivery]:
        """Return deferred deliveries that are due by then, the longest due first."""
        rows = self.read(
            f"SELECT {DELIVERY} FROM deliveries JOIN audience USING (id)"  # noqa: S608 - a constant
            " WHERE id BETWEEN ? AND ? AND state = 'deferred' AND due <= ? ORDER BY due LIMIT ?",
            (mailing.first, mailing.last, due, limit),
        )
        return [delivery_of(row) for row in rows]

    def delivery(self, mailing: Mailing, address: Address) -> Delivery | None:
        """Return the delivery of a mailing to an address, whatever its state."""
        row = self.read_one(
            f"SELECT {DELIVERY} FROM deliveries JOIN audience USING (id)"  # noqa: S608
            " WHERE mailing = ? AND key = ?",
            (mailing.id, address.key),
        )
        return None if row is None else delivery_of(row)

    def next_due(self, mailing: Mailing) -> float | None:
        """Return when the next deferred delivery falls due, in seconds since 1970."""
        row = self.read_one(
            "SELECT min(due) FROM deliveries WHERE state = 'deferred' AND id BETWEEN ? AND ?",
            (mailing.first, mailing.last),
        )
        due: float | None = row[0]
        return due

    def turn(
        self, settlements: Sequence[Settlement], marks: Sequence[int], at: float
    ) -> frozenset[int]:
        """Commit outcomes and marks together; return the marks that hold."""
        with self.transaction():
            self._settle(settlements)
            return self._mark(marks, at)

    def _settle(self, settlements: Sequence[Settlement]) -> None:
        accepted = [accepted_row(s) for s in settlements if s.state is State.ACCEPTED]
        settled = self.db.executemany(_ACCEPT, accepted).rowcount if accepted else 0
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
        settled = self.db.executemany(_SETTLE, map(settled_row, others)).rowcount
        if settled != len(others):
            # Who left between her offer and its answer is excluded, and stays so.
            settled += sum(self._is(each, State.EXCLUDED) for each in others)
        if settled == len(others):
            tries = [attempt_row(each) for each in others if each.state is not State.PENDING]
            self.db.executemany(
                "INSERT INTO attempts (delivery, at, state, phase, code, enhanced, text)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                tries,
            )
            # Who left while her message was on its way was passed over when others were excluded.
            waiting = [{"id": each.delivery} for each in others if each.state in _WAITING]
            self.db.executemany(_EXCLUDE_IF_SUPPRESSED, waiting)
        return settled

    def _mark(self, marks: Sequence[int], at: float) -> frozenset[int]:
        """Mark one by one, so that each says whether it held; nobody else writes meanwhile."""
        if not marks:
            return frozenset()
        self._heed_others()
        mark = self.db.cursor().execute
        return frozenset([each for each in marks if mark(_MARK, (at, each)).rowcount])

    def _heed_others(self) -> None:
        """Exclude who left, if anybody may have since we last looked."""
        (version,) = self.db.execute("PRAGMA data_version").fetchone()
        seen = (version, self.suppressions_written)
        if seen != self._seen:
            self.db.execute(_EXCLUDE_SUPPRESSED)
            self._seen = seen

    def attempted_since(self, moment: float) -> Sequence[float]:
        """Return when the attempts since a moment were, in order: what the rates have used."""
        rows = self.read(
            "SELECT at FROM deliveries WHERE at >= :moment AND state <> 'excluded'"
            " UNION ALL SELECT a.at FROM attempts a JOIN deliveries d ON d.id = a.delivery"
            " WHERE a.at >= :moment AND a.at <> d.at ORDER BY 1",
            {"moment": moment},
        )
        return [at for (at,) in rows]

    def records(self, mailing: Mailing, states: Sequence[State] = ()) -> Iterator[Record]:
        """Yield a mailing's deliveries by address; all, or those in some states."""
        wanted = tuple(states) or tuple(State)
        marks = ", ".join("?" * len(wanted))
        rows = self.read(
            f"SELECT {RECORD} FROM audience JOIN deliveries USING (id)"  # noqa: S608 - constants
            f" WHERE mailing = ? AND state IN ({marks}) ORDER BY key",
            (mailing.id, *wanted),
        )
        return (record_of(row) for row in rows)

    def resolve(self, mailing: Mailing, state: State, why: str, at: datetime) -> int:
        """Move all uncertain deliveries to accepted or pending; return how many."""
        with self.transaction():
            return self.db.execute(
                "UPDATE deliveries SET state = ?, text = ?, at = ?"
                " WHERE id BETWEEN ? AND ? AND state = 'uncertain'",
                (state, why, at.timestamp(), mailing.first, mailing.last),
            ).rowcount

    def _ids(self, mailing: Mailing, state: State) -> list[int]:
        rows = self.read(
            "SELECT id FROM deliveries WHERE id BETWEEN ? AND ? AND state = ?",
            (mailing.first, mailing.last, state),
        )
        return [row[0] for row in rows]
