"""Whatever is written, a check ends with findings whose places are in the text."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from newsletter.checks.reading.colours import colour_of, first_colour
from newsletter.checks.reading.stylesheet import declarations, style_rules
from newsletter.checks.registry import check_issue
from newsletter.checks.rules.mail import nested_at_rule
from newsletter.content.doi import Doi
from newsletter.content.issue.issue import Announcement
from newsletter.render.contrast import Colour, contrast
from tests.checks.samples import (
    HARBOUR,
    HTML,
    ISSUE,
    ISSUE_FILE,
    QUIET,
    SOUND,
    TEXT,
    email,
    passage,
)

MARKDOWN = st.text(alphabet="ab[](){}<>!#*_`\\ \n:/.?@-Ââ€™Ã©\u202eTK1" + '"“”', max_size=80)
WORDS = st.one_of(MARKDOWN, st.text(max_size=60))
CSS = st.text(alphabet="@media{}() ;:.a#,>!/*\\\"'prefers-color-scheme:dark", max_size=120)


@given(WORDS, WORDS, WORDS)
def test_any_text_can_be_checked(body: str, words: str, url: str) -> None:
    news = Announcement(title=words, text=passage(body, str(ISSUE_FILE), 6), url=url)
    issue = replace(
        ISSUE,
        introduction=passage(body, str(ISSUE_FILE), 10),
        subject=words,
        preheader=words,
        announcements=(news,),
    )
    harbour = replace(
        HARBOUR,
        title=words,
        citation=words,
        doi=Doi(url),
        body=passage(body),
        implications=passage(body),
    )
    dossier = replace(SOUND, issue=issue, summaries=(harbour, QUIET), library=(harbour, QUIET))
    last = 14 + body.count("\n")
    for found in check_issue(dossier).findings:
        assert found.line is None or 1 <= found.line <= last


@given(st.text(max_size=200), st.text(max_size=200), CSS)
def test_any_email_can_be_checked(html: str, text: str, css: str) -> None:
    clean = str.maketrans(dict.fromkeys([*range(32), *range(0x7F, 0xA0), *range(0xD800, 0xE000)]))
    body = f"<style>{css}</style></head>{html.translate(clean)}"
    check_issue(email(HTML.replace("</head>", body), TEXT + text.translate(clean)))


@given(CSS)
def test_any_css_can_be_read(css: str) -> None:
    nested_at_rule(css)
    declarations(css)
    style_rules((css,), dark=True)


@given(st.text(max_size=20))
def test_any_colour_is_one_or_none(written: str) -> None:
    for found in (colour_of(written), first_colour(written)):
        assert found is None or isinstance(found, Colour)


@given(*(st.builds(Colour, *(st.floats(0, 255),) * 3) for _ in range(2)))
def test_contrast_is_the_same_both_ways(one: Colour, other: Colour) -> None:
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21.001
