"""Runs rules over a dossier and gathers their problems, as findings, in one report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from newsletter.basics.errors import Level, Problem, did_you_mean
from newsletter.checks.dossier import Dossier
from newsletter.content.issue.issue import Issue

RENDER = "render"
"""The id of findings about an email that cannot be made; no `ignore` silences them."""
MOST = 300
"""The most findings of one rule in a report; some rules search files for the line of each."""
IGNORE = "ignore"
"""The id of findings about the issue's own `ignore`."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One check: `look` yields what is wrong. It runs only where the issue could be read."""

    id: str
    look: Callable[[Dossier, Issue], Iterable[Problem]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One problem that a rule found; `silenced` is the editor's reason to ignore it, or None."""

    rule: str
    level: Level
    message: str
    file: Path | None = None
    line: int | None = None
    hint: str | None = None
    silenced: str | None = None

    def as_json(self) -> dict[str, str | int | None]:
        """Return the five keys that `check --json` promises."""
        return {
            "rule": self.rule,
            "level": self.level.value,
            "message": self.message,
            "file": None if self.file is None else self.file.as_posix(),
            "line": self.line,
        }

    def as_problem(self) -> Problem:
        """Return it as the error boundary prints it."""
        return Problem(
            message=self.message, file=self.file, line=self.line, hint=self.hint, level=self.level
        )


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found, the worst first; silenced findings are infos at the end."""

    findings: tuple[Finding, ...]

    def of(self, level: Level) -> tuple[Finding, ...]:
        """Return the findings of one level."""
        return tuple(finding for finding in self.findings if finding.level is level)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What stops a mailing."""
        return self.of(Level.ERROR)

    def refuses(self, *, strict: bool = False) -> bool:
        """Whether the issue must not go out; with `strict` a warning is enough."""
        return bool(self.errors) or (strict and bool(self.of(Level.WARNING)))


def refused(problems: Iterable[Problem]) -> Report:
    """Return the report on what cannot even be read, such as the settings."""
    return Report(tuple(_finding(RENDER, problem) for problem in problems))


def inspect(dossier: Dossier, rules: Sequence[Rule]) -> Report:
    """Return what the rules find in a dossier."""
    found = [_finding(RENDER, problem) for problem in dossier.unrendered]
    if dossier.issue is not None:
        found += _look(dossier, dossier.issue, rules)
        found += _misspelt(dossier.issue, rules)
        if not dossier.unrendered:
            found += _needless(dossier.issue, {each.rule for each in found}, rules)
    unique = dict.fromkeys(found)
    return Report(tuple(sorted(unique, key=_weight)))


def _look(dossier: Dossier, issue: Issue, rules: Sequence[Rule]) -> Iterator[Finding]:
    for rule in rules:
        reason = issue.ignore.get(rule.id, "").strip()
        problems = iter(rule.look(dossier, issue))
        for problem in islice(problems, MOST):
            finding = _finding(rule.id, problem)
            yield _silence(finding, reason) if reason else finding
        if next(problems, None) is not None:
            yield Finding(
                rule=rule.id,
                level=Level.INFO,
                message=f"and more of this kind: only the first {MOST} are shown",
                file=issue.file,
            )


def _silence(finding: Finding, reason: str) -> Finding:
    return replace(
        finding,
        level=Level.INFO,
        message=f"{finding.message} (silenced: {reason})",
        hint=None,
        silenced=reason,
    )


def _misspelt(issue: Issue, rules: Sequence[Rule]) -> Iterator[Finding]:
    known = [rule.id for rule in rules]
    line = issue.lines.get("ignore")
    for name, reason in issue.ignore.items():
        if name not in known:
            hint = did_you_mean(name, known) or f"the rules are {', '.join(sorted(known))}"
            message = (
                f"'{name}' cannot be silenced: without an email there is nothing to send"
                if name == RENDER
                else f"there is no check named '{name}'"
            )
        elif not reason.strip():
            hint = f'write it as  {name}: "why this is right here"'
            message = f"'{name}' is not silenced: it has no reason"
        else:
            continue
        yield Finding(
            rule=IGNORE,
            level=Level.WARNING,
            message=message,
            file=issue.file,
            line=issue.lines.get(f"ignore.{name}", line),
            hint=hint,
        )


def _needless(issue: Issue, found: Collection[str], rules: Sequence[Rule]) -> Iterator[Finding]:
    """Yield a finding for each silenced rule that found nothing."""
    known = {rule.id for rule in rules}
    for name, reason in issue.ignore.items():
        if name in known and reason.strip() and name not in found:
            yield Finding(
                rule=IGNORE,
                level=Level.INFO,
                message=f"'{name}' is silenced, and finds nothing",
                file=issue.file,
                line=issue.lines.get(f"ignore.{name}", issue.lines.get("ignore")),
                hint="take it out",
            )


def _finding(rule: str, problem: Problem) -> Finding:
    return Finding(
        rule=rule,
        level=problem.level,
        message=problem.message,
        file=problem.file,
        line=problem.line,
        hint=problem.hint,
    )


def _weight(finding: Finding) -> tuple[bool, int]:
    return finding.silenced is not None, list(Level).index(finding.level)
