"""Each rule finds its own kind of fault, says where, and is quiet about sound things."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.basics.errors import Level, Problem
from newsletter.checks.dossier import Dossier, Readers, Use
from newsletter.checks.registry import check_issue
from newsletter.content.doi import Doi
from newsletter.content.issue.issue import Announcement
from newsletter.content.month import Month
from tests.checks.samples import HARBOUR, ISSUE, ISSUE_FILE, QUIET, SOUND, passage

Told = tuple[str, str, str | None, int | None]


def told(dossier: Dossier) -> list[Told]:
    """Return (rule, level, file, line) of everything found but the weight of the email."""
    return [
        (found.rule, found.level.value, None if found.file is None else str(found.file), found.line)
        for found in check_issue(dossier).findings
        if (found.rule, found.level) != ("size", Level.INFO)
    ]


def with_harbour(**changes: Any) -> Dossier:
    return replace(SOUND, summaries=(replace(HARBOUR, **changes), QUIET))


def test_a_sound_issue_has_nothing_but_its_weight() -> None:
    assert told(SOUND) == []
    [weight] = check_issue(SOUND).findings
    assert (weight.rule, weight.level) == ("size", Level.INFO)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"incomplete": "cut off", "lines": {**HARBOUR.lines, "incomplete": 7}}, 7),
        ({"body": passage(" \n", line=9)}, 9),
        ({"implications": None}, 10),
        ({"implications": passage("\n\n", line=14)}, 14),
    ],
)
def test_an_incomplete_summary_is_an_error(changes: dict[str, Any], line: int | None) -> None:
    assert told(with_harbour(**changes)) == [
        ("summary-incomplete", "error", "summaries/harbour.md", line)
    ]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("The authors TK found", "error"),
        ("TKTK", "error"),
        ("TODO: the effect size", "error"),
        ("(FIXME)", "error"),
        ("Room XXX, at noon", "error"),
        ("Date: TBD", "error"),
        ("the room (TBC)", "error"),
        ("as shown [citation needed]", "error"),
        ("Dear [name],", "error"),
        ("[insert figure here]", "error"),
        ("xxxx people", "warning"),
        ("“???”", "warning"),
        ("Lorem ipsum dolor", "error"),
        ("an effect of ??? points", "warning"),
        ("he said [...] and left", "warning"),
        ("he said […] and left", "warning"),
    ],
)
def test_unfinished_text_is_found_with_its_line(text: str, level: str) -> None:
    dossier = with_harbour(body=passage(f"One line.\n{text}\nAnother.", line=10))
    assert told(dossier) == [("unfinished-text", level, "summaries/harbour.md", 11)]


@pytest.mark.parametrize(
    "text",
    [
        "STK, TKO and ATODO are other words; todo lists help",
        "https://example.org/TK/TODO?x=1",
        "mail TK@example.org",
        "p < .05, what?? & {{ braces }} [sic]",
        "T. K. Okafor",
        "TK Okafor and Okafor, TK, rated it",
        "Daten der TK zeigen",
        "thymidine kinase (TK) and TK activity",
        "vol. XXX, chapter XXX; karyotype 47,XXX",
        "patients with TBC and TBD",
        "a to-do list; a TO DO list",
        "“Why me???” she asked, and „Was???“, sagte er",
        "“I came [...] and stayed”",
        "> I came [...] and stayed",
        "`TODO` is a word of programs",
        "[citation needed](https://example.org/a) and [the year](https://example.org/b)",
    ],
)
def test_ordinary_words_are_not_unfinished(text: str) -> None:
    assert "unfinished-text" not in {rule for rule, *_ in told(with_harbour(body=passage(text)))}


def test_unfinished_text_is_found_in_the_issue_too() -> None:
    news = Announcement(title="Conference TODO", text=passage("Room ???", str(ISSUE_FILE), 6))
    issue = replace(
        ISSUE,
        introduction=passage("Dear TK", str(ISSUE_FILE), 9),
        subject="TODO",
        announcements=(news,),
        lines={"subject": 3},
    )
    assert told(replace(SOUND, issue=issue)) == [
        ("unfinished-text", "error", str(ISSUE_FILE), 9),
        ("unfinished-text", "error", str(ISSUE_FILE), 3),
        ("unfinished-text", "error", str(ISSUE_FILE), 6),
        ("unfinished-text", "warning", str(ISSUE_FILE), 6),
    ]


@pytest.mark.parametrize(
    "doi",
    [
        "10.1037/pst0000317",
        "10.1002/(SICI)1097-4679(199612)52:6<707::AID-JCLP12>3.0.CO;2-C",
        "10.1000.10/123456",
        "10.1016/j.cpr.2020.101_",
    ],
)
def test_a_doi_of_any_registered_form_is_fine(doi: str) -> None:
    assert told(with_harbour(doi=Doi(doi))) == []


@pytest.mark.parametrize(
    ("doi", "hint"),
    [
        ("https://doi.org/10.1037/pst0000317", "write 10.1037/pst0000317"),
        ("doi:10.1037/pst0000317.", "write 10.1037/pst0000317"),
        ("10.1037/pst0000317.", "write 10.1037/pst0000317"),
        ("10.1037 pst0000317", "a DOI looks like 10.1037/pst0000317"),
        ("11.1037/pst0000317", "a DOI looks like 10.1037/pst0000317"),
        ("10.1037/", "a DOI looks like 10.1037/pst0000317"),
    ],
)
def test_a_malformed_doi_is_an_error_that_says_how_to_write_it(doi: str, hint: str) -> None:
    found = check_issue(with_harbour(doi=Doi(doi))).errors
    assert [(one.rule, one.line, one.hint) for one in found] == [("doi-malformed", 4, hint)]


@given(st.text())
def test_no_doi_is_too_odd_to_be_judged(doi: str) -> None:
    check_issue(with_harbour(doi=Doi(doi)))


@pytest.mark.parametrize(
    ("use", "level"),
    [
        (Use(issue="2026-09", summary="harbour", doi=None, sent=True), "error"),
        (
            Use(issue="2026-09", summary="other", doi=Doi("10.5555/JIS.2026.0045"), sent=True),
            "error",
        ),
        (Use(issue="2026-09", summary="harbour", doi=None, sent=False), "warning"),
        (Use(issue="2026-12", summary="harbour", doi=None, sent=True), "error"),
    ],
)
def test_a_summary_or_its_article_that_stood_in_another_issue_is_told(use: Use, level: str) -> None:
    dossier = replace(SOUND, uses=(use,))
    assert told(dossier) == [("already-sent", level, str(ISSUE_FILE), 2)]


@pytest.mark.parametrize(
    "use",
    [
        Use(issue="2026-11", summary="harbour", doi=None, sent=True),
        Use(issue="2026-12", summary="harbour", doi=None, sent=False),
        Use(issue="2026-09", summary="other", doi=None, sent=True),
    ],
)
def test_the_issue_itself_and_later_drafts_are_no_earlier_use(use: Use) -> None:
    assert told(replace(SOUND, uses=(use,))) == []


def test_two_summaries_of_one_article_in_one_issue_are_an_error() -> None:
    twin = replace(QUIET, doi=Doi("10.5555/JIS.2026.0045"), lines={"doi": 4})
    dossier = replace(SOUND, summaries=(HARBOUR, twin))
    assert told(dossier) == [("already-sent", "error", str(ISSUE_FILE), 2)]


def test_a_topic_or_research_type_outside_the_vocabulary_names_the_nearest() -> None:
    dossier = with_harbour(topics=("Client Factor", "Zebra"), research_type="Meta analysis")
    found = [(one.level, one.line, one.hint) for one in check_issue(dossier).findings]
    assert found[:3] == [
        (Level.WARNING, 5, "did you mean 'Client Factors'?"),
        (Level.WARNING, 5, "the names are in topics.toml; add it there if it is new"),
        (Level.WARNING, 6, "did you mean 'Meta-analysis'?"),
    ]


@pytest.mark.parametrize(("count", "warned"), [(1, True), (2, False), (3, False), (4, True)])
def test_two_or_three_summaries_are_usual(count: int, *, warned: bool) -> None:
    issue = replace(ISSUE, summaries=tuple("abcd"[:count]))
    expected = [("summary-count", "warning", str(ISSUE_FILE), 2)] if warned else []
    assert told(replace(SOUND, issue=issue)) == expected


def test_a_draft_of_a_month_that_is_over_is_mentioned() -> None:
    late = replace(SOUND, today=Month(2027, 1))
    assert told(late) == [("issue-month", "info", str(ISSUE_FILE), None)]
    went_out = Use(issue="2026-11", summary="harbour", doi=None, sent=True)
    assert told(replace(late, uses=(went_out,))) == []


def test_a_summary_that_is_newer_than_its_issue_is_a_warning() -> None:
    assert told(with_harbour(published=Month(2026, 12))) == [
        ("issue-month", "warning", "summaries/harbour.md", 3)
    ]


@pytest.mark.parametrize(
    ("weight", "level"),
    [
        (80_000, Level.INFO),
        (80_001, Level.WARNING),
        (100_000, Level.WARNING),
        (100_001, Level.ERROR),
    ],
)
def test_the_html_of_the_longest_reader_is_weighed_against_gmails_clip(
    weight: int, level: Level
) -> None:
    found = check_issue(replace(SOUND, heaviest=weight)).findings
    assert [(one.rule, one.level) for one in found] == [("size", level)]


def test_a_list_without_a_mailable_reader_is_an_error() -> None:
    assert told(replace(SOUND, readers=Readers(mailable=0))) == [
        ("list-problems", "error", "subscribers.csv", None)
    ]


def test_where_nobody_is_left_the_first_bad_rows_are_the_reason_and_errors() -> None:
    file = Path("subscribers.csv")
    rows = tuple(Problem(message=f"row {at}", file=file, line=at) for at in range(2, 10))
    readers = Readers(mailable=0, problems=rows, excluded={"consent expired": 2, "suppressed": 1})
    found = check_issue(replace(SOUND, readers=readers)).findings
    assert [(one.level, one.line) for one in found if one.rule == "list-problems"] == [
        (Level.ERROR, None),
        *((Level.ERROR, at) for at in range(2, 7)),
        *((Level.WARNING, at) for at in range(7, 10)),
    ]
    assert found[0].message.endswith("(2 consent expired, 1 suppressed)")


def test_a_column_that_is_not_understood_is_an_error_that_no_count_of_rows_hides() -> None:
    column = Problem(message="the column", file=Path("subscribers.csv"), line=9)
    readers = Readers(mailable=3, problems=(column,), column_problems=(column,))
    assert told(replace(SOUND, readers=readers)) == [
        ("list-columns", "error", "subscribers.csv", 9)
    ]


def test_bad_rows_are_warnings_and_the_twenty_first_is_only_counted() -> None:
    file = Path("subscribers.csv")
    rows = tuple(
        Problem(message=f"row {line} is bad", file=file, line=line) for line in range(2, 25)
    )
    found = told(replace(SOUND, readers=Readers(mailable=1, problems=rows)))
    assert found == [
        *(("list-problems", "warning", "subscribers.csv", line) for line in range(2, 22)),
        ("list-problems", "warning", "subscribers.csv", None),
    ]
    assert (
        "3 more"
        in check_issue(replace(SOUND, readers=Readers(mailable=1, problems=rows)))
        .findings[-2]
        .message
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("word " * 350, []),
        ("word " * 400, [("long-paragraph", "info", 10)]),
        ("word " * 550, [("long-paragraph", "warning", 10)]),
        ("Short.\n\n\n" + "word " * 550, [("long-paragraph", "warning", 13)]),
        ("word " * 300 + "\n\n" + "word " * 300, []),
        ("語" * 700, []),
        ("語" * 990, [("long-paragraph", "warning", 10)]),
        ("- " + "word " * 550, []),
    ],
)
def test_a_very_long_paragraph_is_told_where_it_begins(
    text: str, expected: list[tuple[str, str, int]]
) -> None:
    found = told(with_harbour(body=passage(text.rstrip(), line=10)))
    assert [(rule, level, line) for rule, level, _, line in found] == expected
