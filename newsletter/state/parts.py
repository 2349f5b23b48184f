"""The parts of an issue's mailing: the first, and one for each top-up; and all of them together.

Each part is frozen in one go, with deliveries, marks and a line of `mailings.csv` of its own.
Whoever is in one part is in no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from newsletter.basics.outcome import State
from newsletter.state.ledger import Records
from newsletter.state.values import Mailing, MailingState


def unfinished(parts: Sequence[Mailing]) -> Mailing | None:
    """Return the first part that is not finished."""
    return next((each for each in parts if each.state is not MailingState.FINISHED), None)


def as_one(parts: Sequence[Mailing]) -> Mailing:
    """Return the first part with the state of all; only to be shown: its ids are its own.

    It is finished when the last of them is, and else as the first that is not.
    """
    first, open_ = parts[0], unfinished(parts)
    if open_ is not None:
        return replace(first, state=open_.state, finished_at=None)
    return replace(first, finished_at=max(each.finished_at or each.frozen_at for each in parts))


def summed(records: Records, parts: Sequence[Mailing]) -> dict[State, int]:
    """Return how many deliveries of all parts are in each state, every state named."""
    total = dict.fromkeys(State, 0)
    for part in parts:
        for state, count in records.counts(part).items():
            total[state] += count
    return total


def by_issue(mailings: Sequence[Mailing]) -> dict[str, list[Mailing]]:
    """Return the parts of each issue, in the order of their first parts."""
    found: dict[str, list[Mailing]] = {}
    for each in mailings:
        found.setdefault(each.issue, []).append(each)
    return found
