"""Each rule reads hostile text in a time that grows as the text does."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest

from newsletter.basics.errors import Level, Problem
from newsletter.checks.dossier import Dossier, Readers
from newsletter.checks.engine import MOST, Rule, inspect
from newsletter.checks.reading.anchors import anchors
from newsletter.checks.registry import RULES
from newsletter.content.month import Month
from tests.checks.samples import HARBOUR, ISSUE, QUIET, SETTINGS, passage
from tests.growth import UNITS, assert_grows_evenly


def look(rule: Rule, text: str) -> None:
    anchors.cache_clear()
    line = " ".join(text.split())[:10_000]
    summary = replace(HARBOUR, body=passage(text), title=line, citation=line, blurb=line)
    issue = replace(ISSUE, introduction=passage(text, "issues/2026-11.md"), subject=line)
    dossier = Dossier(
        settings=SETTINGS,
        issue=issue,
        summaries=(summary, QUIET),
        library=(summary, QUIET),
        readers=Readers(mailable=2, columns=("email", "name")),
        preheader=line,
        today=Month(2026, 11),
    )
    list(islice(rule.look(dossier, issue), MOST))


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())
def test_each_rule_takes_twice_as_long_for_twice_the_text(unit: str) -> None:
    for rule in RULES:
        assert_grows_evenly(lambda text, rule=rule: look(rule, text), unit)  # type: ignore[misc]


def test_a_rule_that_finds_thousands_of_things_tells_three_hundred() -> None:
    many = Rule(
        "many",
        lambda _dossier, _issue: (
            Problem(message=f"number {number}", level=Level.WARNING) for number in range(5_000)
        ),
    )
    dossier = Dossier(settings=SETTINGS, issue=ISSUE, today=Month(2026, 11))

    findings = inspect(dossier, [many]).findings

    assert len(findings) == MOST + 1
    assert findings[-1].message == "and more of this kind: only the first 300 are shown"
