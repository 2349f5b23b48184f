"""The same summary on several pages is one: the most complete copy of it, and where it stands."""

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
    """A summary and the file and line of the copy that is taken; `others` are further files."""

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

    Two copies are the same where month and title agree, or the DOI: but two summaries of one
    page are two, also where both are about one article.
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
                # No other group has the new key: it would have been the match.
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
    """Return what tells a summary without a DOI: its month and the letters of its title."""
    return str(summary.month), normalised(summary.title)


def plain_text(paragraphs: Iterable[str]) -> str:
    """Return paragraphs as they are compared: one text, white space aside."""
    return one_line(" ".join(paragraphs))


class _Others:
    """The groups that other pages began, by DOI; `own` are the keys of the page at hand.

    One that the page itself has by its title is none of them any more, once it was matched.
    """

    def __init__(self, groups: Iterable[_Group], *, own: frozenset[Key]) -> None:
        self._own = own
        self._all: set[int] = set()
        self._by_doi: dict[str, deque[_Group]] = {}
        for group in groups:
            self._all.add(id(group))
            self.add(group)

    def add(self, group: _Group) -> None:
        """Know a group by the DOI that it has now."""
        if (its_key := doi_key(group.best.doi)) and id(group) in self._all:
            self._by_doi.setdefault(its_key, deque()).append(group)

    def matched(self, group: _Group) -> None:
        """Drop a group that was matched, if the page has it by its title."""
        if group.key in self._own:
            self._all.discard(id(group))

    def about(self, doi: Doi | None) -> _Group | None:
        """Return the first that is about an article."""
        wanted = doi_key(doi)
        there = self._by_doi.get(wanted) if wanted else None
        while there:
            group = there[0]
            if id(group) in self._all and doi_key(group.best.doi) == wanted:
                return group
            there.popleft()
        return None


def _is_better(new: ParsedSummary, old: ParsedSummary) -> bool:
    """Whether a copy has more: a whole one beats one that is cut off, and the longer of those."""
    if (new.incomplete is None) != (old.incomplete is None):
        return new.incomplete is None
    new_text = plain_text((*new.paragraphs, *new.implications))
    old_text = plain_text((*old.paragraphs, *old.implications))
    if new.incomplete is None:
        return len(new_text) > len(old_text) and new_text.startswith(old_text)
    return len(new_text) > len(old_text)
