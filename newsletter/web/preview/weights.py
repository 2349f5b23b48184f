"""The weight of each summary: the octets of HTML that the email would lose without it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from newsletter.basics.errors import NewsletterError
from newsletter.content.issue.issue import Issue
from newsletter.content.library import Library
from newsletter.message.content import content_of
from newsletter.message.draft import draft_message
from newsletter.web.preview.shown_mail import Mail
from newsletter.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Weight:
    """A summary by its title, and its bytes of HTML."""

    title: str
    bytes: int


def weigh(workspace: Workspace, slug: str) -> tuple[Weight, ...]:
    """Return the weight of each summary of an issue, in its order.

    The issue is compiled without each of them in turn, which works for any template. Raises
    NewsletterError where the issue cannot be made.
    """
    issue, library = workspace.issue(slug), workspace.library()
    whole = _weight(workspace, issue, library)
    weights = []
    for summary in library.of(issue):
        rest = tuple(each for each in issue.summaries if each != summary.slug)
        try:
            lighter = _weight(workspace, replace(issue, summaries=rest), library)
        except NewsletterError:  # a template may need at least one summary
            continue
        weights.append(Weight(summary.title, whole - lighter))
    return tuple(weights)


def _weight(workspace: Workspace, issue: Issue, library: Library) -> int:
    content = content_of(workspace.compile(issue, library), workspace.settings)
    return Mail(draft_message(content)).weight
