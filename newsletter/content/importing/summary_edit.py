"""Keys, topics and text of a summary's file changed; every other row stays.

A file's text is as it is on disk, with its own line ends and byte order mark.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from newsletter.basics.files import decode, read_bytes
from newsletter.content.frontmatter.quote import item
from newsletter.content.frontmatter.split import split
from newsletter.content.frontmatter.tree import Listing, Scalar
from newsletter.content.frontmatter.write import Change, Front
from newsletter.content.passage import Passage
from newsletter.content.summary.file import KEYS, dump_summary
from newsletter.content.summary.summary import Summary

_COMMA = re.compile(r"\s*(,?)")


def read_exactly(file: Path, name: Path) -> str:
    """Return a file's text with its own line ends and byte order mark. Raises NewsletterError."""
    data = read_bytes(file, name)
    decode(data, name)
    return data.decode("utf-8")


def with_topic(text: str, summary: Summary, topic: str) -> str:
    """Return a file's text with one more topic, in the form of its list."""
    front = Front.of(text, summary.file)
    entry = front.table.entries.get("topics")
    if entry is None:
        return with_keys(text, summary.file, {"topics": f"topics: [{item(topic)}]"})
    start, end = front.rows_of(entry)
    old = entry.value
    if isinstance(old, Scalar):
        return front.changed(Change(start, end, _of_one(old, topic) + front.eol))
    items = old.items if isinstance(old, Listing) else ()
    if old.style is None:
        indent = " " * front.hyphen(entry)
        return front.changed(Change(end, end, f"{indent}- {item(topic)}{front.eol}"))
    if not items:
        return front.changed(Change(old.start + 1, old.start + 1, item(topic)))
    comma = _COMMA.match(front.rows, items[-1].end)
    at = comma.span(1) if comma and comma[1] else (items[-1].end, items[-1].end)
    return front.changed(Change(*at, f", {item(topic)}"))


def _of_one(node: Scalar, topic: str) -> str:
    """Return the row of a list made of a single topic without brackets, and a new one."""
    topics = [topic] if node.is_null else [node.text, topic]
    comment = f"  {node.comment}" if node.comment else ""
    return f"topics: [{', '.join(item(each) for each in topics)}]{comment}"


def with_keys(text: str, name: Path, rows: Mapping[str, str | None]) -> str:
    """Return a file's text with keys set to whole rows (`doi: 10.5555/1`), or removed (None).

    A new key is put after those that precede it in KEYS.
    """
    for key, row in rows.items():
        front = Front.of(text, name)
        spans = {each: front.rows_of(entry) for each, entry in front.table.entries.items()}
        new = "" if row is None else row + front.eol
        before = [spans[each][1] for each in KEYS[: KEYS.index(key)] if each in spans]
        at = max(before, default=0)
        text = front.changed(Change(*spans.get(key, (at, at)), new))
    return text


def with_body(text: str, summary: Summary) -> str:
    """Return a file's text with the summary and its Practice Implications replaced."""
    old = Front.of(text, summary.file)
    body = split(dump_summary(summary), summary.file).body.replace("\n", old.eol)
    fence = old.fence if old.fence.endswith(("\n", "\r")) else old.fence + old.eol
    return old.head + old.rows + fence + body


def rows_of(summary: Summary) -> dict[str, str]:
    """Return the rows of front matter that a summary is written with, by key."""
    empty = Passage(text="", file=summary.file, line=1)
    written = dump_summary(replace(summary, body=empty, implications=None))
    rows = split(written, summary.file).yaml.split("\n")
    return {row.partition(":")[0]: row for row in rows}
