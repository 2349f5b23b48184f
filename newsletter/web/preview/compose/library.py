"""The library beside an issue: what a search finds, and what can be asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from newsletter.basics.errors import NewsletterError
from newsletter.content.compose import uses
from newsletter.content.issue.issue import Issue
from newsletter.content.library import FOLDER as SUMMARIES
from newsletter.content.library import Library
from newsletter.content.month import parse_month
from newsletter.content.search import Query, search
from newsletter.content.summary.summary import Summary
from newsletter.web.preview.answers import problem_json
from newsletter.web.preview.grounds import open_desk
from newsletter.workspace import TOPICS, Workspace

MOST_SHOWN = 100


Stamp = tuple[str, int, int, int]


class Shelf:
    """The library and the issues of a workspace, read again only where a file was saved.

    A library has thousands of files, and is asked for at every key of a search. Its methods may
    be called from any thread: what two read at once is the same.
    """

    def __init__(self) -> None:
        self._library: tuple[tuple[Stamp, ...], Library] | None = None
        self._issues: dict[str, tuple[Stamp, Issue | None]] = {}

    def library(self, workspace: Workspace) -> Library:
        """Return all summaries."""
        files = [workspace.root / TOPICS, *sorted((workspace.root / SUMMARIES).glob("*.md"))]
        stamps = tuple(_stamp(file) for file in files)
        kept = self._library
        if kept is None or kept[0] != stamps:
            kept = self._library = stamps, workspace.library()
        return kept[1]

    def issues(self, workspace: Workspace) -> tuple[Issue, ...]:
        """Return all issues that can be read, the oldest first."""
        found = []
        for slug in workspace.issue_slugs():
            stamp = _stamp(workspace.issue_file(slug))
            kept = self._issues.get(slug)
            if kept is None or kept[0] != stamp:
                kept = self._issues[slug] = stamp, _issue(workspace, slug)
            found.append(kept[1])
        return tuple(issue for issue in found if issue is not None)


def used_elsewhere(slug: str, issues: Iterable[Issue]) -> dict[str, tuple[str, ...]]:
    """Return for each summary the other issues that list it."""
    return uses(issue for issue in issues if issue.slug != slug)


def look_up(root: Path, shelf: Shelf, asked: Mapping[str, str]) -> dict[str, Any]:
    """Return what the library has for a question, the newest first.

    `asked` are words, topic, type, month (`2026-11`), unused (not empty) and issue:
    the issue that is composed, whose own summaries count as unused.
    """
    workspace = open_desk(root)
    library = shelf.library(workspace)
    used = used_elsewhere(asked.get("issue", ""), shelf.issues(workspace))
    found = search(library, _query(asked), used)
    return {
        "total": len(library),
        "count": len(found),
        "found": [
            {**summary_json(each), "used": list(used.get(each.slug, ()))}
            for each in found[:MOST_SHOWN]
        ],
        "broken": [
            {"slug": slug, "problems": [problem_json(each) for each in problems]}
            for slug, problems in library.broken.items()
        ],
        **_choices(library),
    }


def _query(asked: Mapping[str, str]) -> Query:
    month = asked.get("month", "")
    return Query(
        words=asked.get("words", ""),
        topic=asked.get("topic") or None,
        research_type=asked.get("type") or None,
        since=parse_month(month),
        until=parse_month(month),
        unused=bool(asked.get("unused")),
    )


def _choices(library: Library) -> dict[str, list[str]]:
    """Return what there is to filter by: only what finds something."""
    topics = {topic for summary in library.values() for topic in summary.topics}
    types = {summary.research_type for summary in library.values() if summary.research_type}
    months = {str(summary.published) for summary in library.values()}
    return {
        "topics": sorted(topics, key=str.casefold),
        "types": sorted(types, key=str.casefold),
        "months": sorted(months, reverse=True),
    }


def summary_json(summary: Summary) -> dict[str, Any]:
    """Return a summary as the lists of the page show it."""
    return {
        "slug": summary.slug,
        "title": summary.title,
        "published": str(summary.published),
        "topics": list(summary.topics),
        "type": summary.research_type,
        "words": summary.words,
        "file": summary.file.as_posix(),
    }


def _issue(workspace: Workspace, slug: str) -> Issue | None:
    try:
        return workspace.issue(slug)
    except NewsletterError:  # which its own page tells
        return None


def _stamp(file: Path) -> Stamp:
    """Return what tells one version of a file from the next; zeros where there is none."""
    try:
        stat = file.stat()
    except OSError:
        return file.name, 0, 0, 0
    return file.name, stat.st_mtime_ns, stat.st_size, stat.st_ino
