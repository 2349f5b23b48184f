"""The same summary on several pages is one: the most complete copy of it, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.content.importers.page import ParsedSummary
from newsletter.content.importers.sources import Source
from newsletter.content.importers.titles import normalised, one_line


@dataclass(frozen=True, slots=True)
class Found:
    """A summary and the file and line of the copy that is taken; `others` are further files."""

    summary: ParsedSummary
    file: Path
    others: tuple[Path, ...] = ()


@dataclass(slots=True)
class _Group:
    best: ParsedSummary
    file: Path
    files: list[Path] = field(default_factory=list)


def merge(sources: Iterable[Source]) -> tuple[Found, ...]:
    """Return each summary once, in the order in which they first appear.

    Two copies are the same where month and title agree, or the DOI: but two summaries of one
    page are two, also where both are about one article.
    """
    groups: list[_Group] = []
    for source in sources:
        before = list(groups)
        for summary in source.summaries:
            group = _same(summary, groups, before)
            if group is None:
                groups.append(_Group(summary, source.file, [source.file]))
                continue
            if group in before and any(key(each) == key(group.best) for each in source.summaries):
                before = [each for each in before if each is not group]
            group.files.append(source.file)
            if _is_better(summary, group.best):
                group.best, group.file = summary, source.file
    return tuple(
        Found(
            group.best,
            group.file,
            tuple(dict.fromkeys(each for each in group.files if each != group.file)),
        )
        for group in groups
    )


def key(summary: ParsedSummary) -> tuple[str, str]:
    """Return what tells a summary without a DOI: its month and the letters of its title."""
    return str(summary.month), normalised(summary.title)


def plain_text(paragraphs: Iterable[str]) -> str:
    """Return paragraphs as they are compared: one text, white space aside."""
    return one_line(" ".join(paragraphs))


def _same(summary: ParsedSummary, groups: Sequence[_Group], before: list[_Group]) -> _Group | None:
    """Find a summary's group: by title among all, by DOI only among those of other pages."""
    for group in groups:
        if key(group.best) == key(summary):
            return group
    doi = summary.doi.casefold() if summary.doi else None
    for group in before if doi else ():
        if group.best.doi and group.best.doi.casefold() == doi:
            return group
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
