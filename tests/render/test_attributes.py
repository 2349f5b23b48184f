from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as parser

from newsletter.render.attributes import attribute, dir_attribute
from newsletter.render.mjml import to_html

NASTY = [
    "two\nlines",
    "a\ttab",
    "back\\slash \\n \\u{301}",
    "no-break\u00a0space",
    "soft\u00adhyphen",
    "Jose\u0301",
    "👩\u200d👩\u200d👧",
    "שָׁלוֹם",
    "ที่นี่",
    "\"quotes\" & 'more' <b>",
    "&amp; &#10; already",
]


def through_mjml(text: str) -> dict[str, str | None]:
    value = attribute(text)
    source = (
        f"<mjml><mj-head><mj-title>{value}</mj-title><mj-preview>{value}</mj-preview></mj-head>"
        "<mj-body><mj-section><mj-column>"
        f'<mj-image src="https://example.org/x.png" alt="{value}" title="{value}" />'
        f'<mj-button href="https://example.org/?{value}">x</mj-button>'
        "</mj-column></mj-section></mj-body></mjml>"
    )
    document = parser.document_fromstring(to_html(source))
    image = document.find(".//img")
    link = document.find(".//a")
    labelled = document.find(".//*[@aria-label]")
    preview = document.find(".//body/div")
    assert image is not None
    assert link is not None
    assert labelled is not None
    assert preview is not None
    return {
        "alt": image.get("alt"),
        "title": image.get("title"),
        "href": (link.get("href") or "").removeprefix("https://example.org/?"),
        "label": labelled.get("aria-label"),
        "head": document.findtext(".//title"),
        "preview": preview.text,
    }


@pytest.mark.parametrize("text", NASTY)
def test_nasty_strings_come_through_mjml_unharmed(text: str) -> None:
    assert set(through_mjml(text).values()) == {" ".join(text.split(" ")).translate(_BLANKS)}


_BLANKS = str.maketrans("\n\t", "  ")


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Co", "Cn"]), min_size=1))
@settings(deadline=None)
def test_any_string_comes_through_mjml_unharmed(text: str) -> None:
    expected = " ".join(part for part in text.split(" ") if part)
    if expected:
        assert set(through_mjml(text).values()) == {expected}


def test_a_title_that_runs_against_the_newsletter_gets_a_direction() -> None:
    assert dir_attribute("שלום", "ltr") == ' dir="rtl"'
    assert dir_attribute("plain", "rtl") == ' dir="ltr"'
    assert dir_attribute("1, 2", "rtl") == dir_attribute("plain", "ltr") == ""
