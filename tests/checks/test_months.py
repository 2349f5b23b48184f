"""Words of the issue that speak of another month as this one; dates of news are no fault."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsletter.checks.dossier import Dossier
from newsletter.checks.registry import check_issue
from newsletter.content.issue.issue import Announcement
from tests.checks.samples import ISSUE, ISSUE_FILE, SETTINGS, SOUND, passage


def told(dossier: Dossier) -> list[tuple[str, int | None]]:
    found = check_issue(dossier).findings
    return [(each.level.value, each.line) for each in found if each.rule == "other-month"]


def introduction(text: str, language: str = "en") -> Dossier:
    news = replace(SETTINGS.newsletter, language=language)
    return replace(
        SOUND,
        settings=replace(SETTINGS, newsletter=news),
        issue=replace(ISSUE, introduction=passage(text, str(ISSUE_FILE), 9)),
    )


@pytest.mark.parametrize(
    "text",
    [
        "Welcome to our October issue.",
        "Hello,\nwelcome to October!",
        "This is the newsletter for October 2026.",
        "The December letter is about lasting change.",
        "Practice Notes, November 2025 issue",
        "In this May issue we read two studies.",
    ],
)
def test_an_introduction_of_another_months_issue_is_a_warning(text: str) -> None:
    [(level, line)] = told(introduction(text))
    assert (level, line) == ("warning", 10 if "\n" in text else 9)


def test_a_month_that_is_over_is_worth_a_look() -> None:
    assert told(introduction("In October we read three studies.")) == [("info", 9)]


@pytest.mark.parametrize(
    "text",
    [
        "This November two studies are about sleep.",
        "We meet on 22 and 23 January, and again in March 2027.",
        "You may want to march through the august halls of May Street.",
        "May all your sessions be calm. March on!",
        "April Jones has left; Dr. June Park and August Brown stay.",
        "The next issue comes in December.",
    ],
)
def test_news_of_the_future_and_other_words_are_fine(text: str) -> None:
    assert told(introduction(text)) == []


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("fr", "Bienvenue dans le numéro d'octobre.", 1),
        ("de", "Willkommen zur Ausgabe vom Oktober.", 1),
        ("fr", "Il faut mettre la planète Mars de côté.", 0),
        ("de", "Am 3. Dezember treffen wir uns.", 0),
        ("es", "Nos vemos en diciembre.", 0),
    ],
)
def test_months_are_known_in_the_newsletters_language(language: str, text: str, count: int) -> None:
    assert len(told(introduction(text, language))) == count


@pytest.mark.parametrize(
    ("subject", "levels"),
    [
        ("Practice Notes, October 2026", ["warning"]),
        ("Practice Notes, November 2025", ["warning"]),
        ("Practice Notes, November 2026", []),
        ("Practice Notes: come on 12 December", []),
        ("What clients may say", []),
    ],
)
def test_a_subject_names_this_month_or_none(subject: str, levels: list[str]) -> None:
    issue = replace(ISSUE, subject=subject, lines={**ISSUE.lines, "subject": 4})
    assert told(replace(SOUND, issue=issue)) == [(level, 4) for level in levels]


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("Registration is open until 30 October.", ["warning"]),
        ("Abstracts by September 15, 2026, please.", ["warning"]),
        ("Our meeting is on 22 January.", []),
        ("Thank you for coming on 3 October.", ["info"]),
        ("The recording of November 2026 is online.", []),
    ],
)
def test_an_announcement_of_what_is_over_is_told(text: str, levels: list[str]) -> None:
    news = Announcement(title="Meeting", text=passage(text, str(ISSUE_FILE), 6))
    dossier = replace(SOUND, issue=replace(ISSUE, announcements=(news,)))
    assert told(dossier) == [(level, 6) for level in levels]


def test_what_a_study_says_of_months_is_never_looked_at() -> None:
    body = passage("In the October issue of the journal; by September 2020 all had left.")
    harbour = replace(SOUND.summaries[0], body=body)
    assert told(replace(SOUND, summaries=(harbour, SOUND.summaries[1]))) == []
