"""The oracle: what the sink wrote down against what `newsletter status --csv` says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What became of all mailings' messages.

    `messages` is how many the sink took. `duplicates` arrived although they had before. `lost`
    are readers without a row, accepted ones whose message never arrived, and those in any state
    but accepted and uncertain once nothing was left to do. `foreign` arrived, but belong to nobody.
    """

    readers: int
    messages: int
    accepted: int
    uncertain: int
    duplicates: int
    lost: int
    foreign: int

    @property
    def holds(self) -> bool:
        """Whether nobody got it twice and nobody was lost; the uncertain have their own bound."""
        return not (self.duplicates or self.lost or self.foreign)


def compare(
    journal: Iterable[str], mailings: Sequence[Sequence[Mapping[str, str]]], readers: int
) -> Books:
    """Compare a journal's lines with the rows of each mailing, which all have so many readers."""
    arrived = Counter(journal)
    states: Counter[str] = Counter()
    known: set[str] = set()
    lost = 0
    for rows in mailings:
        lost += abs(readers - len(rows))
        for row in rows:
            line = f"{row['email']} {row['message_id']}"
            known.add(line)
            states[row["state"]] += 1
            got = arrived[line] > 0
            lost += not (row["state"] == "uncertain" or (row["state"] == "accepted" and got))
    return Books(
        readers=readers * len(mailings),
        messages=arrived.total(),
        accepted=states["accepted"],
        uncertain=states["uncertain"],
        duplicates=sum(times - 1 for times in arrived.values()),
        lost=lost,
        foreign=len(arrived.keys() - known),
    )
