"""An issue's announcements changed: each item's rows stay as they are but for what is new.

announcements:            the rows of an item move together, with the comment above it;
  # until December        what is taken out leaves that comment behind
  - title: Conference
    text: Registration is open.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.content.frontmatter.spans import (
    Change,
    Entry,
    Kind,
    Span,
    changed,
    row_end,
    row_start,
)
from newsletter.content.frontmatter.text import exactly, literal
from newsletter.content.issue.form import NEWS, News
from newsletter.content.issue.keys import is_block_table, set_key, without_key

_DASH = re.compile(r"[ ]*-(?=[ \t\r\n])")
_REMARK = re.compile(r"(?<!\S)#[^\r\n]*")

Wanted = Sequence[tuple[int | None, News]]
"""Each announcement with its number among those that are there, or None for a new one."""


def in_place(
    text: str, items: Sequence[Span], before: Sequence[News], wanted: Wanted, eol: str
) -> str | None:
    """Return the text with the fields of kept items changed; None where one cannot be."""
    changes: list[Change] = []
    for was, news in wanted:
        if was is None or news == before[was]:
            continue
        if not is_block_table(items[was]):
            return None
        for key in NEWS:
            old, new = getattr(before[was], key), getattr(news, key)
            if old != new and (change := _field(text, items[was], key, new, eol)):
                changes.append(change)
    return changed(text, changes)


def _field(text: str, item: Span, key: str, new: str, eol: str) -> Change | None:
    # These keys take no comment: what looks like one belongs to the value.
    if new:
        return set_key(text, item, key, new, order=NEWS, eol=eol, rest="#")
    return without_key(text, item, key, rest="#")


def rearranged(text: str, entry: Entry, wanted: Wanted, eol: str) -> str:
    """Return the text with the items of a block list in another order, some new, some gone."""
    rows = _rows(text, entry)
    column = len(_leading(rows[0].item))
    taken = {was for was, _ in wanted if was is not None}
    # What stands between items stays where it is, also the remark above one that goes.
    gaps = [row.gap + ("" if number in taken else row.remark) for number, row in enumerate(rows)]
    gaps += [""] * (len(wanted) - len(gaps))
    made = [
        gap + (rows[was].remark + rows[was].item if was is not None else fresh(news, column, eol))
        for gap, (was, news) in zip(gaps, wanted, strict=False)
    ]
    begin = row_end(text, entry.colon)
    end = _with_own_remarks(text, row_end(text, entry.value.end), column)
    if not wanted:
        remark = _remarks(text[entry.colon : begin], eol)
        return text[: row_start(text, entry.key)] + remark + "".join(gaps) + text[end:]
    return text[:begin] + "".join(made) + "".join(gaps[len(wanted) :]) + text[end:]


def rewritten(text: str, entry: Entry, wanted: Wanted, eol: str) -> str:
    """Return the text with a list of any other form written anew; its comments stand above it."""
    start, end = row_start(text, entry.key), row_end(text, entry.value.end)
    remarks = _remarks(text[entry.colon : end], eol)
    head = text[start : entry.colon]
    rows = "".join(fresh(news, 2, eol) for _, news in wanted)
    new = f"{remarks}{head}{eol}{rows}" if wanted else remarks
    return text[:start] + new + text[end:]


def fresh(news: News, column: int, eol: str) -> str:
    """Return the rows of one item whose hyphen stands in a column (from 0)."""
    pad = " " * column
    rows = []
    for key in NEWS:
        value = getattr(news, key)
        if value:
            written = literal(value, column + 4, eol) if "\n" in value else exactly(value)
            rows.append(f"{key}: {written}{eol}")
    return f"{pad}- " + f"{pad}  ".join(rows)


@dataclass(frozen=True, slots=True)
class _Rows:
    """An item's rows, the remark right above them, and what stands above that."""

    gap: str
    remark: str
    item: str


def _rows(text: str, entry: Entry) -> list[_Rows]:
    found = []
    at = row_end(text, entry.colon)
    for span in entry.value.items:
        dash = at
        while not _DASH.match(text, dash) and dash < span.start:
            dash = row_end(text, dash)
        end = _with_own_remarks(text, row_end(text, span.end), len(_leading(text[dash:])))
        gap, remark = _remark(text[at:dash])
        found.append(_Rows(gap, remark, text[dash:end]))
        at = end
    return found


def _with_own_remarks(text: str, end: int, column: int) -> int:
    """Return the end of an item with the rows of comment that stand deeper than its hyphen."""
    inner = re.compile(rf"[ ]{{{column + 1},}}#[^\r\n]*(?:\r\n|\n|\r)")
    while found := inner.match(text, end):
        end = found.end()
    return end


def _remark(above: str) -> tuple[str, str]:
    """Cut the rows of comment right above an item off what stands between it and the last."""
    rows = above.splitlines(keepends=True)
    at = len(rows)
    while at and rows[at - 1].lstrip().startswith("#"):
        at -= 1
    return "".join(rows[:at]), "".join(rows[at:])


def _remarks(text: str, eol: str) -> str:
    """Return the comments of a piece of text, each on a row of its own."""
    return "".join(f"{each}{eol}" for each in _REMARK.findall(text))


def _leading(row: str) -> str:
    return row[: len(row) - len(row.lstrip(" "))]


def is_block_list(span: Span) -> bool:
    """Whether a value is a list with hyphens, each item on rows of its own."""
    return span.kind is Kind.LIST and not span.is_flow and bool(span.items)
