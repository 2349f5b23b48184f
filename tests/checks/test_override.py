"""What an editor may let through, and what nobody may."""

from __future__ import annotations

import pytest

from newsletter.basics.errors import Level, WrongUsage
from newsletter.checks.engine import RENDER, Finding, Report
from newsletter.checks.override import judge
from newsletter.checks.registry import RULE_IDS

LARGE = Finding(rule="size", level=Level.ERROR, message="120 KB")
TOPIC = Finding(rule="unknown-topic", level=Level.WARNING, message="'Zebra' is no topic")
BROKEN = Finding(rule=RENDER, level=Level.ERROR, message="broken")


def test_an_error_refuses_unless_it_is_overridden_and_a_warning_never_does() -> None:
    report = Report((LARGE, TOPIC))
    assert judge(report, {}, RULE_IDS).refusing == (LARGE,)
    judged = judge(report, {"size": " for a reason "}, RULE_IDS)
    assert (judged.refusing, judged.unneeded) == ((), ())
    [let_through] = judged.overridden
    assert (let_through.rule, let_through.level, let_through.silenced) == (
        "size",
        Level.ERROR,
        "for a reason",
    )


def test_what_was_overridden_for_nothing_is_told() -> None:
    judged = judge(Report((TOPIC,)), {"size": "x", "unknown-topic": "y"}, RULE_IDS)
    assert judged.unneeded == ("size", "unknown-topic")


@pytest.mark.parametrize(
    ("rule", "reason", "said"),
    [
        ("sise", "x", "did you mean 'size'?"),
        ("size", " ", "without a reason"),
        (RENDER, "x", "without an email there is nothing to send"),
    ],
)
def test_an_override_that_makes_no_sense_is_wrong_usage(rule: str, reason: str, said: str) -> None:
    with pytest.raises(WrongUsage) as caught:
        judge(Report((BROKEN,)), {rule: reason}, RULE_IDS)
    assert said in str(caught.value)
