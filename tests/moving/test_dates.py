from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.audience.moving.dates import moment

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2021-03-04 05:06:07", datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC)),
        (" 2021-03-04T05:06:07.123456Z ", datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("2021-03-04 05:06:07 UTC", datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("2021-03-04T05:06:07+02:00", datetime(2021, 3, 4, 3, 6, 7, tzinfo=UTC)),
        ("2021-03-04 05:06:07.5-0500", datetime(2021, 3, 4, 10, 6, 7, tzinfo=UTC)),
        ("2021-03-04 05:06", datetime(2021, 3, 4, 5, 6, tzinfo=UTC)),
        ("2021-03-04", datetime(2021, 3, 4, tzinfo=UTC)),
        ("1614834367", datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("1614834367000", datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("02/10/2021", None),
        ("2021-02-30", None),
        ("2021-03-04 25:00:00", None),
        ("2031-01-01", None),
        ("1970-01-01 00:00:00", None),
        ("0000-00-00", None),
        ("", None),
        ("yesterday", None),
    ],
)
def test_a_time_is_read_in_utc_or_not_at_all(text: str, found: datetime | None) -> None:
    assert moment(text, NOW) == found


@given(st.text(alphabet="0123456789-/:. TZ+", max_size=40))
def test_no_text_whatever_breaks_the_reading(text: str) -> None:
    found = moment(text, NOW)
    assert found is None or found <= NOW
