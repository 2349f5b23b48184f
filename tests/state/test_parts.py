"""All parts of a mailing taken together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from newsletter.delivery.mailing import draft_mailing
from newsletter.state.parts import as_one, by_issue, unfinished
from newsletter.state.values import MailingState
from tests.message.test_message import CONTENT

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
LATER = datetime(2026, 11, 29, 8, tzinfo=UTC)
FIRST = replace(
    draft_mailing(CONTENT, sources="", now=NOW),
    state=MailingState.FINISHED,
    started_at=NOW,
    finished_at=NOW,
)
SECOND = replace(FIRST, uuid="second", part=2, started_at=LATER, finished_at=LATER)
OPEN = replace(SECOND, uuid="third", part=3, state=MailingState.PAUSED, finished_at=None)


def test_a_mailing_is_finished_with_the_last_of_its_parts() -> None:
    assert unfinished([FIRST, SECOND]) is None
    assert as_one([FIRST, SECOND]) == replace(FIRST, finished_at=LATER)


def test_a_mailing_stands_where_its_first_unfinished_part_does() -> None:
    assert unfinished([FIRST, SECOND, OPEN]) == OPEN
    assert as_one([FIRST, SECOND, OPEN]) == replace(
        FIRST, state=MailingState.PAUSED, finished_at=None
    )


def test_parts_of_an_issue_stay_together() -> None:
    other = replace(FIRST, issue="2026-10")
    found = by_issue([other, FIRST, SECOND])
    assert found == {"2026-10": [other], FIRST.issue: [FIRST, SECOND]}
