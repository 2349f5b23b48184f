"""What is wrong with the article behind a summary: DOI, citation, year."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.checks.dossier import Dossier
from newsletter.checks.registry import check_issue
from newsletter.content.doi import Doi, doi_key, written_in
from tests.checks.samples import HARBOUR, QUIET, SOUND

SICI = "10.1002/(SICI)1097-4679(199912)55:12<1469::AID-JCLP5>3.0.CO;2-A"


def with_harbour(**changes: Any) -> Dossier:
    return replace(SOUND, summaries=(replace(HARBOUR, **changes), QUIET))


def told(dossier: Dossier, rule: str) -> list[tuple[str, str, int | None]]:
    found = [each for each in check_issue(dossier).findings if each.rule == rule]
    return [(each.level.value, str(each.file), each.line) for each in found]


def test_a_summary_without_a_citation_is_a_warning_at_its_title() -> None:
    assert told(with_harbour(citation=None), "citation-missing") == [
        ("warning", "summaries/harbour.md", 2)
    ]


@pytest.mark.parametrize(
    ("citation", "doi"),
    [
        ("A, B. (2026). T. J, 1. https://doi.org/10.5555/jis.2026.0045", "10.5555/jis.2026.0045"),
        ("A, B. (2026). T. J, 1. doi:10.5555/JIS.2026.0045.", "10.5555/jis.2026.0045"),
        ("A, B. (2026). T. J, 1 (doi: 10.5555/jis.2026.0045).", "10.5555/jis.2026.0045"),
        (f"A, B. (1999). T. J, 1. https://doi.org/{SICI}", SICI),
        (
            f"A, B. (1999). T. https://doi.org/{quote(SICI, safe='/():;')}.",
            SICI,
        ),
        ("A, B. (2026). T. J. http://dx.doi.org/10.5555/a(b)c", "10.5555/a(b)c"),
        ("A, B. (2026). T. J. 10.5555/jis#2.", "10.5555/jis#2"),
        ("A, B. (2026). No DOI at all, pp. 10.1-10.9/12.", "10.5555/x"),
        ("A, B. (2026). T. https://journal.example/article/10.5555/jis.1?src=x", "10.5555/jis.1"),
    ],
)
def test_one_doi_in_any_spelling_is_the_same(citation: str, doi: str) -> None:
    assert told(with_harbour(citation=citation, doi=Doi(doi)), "doi-differs") == []


@pytest.mark.parametrize(
    ("citation", "doi"),
    [
        ("A, B. (2026). T. J, 1. https://doi.org/10.5555/jis.2026.0046", "10.5555/jis.2026.0045"),
        ("A, B. (2026). T. J, 1. https://doi.org/10.5555/jis.2026.00455", "10.5555/jis.2026.0045"),
        ("A, B. (2026). T. J, 1. doi: 10.5555/jis.2026.004", "10.5555/jis.2026.0045"),
    ],
)
def test_another_doi_in_the_citation_is_an_error_at_the_citation(citation: str, doi: str) -> None:
    assert told(with_harbour(citation=citation, doi=Doi(doi)), "doi-differs") == [
        ("error", "summaries/harbour.md", 3)
    ]


def test_a_doi_that_only_the_citation_has_is_offered_as_the_summarys() -> None:
    citation = "A, B. (2026). T. J, 1. https://doi.org/10.5555/jis.1."
    report = check_issue(with_harbour(citation=citation, doi=None))
    [found] = [each for each in report.findings if each.rule == "doi-differs"]
    assert (found.level.value, found.hint) == ("info", "add the line: doi: 10.5555/jis.1")


@given(st.text(), st.text())
def test_no_citation_is_too_odd_to_be_judged(citation: str, doi: str) -> None:
    written_in(citation, Doi(doi))
    key = doi_key(Doi(doi))
    assert key is None or doi_key(Doi(key)) == key


@pytest.mark.parametrize(
    "year", ["2027", "2027a", "2026, December", "2026, December 3-5", "2027, in press"]
)
def test_a_citation_newer_than_the_issue_is_a_warning(year: str) -> None:
    dossier = with_harbour(citation=f"Okafor, L. ({year}). First sessions. Studies, 1, 2.")
    assert told(dossier, "citation-year") == [("warning", "summaries/harbour.md", 3)]


@pytest.mark.parametrize(
    "citation",
    [
        "Okafor, L. (2026). First sessions (2030 and beyond). Studies, 1.",
        "Okafor, L. (2026, November). First sessions. Studies, 1.",
        "Okafor, L. (in press). First sessions of 2031. Studies, 1.",
        "Okafor, L. (1998/2024). First sessions. Studies, 1.",
        "Okafor, L. First sessions. Studies, 2050(3), 1-20.",
    ],
)
def test_years_of_something_else_are_no_finding(citation: str) -> None:
    assert told(with_harbour(citation=citation), "citation-year") == []


def test_a_title_of_another_summary_of_the_issue_is_an_error() -> None:
    twin = replace(QUIET, title="What Clients remember!")
    assert told(replace(SOUND, summaries=(HARBOUR, twin)), "title-repeated") == [
        ("error", "summaries/quiet.md", 2)
    ]


def test_a_title_of_another_summary_of_the_library_is_a_warning() -> None:
    twin = replace(QUIET, slug="older", title=HARBOUR.title)
    dossier = replace(SOUND, library=(HARBOUR, QUIET, twin))
    assert told(dossier, "title-repeated") == [("warning", "summaries/harbour.md", 2)]


def test_an_article_is_known_by_the_doi_of_its_citation_too() -> None:
    citation = "Varga, M. (2025). Silences. doi: 10.5555/JIS.2026.0045"
    twin = replace(QUIET, citation=citation, doi=None)
    dossier = replace(SOUND, summaries=(HARBOUR, twin))
    assert told(dossier, "already-sent") == [("error", "issues/2026-11.md", 2)]
