from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.basics.outcome import State
from newsletter.delivery.answers.policy import Stop
from newsletter.delivery.lane import Ending
from newsletter.delivery.mailing import Result
from newsletter.state.values import Mailing, MailingState
from newsletter.tasks.send.again import AFTER_TROUBLE, next_round, worth_again

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
LATER = NOW + timedelta(minutes=4)
MAILING = Mailing(
    id=1,
    uuid="u",
    issue="2026-12",
    state=MailingState.PAUSED,
    digest="",
    sources="",
    frozen_at=NOW,
    started_at=NOW,
    finished_at=None,
)


def result(
    counts: Mapping[State, int],
    *,
    due: datetime | None = None,
    stop: Stop | None = None,
    signal: int = 0,
    gave_up: str = "",
) -> Result:
    ending = Ending(stop=stop, signal=signal, gave_up=gave_up, moved={})
    every = dict.fromkeys(State, 0) | dict(counts)
    return Result(mailing=MAILING, ending=ending, counts=every, next_due=due)


DEFERRED, PENDING = {State.DEFERRED: 2}, {State.PENDING: 3}


@pytest.mark.parametrize(
    ("run", "again", "stays"),
    [
        (result({State.ACCEPTED: 9}), None, None),
        (result(DEFERRED, due=LATER), LATER, LATER),
        (result(DEFERRED, due=NOW - timedelta(hours=1)), NOW, NOW),
        (result(PENDING), NOW, None),
        (result({**PENDING, **DEFERRED}, due=LATER), NOW, None),
        (result(PENDING, gave_up="no"), NOW + AFTER_TROUBLE, NOW + AFTER_TROUBLE),
        (result(DEFERRED, due=LATER, signal=2), LATER, None),
        (result(DEFERRED, due=LATER, stop=Stop("why", "hint")), None, None),
    ],
    ids=["done", "deferred", "due", "limit", "limit and deferred", "gave up", "signal", "stop"],
)
def test_when_another_run_is_worth_while_and_when_a_sender_stays_for_it(
    run: Result, again: datetime | None, stays: datetime | None
) -> None:
    assert (worth_again(run, NOW), next_round(run, NOW)) == (again, stays)
