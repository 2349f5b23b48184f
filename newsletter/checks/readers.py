"""Rules about who it goes to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from newsletter.checks.dossier import Dossier
from newsletter.content.issue import Issue
from newsletter.errors import Level, Problem

SHOWN = 20
"""Problems of the list that are told one by one; `subscribers check` tells them all."""


def list_problems(dossier: Dossier, _issue: Issue) -> Iterator[Problem]:
    """Tell what is wrong with the list; a bad row never stops the others, so it is a warning."""
    readers = dossier.readers
    if readers is None:
        return
    if readers.mailable is None:
        yield from readers.problems
        return
    if readers.mailable == 0:
        yield Problem(
            message="nobody would get this issue: the list has no reader who can be mailed",
            file=_list_file(dossier),
            hint="'newsletter subscribers check' says why",
        )
    for problem in readers.problems[:SHOWN]:
        mild = Level.WARNING if problem.level is Level.ERROR else problem.level
        yield replace(problem, level=mild)
    more = len(readers.problems) - SHOWN
    if more > 0:
        yield Problem(
            message=f"and {more} more problem{'s' if more > 1 else ''} of the list",
            file=_list_file(dossier),
            hint="'newsletter subscribers check' shows them all",
            level=Level.WARNING,
        )


def _list_file(dossier: Dossier) -> Path:
    """Return the list as the editor sees it: relative to the workspace where it lies in it."""
    file, root = dossier.settings.subscribers_file, dossier.settings.root
    return file.relative_to(root) if file.is_relative_to(root) else file
