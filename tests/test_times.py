from __future__ import annotations

import pytest

from newsletter.basics.times import about, in_full, roughly, span


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3.0, "0 s"), (9.4, "9 s"), (70.0, "1 min 10 s"), (3600.0, "1 h"),
        (3 * 86400 + 7300.0, "3 d 2 h"), (86400 + 59.0, "1 d"),
    ],
)  # fmt: skip
def test_a_time_to_go_is_told_in_its_two_largest_units(seconds: float, words: str) -> None:
    assert span(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (60.0, "1 min"), (89.0, "1 min"), (91.0, "2 min"), (3599.0, "1 h"),
        (86400 + 3600 + 120.0, "1 d 1 h 2 min"), (86400 + 120.0, "1 d 2 min"),
    ],
)  # fmt: skip
def test_a_length_is_rounded_to_its_finest_unit(seconds: float, words: str) -> None:
    assert span(seconds, finest="min", most=3) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(60, "1 minute"), (1_540, "26 minutes"), (7_200, "2 hours"), (129_600, "36 hours"),
     (172_800, "2 days")],
)  # fmt: skip
def test_a_time_is_said_in_one_unit(seconds: float, words: str) -> None:
    assert roughly(seconds) == words


def test_a_limit_is_told_in_minutes_where_it_is_whole_ones() -> None:
    limits = (5, 60, 90, 600)
    assert [in_full(each) for each in limits] == ["5 s", "1 minute", "90 s", "10 minutes"]


def test_an_estimate_is_told_no_finer_than_it_is() -> None:
    lengths = (0, 59, 61, 5399, 5400, 36_000)
    assert [about(each) for each in lengths] == [
        "less than a minute", "less than a minute", "about 1 min", "about 90 min", "about 1.5 h",
        "about 10.0 h",
    ]  # fmt: skip
