"""The short texts of an issue, those that are no Markdown, and their problems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from newsletter.basics.errors import Problem
from newsletter.basics.files import shown
from newsletter.content.issue.issue import Issue
from newsletter.content.summary.summary import Summary
from newsletter.content.text.characters import refused_characters
from newsletter.settings.values import Settings

LONGEST = 10_000
"""Characters of a title, a citation, a name."""

Field = tuple[str, Path, int | None]
"""A text, its file as the editor should see it, and its line."""

_OF_SUMMARY = ("title", "citation", "doi", "research_type", "blurb", "author")
_OF_ISSUE = ("subject", "preheader")
_OF_SETTINGS = (
    *("title", "tagline", "organisation", "postal_address", "author", "lead", "subject"),
    *("description", "language"),
)


def unsendable(issue: Issue, summaries: Sequence[Summary], settings: Settings) -> Iterator[Problem]:
    """Yield a problem, with file and line, for every field that would break an email."""
    for text, file, line in _fields(issue, summaries, settings):
        yield from refused_characters(text, file=file, line=line)
        if len(text) > LONGEST:
            message = f"a text of {len(text):,} characters is too long here"
            yield Problem(message=message, file=file, line=line)


def _fields(issue: Issue, summaries: Sequence[Summary], settings: Settings) -> Iterator[Field]:
    for summary in summaries:
        for name in _OF_SUMMARY:
            yield getattr(summary, name) or "", summary.file, summary.lines.get(name)
        yield " ".join(summary.topics), summary.file, summary.lines.get("topics")
    for name in _OF_ISSUE:
        yield getattr(issue, name) or "", issue.file, issue.lines.get(name)
    for announcement in issue.announcements:
        words = f"{announcement.title} {announcement.url or ''}"
        yield words, issue.file, issue.lines.get("announcements")
    file = shown(settings.file, settings.root)
    for name in _OF_SETTINGS:
        text = getattr(settings.newsletter, name) or ""
        yield text, file, settings.lines.get(f"newsletter.{name}")
