from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]

NEWEST_FIRST = ["2026-11-two-letters", "2026-10-quiet-rooms", "2026-09-harbour-study"]


def slugs(result: Result) -> list[str]:
    assert (result.exit_code, result.stderr) == (0, "")
    return [entry["slug"] for entry in json.loads(result.stdout)]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), NEWEST_FIRST),
        (("--topic", "client factors"), NEWEST_FIRST[2:]),
        (("--topic", "Therapist Variables"), NEWEST_FIRST[1:2]),
        (("--type", "narrative review"), NEWEST_FIRST[2:]),
        (("--since", "2026-10"), NEWEST_FIRST[:2]),
        (("--until", "2026-10"), NEWEST_FIRST[1:]),
        (("--since", "2026-10", "--until", "2026-10"), NEWEST_FIRST[1:2]),
        (("--unused",), NEWEST_FIRST[2:]),
        (("--search", "VARGÁ silence"), NEWEST_FIRST[1:2]),
        (("--search", "nothing like it"), []),
    ],
)
def test_the_library_is_narrowed_down(
    run: Run, arguments: tuple[str, ...], expected: list[str]
) -> None:
    assert slugs(run("summaries", "--json", *arguments)) == expected


def test_the_machines_form_has_every_key(run: Run) -> None:
    listed = json.loads(run("summaries", "--json", "--search", "varga").stdout)
    assert listed == [
        {
            "slug": "2026-10-quiet-rooms",
            "title": "Silence that helps and silence that hurts",
            "published": "2026-10",
            "citation": "Varga, M. (2025). Silences in sessions. Invented Quarterly, 7, 1-19. doi: 10.5555/iq.2025.7",
            "doi": "10.5555/iq.2025.7",
            "topics": ["Therapist Factors"],
            "research_type": None,
            "blurb": None,
            "words": 20,
            "issues": ["2026-11"],
        }
    ]


def test_a_row_in_a_pipe_has_slug_month_title_topics_words_and_where_it_was_used(run: Run) -> None:
    result = run("summaries", "--search", "varga")
    rows = [row.split() for row in result.stdout.splitlines() if row.strip(" ─")]
    assert rows[0] == ["Slug", "Month", "Title", "Topics", "Words", "Used", "in"]
    assert (rows[1][:2], rows[1][-2:]) == (
        ["2026-10-quiet-rooms", "2026-10"],
        ["20", "2026-11"],
    )
    assert result.stderr == "1 of 3 summaries\nNext: newsletter compose MONTH\n"


def test_a_broken_summary_is_told_and_the_good_ones_are_listed(run: Run, workspace: Path) -> None:
    (workspace / "summaries" / "2026-08-broken.md").write_bytes(b"\xff\xfe")
    result = run("summaries", "--json")
    assert [entry["slug"] for entry in json.loads(result.stdout)] == NEWEST_FIRST
    assert result.exit_code == 1
    assert result.stderr.startswith("summaries/2026-08-broken.md: error: the text is in UTF-16\n")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--topic", "Atachment"), 2, "did you mean 'Attachment'?"),
        (("--type", "Poem"), 2, "no research type is named 'Poem'"),
        (("--since", "2026-13"), 2, "'2026-13' is no month; write YYYY-MM"),
        (("--sinse", "2026-10"), 2, "--since"),
    ],
)
def test_a_wrong_filter_gets_an_answer(
    run: Run, arguments: tuple[str, ...], code: int, message: str
) -> None:
    result = run("summaries", *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert message in result.stderr


def test_an_empty_library_is_an_empty_list(run: Run, workspace: Path) -> None:
    for file in (workspace / "summaries").iterdir():
        file.unlink()
    assert run("summaries", "--json").stdout == "[]\n"
    assert run("summaries").stderr == '0 of 0 summaries\nNext: newsletter new "TITLE"\n'
