from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.basics.outcome import Outcome, Phase, State, Verdict
from newsletter.delivery.feed import Feed
from newsletter.delivery.mailing import freeze
from newsletter.delivery.pace import Pace
from newsletter.delivery.supply import Supply
from newsletter.settings.timing import Timing
from newsletter.settings.values import Durability, Rate
from newsletter.state.sqlite import SqliteLedger
from newsletter.state.values import Settlement
from tests.delivery.test_mailing import KEY, members
from tests.message.test_message import CONTENT

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


class Clock:
    """Two clocks that stand still until they are moved."""

    def __init__(self) -> None:
        self.passed = 0.0

    def wall(self) -> float:
        return NOW.timestamp() + self.passed

    def steady(self) -> float:
        return self.passed


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqliteLedger]:
    ledger = SqliteLedger(tmp_path / "state.db", durability=Durability.NORMAL, keys=[KEY])
    yield ledger
    ledger.close()


def test_who_falls_due_after_all_others_waits_for_a_place_too(ledger: SqliteLedger) -> None:
    mailing = freeze(
        ledger.records, CONTENT, members("a@x.org", "b@x.org"), key=KEY, sources="", now=NOW
    )
    clock = Clock()
    later, other = ledger.run.pending(mailing, after=0, limit=2)
    outcome = Outcome(Verdict.DEFERRED, 450, "", "later", Phase.RCPT)
    due = clock.wall() + 10
    ledger.run.turn([Settlement(later.id, State.DEFERRED, outcome, clock.wall(), due)], (), 0.0)
    feed = Feed(ledger.run, mailing, clock=clock, timing=Timing(), limit=None)
    supply = Supply(feed, Pace([Rate(1, 60)], now=clock.steady()), clock)
    assert supply.next() == other
    assert supply.next() is None
    clock.passed = 20.0
    supply.ended()
    assert supply.next() is None
    assert supply.wait == 60.0
    clock.passed = 80.0
    assert supply.next() == ledger.run.deferred(mailing, due=clock.wall(), limit=1)[0]
