"""`send --override RULE --reason TEXT`: which errors of a check stop the mailing all the same."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from newsletter.basics.errors import Level, Problem, WrongUsage, did_you_mean
from newsletter.checks.engine import RENDER, Finding, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a report means for a mailing.

    `refusing` are the errors that stop it. `overridden` are those that do not, each with the
    editor's reason in `silenced`. `unneeded` are rules that were overridden and found no error.
    """

    refusing: tuple[Finding, ...]
    overridden: tuple[Finding, ...]
    unneeded: tuple[str, ...]


def judge(report: Report, overrides: Mapping[str, str], known: Collection[str]) -> Judgement:
    """Return what stops a mailing; `overrides` maps a rule to the reason to send all the same.

    `known` are the ids of the rules. Raises WrongUsage for a rule that is none, for one that
    nobody can override, and where a reason is missing.
    """
    problems = tuple(_misused(overrides, known))
    if problems:
        raise WrongUsage(*problems)
    overridden = tuple(
        replace(finding, silenced=overrides[finding.rule].strip())
        for finding in report.errors
        if finding.rule in overrides
    )
    found = {finding.rule for finding in overridden}
    return Judgement(
        refusing=tuple(each for each in report.of(Level.ERROR) if each.rule not in overrides),
        overridden=overridden,
        unneeded=tuple(rule for rule in overrides if rule not in found),
    )


def _misused(overrides: Mapping[str, str], known: Collection[str]) -> Iterator[Problem]:
    for rule, reason in overrides.items():
        if rule == RENDER:
            yield Problem(
                message=f"'{RENDER}' cannot be overridden: "
                "without an email there is nothing to send",
                hint="mend what newsletter check says",
            )
        elif rule not in known:
            yield Problem(
                message=f"there is no check named '{rule}'",
                hint=did_you_mean(rule, known) or f"the checks are {', '.join(sorted(known))}",
            )
        elif not reason.strip():
            yield Problem(
                message=f"the check '{rule}' is overridden without a reason",
                hint='say why: --reason "..."',
            )
