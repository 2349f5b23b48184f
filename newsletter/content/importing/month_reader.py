"""The part of a page under one month, read as summaries and fragments.

`page` explains how a title is found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from newsletter.content.importing import landmarks, page_body, references, titles
from newsletter.content.importing.blocks import Block, ends_sentence, is_in_capitals
from newsletter.content.month import Month


class Cut(StrEnum):
    """The value of `incomplete:`: where a page cuts a summary off, or why it is doubtful."""

    AFTER_TITLE = "cut off after its title"
    IN_CITATION = "cut off in its citation"
    IN_SUMMARY = "cut off in the summary"
    NO_IMPLICATIONS = "cut off before its Practice Implications"
    IN_IMPLICATIONS = "cut off in its Practice Implications"
    WITHOUT_IMPLICATIONS = "without Practice Implications on its page"
    NO_TITLE = "doubtful, look at it: its title looks like a citation or a paragraph"
    TITLE_AT_END = "doubtful, look at it: the title of another seems to stand at its end"


@dataclass(frozen=True, slots=True)
class Fragment:
    """Text in the place of a summary that is none; `reason` says why."""

    text: str
    line: int
    reason: str


@dataclass(slots=True)
class Draft:
    """A summary that is being read."""

    month: Month
    title: Block
    citation: list[Block] = field(default_factory=list)
    paragraphs: list[Block] = field(default_factory=list)
    implications: list[Block] | None = None
    cut: Cut | None = None


class MonthReader:
    """Reads the blocks under one month; `is_end`: the page ends with it, `is_whole` as in `parse`.

    `title_marks` are the marks of titles under earlier months.
    """

    def __init__(
        self, month: Month, *, is_end: bool, is_whole: bool, title_marks: set[str]
    ) -> None:
        self.month = month
        self.is_end = is_end
        self.is_whole = is_whole
        self.title_marks = title_marks
        self._marks: frozenset[str] = frozenset()
        self.drafts: list[Draft] = []
        self.fragments: list[Fragment] = []

    def read(self, blocks: Sequence[Block]) -> None:
        """Cut the blocks at each "Practice Implications" and read the pieces."""
        spans: list[list[Block]] = [[]]
        for block in blocks:
            if landmarks.is_implications(block.text):
                spans.append([])
            else:
                spans[-1].append(block)
        for number, span in enumerate(spans):
            is_last = number == len(spans) - 1
            self._span(span, after_heading=number > 0, is_last=is_last)

    def _span(self, span: list[Block], *, after_heading: bool, is_last: bool) -> None:
        is_end = is_last and self.is_end
        start = 0
        if after_heading:
            draft = self._open_draft(span)
            span = page_body.without_foot(span) if is_last else span
            start = self._title_at(span, is_last=is_last, is_end=is_end)
            draft.implications = [*(draft.implications or []), *span[:start]]
            if is_end and start == len(span) and not _is_finished(span):
                draft.cut = Cut.IN_IMPLICATIONS
        rest = span[start:]
        if is_end and rest and self._is_furniture(rest[0]):
            self._fragment(rest[0], is_end=False)
            return
        while rest:
            rest = self._summary(rest, is_last=is_last, is_end=is_end)

    def _open_draft(self, span: list[Block]) -> Draft:
        """Return the summary of a "Practice Implications", a new one without title if need be."""
        if not self.drafts:
            untitled = Block(text="", line=span[0].line if span else 0)
            self._add(Draft(self.month, untitled))
        return self.drafts[-1]

    def _title_at(self, span: list[Block], *, is_last: bool, is_end: bool) -> int:
        """Return the index of the next summary's title after "Practice Implications"."""
        found = (
            titles.cited_title_at(span),
            titles.next_title(span, self._known_marks()),
            len(span) if is_last and not is_end else titles.twice_at(span),
        )
        if min(found) < len(span) or (is_last and not is_end):
            return min(found)
        return self._cut_title_at(span) if is_last else titles.best_title_at(span)

    def _is_furniture(self, block: Block) -> bool:
        """Whether a heading of HTML has another rank than the titles before it."""
        known = self._known_marks()
        return block.mark.startswith("h") and bool(known) and block.mark not in known

    def _known_marks(self) -> set[str]:
        return self.title_marks | self._marks

    def _cut_title_at(self, span: list[Block]) -> int:
        """Return the index of a title near the page's end, with hardly any text after it."""
        known = self._known_marks()
        for n in range(1, len(span)):
            is_final = n == len(span) - 1
            block = span[n]
            if is_final and is_in_capitals(block.text):
                block = replace(block, text=block.text.rstrip(".,;:"))
            if not titles.is_title_like(block) or not ends_sentence(span[n - 1].text):
                continue
            if not block.mark and known and "" not in known:
                continue
            if (
                block.mark
                or is_final
                or not titles.is_title_like(span[n + 1])
                or n + 2 == len(span)
            ):
                return n
        return len(span)

    def _summary(self, span: list[Block], *, is_last: bool, is_end: bool) -> list[Block]:
        """Read one summary from its title on; return the rest of the span."""
        title, rest = span[0], span[1:]
        while rest and titles.same_title(title, rest[0]):
            rest = rest[1:]
        if is_end and len(rest) == 1 and _is_cut_from(rest[0], title):
            rest = []
        if not rest and is_last:
            self._fragment(title, is_end=is_end)
            return []
        if len(title.text) > titles.LONGEST:
            title, rest = replace(title, text=""), span
        draft = Draft(self.month, title)
        while rest and references.is_citation(rest[0].text):
            draft.citation.append(rest.pop(0))
        while draft.citation and len(rest) > 1 and titles.same_title(title, rest[0]):
            rest = rest[1:]
        following = titles.next_title(rest, self._known_marks() | {title.mark})
        draft.paragraphs, rest = rest[:following], rest[following:]
        is_open = is_end and not self.is_whole
        if is_last and not is_open and not rest and not draft.citation and not _has_prose(draft):
            self._fragment(title, is_end=False)
            return []
        if is_end and not rest:
            _cut(draft)
        elif is_last or rest:
            draft.cut = Cut.WITHOUT_IMPLICATIONS
        self._add(draft)
        return rest

    def _add(self, draft: Draft) -> None:
        self.drafts.append(draft)
        self._marks = self._marks | {draft.title.mark}

    def _fragment(self, block: Block, *, is_end: bool) -> None:
        if is_end and landmarks.is_cut_month(block.text):
            reason = "a month heading, cut off at the end of the page"
        elif is_end:
            reason = "only a title, or a part of it, is left at the end of the page"
        else:
            reason = "a title with no summary under it"
        self.fragments.append(Fragment(block.text, block.line, reason))


