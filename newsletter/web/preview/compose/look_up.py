"""The library beside an issue: a search, and the filters that find something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from newsletter.content.compose import uses
from newsletter.content.issue.issue import Issue
from newsletter.content.library import Library
from newsletter.content.month import parse_month
from newsletter.content.search import Query, search
from newsletter.content.summary.summary import Summary
from newsletter.web.preview.answers import problem_json
from newsletter.web.preview.source import WorkspaceSource

MOST_SHOWN = 100


def used_elsewhere(slug: str, issues: Iterable[Issue]) -> dict[str, tuple[str, ...]]:
    """Return for each summary the other issues that list it."""
    return uses(issue for issue in issues if issue.slug != slug)


def look_up(source: WorkspaceSource, asked: Mapping[str, str]) -> dict[str, Any]:
    """Return the summaries that a search finds, the newest first, and the filters, as JSON.

    Keys of `asked`: words, topic, type, month (`2026-11`), unused (not empty), and issue: the one
    that is composed, whose own summaries count as unused.
    """
    workspace = source.open()
    library = source.library(workspace)
    used = used_elsewhere(asked.get("issue", ""), source.readable_issues(workspace))
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
    """Return the topics, types and months that the library has."""
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
