"""Summaries found by topic, type, month and words."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace

from newsletter.basics.errors import Problem, WrongUsage, did_you_mean
from newsletter.content.library import Library
from newsletter.content.month import Month
from newsletter.content.summary.summary import Summary
from newsletter.content.topics import Vocabularies, Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """The conditions of a search; a field that is None or empty is none.

    A summary must hold all `words`, in any of its texts; case and accents do not count.
    """

    topic: str | None = None
    research_type: str | None = None
    since: Month | None = None
    until: Month | None = None
    unused: bool = False
    words: str = ""


def search(library: Library, query: Query, uses: Mapping[str, object]) -> tuple[Summary, ...]:
    """Return the summaries that a query finds, the newest first."""
    words = _folded(query.words).split()
    found = [
        summary
        for summary in library.values()
        if (query.topic is None or query.topic in summary.topics)
        and (query.research_type is None or query.research_type == summary.research_type)
        and (query.since is None or query.since <= summary.published)
        and (query.until is None or summary.published <= query.until)
        and not (query.unused and summary.slug in uses)
        and (not words or _has(summary, words))
    ]
    found.sort(key=lambda each: each.slug)
    found.sort(key=lambda each: each.published, reverse=True)
    return tuple(found)


def canonical(text: str | None, known: Vocabulary, used: set[str], what: str) -> str | None:
    """Return the canonical name for a text, or None for None. Raises WrongUsage."""
    if text is None:
        return None
    name = known.resolve(text) or {each.casefold(): each for each in used}.get(text.casefold())
    if name is None:
        near = did_you_mean(text, [*known.names, *known.aliases, *used])
        hint = near or "the names are in topics.toml"
        raise WrongUsage(Problem(message=f"no {what} is named '{text}'", hint=hint))
    return name


def named(query: Query, library: Library, known: Vocabularies) -> Query:
    """Return the query with the topic and the research type by their canonical names."""
    topics = {topic for summary in library.values() for topic in summary.topics}
    kinds = {kind for summary in library.values() if (kind := summary.research_type)}
    return replace(
        query,
        topic=canonical(query.topic, known.topics, topics, "topic"),
        research_type=canonical(query.research_type, known.research_types, kinds, "research type"),
    )


def _has(summary: Summary, words: list[str]) -> bool:
    texts = (
        *(summary.slug, summary.title, summary.citation, summary.doi, summary.blurb),
        *(summary.author, summary.research_type, *summary.topics, summary.body.text),
        summary.implications.text if summary.implications else None,
    )
    whole = _folded("\n".join(text for text in texts if text))
    return all(word in whole for word in words)


def _folded(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in parts if not unicodedata.combining(char))
