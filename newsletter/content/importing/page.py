"""A page of the blog, read: blocks in, summaries out.

    page     =  head, { month, { summary } }
    summary  =  title, [title again], [citation], paragraphs, "Practice Implications", paragraphs

Nothing but position and form tells a title from a paragraph, so it is decided between two fixed
points: what stands between a month and its first "Practice Implications" begins with a title, and
what stands between two of them holds one title at which the first summary ends. Where the page
itself ends, the last summary may be cut off anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from newsletter.content.doi import Doi
from newsletter.content.importing import citation as references
from newsletter.content.importing import marks, sections, titles
from newsletter.content.importing.blocks import Block, ends_sentence, is_in_capitals
from newsletter.content.month import Month

AFTER_TITLE = "cut off after its title"
IN_CITATION = "cut off in its citation"
IN_SUMMARY = "cut off in the summary"
NO_IMPLICATIONS = "cut off before its Practice Implications"
IN_IMPLICATIONS = "cut off in its Practice Implications"
WITHOUT_IMPLICATIONS = "without Practice Implications on its page"
NO_TITLE = "doubtful, look at it: its title looks like a citation or a paragraph"
TITLE_AT_END = "doubtful, look at it: the title of another seems to stand at its end"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedSummary:
    """A summary as a page has it; paragraphs are plain text, one string each.

    `line` is that of the title. `incomplete` says where the page breaks it off, or is None;
    `is_last` marks the last of its page: it may go on on a longer copy of that page even where
    it ends with a sentence.
    """

    title: str
    month: Month
    line: int
    citation: str | None = None
    doi: Doi | None = None
    paragraphs: tuple[str, ...] = ()
    implications: tuple[str, ...] = ()
    incomplete: str | None = None
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Fragment:
    """Something at a place where a summary could be that is none; `reason` says why."""

    text: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """What a page holds. `is_blog` is whether anything on it tells that it is one of the blog."""

    summaries: tuple[ParsedSummary, ...]
    fragments: tuple[Fragment, ...]
    is_blog: bool


@dataclass(slots=True)
class _Draft:
    """A summary that is being read."""

    month: Month
    title: Block
    citation: list[Block] = field(default_factory=list)
    paragraphs: list[Block] = field(default_factory=list)
    implications: list[Block] | None = None
    cut: str | None = None


def parse(blocks: Sequence[Block], *, is_whole: bool = False) -> Page:
    """Read a page's blocks; `is_whole` is whether its end is known to be there (`</html>`)."""
    months = [n for n, block in enumerate(blocks) if marks.month(block.text)]
    drafts: list[_Draft] = []
    titled: set[str] = set()
    fragments: list[Fragment] = []
    for start, end in zip(months, [*months[1:], len(blocks)], strict=True):
        month = marks.month(blocks[start].text)
        if month is None:  # pragma: no cover - `months` holds month headings only
            continue
        section = sections.without_head(blocks[start + 1 : end])
        is_end = start + 1 + len(section) == len(blocks)
        reader = _MonthReader(month, is_end=is_end, is_whole=is_whole, title_marks=titled)
        reader.read(sections.split_implications(section))
        if reader.drafts and end < len(blocks):
            _doubt_end(reader.drafts[-1])
        new = [draft for draft in reader.drafts if draft.title.text]
        titled = titled | {draft.title.mark for draft in new}
        drafts.extend(new)
        fragments.extend(reader.fragments)
        fragments.extend(_untitled(draft) for draft in reader.drafts if not draft.title.text)
    summaries = [_finished(draft) for draft in drafts]
    if summaries and not _ends_with_month(blocks):
        summaries[-1] = replace(summaries[-1], is_last=True)
    is_blog = bool(months) and (
        any(marks.is_implications(block.text) for block in blocks)
        or any(draft.implications is not None or draft.citation for draft in drafts)
        or any(marks.is_furniture(block.text) for block in blocks[: months[0]])
    )
    return Page(tuple(summaries), tuple(fragments), is_blog=is_blog)


def _ends_with_month(blocks: Sequence[Block]) -> bool:
    return bool(marks.month(blocks[-1].text))


