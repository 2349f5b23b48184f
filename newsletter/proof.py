"""A proof of an issue: the message as it would leave now, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from newsletter.checks.dossier import Dossier, Readers, Use
from newsletter.checks.engine import Report
from newsletter.checks.rules import check_issue
from newsletter.content.issue import Issue
from newsletter.content.library import Library
from newsletter.content.month import Month
from newsletter.errors import NewsletterError, Problem
from newsletter.message.content import Content, content_of
from newsletter.message.draft import draft_message
from newsletter.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """An issue as its files have it now.

    `content` is what a mailing would freeze and `message` what a sample reader would get (RFC
    5322, CRLF); both are None where no email can be made, and the report's errors say why.
    """

    content: Content | None
    message: bytes | None
    report: Report


def prove(workspace: Workspace, slug: str, *, readers: Readers | None, today: date) -> Proof:
    """Compile an issue and check it; `readers` None leaves the list out of the check.

    What is wrong in the issue, its summaries or the templates is in the report. Raises
    NewsletterError where there is no such issue, and for settings that cannot be read.
    """
    month = Month(today.year, today.month)
    vocabularies = workspace.vocabularies()
    library = workspace.library()
    if slug not in workspace.issue_slugs():
        workspace.issue(slug)  # says what is there instead
    try:
        issue = workspace.issue(slug)
    except NewsletterError as error:
        dossier = Dossier(
            settings=workspace.settings, issue=None, unreadable=error.problems, today=month
        )
        return Proof(content=None, message=None, report=check_issue(dossier))
    content, problems = _content(workspace, issue, library)
    message = None if content is None else draft_message(content)
    dossier = Dossier(
        settings=workspace.settings,
        issue=issue,
        summaries=tuple(library[each] for each in issue.summaries if each in library),
        vocabularies=vocabularies,
        uses=tuple(_uses(workspace, library)),
        message=message,
        unrendered=problems,
        readers=readers,
        today=month,
    )
    return Proof(content=content, message=message, report=check_issue(dossier))


def count_readers(workspace: Workspace, today: date) -> Readers:
    """Read the list as it would be mailed now; what cannot be read at all is a problem."""
    try:
        with workspace.ledger() as ledger:
            audience = workspace.audience(ledger, today)
        for _member in audience:
            pass
    except NewsletterError as error:
        return Readers(mailable=None, problems=error.problems)
    return Readers(
        mailable=audience.figures.mailable,
        problems=audience.problems,
        columns=audience.columns,
    )


def _content(
    workspace: Workspace, issue: Issue, library: Library
) -> tuple[Content | None, tuple[Problem, ...]]:
    try:
        compiled = workspace.compile(issue, library)
    except NewsletterError as error:
        return None, error.problems
    return content_of(compiled, workspace.settings), ()


def _uses(workspace: Workspace, library: Library) -> Iterator[Use]:
    """Yield where each summary stands: of a mailed issue the ledger knows, else its file.

    An issue that cannot be read is told elsewhere.
    """
    mailed = workspace.mailed_summaries()
    for issue_slug, held in mailed.items():
        for slug, doi in held:
            yield Use(issue=issue_slug, summary=slug, doi=doi, sent=True)
    issues, _ = workspace.issues()
    states = workspace.sent_states()
    for issue in issues:
        if issue.slug in mailed:
            continue
        sent = issue.publish or issue.slug in states
        for slug in issue.summaries:
            known = library.get(slug)
            yield Use(issue=issue.slug, summary=slug, doi=known.doi if known else None, sent=sent)
