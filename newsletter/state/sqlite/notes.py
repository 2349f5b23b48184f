"""What is only looked at: earlier attempts, refusals, and checks that were overridden."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from newsletter.basics.outcome import Outcome, Phase, State, Verdict
from newsletter.state.ledger import Attempt, Mailing, Override, Refusal
from newsletter.state.sqlite.database import Database
from newsletter.state.sqlite.rows import address_of


class NoteTable(Database):
    """See the methods of the same names in `newsletter.state.ledger.Ledger`."""

    def attempts(self, delivery: int) -> Sequence[Attempt]:
        """Return the attempts at a delivery that were not accepted, the oldest first."""
        rows = self.read(
            "SELECT at, state, phase, code, enhanced, text FROM attempts WHERE delivery = ?"
            " ORDER BY id",
            (delivery,),
        )
        return [
            Attempt(datetime.fromtimestamp(row[0], UTC), State(row[1]), Phase(row[2]), *row[3:])
            for row in rows
        ]

    def refusals(self, mailing: Mailing) -> Sequence[Refusal]:
        """Return the deliveries of a mailing that are refused, each with its last answer."""
        rows = self.read(
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

    def override(self, mailing: Mailing, overrides: Sequence[Override], at: datetime) -> None:
        """Record what the check found and the editor let through."""
        with self.transaction():
            self.db.executemany(
                "INSERT INTO overrides (mailing, rule, message, reason, at) VALUES (?, ?, ?, ?, ?)",
                [(mailing.id, o.rule, o.message, o.reason, at.timestamp()) for o in overrides],
            )

    def overrides(self, mailing: Mailing) -> Sequence[Override]:
        """Return what was overridden when a mailing was frozen."""
        rows = self.read(
            "SELECT rule, message, reason FROM overrides WHERE mailing = ? ORDER BY id",
            (mailing.id,),
        )
        return [Override(*row) for row in rows]
