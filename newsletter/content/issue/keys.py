"""Keys of front matter set, added and taken out: each value as a person writes it.

A value that stands there keeps its quotes and the comment behind it. All functions are given a
text and where its tables stand in it, and return what is to be changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from newsletter.content.frontmatter.spans import Change, Entry, Kind, Span, row_end, row_start
from newsletter.content.frontmatter.text import exactly, literal

_BLOCK = frozenset({"|", ">"})
_REMARK = re.compile(r"(?:[ \t]*(?:\r\n|\n|\r))*( *)#")
_COMMENT = re.compile(r"[ \t]+#[^\r\n]*")


def set_key(
    text: str, table: Span, key: str, value: str, *, order: Sequence[str], eol: str, rest: str = ""
) -> Change:
    """Return how a key of a block table is given a value that is not empty.

    A new key goes behind those that come before it in `order`. `rest` is what follows a plain
    text on its row and belongs to the value, though YAML takes it for a comment.
    """
    entry = table.entries.get(key)
    if entry is None:
        return _added(text, table, key, value, order=order, eol=eol)
    old = entry.value
    indent = _indent(text, row_end(text, old.end), _column(text, entry.key))
    is_block = "\n" in value or old.style in _BLOCK
    written = literal(value, indent, eol) if is_block else exactly(value, old.style)
    cut_off = _COMMENT.match(text, old.end) if rest else None
    end = cut_off.end() if cut_off else old.end
    if note := _note(text, old):
        row, *more = written.split(eol)
        written = eol.join((f"{row}{note}", *more))
    blank = "" if text[old.start - 1].isspace() else " "
    return Change(old.start, end, blank + written)


def without_key(text: str, table: Span, key: str, rest: str = "") -> Change | None:
    """Return how a key of a block table is taken out; a comment behind its value stays with it."""
    entry = table.entries.get(key)
    if entry is None:
        return None
    end = row_end(text, entry.value.end)
    if not rest and (note := _note(text, entry.value)):
        return Change(entry.colon, entry.value.end, note)
    comment = _COMMENT.match(text, entry.value.end) or re.match(r"\s*#", text[entry.colon : end])
    if comment and not rest and entry.value.style not in _BLOCK:
        return Change(entry.colon, entry.value.end, "")
    start = row_start(text, entry.key)
    if text[start : entry.key].strip():  # a hyphen stands before it
        return Change(entry.key, _next(table, entry), "")
    return Change(start, end, "")


def _next(table: Span, entry: Entry) -> int:
    after = [each.key for each in table.entries.values() if each.key > entry.key]
    return min(after, default=entry.value.end)


def _added(
    text: str, table: Span, key: str, value: str, *, order: Sequence[str], eol: str
) -> Change:
    known = table.entries
    before = [known[each] for each in order[: order.index(key)] if each in known]
    first = min(each.key for each in known.values())
    column = _column(text, first)
    pad = " " * column
    at = row_end(text, max(each.value.end for each in before)) if before else first
    indent = _indent(text, at, column)
    written = literal(value, indent, eol) if "\n" in value else exactly(value)
    if not before:
        return Change(first, first, f"{key}: {written}{eol}{pad}")
    return Change(at, at, f"{pad}{key}: {written}{eol}")


def _note(text: str, value: Span) -> str:
    """Return the comment on the row of a block's `|`, with the blanks before it."""
    first = text[value.start : value.end].splitlines()[0] if value.style in _BLOCK else ""
    note = _COMMENT.search(first)
    return note[0] if note else ""


def _indent(text: str, at: int, column: int) -> int:
    """Return how deep a block below a key stands: deeper than a remark behind it, at `at`."""
    remark = _REMARK.match(text, at)
    return max(column + 2, len(remark[1]) + 1 if remark else 0)


def _column(text: str, at: int) -> int:
    return at - row_start(text, at)


def is_block_table(span: Span) -> bool:
    """Whether a value is a table of keys on rows of their own, which can be edited one by one."""
    return span.kind is Kind.TABLE and not span.is_flow and bool(span.entries)