def _has_prose(draft: Draft) -> bool:
    return any(len(block.text) > titles.PROSE for block in draft.paragraphs)


def _is_finished(blocks: Sequence[Block]) -> bool:
    return bool(blocks) and bool(re.search(r"[.!?…][)\]”\"\u2019'»]*$", blocks[-1].text))


def _cut(draft: Draft) -> None:
    """Drop the uncertain last block of a summary at the end of a page, and set `cut`."""
    paragraphs = draft.paragraphs
    if not paragraphs:
        draft.citation, draft.cut = [], Cut.IN_CITATION
    elif len(paragraphs) == 1 and not draft.citation and references.could_begin(paragraphs[0].text):
        is_reference = references.begins(paragraphs[0].text)
        draft.paragraphs, draft.cut = [], Cut.IN_CITATION if is_reference else Cut.AFTER_TITLE
    elif len(paragraphs) > 1 and landmarks.is_cut_implications(paragraphs[-1].text):
        draft.paragraphs, draft.cut = paragraphs[:-1], Cut.NO_IMPLICATIONS
    else:
        draft.cut = Cut.NO_IMPLICATIONS if _is_finished(paragraphs) else Cut.IN_SUMMARY


def _is_cut_from(block: Block, title: Block) -> bool:
    """Whether the page's last block is the beginning of a repeated title."""
    return titles.one_line(title.text).casefold().startswith(titles.one_line(block.text).casefold())
