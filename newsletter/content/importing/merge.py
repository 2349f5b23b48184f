"""Copies of a summary on several pages merged into the most complete one, with its place."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.content.doi import Doi, doi_key
from newsletter.content.importing.page import ParsedSummary
from newsletter.content.importing.sources import Source
from newsletter.content.importing.titles import normalised, one_line

Key = tuple[str, str]
"""A month, and the letters of a title."""


@dataclass(frozen=True, slots=True)
class Found:
    """A summary and the file of the chosen copy; `others` are the files of the other copies."""

    summary: ParsedSummary
    file: Path
    others: tuple[Path, ...] = ()


@dataclass(slots=True)
class _Group:
    best: ParsedSummary
    key: Key
    file: Path
    files: list[Path] = field(default_factory=list)


def merge(sources: Iterable[Source]) -> tuple[Found, ...]:
    """Return each summary once, in the order in which they first appear.

    Two are copies if month and title agree, or the DOI; but two summaries of one page are
    different, even about one article.
    """
    groups: list[_Group] = []
    by_key: dict[Key, _Group] = {}
    for source in sources:
        keys = [key(each) for each in source.summaries]
        others = _Others(groups, own=frozenset(keys))
        for summary, its_key in zip(source.summaries, keys, strict=True):
            group = by_key.get(its_key) or others.about(summary.doi)
            if group is None:
                by_key[its_key] = _Group(summary, its_key, source.file, [source.file])
                groups.append(by_key[its_key])
                continue
            others.matched(group)
            group.files.append(source.file)
            if _is_better(summary, group.best):
                # No other group has the new key, or it would have matched.
                del by_key[group.key]
                group.best, group.key, group.file = summary, its_key, source.file
                by_key[its_key] = group
                others.add(group)
    return tuple(
        Found(
            group.best,
            group.file,
            tuple(dict.fromkeys(each for each in group.files if each != group.file)),
        )
        for group in groups
    )


def key(summary: ParsedSummary) -> Key:
    """Return what identifies a summary without a DOI: its month and its title, normalised."""
    return str(summary.month), normalised(summary.title)


def plain_text(paragraphs: Iterable[str]) -> str:
    """Return paragraphs as one text with single spaces, for comparing."""
    return one_line(" ".join(paragraphs))


class _Others:
    """The groups that other pages began, by DOI; `own` are the keys of the current page.

    A matched group whose key is among `own` is removed: the page has its own copy of it.
    """

    def __init__(self, groups: Iterable[_Group], *, own: frozenset[Key]) -> None:
        self._own = own
        self._all: set[int] = set()
        self._by_doi: dict[str, deque[_Group]] = {}
        for group in groups:
            self._all.add(id(group))
            self.add(group)

    def add(self, group: _Group) -> None:
        """Index a group by its present DOI."""
        if (its_key := doi_key(group.best.doi)) and id(group) in self._all:
            self._by_doi.setdefault(its_key, deque()).append(group)

    def matched(self, group: _Group) -> None:
        """Remove a matched group whose key is one of the page's own."""
        if group.key in self._own:
            self._all.discard(id(group))

    def about(self, doi: Doi | None) -> _Group | None:
        """Return the first group with a DOI, or None."""
        wanted = doi_key(doi)
        there = self._by_doi.get(wanted) if wanted else None
        while there:
            group = there[0]
            if id(group) in self._all and doi_key(group.best.doi) == wanted:
                return group
            there.popleft()
        return None


def _is_better(new: ParsedSummary, old: ParsedSummary) -> bool:
    """Whether a copy is whole where the old one is cut off, or is longer."""
    if (new.incomplete is None) != (old.incomplete is None):
        return new.incomplete is None
    new_text = plain_text((*new.paragraphs, *new.implications))
    old_text = plain_text((*old.paragraphs, *old.implications))
    if new.incomplete is None:
        return len(new_text) > len(old_text) and new_text.startswith(old_text)
    return len(new_text) > len(old_text)
