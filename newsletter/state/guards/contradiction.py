"""Mailings and counts of `mailings.csv` that a ledger lacks: it is an older one, or another.

The file is written when a run begins and when it ends, so a number in it that is higher than the
ledger's was once the ledger's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from newsletter.basics.outcome import State
from newsletter.state.ledger import Ledger, Records
from newsletter.state.mailings_file import place_of
from newsletter.state.values import Mailing, MailingState


def epochs(rows: Iterable[Mapping[str, str]], ledger: str) -> list[int]:
    """Return the epochs that the lines give a ledger."""
    return [_number(row, "epoch") for row in rows if row.get("ledger") == ledger]


def contradiction(rows: Sequence[Mapping[str, str]], ledger: Ledger) -> str:
    """Return in what the lines go beyond the ledger, or nothing.

    A mailing that is finished in the ledger is not counted: nobody in it is mailed again.
    """
    identifier, epoch = ledger.identity()
    latest = max(epochs(rows, identifier), default=0)
    if latest > epoch:
        return f"mailings.csv was written by a later run of it, {latest}, than its last, {epoch}"
    known = {(each.issue, each.part): each for each in ledger.records.mailings()}
    for row in rows:
        mailing = known.get(place_of(row))
        if mailing is not None and (found := _against(row, mailing, ledger.records)):
            return found
    return ""


def _against(row: Mapping[str, str], mailing: Mailing, records: Records) -> str:
    if row["mailing"] != mailing.uuid:
        return f"mailings.csv has another mailing of {mailing.issue}, {row['mailing']}"
    if mailing.state is MailingState.FINISHED:
        return ""
    recorded, accepted = _number(row, "accepted"), records.counts(mailing)[State.ACCEPTED]
    if recorded > accepted:
        return f"mailings.csv has {recorded:,} accepted of {mailing.issue}, the ledger {accepted:,}"
    if row.get("finished_at") and records.is_untried(mailing):
        return f"mailings.csv says that {mailing.issue} was finished, the ledger that it was not"
    return ""


def _number(row: Mapping[str, str], column: str) -> int:
    """Return a count; 0 where the column is missing, or was edited into something else."""
    text = row.get(column) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0  # noqa: PLR2004
