"""Where an issue stands: the ledger counts more than `mailings.csv`, and a draft is nobody's yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.audience.list.listfile import Member
from newsletter.audience.list.subscriber import Subscriber
from newsletter.basics.address import parse_address
from newsletter.basics.tokens import Key
from newsletter.delivery.mailing import freeze
from newsletter.state.sqlite import SqliteLedger
from newsletter.state.standing import Standing, held, standings_of
from newsletter.state.values import MailingState
from tests.message.test_message import CONTENT

KEY = Key(b"k" * 32)
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
ADA = Member(Subscriber(parse_address("ada@example.org"), "", {}), 2, None)
ISSUE = CONTENT.issue


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqliteLedger]:
    ledger = SqliteLedger(tmp_path / "private" / "state.db", keys=[KEY])
    yield ledger
    ledger.close()


def test_without_a_ledger_only_the_record_counts() -> None:
    assert standings_of([{"issue": "2026-10"}], None) == {"2026-10": Standing.RECORDED}


@pytest.mark.parametrize("state", ["frozen", "sending", "finished"])
def test_an_issue_stands_where_its_mailing_does(ledger: SqliteLedger, state: str) -> None:
    mailing = freeze(ledger.records, CONTENT, [ADA], key=KEY, sources="", now=NOW)
    ledger.records.set_state(mailing, MailingState(state), NOW)
    rows = [{"issue": ISSUE}, {"issue": "2026-10"}]
    assert standings_of(rows, ledger) == {ISSUE: Standing(state), "2026-10": Standing.RECORDED}
    assert held(ledger, ISSUE) == ledger.records.mailing(ISSUE)


def test_what_is_paused_before_anybody_got_it_is_a_draft_whatever_the_record_says(
    ledger: SqliteLedger,
) -> None:
    mailing = freeze(ledger.records, CONTENT, [ADA], key=KEY, sources="", now=NOW)
    ledger.records.set_state(mailing, MailingState.PAUSED, NOW)
    assert standings_of([{"issue": ISSUE}], ledger) == {ISSUE: Standing.DRAFT}
    assert held(ledger, ISSUE) is None
    assert held(ledger, "2026-10") is None
