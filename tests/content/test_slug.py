from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.content.month import Month
from newsletter.content.text.slug import slug_of

MONTH = Month(2026, 11)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("What clients remember", "2026-11-what-clients-remember"),
        ("COVID's toll: a review (2020)", "2026-11-covids-toll-a-review-2020"),
        ("Über Größe, Łódź & Ærø", "2026-11-uber-grosse-lodz-aero"),
        ("El niño\u2019s café", "2026-11-el-ninos-cafe"),
        ("A" * 200, "2026-11-" + "a" * 60),
        (
            "A very long title that goes on and on until nobody reads it any more at all",
            "2026-11-a-very-long-title-that-goes-on-and-on-until-nobody-reads-it",
        ),
        ("心理療法の効果", "2026-11-e61c7427"),
        ("???", "2026-11-a03b221c"),
    ],
)
def test_a_title_becomes_a_name(title: str, slug: str) -> None:
    assert slug_of(title, MONTH) == slug


@given(st.text())
def test_any_title_becomes_a_name_of_plain_letters(title: str) -> None:
    slug = slug_of(title, MONTH)
    assert re.fullmatch(r"2026-11(-[a-z0-9]+)+", slug)
    assert len(slug) <= 70
