from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from newsletter.basics.errors import NewsletterError
from newsletter.content.month import Month
from newsletter.tasks.write import new_summary
from newsletter.workspace import open_workspace

Run = Callable[..., Result]


def test_a_new_summary_is_ready_to_be_written(workspace: Path) -> None:
    file, told = new_summary(
        open_workspace(workspace),
        'Who "stays": a study',
        Month(2026, 12),
        "https://doi.org/10.5555/x.1",
        ["therapist variables", "Therapist Factors"],
    )
    assert (file, told) == (workspace / "summaries/2026-12-who-stays-a-study.md", ())
    assert (
        file.read_text()
        == """\
---
title: 'Who "stays": a study'
published: 2026-12
citation:
doi: 10.5555/x.1
topics: [Therapist Factors]
research_type:
blurb:
---
<!-- TK (to come): the summary, one or more paragraphs, in place of this line. -->

## Practice Implications

<!-- TK (to come): what it means for practice, in place of this line. -->
"""
    )


def test_what_is_made_can_be_read_at_once(run: Run, workspace: Path) -> None:
    result = run("new", "Sleep: a #1 problem", "--no-edit")
    assert result.exit_code == 0
    file = workspace / result.stdout.strip()
    assert open_workspace(workspace).library()[file.stem].title == "Sleep: a #1 problem"
    assert result.stderr.endswith("Next: newsletter summaries --unused\n")


def test_a_summary_that_is_there_is_never_overwritten(workspace: Path) -> None:
    opened = open_workspace(workspace)
    file, _ = new_summary(opened, "Sleep", Month(2026, 12), None, ())
    file.write_text("mine")
    with pytest.raises(NewsletterError, match="this summary is there already"):
        new_summary(opened, "Sleep!", Month(2026, 12), None, ())
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("",), "error: the title is empty"),
        ((" \n",), "error: the title is empty"),
        (("T", "--doi", "10.1/x"), "error: '10.1/x' is no DOI"),
        (("T", "--doi", "https://example.org"), "error: 'https://example.org' is no DOI"),
        ((), "error: missing argument 'TITLE'\n  Hint: newsletter new --help shows how"),
        (
            ("Silence:", "a", "$5", "colon"),
            'put the title in quotes: newsletter new "Silence: a \\$5 colon"',
        ),
    ],
)
def test_wrong_usage_writes_nothing(
    run: Run, workspace: Path, arguments: tuple[str, ...], message: str
) -> None:
    before = set((workspace / "summaries").iterdir())
    result = run("new", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert set((workspace / "summaries").iterdir()) == before


def test_an_unknown_topic_is_written_with_a_warning(run: Run) -> None:
    result = run("new", "T", "--topic", "Atachment")
    assert result.exit_code == 0
    assert "warning: 'Atachment' is no topic of topics.toml" in result.stderr
    assert "did you mean 'Attachment'?" in result.stderr
