"""The engine: levels, order, silence, and what cannot be silenced."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from newsletter.basics.errors import Level, Problem
from newsletter.checks.engine import IGNORE, RENDER, Finding, Report
from newsletter.checks.registry import RULES, check_issue
from tests.checks.samples import HARBOUR, ISSUE, ISSUE_FILE, QUIET, SOUND


def test_every_rule_has_an_id_of_its_own_and_says_what_it_is_about() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.look.__doc__ for rule in RULES)


def test_every_rule_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs/checks.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE))
    assert documented == {rule.id for rule in RULES} | {RENDER, IGNORE}


def test_the_worst_comes_first() -> None:
    dossier = replace(
        SOUND,
        summaries=(replace(HARBOUR, topics=("Zebra",)), replace(QUIET, implications=None)),
    )
    levels = [finding.level for finding in check_issue(dossier).findings]
    assert levels == [Level.ERROR, Level.WARNING, Level.INFO]


def test_a_silenced_rule_is_an_info_with_the_editors_reason() -> None:
    dossier = replace(
        SOUND,
        issue=replace(ISSUE, ignore={"summary-incomplete": "a book review has none"}),
        summaries=(HARBOUR, replace(QUIET, implications=None)),
    )
    assert check_issue(dossier).findings[-1] == Finding(
        rule="summary-incomplete",
        level=Level.INFO,
        message="'Silence that helps' has no Practice Implications "
        "(silenced: a book review has none)",
        file=Path("summaries/quiet.md"),
        line=6,
        silenced="a book review has none",
    )
    assert not check_issue(dossier).refuses(strict=True)


def test_an_unknown_rule_in_ignore_names_the_nearest() -> None:
    report = check_issue(replace(SOUND, issue=replace(ISSUE, ignore={"sise": "short"})))
    assert report.findings[0] == Finding(
        rule="ignore",
        level=Level.WARNING,
        message="there is no check named 'sise'",
        file=ISSUE_FILE,
        line=3,
        hint="did you mean 'size'?",
    )


def test_a_rule_is_not_silenced_without_a_reason() -> None:
    dossier = replace(
        SOUND,
        issue=replace(ISSUE, ignore={"summary-incomplete": " "}),
        summaries=(HARBOUR, replace(QUIET, implications=None)),
    )
    report = check_issue(dossier)
    assert [(one.rule, one.level) for one in report.findings[:2]] == [
        ("summary-incomplete", Level.ERROR),
        ("ignore", Level.WARNING),
    ]


def test_an_email_that_cannot_be_made_is_an_error_that_nobody_silences() -> None:
    problem = Problem(message="'<b>' is never closed", file=Path("summaries/quiet.md"), line=8)
    dossier = replace(
        SOUND,
        issue=replace(ISSUE, ignore={"render": "never mind"}),
        message=None,
        unrendered=(problem,),
    )
    report = check_issue(dossier)
    assert [(one.rule, one.level, one.line) for one in report.findings] == [
        ("render", Level.ERROR, 8),
        ("ignore", Level.WARNING, 3),
    ]
    assert report.refuses()


def test_an_issue_that_cannot_be_read_has_only_its_own_problems() -> None:
    problem = Problem(message="unknown key 'sumaries'", file=ISSUE_FILE, line=2)
    report = check_issue(replace(SOUND, issue=None, message=None, unrendered=(problem,)))
    assert report == Report(
        (
            Finding(
                rule="render",
                level=Level.ERROR,
                message="unknown key 'sumaries'",
                file=ISSUE_FILE,
                line=2,
            ),
        )
    )


def test_the_json_of_a_finding_has_exactly_the_promised_keys() -> None:
    finding = Finding(
        rule="size", level=Level.INFO, message="41 KB", file=Path("issues/2026-11.md"), hint="no"
    )
    assert finding.as_json() == {
        "rule": "size",
        "level": "info",
        "message": "41 KB",
        "file": "issues/2026-11.md",
        "line": None,
    }


def test_strict_counts_warnings() -> None:
    warned = Report((Finding(rule="size", level=Level.WARNING, message="large"),))
    assert (warned.refuses(), warned.refuses(strict=True)) == (False, True)
