"""Front matter changed in place: every other byte stays.

Keys are set, added and removed, the items of a list reordered. A changed value keeps its quotes
and the comment behind it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from newsletter.basics.errors import NewsletterError
from newsletter.content.frontmatter.quote import in_rows
from newsletter.content.frontmatter.split import Parts, split
from newsletter.content.frontmatter.tree import Entry, Listing, Node, Scalar, Table, parse

_ROW = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_BLANKS = re.compile(r" *")
_DASH = re.compile(r"[ ]*-(?=[ \t\r\n])")
_BELOW = re.compile(r"(?:[ \t]*(?:\r\n|\n|\r))*( *)#")
_COMMENT = re.compile(r"[ \t]+#[^\r\n]*")
_REMARK = re.compile(r"(?<!\S)#[^\r\n]*")


class Change(NamedTuple):
    """A part of a text, and the text that replaces it."""

    start: int
    end: int
    new: str


class _Item(NamedTuple):
    """An item's rows, the remark right above them, and the rows above that."""

    gap: str
    remark: str
    rows: str


@dataclass(frozen=True, slots=True)
class Front(Parts):
    """A file as it is on disk, and the tree of its `rows`, with offsets in them."""

    table: Table

    @classmethod
    def of(cls, text: str, name: Path) -> Front:
        """Read a text with its own line ends and byte order mark. Raises NewsletterError."""
        plain = text.removeprefix("\ufeff")
        parts = split(plain, name)
        table, broken = parse(parts.yaml, name, parts.yaml_line)
        if broken:
            raise NewsletterError(*broken)
        head = text[: len(text) - len(plain)] + parts.head
        return cls(head, parts.rows, parts.fence, parts.body, table)

    def with_rows(self, rows: str) -> str:
        """Return the text of the file with other front matter."""
        return self.head + rows + self.fence + self.body

    def changed(self, *changes: Change) -> str:
        """Return the text of the file with parts replaced that do not overlap."""
        rows = self.rows
        for change in sorted(changes, key=lambda each: each.start, reverse=True):
            rows = rows[: change.start] + change.new + rows[change.end :]
        return self.with_rows(rows)

    def row_start(self, at: int) -> int:
        """Return the begin of the row that holds an offset."""
        return max(self.rows.rfind("\n", 0, at), self.rows.rfind("\r", 0, at)) + 1

    def row_end(self, at: int) -> int:
        """Return the end of the row that holds an offset, after its line end."""
        return _end(_ROW, self.rows, at)

    def hyphen(self, entry: Entry) -> int:
        """Return the column (from 0) of the first hyphen of a list with hyphens."""
        at = self._hyphen_row(self.row_end(entry.colon), entry.value.end)
        return _end(_BLANKS, self.rows, at) - at

    def rows_of(self, entry: Entry) -> tuple[int, int]:
        """Return the rows of an outermost key, without blank rows and remarks after them."""
        start = self.row_start(entry.start)
        behind = [each.start for each in self.table.entries.values() if each.start > entry.start]
        rows = _ROW.findall(self.rows[start : min(behind, default=len(self.rows))])
        while len(rows) > 1 and (not rows[-1].strip() or rows[-1].startswith("#")):
            rows.pop()
        return start, start + len("".join(rows))

    def remarks(self, start: int, end: int) -> str:
        """Return the comments between two offsets, each on a row of its own."""
        return "".join(f"{each}{self.eol}" for each in _REMARK.findall(self.rows[start:end]))

    def with_key(
        self, table: Table, key: str, value: str, order: Sequence[str], rest: str = ""
    ) -> tuple[Change, ...]:
        """Return the changes that set a key of a table in rows, or remove it for an empty value.

        A new key is put after those that precede it in `order`. `rest` is the text after a plain
        value on its row that belongs to the value, though it is a comment to YAML.
        """
        entry = table.entries.get(key)
        if value:
            return (
                (self._set(entry, value, rest),)
                if entry
                else (self._added(table, key, value, order),)
            )
        return (self._taken_out(table, entry, rest),) if entry else ()

    def _set(self, entry: Entry, value: str, rest: str) -> Change:
        old = entry.value
        indent = self._indent(self.row_end(old.end), self._column(entry.start))
        written = in_rows(value, indent, self.eol, old.style)
        cut_off = _COMMENT.match(self.rows, old.end) if rest else None
        end = cut_off.end() if cut_off else old.end
        if note := self._note(old):
            row, *more = written.split(self.eol)
            written = self.eol.join((f"{row}{note}", *more))
        return Change(old.start, end, self.spaced(old.start, written))

    def spaced(self, at: int, new: str) -> str:
        """Return a new value, with a blank before it if the row has none there."""
        return new if self.rows[at - 1].isspace() else f" {new}"

    def _taken_out(self, table: Table, entry: Entry, rest: str) -> Change:
        """Return the change that removes a key, or its value only, if a comment is behind it."""
        old = entry.value
        end = self.row_end(old.end)
        if not rest and (note := self._note(old)):
            return Change(entry.colon, old.end, note)
        comment = _COMMENT.match(self.rows, old.end)
        comment = comment or re.match(r"\s*#", self.rows[entry.colon : end])
        if comment and not rest and not _is_block(old):
            return Change(entry.colon, old.end, "")
        start = self.row_start(entry.start)
        if self.rows[start : entry.start].strip():  # a hyphen is before it
            after = [each.start for each in table.entries.values() if each.start > entry.start]
            return Change(entry.start, min(after, default=old.end), "")
        return Change(start, end, "")

    def rearranged(
        self, entry: Entry, wanted: Sequence[int | str], *, with_remarks: bool
    ) -> Change:
        """Return the change that gives a list with hyphens the items `wanted`.

        An int is the number of an old item, a str the rows of a new one. `with_remarks`: the
        comment right above an item, and one below that is indented deeper than its hyphen, move
        with it. Everything else between the items stays, also the comment above a removed one.
        """
        begin = self.row_end(entry.colon)
        items, end = self._items(entry.value, begin, with_remarks=with_remarks)
        gaps = [gap + ("" if n in wanted else above) for n, (gap, above, _) in enumerate(items)]
        made = [items[n].remark + items[n].rows if isinstance(n, int) else n for n in wanted]
        most = range(max(len(gaps), len(made)))
        new = [gap for n in most for gap in (*gaps[n : n + 1], *made[n : n + 1])]
        return Change(begin, end, "".join(new))

    def _items(self, node: Node, at: int, *, with_remarks: bool) -> tuple[list[_Item], int]:
        """Return the items of a list whose rows begin at an offset, and where they end."""
        found = []
        for item in node.items if isinstance(node, Listing) else ():
            own_row = self.row_start(item.start)
            dash = self._hyphen_row(at, own_row) if with_remarks else own_row
            end, gap, remark = self.row_end(item.end), self.rows[at:dash], ""
            if with_remarks:
                deeper = _end(_BLANKS, self.rows, dash) - dash + 1
                own = re.compile(rf"(?: {{{deeper},}}#[^\r\n]*(?:\r\n|\n|\r))*")
                end = _end(own, self.rows, end)
                gap, remark = _remark(gap)
            found.append(_Item(gap, remark, self.rows[dash:end]))
            at = end
        return found, at

    def _hyphen_row(self, at: int, most: int) -> int:
        while not _DASH.match(self.rows, at) and at < most:
            at = self.row_end(at)
        return at

    def _added(self, table: Table, key: str, value: str, order: Sequence[str]) -> Change:
        known = table.entries
        before = [known[each] for each in order[: order.index(key)] if each in known]
        first = min((each.start for each in known.values()), default=0)
        column = self._column(first)
        pad = " " * column
        at = self.row_end(max(each.value.end for each in before)) if before else first
        indent = self._indent(at, column)
        written = in_rows(value, indent, self.eol)
        if not before:
            return Change(first, first, f"{key}: {written}{self.eol}{pad}")
        return Change(at, at, f"{pad}{key}: {written}{self.eol}")

    def _note(self, value: Node) -> str:
        """Return the comment on the row of a block's `|`, with the blanks before it."""
        first = self.rows[value.start : value.end].splitlines()[0] if _is_block(value) else ""
        note = _COMMENT.search(first)
        return note[0] if note else ""

    def _indent(self, at: int, column: int) -> int:
        """Return the indent of a block below a key: deeper than a remark after it, at `at`."""
        remark = _BELOW.match(self.rows, at)
        return max(column + 2, len(remark[1]) + 1 if remark else 0)

    def _column(self, at: int) -> int:
        return at - self.row_start(at)


def _is_block(node: Node) -> bool:
    return isinstance(node, Scalar) and node.is_block


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Return the end of a pattern's match at an offset, or the offset."""
    match = pattern.match(text, at)
    return match.end() if match else at


def _remark(above: str) -> tuple[str, str]:
    """Divide the rows above an item: those of its own comment are the second part."""
    rows = above.splitlines(keepends=True)
    at = len(rows)
    while at and rows[at - 1].lstrip().startswith("#"):
        at -= 1
    return "".join(rows[:at]), "".join(rows[at:])
