"""When a mailing is worth another run: what `--wait` waits for, and what a run's end says."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.basics.outcome import State

if TYPE_CHECKING:
    from newsletter.delivery.mailing import Result

AFTER_TROUBLE = timedelta(minutes=5)
"""The wait after a run in which the server could not be used for a minute."""


def worth_again(result: Result, now: datetime) -> datetime | None:
    """Return when the same command would find something to do; None where somebody must act.

    That is now where readers are left, after a pause where the server was in trouble, and else
    when the first deferred delivery is due.
    """
    if result.ending.stop is not None:
        return None
    if result.ending.gave_up:
        return now + AFTER_TROUBLE
    if result.counts[State.PENDING]:
        return now
    return None if result.next_due is None else max(now, result.next_due)


def next_round(result: Result, now: datetime) -> datetime | None:
    """Return when the next round of `--wait` begins; None where none is left, or after a signal.

    Readers who are pending although nothing went wrong are beyond the limit.
    """
    if result.ending.signal or (result.counts[State.PENDING] and not result.ending.gave_up):
        return None
    return worth_again(result, now)
