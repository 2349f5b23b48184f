"""An issue's announcements changed: rows of an item stay as they are where nothing is new.

announcements:            the rows of an item move together, with the comment above it;
  # until December        a removed item leaves that comment behind
  - title: Conference
    text: Registration is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from newsletter.content.frontmatter.quote import in_rows
from newsletter.content.frontmatter.tree import Entry, Listing, Node, Table
from newsletter.content.frontmatter.write import Change, Front
from newsletter.content.issue.form import NEWS, News
from newsletter.content.issue.text_edit import front_of

Wanted = Sequence[tuple[int | None, News]]
"""Each announcement with its number in the file, or None for a new one."""


def with_news(text: str, before: tuple[News, ...], wanted: Wanted, name: Path) -> str:
    """Return the text with the announcements `wanted`; `before` are those it has."""
    front = front_of(text, name)
    entry = front.table.entries.get("announcements")
    is_same_order = [was for was, _ in wanted] == [*range(len(before))]
    if entry is None:
        rows = "".join(_fresh(news, 2, front.eol) for _, news in wanted)
        new = f"announcements:{front.eol}{rows}" if wanted else ""
        return front.with_rows(front.rows + new)
    if is_same_order and tuple(news for _, news in wanted) == before:
        return text
    changes = _in_place(front, entry.value, before, wanted)
    if changes is None:
        return front.changed(_rewritten(front, entry, wanted))
    text = front.changed(*changes)
    if is_same_order:
        return text
    front = front_of(text, name)
    return front.changed(_rearranged(front, front.table.entries["announcements"], wanted))


def _in_place(
    front: Front, old: Node, before: Sequence[News], wanted: Wanted
) -> list[Change] | None:
    """Return the changes of kept items' fields, or None where not all are written in rows."""
    if not isinstance(old, Listing) or old.style is not None:
        return None
    found: list[Change] = []
    for was, news in wanted:
        if was is None or news == before[was]:
            continue
        table = old.items[was]
        if not isinstance(table, Table) or table.style is not None:
            return None
        changing = [key for key in NEWS if getattr(before[was], key) != getattr(news, key)]
        for key in changing:
            # These keys have no comments: text after ` #` belongs to the value.
            found += front.with_key(table, key, getattr(news, key), NEWS, rest="#")
    return found


def _rearranged(front: Front, entry: Entry, wanted: Wanted) -> Change:
    """Return the change that reorders a list with hyphens, with new and removed items."""
    column = front.hyphen(entry)
    made = [_fresh(news, column, front.eol) if was is None else was for was, news in wanted]
    change = front.rearranged(entry, made, with_remarks=True)
    if wanted:
        return change
    remarks = front.remarks(entry.colon, change.start)
    return Change(front.row_start(entry.start), change.end, remarks + change.new)


def _rewritten(front: Front, entry: Entry, wanted: Wanted) -> Change:
    """Return the change that rewrites a list of any other form; its comments go above it."""
    start, end = front.row_start(entry.start), front.row_end(entry.value.end)
    remarks = front.remarks(entry.colon, end)
    head = front.rows[start : entry.colon]
    rows = "".join(_fresh(news, 2, front.eol) for _, news in wanted)
    return Change(start, end, f"{remarks}{head}{front.eol}{rows}" if wanted else remarks)


def _fresh(news: News, column: int, eol: str) -> str:
    """Return the rows of one item with its hyphen in a column (from 0)."""
    pad = " " * column
    filled = {key: value for key in NEWS if (value := getattr(news, key))}
    rows = [f"{key}: {in_rows(value, column + 4, eol)}{eol}" for key, value in filled.items()]
    return f"{pad}- " + f"{pad}  ".join(rows)
