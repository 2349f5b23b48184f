from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.basics.errors import WrongUsage
from newsletter.tasks.send.appointment import appointment, is_too_late, spoken

TORONTO = ZoneInfo("America/Toronto")
NOW = datetime(2026, 2, 1, tzinfo=UTC)


def refused(text: str) -> tuple[str, str | None]:
    with pytest.raises(WrongUsage) as caught:
        appointment(text, zone=TORONTO, now=NOW)
    (problem,) = caught.value.problems
    return problem.message, problem.hint


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026-12-01 08:00", "Tuesday 1 December 2026, 08:00 EST (UTC-05:00)"),
        (" 2026-07-01T8:00:30 ", "Wednesday 1 July 2026, 08:00:30 EDT (UTC-04:00)"),
        ("2026-12-01 08:00Z", "Tuesday 1 December 2026, 03:00 EST (UTC-05:00)"),
        ("2026-12-01 08:00 +01:00", "Tuesday 1 December 2026, 02:00 EST (UTC-05:00)"),
        ("2026-11-01 01:30-05:00", "Sunday 1 November 2026, 01:30 EST (UTC-05:00)"),
        ("2026-11-01 01:30-04:00", "Sunday 1 November 2026, 01:30 EDT (UTC-04:00)"),
    ],
)
def test_a_time_is_taken_in_the_machines_zone_and_told_with_it(text: str, words: str) -> None:
    assert spoken(appointment(text, zone=TORONTO, now=NOW)) == words


def test_a_zone_without_letters_is_told_by_its_offset() -> None:
    assert spoken(datetime(2026, 12, 1, 8, tzinfo=UTC)) == "Tuesday 1 December 2026, 08:00 UTC"
    tashkent = datetime(2026, 12, 1, 8, tzinfo=ZoneInfo("Asia/Tashkent"))
    assert spoken(tashkent) == "Tuesday 1 December 2026, 08:00 UTC+05:00"


def test_an_hour_that_the_clocks_skip_is_answered_with_the_one_that_follows() -> None:
    assert refused("2026-03-08 02:30") == (
        "2026-03-08 02:30 does not exist here: the clocks go forward over it",
        'say --at "2026-03-08 03:30"',
    )


def test_an_hour_that_comes_twice_is_asked_back_with_both_offsets() -> None:
    assert refused("2026-11-01 01:30") == (
        "2026-11-01 01:30 comes twice here: the clocks go back over it",
        'say which, with its offset: --at "2026-11-01 01:30-04:00" or --at "2026-11-01 01:30-05:00"',
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2026-01-31 18:59", "Saturday 31 January 2026, 18:59 EST (UTC-05:00) is past: it is Saturday 31 January 2026, 19:00 EST (UTC-05:00) now"),
        ("2036-12-01 08:00", "Monday 1 December 2036, 08:00 EST (UTC-05:00) is more than a year away"),
        ("8:00", "'8:00' is no time to send at"),
        ("tomorrow", "'tomorrow' is no time to send at"),
        ("2026-02-30 08:00", "'2026-02-30 08:00' is no time to send at"),
        ("2026-12-01 08:61", "'2026-12-01 08:61' is no time to send at"),
        ("2026-12-01 08:00+99:00", "'2026-12-01 08:00+99:00' is no time to send at"),
        ("0001-01-01 00:00+14:00", "'0001-01-01 00:00+14:00' is no time to send at"),
    ],
)  # fmt: skip
def test_what_is_no_time_to_come_is_refused(text: str, message: str) -> None:
    assert refused(text)[0] == message


@given(st.text(max_size=30) | st.from_regex(r"\d{4}-\d\d-\d\d \d\d:\d\d([+-]\d\d:\d\d)?"))
def test_any_text_is_a_moment_to_come_or_wrong_usage(text: str) -> None:
    with contextlib.suppress(WrongUsage):
        assert appointment(text, zone=TORONTO, now=NOW) > NOW


def test_up_to_an_hour_late_it_still_goes_off() -> None:
    hour, second = timedelta(hours=1), timedelta(seconds=1)
    assert [is_too_late(NOW, NOW + late) for late in (second, hour, hour + second)] == [
        False, False, True,
    ]  # fmt: skip