class _MonthReader:
    """Reads what stands under one month; `is_end` where the page ends with it.

    `title_marks` are those of the titles under the months before.
    """

    def __init__(
        self, month: Month, *, is_end: bool, is_whole: bool, title_marks: set[str]
    ) -> None:
        self.month = month
        self.is_end = is_end
        self.is_whole = is_whole
        self.title_marks = title_marks
        self._marks: frozenset[str] = frozenset()
        self.drafts: list[_Draft] = []
        self.fragments: list[Fragment] = []

    def read(self, blocks: Sequence[Block]) -> None:
        """Cut the blocks at each "Practice Implications" and read the pieces."""
        spans: list[list[Block]] = [[]]
        for block in blocks:
            if marks.is_implications(block.text):
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
            span = sections.without_foot(span) if is_last else span
            start = self._title_at(span, is_last=is_last, is_end=is_end)
            draft.implications = [*(draft.implications or []), *span[:start]]
            if is_end and start == len(span) and not _is_finished(span):
                draft.cut = IN_IMPLICATIONS
        rest = span[start:]
        if is_end and rest and self._is_furniture(rest[0]):
            self._fragment(rest[0], is_end=False)
            return
        while rest:
            rest = self._summary(rest, is_last=is_last, is_end=is_end)

    def _open_draft(self, span: list[Block]) -> _Draft:
        """Return the summary that the heading belongs to; without a title there is a gap."""
        if not self.drafts:
            untitled = Block(text="", line=span[0].line if span else 0)
            self._add(_Draft(self.month, untitled))
        return self.drafts[-1]

    def _title_at(self, span: list[Block], *, is_last: bool, is_end: bool) -> int:
        """Return where the next summary's title stands in what follows the heading."""
        found = (
            titles.cited_title_at(span),
            titles.next_title(span, self._known_marks()),
            len(span) if is_last and not is_end else titles.twice_at(span),
        )
        if min(found) < len(span) or (is_last and not is_end):
            return min(found)
        return self._cut_title_at(span) if is_last else titles.best_title_at(span)

    def _is_furniture(self, block: Block) -> bool:
        """Whether a heading of HTML is of another rank than the titles before it."""
        known = self._known_marks()
        return block.mark.startswith("h") and bool(known) and block.mark not in known

    def _known_marks(self) -> set[str]:
        return self.title_marks | self._marks

    def _cut_title_at(self, span: list[Block]) -> int:
        """Return where, at the page's end, a title stands of which hardly more may be left."""
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
        """Read one summary from its title on; return what is left of the span."""
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
        draft = _Draft(self.month, title)
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
            draft.cut = WITHOUT_IMPLICATIONS
        self._add(draft)
        return rest

    def _add(self, draft: _Draft) -> None:
        self.drafts.append(draft)
        self._marks = self._marks | {draft.title.mark}

    def _fragment(self, block: Block, *, is_end: bool) -> None:
        if is_end and marks.is_cut_month(block.text):
            reason = "a month heading, cut off at the end of the page"
        elif is_end:
            reason = "only a title, or a part of it, is left at the end of the page"
        else:
            reason = "a title with no summary under it"
        self.fragments.append(Fragment(block.text, block.line, reason))


def _untitled(draft: _Draft) -> Fragment:
    blocks = [*draft.paragraphs, *(draft.implications or ())]
    text = blocks[0].text if blocks else ""
    return Fragment(text, draft.title.line, "a summary with no title before it")


def _has_prose(draft: _Draft) -> bool:
    return any(len(block.text) > titles.PROSE for block in draft.paragraphs)


def _is_finished(blocks: Sequence[Block]) -> bool:
    return bool(blocks) and bool(re.search(r"[.!?…][)\]”\"\u2019'»]*$", blocks[-1].text))


def _cut(draft: _Draft) -> None:
    """Take away what cannot be judged of a summary at the end of a page, and say where it ends."""
    paragraphs = draft.paragraphs
    if not paragraphs:
        draft.citation, draft.cut = [], IN_CITATION
    elif len(paragraphs) == 1 and not draft.citation and references.could_begin(paragraphs[0].text):
        is_reference = references.begins(paragraphs[0].text)
        draft.paragraphs, draft.cut = [], IN_CITATION if is_reference else AFTER_TITLE
    elif len(paragraphs) > 1 and marks.is_cut_implications(paragraphs[-1].text):
        draft.paragraphs, draft.cut = paragraphs[:-1], NO_IMPLICATIONS
    else:
        draft.cut = NO_IMPLICATIONS if _is_finished(paragraphs) else IN_SUMMARY


def _doubt_end(draft: _Draft) -> None:
    """Doubt a summary before a month whose last block is a title: pages have months above titles.

    A page that puts the month under each title gives the title to the summary before it.
    """
    blocks = [*draft.paragraphs, *(draft.implications or ())]
    if len(blocks) < 2 or draft.cut is not None:  # noqa: PLR2004 - a title and what it follows
        return
    before, last = blocks[-2:]
    is_title = titles.is_title_like(last) and not ends_sentence(last.text)
    if is_title and ends_sentence(before.text) and len(last.text.split()) > 1:
        draft.cut = TITLE_AT_END


def _is_no_title(title: Block) -> bool:
    """Whether what stands where a title should is a citation, or a paragraph by its form."""
    is_paragraph = len(title.text) > titles.PROSE and title.text.endswith(".")
    return references.is_citation(title.text) or (
        is_paragraph and not title.mark and not is_in_capitals(title.text)
    )


def _is_cut_from(block: Block, title: Block) -> bool:
    """Whether the page's last block is the beginning of the title that stands twice."""
    return titles.one_line(title.text).casefold().startswith(titles.one_line(block.text).casefold())


def _finished(draft: _Draft) -> ParsedSummary:
    links = [link for block in draft.citation for link in block.links]
    text = " ".join(titles.one_line(block.text) for block in draft.citation)
    return ParsedSummary(
        title=titles.one_line(draft.title.text),
        month=draft.month,
        line=draft.title.line,
        citation=text or None,
        doi=references.doi(text, links) if text else None,
        paragraphs=tuple(block.text for block in draft.paragraphs),
        implications=tuple(block.text for block in draft.implications or ()),
        incomplete=NO_TITLE if _is_no_title(draft.title) else draft.cut,
    )
