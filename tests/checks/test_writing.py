"""What was typed as readers should not see it is found, with its line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsletter.checks.dossier import Dossier, Readers
from newsletter.checks.engine import Finding
from newsletter.checks.registry import check_issue
from newsletter.content.doi import Doi
from newsletter.content.month import Month
from newsletter.content.topics import Vocabularies, Vocabulary
from tests.checks.samples import HARBOUR, ISSUE, QUIET, SOUND, passage


def found(dossier: Dossier) -> list[Finding]:
    return [each for each in check_issue(dossier).findings if each.rule != "size"]


def told(dossier: Dossier) -> list[tuple[str, str, int | None]]:
    return [(each.rule, each.level.value, each.line) for each in found(dossier)]


def opening(text: str) -> Dossier:
    return replace(SOUND, issue=replace(ISSUE, introduction=passage(text, "issues/2026-11.md", 5)))


def with_body(text: str) -> Dossier:
    return replace(SOUND, summaries=(replace(HARBOUR, body=passage(text, line=10)), QUIET))


def test_a_field_without_a_column_is_told_with_the_column_that_was_meant() -> None:
    readers = Readers(mailable=2, columns=("email", "first_name", ""))
    text = 'Hello,\ndear {{ reader.firstname | fallback("colleague") }}'
    dossier = replace(opening(text), readers=readers)
    [finding] = found(dossier)
    assert (finding.rule, finding.level.value, finding.line, finding.hint) == (
        "reader-field",
        "warning",
        6,
        "did you mean 'first_name'?",
    )
    right = opening(
        'Dear {{ reader.first_name | fallback("x") }}, {{ reader.name | fallback("y") }}'
    )
    assert told(replace(right, readers=readers)) == []
    assert told(replace(dossier, readers=Readers(mailable=2))) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Dear { reader.first_name | fallback("x") },', [("braces", "warning", 5)]),
        ("Dear { reader.first_name }},", [("braces", "warning", 5)]),
        ('Dear {{ reader.first_name | fallback("x") }},', []),
        ("a set {a, b} and { reader }", []),
    ],
)
def test_single_braces_are_a_warning(text: str, expected: list[tuple[str, str, int]]) -> None:
    assert told(opening(text)) == expected


def test_a_subject_with_single_braces_is_a_warning() -> None:
    issue = replace(ISSUE, subject="{title}, {{ month }}", lines=ISSUE.lines | {"subject": 4})
    [finding] = found(replace(SOUND, issue=issue))
    assert (finding.rule, finding.line, finding.hint) == ("braces", 4, "write {{ title }}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One.\n\nSo <b>what</b>?", [("raw-html", "info", 12)]),
        ('<a href="https://example.org">here</a>', [("raw-html", "info", 10)]),
        ("A <script>alert(1)</script> b", [("raw-html", "info", 10)]),
        ("<https://example.org> and p <.05, a <b and c> d, `<b>`, \\<b>", []),
        ("Three:\n•\tone\n•\ttwo", [("pasted-bullets", "warning", 11)]),
        ("o\tone", [("pasted-bullets", "warning", 10)]),
        ("- one\n-\ttwo\n* three\n1. four\nof a dot · here", []),
    ],
)
def test_html_and_pasted_bullets_are_told(text: str, expected: list[tuple[str, str, int]]) -> None:
    assert told(with_body(text)) == expected


def test_an_opening_of_whole_titles_is_a_warning() -> None:
    bare = replace(SOUND, summaries=(HARBOUR, replace(QUIET, blurb=None)))
    assert told(bare) == [("opening", "warning", None)]
    assert told(replace(bare, issue=opening("Hello.").issue)) == []


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (Month(2026, 10), []),
        (Month(2026, 9), [("issue-month", "warning", None)]),
        (Month(2026, 12), [("issue-month", "info", None)]),
    ],
)
def test_a_month_far_ahead_is_a_warning(
    today: Month, expected: list[tuple[str, str, None]]
) -> None:
    assert told(replace(SOUND, today=today)) == expected


def test_a_doi_from_a_web_address_loses_its_query_in_the_hint() -> None:
    doi = "https://journal.example/10.5555/jis.1?src=recsys"
    dossier = replace(SOUND, summaries=(replace(HARBOUR, doi=Doi(doi)), QUIET))
    assert [each.hint for each in found(dossier)] == ["write 10.5555/jis.1"]


def test_a_doi_may_end_with_the_sign_that_a_sici_ends_with() -> None:
    doi = "10.1002/(SICI)1097-4679(199907)55:7<865::AID-JCLP8>3.0.CO;2-#"
    assert told(replace(SOUND, summaries=(replace(HARBOUR, doi=Doi(doi)), QUIET))) == []


def test_comments_of_a_draft_are_no_words() -> None:
    summary = replace(
        HARBOUR, body=passage("<!-- TK: to\ncome -->"), implications=passage("Two words.")
    )
    assert summary.words == 2


def test_a_name_that_its_commas_tore_apart_is_told_once() -> None:
    name = "Attendance, Attrition, and Drop-Out"
    dossier = replace(
        with_topics("Attachment", "Attendance", "Attrition", "and Drop-Out"),
        vocabularies=Vocabularies(topics=Vocabulary(("Attachment", name))),
    )
    [finding] = found(dossier)
    assert finding.rule == "unknown-topic"
    assert finding.hint == f'this name has commas: put it in quotes, ["{name}"]'


def with_topics(*topics: str) -> Dossier:
    harbour = replace(HARBOUR, topics=topics, research_type=None)
    return replace(SOUND, summaries=(harbour, QUIET))
