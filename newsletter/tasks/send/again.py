"""When a mailing is worth another run: what `--wait` waits for, and what a run's end says."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.basics.outcome import State

if TYPE_CHECKING:
    from newsletter.delivery.mailing import Result

AFTER_TROUBLE = timedelta(minutes=5)
"""How long a server is left alone that could not be used for a minute."""


def worth_again(result: Result, now: datetime) -> datetime | None:
    """Return when the same command would find something to do; None where somebody must act.

    That is at once where readers are left over, in a while where the server was in trouble, and
    when the first of the deferred ones falls due.
    """
    if result.ending.stop is not None:
        return None
    if result.ending.gave_up:
        return now + AFTER_TROUBLE
    if result.counts[State.PENDING]:
        return now
    return None if result.next_due is None else max(now, result.next_due)


def next_round(result: Result, now: datetime) -> datetime | None:
    """Return when a sender that stays tries again; None where it is done, or was told to end.

    Readers who are left over although nothing was wrong are beyond its limit.
    """
    if result.ending.signal or (result.counts[State.PENDING] and not result.ending.gave_up):
        return None
    return worth_again(result, now)
