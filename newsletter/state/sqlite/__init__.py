"""The ledger in a SQLite file: WAL, one writer at a time, readers never in the way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from newsletter.basics.address import Address
from newsletter.basics.tokens import NO_DELIVERY, Key, Purpose, read_delivery, verify
from newsletter.settings.values import Durability
from newsletter.state.ledger import Record
from newsletter.state.sqlite.mailings import MailingTable
from newsletter.state.sqlite.marking import MarkTable
from newsletter.state.sqlite.notes import NoteTable
from newsletter.state.sqlite.rows import RECORD, address_of, record_of
from newsletter.state.sqlite.suppressions import SuppressionTable


class SqliteLedger(MailingTable, MarkTable, SuppressionTable, NoteTable):
    """See `newsletter.state.ledger.Ledger`; `keys` verify tokens."""

    def __init__(
        self, file: Path, *, durability: Durability = Durability.FULL, keys: Sequence[Key] = ()
    ) -> None:
        super().__init__(file, durability)
        self._keys = keys

    def history(self, address: Address) -> Sequence[tuple[str, Record]]:
        """Return every delivery to an address with its issue, the oldest first."""
        out: list[tuple[str, Record]] = []
        for mailing in self.mailings():
            row = self.read_one(
                f"SELECT {RECORD} FROM audience JOIN deliveries USING (id)"  # noqa: S608
                " WHERE mailing = ? AND key = ?",
                (mailing.id, address.key),
            )
            if row is not None:
                out.append((mailing.issue, record_of(row)))
        return out

    def find_by_token(self, token: str) -> Address | None:
        """Return whom an unsubscribe or bounce token names; None for one of no key of ours."""
        delivery = read_delivery(token)
        if delivery is None or delivery == NO_DELIVERY:
            return None
        row = self.read_one(
            "SELECT a.address, m.uuid FROM audience a JOIN mailings m ON m.id = a.mailing"
            " WHERE a.id = ?",
            (delivery,),
        )
        if row is None or not any(verify(token, each, row[1], self._keys) for each in Purpose):
            return None
        return address_of(row[0])
