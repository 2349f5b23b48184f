"""The table of deliveries: what is to be sent, what came of it, and what was tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from newsletter.basics.address import Address
from newsletter.basics.outcome import Outcome, State, Verdict
from newsletter.settings.values import Durability
from newsletter.state.aside import read_aside, release, reserve, write_aside
from newsletter.state.ledger import Delivery, Mailing, Record, Settlement
from newsletter.state.sqlite.database import Database
from newsletter.state.sqlite.rows import DELIVERY, RECORD, deliveries_of, delivery_of, record_of
from newsletter.state.sqlite.turn import EXCLUDE_SUPPRESSED, Turn
from newsletter.state.sqlite.unusable import unusable

_BY_DUE = "deliveries INDEXED BY deliveries_due"
"""By themselves, the ids of a mailing look like the shorter way, which is through all of them."""

_GLANCE = 0.005
"""Seconds in which turns look once whether the ledger is still in its place: three stat(2) a look.
The marks that a file replaced in between lacks are in its witness."""


class DeliveryTable(Database):
    """See the methods of the same names in `newsletter.state.ledger.Ledger`."""

    def __init__(self, file: Path, durability: Durability) -> None:
        super().__init__(file, durability)
        self._turn = Turn(self.db, file)
        self._looked_at = 0.0

    def counts(self, mailing: Mailing) -> dict[State, int]:
        """Return how many deliveries are in each state, every state named."""
        rows = self.read(
            "SELECT state, count(*) FROM deliveries WHERE id BETWEEN ? AND ? GROUP BY state",
            (mailing.first, mailing.last),
        )
        return dict.fromkeys(State, 0) | {State(state): count for state, count in rows}

    def waiting(self, mailing: Mailing, *, due: float) -> int:
        """Return how many can be sent to: the pending, and the deferred that are due by then."""
        row = self.read_one(
            "SELECT (SELECT count(*) FROM deliveries"  # noqa: S608 - a constant
            " WHERE id BETWEEN :first AND :last AND state = 'pending')"
            f" + (SELECT count(*) FROM {_BY_DUE}"
            " WHERE id BETWEEN :first AND :last AND state = 'deferred' AND due <= :due)",
            {"first": mailing.first, "last": mailing.last, "due": due},
        )
        count: int = row[0]
        return count

    def exclude_suppressed(self) -> int:
        """Exclude who is waiting in any mailing and suppressed by now; return how many."""
        with self.transaction():
            return self.db.execute(EXCLUDE_SUPPRESSED).rowcount

    def recover(self, mailing: Mailing, at: datetime) -> int:
        """Settle what a dead run left `attempting`; return how many deliveries that were."""
        ids = self._ids(mailing, State.ATTEMPTING)
        lost = "the sender stopped after the message may have left"
        outcome = Outcome(Verdict.UNCERTAIN, text=lost)
        moment = at.timestamp()
        settled = {i: Settlement(i, State.UNCERTAIN, outcome, moment) for i in ids}
        # The last word on each counts; other mailings may have been set aside, too.
        settled |= {s.delivery: s for s in read_aside(self._aside) if self._answers(s)}
        self.turn(list(settled.values()), (), moment)
        self._aside.unlink(missing_ok=True)
        return len(ids)

    def reserve(self, connections: int) -> None:
        """Take room on the disk for what a run over so many connections may set aside."""
        try:
            reserve(self._aside, connections)
        except OSError as error:
            raise unusable(self.file, error) from error

    def release(self) -> None:
        """Give back the room in which nothing was set aside."""
        release(self._aside)

    def set_aside(self, settlements: Sequence[Settlement]) -> None:
        """Keep outcomes that `turn` cannot write in a file beside the ledger."""
        write_aside(self._aside, settlements)

    def _answers(self, settlement: Settlement) -> bool:
        """Return whether an answer is to the open try, and not of an old file that was put back."""
        row = self.read_one(
            "SELECT at FROM deliveries WHERE id = ? AND state = 'attempting'",
            (settlement.delivery,),
        )
        return row is not None and row[0] <= settlement.at

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
        return deliveries_of(rows)

    def deferred(self, mailing: Mailing, *, due: float, limit: int) -> Sequence[Delivery]:
        """Return deferred deliveries that are due by then, the longest due first."""
        rows = self.read(
            f"SELECT {DELIVERY} FROM {_BY_DUE} JOIN audience USING (id)"  # noqa: S608 - constants
            " WHERE id BETWEEN ? AND ? AND state = 'deferred' AND due <= ? ORDER BY due LIMIT ?",
            (mailing.first, mailing.last, due, limit),
        )
        return deliveries_of(list(rows))

    def delivery(self, mailing: Mailing, address: Address) -> Delivery | None:
        """Return the delivery of a mailing to an address, whatever its state."""
        row = self.read_one(
            f"SELECT {DELIVERY} FROM deliveries JOIN audience USING (id)"  # noqa: S608
            " WHERE mailing = ? AND key = ?",
            (mailing.id, address.key),
        )
        return None if row is None else delivery_of(row)

    def bring_forward(self, mailing: Mailing, now: float, latest: float) -> int:
        """Make due now what is deferred until after `latest`: the clock was ahead then."""
        with self.transaction():
            return self.db.execute(
                f"UPDATE {_BY_DUE} SET due = :now,"  # noqa: S608 - a constant
                " first_deferred_at = min(first_deferred_at, :now)"
                " WHERE id BETWEEN :first AND :last AND state = 'deferred' AND due > :latest",
                {"now": now, "latest": latest, "first": mailing.first, "last": mailing.last},
            ).rowcount

    def next_due(self, mailing: Mailing) -> float | None:
        """Return when the next deferred delivery falls due, in seconds since 1970."""
        row = self.read_one(
            f"SELECT min(due) FROM {_BY_DUE}"  # noqa: S608 - a constant
            " WHERE state = 'deferred' AND id BETWEEN ? AND ?",
            (mailing.first, mailing.last),
        )
        due: float | None = row[0]
        return due

    def turn(
        self, settlements: Sequence[Settlement], marks: Sequence[int], at: float
    ) -> frozenset[int]:
        """Commit outcomes and marks together; return the marks that hold."""
        if not 0 <= at - self._looked_at < _GLANCE:
            self._looked_at = at
            self.presence.require()
        return self._turn.write(list(settlements), list(marks), at, self.suppressions_written)

    def presume(self, mailing: Mailing, most: int, at: datetime) -> None:
        """Record tries that a dead run may have begun, of those who wait: the rates count them."""
        with self.transaction():
            self.db.execute(
                "INSERT INTO attempts (delivery, at, state, phase, code, enhanced, text)"
                " SELECT id, ?, 'pending', 'MAIL', 0, '',"
                " 'the sender stopped; she may have been offered, but no message left'"
                " FROM deliveries WHERE id BETWEEN ? AND ?"
                " AND (state = 'pending' OR state = 'deferred')"
                " ORDER BY state = 'deferred', id LIMIT ?",
                (at.timestamp(), mailing.first, mailing.last, most),
            )

    def attempted_since(self, moment: float) -> Sequence[float]:
        """Return when the attempts since a moment were, in order: what the rates have used."""
        rows = self.read(
            "SELECT at FROM deliveries WHERE at >= :moment AND state <> 'excluded'"
            " UNION ALL SELECT a.at FROM attempts a JOIN deliveries d ON d.id = a.delivery"
            " WHERE a.at >= :moment AND a.at IS NOT d.at ORDER BY 1",
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
