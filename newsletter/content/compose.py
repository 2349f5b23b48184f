"""Composing an issue: summaries chosen by parts of their slugs, and warnings about the choice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from newsletter.basics.errors import Level, NewsletterError, Problem
from newsletter.content.doi import doi_key
from newsletter.content.issue.issue import Issue
from newsletter.content.library import Library
from newsletter.content.summary.summary import Summary

FEWEST, MOST = 2, 3
"""How many summaries an issue usually has."""


def choose(library: Library, parts: Iterable[str]) -> tuple[Summary, ...]:
    """Return the summaries that unique parts of slugs name, in order.

    Raises NewsletterError with every part that names none, several, or one that is named before.
    """
    chosen: dict[str, Summary] = {}
    problems: list[Problem] = []
    for part in parts:
        try:
            summary = library.find(part)
        except NewsletterError as error:
            problems.extend(error.problems)
            continue
        if summary.slug in chosen:
            message = f"'{part}' names '{summary.slug}', which is chosen already"
            problems.append(Problem(message=message, hint="name each summary once"))
        chosen[summary.slug] = summary
    if problems:
        raise NewsletterError(*problems)
    return tuple(chosen.values())


def uses(issues: Iterable[Issue]) -> dict[str, tuple[str, ...]]:
    """Return for each slug of a summary the slugs of the issues that list it, in their order."""
    found: dict[str, tuple[str, ...]] = {}
    for issue in issues:
        for slug in issue.summaries:
            found[slug] = (*found.get(slug, ()), issue.slug)
    return found


def concerns(
    issue: str,
    chosen: Sequence[Summary],
    issues: Iterable[Issue],
    library: Mapping[str, Summary],
    *,
    of_each: bool = True,
) -> tuple[Problem, ...]:
    """Return warnings about a choice for an issue: used before, too few, too many, unfinished.

    `of_each` False leaves out what a list shows beside each summary: where else it is used, and
    that it is unfinished.
    """
    others = [other for other in issues if other.slug != issue]
    found: list[str] = []
    for number, summary in enumerate(chosen):
        found += _twins_before(summary, others, library)
        found += _used_before(summary, others) if of_each else ()
        doi = doi_key(summary.doi)
        twins = [each for each in chosen[:number] if doi and doi_key(each.doi) == doi]
        found += [f"'{summary.slug}' and '{twin.slug}' have the same DOI" for twin in twins]
        if summary.incomplete and of_each:
            found.append(f"'{summary.slug}' is incomplete: {summary.incomplete}")
    if not FEWEST <= len(chosen) <= MOST:
        what = "summary" if len(chosen) == 1 else "summaries"
        found.append(f"{len(chosen)} {what} chosen; an issue usually has two or three")
    return tuple(Problem(message=message, level=Level.WARNING) for message in found)


def _used_before(summary: Summary, others: Sequence[Issue]) -> list[str]:
    return [
        f"'{summary.slug}' is in issue {other.slug} already"
        for other in others
        if summary.slug in other.summaries
    ]


def _twins_before(
    summary: Summary, others: Sequence[Issue], library: Mapping[str, Summary]
) -> list[str]:
    doi = doi_key(summary.doi)
    return [
        f"'{summary.slug}' has the DOI of '{slug}', which is in issue {other.slug}"
        for other in others
        for slug in other.summaries
        if doi and summary.slug not in other.summaries
        if slug in library and doi_key(library[slug].doi) == doi
    ]
