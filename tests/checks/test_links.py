"""Where links lead and what they say, at the exact line of the text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.basics.errors import Problem
from newsletter.checks.dossier import Answer, Dossier, Reached
from newsletter.checks.reading.anchors import anchors
from newsletter.checks.registry import check_issue
from newsletter.content.issue.issue import Announcement
from tests.checks.samples import (
    HARBOUR,
    HTML,
    ISSUE,
    ISSUE_FILE,
    QUIET,
    SETTINGS,
    SOUND,
    email,
    passage,
)

PAGE = "https://example.org/page"


def told(dossier: Dossier) -> list[tuple[str, str, int | None]]:
    found = check_issue(dossier).findings
    wanted = [each for each in found if each.rule.startswith(("link-", "image-"))]
    return [(each.rule, each.level.value, each.line) for each in wanted]


def with_body(text: str) -> Dossier:
    return replace(SOUND, summaries=(replace(HARBOUR, body=passage(text, line=10)), QUIET))


def test_a_link_that_says_where_it_leads_is_fine() -> None:
    text = f"See [the study's page]({PAGE}), or [write to her](mailto:ada@example.org?subject=Hi)."
    assert told(with_body(text)) == []


@pytest.mark.parametrize(
    "url",
    [
        *("page.html", "/archive", "#part-2", "www.example.org/x", "mailto:ada", "mailto:"),
        *("https://", "http://localhost/x", "https://intranet/x", "https://192.168.1.4/x"),
        *("https://[::1/x", "ftp://example.org/x"),
    ],
)
def test_a_link_that_leads_nowhere_is_an_error_at_its_line(url: str) -> None:
    text = f"A first line,\na second one\nwith [the page of it]({url})\nand a fourth."
    assert ("link-target", "error", 12) in told(with_body(text))


def test_what_rendering_refuses_is_not_told_twice() -> None:
    dossier = with_body("[the page](page.html)")
    [(rule, _, line)] = told(dossier)
    refused = Problem(message="refused", file=Path("summaries/harbour.md"), line=line)
    assert rule == "link-target"
    assert told(replace(dossier, message=None, unrendered=(refused,))) == []


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (f"[click here]({PAGE})", [("link-text", "warning", 10)]),
        (f"[Read more …]({PAGE})", [("link-text", "warning", 10)]),
        (f"[cliquez ici]({PAGE})", [("link-text", "warning", 10)]),
        (f"[]({PAGE})", [("link-text", "error", 10)]),
        (f"see {PAGE}.", [("link-text", "info", 10)]),
        (f"<{PAGE}>", [("link-text", "info", 10)]),
        ("see https://example.org", []),
        ("see https://doi.org/10.5555/jis.1", []),
        (f"[www.other.example]({PAGE})", [("link-text", "warning", 10)]),
        (f"[example.org]({PAGE})", []),
        (f"[here we read about grief]({PAGE})", []),
        ("[page](http://example.org/page)", [("link-http", "warning", 10)]),
        (f"`[click here]({PAGE})`", []),
        (
            "![a chart of both groups](https://example.org/c.png)",
            [("image-in-text", "warning", 10)],
        ),
    ],
)
def test_words_of_links_are_judged(link: str, expected: list[tuple[str, str, int]]) -> None:
    found = [
        each for each in told(with_body(link)) if each[0] != "link-text" or "page]" not in link
    ]
    assert found == expected


def test_lines_are_exact_with_reference_links_and_lists() -> None:
    text = (
        "Text with a [first page][a].\n\n- an item with\n  [click here](https://example.org/b)\n"
        "- another\n\n> quoted [here](https://example.org/c)\n\n[a]: http://example.org/a\n"
    )
    assert sorted(told(with_body(text)), key=lambda each: each[2] or 0) == [
        ("link-http", "warning", 10),
        ("link-text", "warning", 13),
        ("link-text", "warning", 16),
    ]


def test_a_page_that_is_linked_twice_is_told() -> None:
    text = f"[The study]({PAGE}) and\n\n[its data]({PAGE}/?utm_source=x)"
    assert told(with_body(text)) == [("link-repeated", "warning", 12)]
    assert told(with_body(f"[it all]({PAGE}), [it all]({PAGE})")) == [("link-repeated", "info", 10)]


def test_the_same_words_for_two_pages_are_told() -> None:
    text = f"[the study]({PAGE})\n\n[the study](https://example.org/other)"
    assert told(with_body(text)) == [("link-repeated", "warning", 12)]


def test_the_site_of_the_newsletter_should_be_encrypted() -> None:
    news = replace(SETTINGS.newsletter, site_url="http://news.example.org")
    settings = replace(SETTINGS, newsletter=news, lines={"newsletter.site_url": 7})
    assert told(replace(SOUND, settings=settings)) == [("link-http", "warning", 7)]


def test_an_announcements_own_link_is_looked_at() -> None:
    text = passage("Come.", str(ISSUE_FILE), 6)
    news = Announcement(title="Meeting", text=text, url="http://example.org/meeting")
    dossier = replace(SOUND, issue=replace(ISSUE, announcements=(news,)))
    assert told(dossier) == [("link-http", "warning", 6)]


def test_a_fragment_of_a_template_needs_its_place() -> None:
    html = HTML.replace("<h1>", '<p><a href="#two">Two of them</a></p><h1>')
    assert told(email(html)) == [("link-target", "error", None)]
    assert told(email(html.replace("<h2>", '<h2 id="two">', 1))) == []


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (f'<a href="{PAGE}">Click here</a>', [("link-text", "warning", None)]),
        (f'<a href="{PAGE}"> </a>', [("link-text", "error", None)]),
        (f'<a href="{PAGE}">All issues</a>', []),
        ('<a name="top"></a>', []),
    ],
)
def test_the_words_of_a_templates_links_are_judged_too(
    link: str, expected: list[tuple[str, str, int]]
) -> None:
    assert told(email(HTML.replace("<h1>", f"<p>{link}</p><h1>"))) == expected


def test_what_was_answered_is_told_at_the_links_line() -> None:
    dossier = replace(
        with_body(f"One.\n[the study]({PAGE}) [its data](https://example.org/d)"),
        answers={
            PAGE: Answer(Reached.NO, "there is no such page (404)"),
            "https://example.org/d": Answer(Reached.UNSURE, "could not tell"),
            "https://doi.org/10.5555/jis.2026.0045": Answer(Reached.YES, "answers 302"),
        },
    )
    assert told(dossier) == [
        ("link-unreachable", "error", 11),
        ("link-unreachable", "warning", 11),
    ]


@given(st.text())
def test_no_text_is_too_odd_for_its_links_to_be_found(text: str) -> None:
    for anchor in anchors(passage(text, line=1)):
        assert 1 <= anchor.line <= text.count("\n") + 1
