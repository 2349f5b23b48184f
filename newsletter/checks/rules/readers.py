"""Rules about the list and the readers who would be mailed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from newsletter.audience.list.gates import EXPIRED
from newsletter.basics.errors import Level, Problem
from newsletter.basics.files import shown
from newsletter.checks.dossier import Dossier, Readers
from newsletter.checks.reading.census import SOON
from newsletter.content.issue.issue import Issue

SHOWN = 20
"""Problems of the list that are reported one by one; `subscribers check` shows all of them."""
_REASONS = 5
"""Bad rows that are named as the reason why nobody can be mailed."""


def list_columns(dossier: Dossier, _issue: Issue) -> Iterator[Problem]:
    """Find columns that may say who has left and that no setting explains."""
    if dossier.readers is not None:
        yield from dossier.readers.column_problems


def list_problems(dossier: Dossier, _issue: Issue) -> Iterator[Problem]:
    """Report what is wrong with the list.

    A bad row never stops the others, so it is a warning; where no reader is left, the first bad
    rows are the reason, and errors.
    """
    readers = dossier.readers
    if readers is None:
        return
    if readers.mailable is None:
        yield from readers.problems
        return
    rows = [each for each in readers.problems if each not in readers.column_problems]
    is_nobody = readers.mailable == 0
    if is_nobody:
        yield _nobody(dossier, readers)
    for number, problem in enumerate(rows[:SHOWN]):
        is_reason = is_nobody and number < _REASONS and problem.line is not None
        yield replace(problem, level=Level.ERROR if is_reason else _mild(problem.level))
    more = len(rows) - SHOWN
    if more > 0:
        yield Problem(
            message=f"and {more} more problem{'s' if more > 1 else ''} of the list",
            file=_list_file(dossier),
            hint="'newsletter subscribers check' shows them all",
            level=Level.WARNING,
        )


def _mild(level: Level) -> Level:
    return Level.WARNING if level is Level.ERROR else level


def _nobody(dossier: Dossier, readers: Readers) -> Problem:
    counted = [f"{number:,} {kind}" for kind, number in sorted(readers.excluded.items())]
    return Problem(
        message="nobody would get this issue: the list has no reader who can be mailed"
        + (f" ({', '.join(counted)})" if counted else ""),
        file=_list_file(dossier),
        hint="'newsletter subscribers check' says why",
    )


def consent(dossier: Dossier, _issue: Issue) -> Iterator[Problem]:
    """Report how many consents are over, or soon will be: the law asks for a new one before."""
    readers = dossier.readers
    if readers is None or readers.mailable is None:
        return
    file = _list_file(dossier)
    expired = readers.excluded.get(EXPIRED, 0)
    if expired:
        yield Problem(
            message=f"{_people(expired)} left out: the consent is over",
            file=file,
            hint="ask them for a new one by another way, or take them off the list",
            level=Level.WARNING,
        )
    consents = readers.consents
    if consents.ending:
        yield Problem(
            message=f"the consent of {_people(consents.ending)} ends within {SOON.days} days, "
            f"the first on {consents.first}",
            file=file,
            line=consents.line,
            hint="newsletter subscribers renew asks them for an express one, once",
            level=Level.WARNING,
        )
    if consents.open_ended:
        yield Problem(
            message=f"{_people(consents.open_ended)} with implied consent and no date of its end",
            file=file,
            hint="consent_expires: under CASL it is two years from a purchase or a membership",
            level=Level.INFO,
        )


def role_addresses(dossier: Dossier, _issue: Issue) -> Iterator[Problem]:
    """Report addresses of offices: several people read them, and one may report spam."""
    readers = dossier.readers
    if readers is None or not readers.role_count:
        return
    named = ", ".join(f"{role.local}@ (line {role.line})" for role in readers.roles)
    more = ", ..." if readers.role_count > len(readers.roles) else ""
    count = readers.role_count
    yield Problem(
        message=f"{count} address{'' if count == 1 else 'es'} of an office, not of a person: "
        f"{named}{more}",
        file=_list_file(dossier),
        line=readers.roles[0].line,
        hint="right where that office asked for it",
        level=Level.INFO,
    )


def _people(count: int) -> str:
    return f"{count:,} reader{'' if count == 1 else 's'}"


def _list_file(dossier: Dossier) -> Path:
    return shown(dossier.settings.subscribers_file, dossier.settings.root)
