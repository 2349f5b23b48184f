"""A summary's file changed where it must be: every other row stays as the editor left it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from newsletter.basics.files import decode, read_bytes, write_bytes
from newsletter.content.frontmatter.frontmatter import Parts, split
from newsletter.content.frontmatter.text import item
from newsletter.content.frontmatter.tree import Scalar, parse
from newsletter.content.passage import Passage
from newsletter.content.summary.file import KEYS, dump_summary
from newsletter.content.summary.summary import Summary

_LIST_END = re.compile(r"(?:,\s*|(?<!\s)\s*)\](?=[ \t]*(?:#[^\n]*)?\n?\Z)")


@dataclass(frozen=True, slots=True)
class SummaryText:
    r"""A file's text with `\n` line ends, and the line end and mark that it has on disk."""

    text: str
    line_end: str = "\n"
    bom: bool = False

    @property
    def data(self) -> bytes:
        """The octets as they are on disk."""
        text = ("\ufeff" if self.bom else "") + self.text.replace("\n", self.line_end)
        return text.encode()


def read_exactly(file: Path, name: Path) -> SummaryText:
    """Read a file so that it can be written with every other octet unchanged."""
    data = read_bytes(file, name)
    text = decode(data, name)
    line_end = next((end for end in ("\r\n", "\r") if end in text), "\n")
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return SummaryText(plain, line_end, data.startswith(b"\xef\xbb\xbf"))


def write_exactly(file: Path, text: SummaryText) -> None:
    """Write a file, its line ends and mark as they were."""
    write_bytes(file, text.data)


def with_topic(text: SummaryText, summary: Summary, topic: str) -> SummaryText:
    """Return a file's text with one more topic, in the form that its list has."""
    name = summary.file
    parts = split(text.text, name)
    table, _ = parse(parts.yaml, name, parts.yaml_line)
    node = table.entries.get("topics")
    if node is None:
        return with_keys(text, name, {"topics": f"topics: [{item(topic)}]"})
    start, end = _spans(parts, name)["topics"]
    rows = text.text.split("\n")
    old = "\n".join(rows[start:end])
    new = _of_one(node, topic) if isinstance(node, Scalar) else _longer(old, topic)
    return replace(text, text="\n".join([*rows[:start], new, *rows[end:]]))


def _of_one(node: Scalar, topic: str) -> str:
    """Make a list of the one topic that stood there without brackets."""
    topics = [topic] if node.is_null else [node.text, topic]
    comment = f"  {node.comment}" if node.comment else ""
    return f"topics: [{', '.join(item(each) for each in topics)}]{comment}"


def _longer(old: str, topic: str) -> str:
    """Add a topic to the rows of a list, in brackets or with hyphens."""
    match = _LIST_END.search(old)
    if match:
        before, tail = old[: match.start()], old[match.start() :].lstrip(",")
        comma = "" if before.rstrip().endswith("[") else ", "
        return f"{before}{comma}{item(topic)}{tail}"
    items = [row for row in old.split("\n") if row.lstrip().startswith("- ")]
    indent = items[-1][: -len(items[-1].lstrip())] if items else "  "
    return f"{old}\n{indent}- {item(topic)}"


def with_keys(text: SummaryText, name: Path, rows: Mapping[str, str | None]) -> SummaryText:
    """Return a file's text with keys set to whole rows (`doi: 10.5555/1`), or taken out (None).

    A new key goes to its usual place among those that are there.
    """
    for key, row in rows.items():
        parts = split(text.text, name)
        spans = _spans(parts, name)
        lines = text.text.split("\n")
        new = [row] if row is not None else []
        if key in spans:
            start, end = spans[key]
        elif row is None:
            continue
        else:
            before = [spans[each][1] for each in KEYS[: KEYS.index(key)] if each in spans]
            start = end = max(before, default=parts.yaml_line - 1)
        text = replace(text, text="\n".join([*lines[:start], *new, *lines[end:]]))
    return text


def with_body(text: SummaryText, summary: Summary) -> SummaryText:
    """Return a file's text with the summary and its Practice Implications replaced."""
    parts = split(text.text, summary.file)
    rows = text.text.split("\n")[: parts.body_line - 1]
    written = dump_summary(summary)
    body = split(written, summary.file).body
    return replace(text, text="\n".join([*rows, body]))


def rows_of(summary: Summary) -> dict[str, str]:
    """Return the rows of front matter that a summary is written with, by key."""
    empty = Passage(text="", file=summary.file, line=1)
    written = dump_summary(replace(summary, body=empty, implications=None))
    rows = split(written, summary.file).yaml.split("\n")
    return {row.partition(":")[0]: row for row in rows}


def _spans(parts: Parts, name: Path) -> dict[str, tuple[int, int]]:
    """Return, by key, the rows of the file (from 0, the end exclusive) that hold it."""
    table, _ = parse(parts.yaml, name, parts.yaml_line)
    rows = parts.yaml.split("\n")
    offset = parts.yaml_line - 1
    starts = sorted((line - 1 - offset, key) for key, line in table.lines.items())
    spans = {}
    for (start, key), following in zip(
        starts, [*(start for start, _ in starts[1:]), len(rows)], strict=True
    ):
        end = following
        while end > start + 1 and (not rows[end - 1].strip() or rows[end - 1].startswith("#")):
            end -= 1
        spans[key] = (start + offset, end + offset)
    return spans
