"""A page of the blog read: blocks in, summaries out.

    page     =  head, { month, { summary } }
    summary  =  title, [title again], [citation], paragraphs, "Practice Implications", paragraphs

Only position and form distinguish a title from a paragraph, so a title is looked for between two
fixed points: the blocks between a month and its first "Practice Implications" begin with one, and
the blocks between two "Practice Implications" hold one, where the first summary ends. At the end
of the page the last summary may be cut off anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from newsletter.content.doi import Doi
from newsletter.content.importing import landmarks, page_body, references, titles
from newsletter.content.importing.blocks import Block, ends_sentence, is_in_capitals
from newsletter.content.importing.month_reader import Cut, Draft, Fragment, MonthReader
from newsletter.content.month import Month


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedSummary:
    """A summary as a page has it; paragraphs are plain text, one string each.

    `line` is that of the title. `incomplete` says where the page cuts it off, or is None;
    `is_last` marks the last of its page: a longer copy of the page may have more of it, even
    where it ends with a sentence.
    """

    title: str
    month: Month
    line: int
    citation: str | None = None
    doi: Doi | None = None
    paragraphs: tuple[str, ...] = ()
    implications: tuple[str, ...] = ()
    incomplete: Cut | None = None
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The summaries and fragments of a page; `is_blog`: it looks like a page of the blog."""

    summaries: tuple[ParsedSummary, ...]
    fragments: tuple[Fragment, ...]
    is_blog: bool


def parse(blocks: Sequence[Block], *, is_whole: bool = False) -> Page:
    """Read a page's blocks; `is_whole`: its end is known to be there (`</html>`)."""
    months = [n for n, block in enumerate(blocks) if landmarks.month(block.text)]
    drafts: list[Draft] = []
    titled: set[str] = set()
    fragments: list[Fragment] = []
    for start, end in zip(months, [*months[1:], len(blocks)], strict=True):
        month = landmarks.month(blocks[start].text)
        if month is None:  # pragma: no cover - `months` holds month headings only
            continue
        section = page_body.without_head(blocks[start + 1 : end])
        is_end = start + 1 + len(section) == len(blocks)
        reader = MonthReader(month, is_end=is_end, is_whole=is_whole, title_marks=titled)
        reader.read(page_body.split_implications(section))
        if reader.drafts and end < len(blocks):
            _doubt_end(reader.drafts[-1])
        new = [draft for draft in reader.drafts if draft.title.text]
        titled = titled | {draft.title.mark for draft in new}
        drafts.extend(new)
        fragments.extend(reader.fragments)
        fragments.extend(_untitled(draft) for draft in reader.drafts if not draft.title.text)
    summaries = [_finished(draft) for draft in drafts]
    if summaries and not landmarks.month(blocks[-1].text):
        summaries[-1] = replace(summaries[-1], is_last=True)
    is_blog = bool(months) and (
        any(landmarks.is_implications(block.text) for block in blocks)
        or any(draft.implications is not None or draft.citation for draft in drafts)
        or any(landmarks.is_furniture(block.text) for block in blocks[: months[0]])
    )
    return Page(tuple(summaries), tuple(fragments), is_blog=is_blog)


def _untitled(draft: Draft) -> Fragment:
    blocks = [*draft.paragraphs, *(draft.implications or ())]
    text = blocks[0].text if blocks else ""
    return Fragment(text, draft.title.line, "a summary with no title before it")


def _doubt_end(draft: Draft) -> None:
    """Mark a summary whose last block, before the next month, looks like a title.

    A page with the month under each title would give the title to the summary before it.
    """
    blocks = [*draft.paragraphs, *(draft.implications or ())]
    if len(blocks) < 2 or draft.cut is not None:  # noqa: PLR2004 - a title and what it follows
        return
    before, last = blocks[-2:]
    is_title = titles.is_title_like(last) and not ends_sentence(last.text)
    if is_title and ends_sentence(before.text) and len(last.text.split()) > 1:
        draft.cut = Cut.TITLE_AT_END


def _is_no_title(title: Block) -> bool:
    """Whether the block in the title's place is a citation, or a paragraph by its form."""
    is_paragraph = len(title.text) > titles.PROSE and title.text.endswith(".")
    return references.is_citation(title.text) or (
        is_paragraph and not title.mark and not is_in_capitals(title.text)
    )


def _finished(draft: Draft) -> ParsedSummary:
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
        incomplete=Cut.NO_TITLE if _is_no_title(draft.title) else draft.cut,
    )
