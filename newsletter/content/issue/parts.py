"""The parts of an issue's file set in its text: a key of one line, the announcements, the body.

The text is as it is on disk, with its own line ends and byte order mark.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from newsletter.basics.errors import fail
from newsletter.content.frontmatter.spans import Entry, Kind, Span, changed, spans
from newsletter.content.frontmatter.text import exactly
from newsletter.content.frontmatter.tree import Table, parse
from newsletter.content.issue import news_edit
from newsletter.content.issue.file import KEYS
from newsletter.content.issue.form import News, behind, several_lines
from newsletter.content.issue.keys import set_key, without_key
from newsletter.content.issue.summaries_edit import HEAD, front_end

_ROW = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")


@dataclass(frozen=True, slots=True)
class _Front:
    """A file's front matter: where it begins, its line end, its tree with texts and offsets."""

    begin: int
    eol: str
    root: Span | None
    table: Table


def _front(text: str, name: Path) -> _Front:
    head = HEAD.match(text)
    if head is None:
        raise AssertionError("a file that could be split has a first ---")
    end = front_end(text, head.end())
    yaml = text[head.end() : end]
    table, _ = parse(yaml.replace("\r\n", "\n").replace("\r", "\n"), name, 1)
    root = spans(yaml, head.end())
    if root is not None and (root.kind is not Kind.TABLE or root.is_flow):
        raise fail("the keys stand in braces and cannot be edited here", file=name)
    return _Front(head.end(), head["end"], root, table)


def with_line(text: str, key: str, value: str, name: Path) -> str:
    """Return the text with a key of one line set; where the value is empty, taken out."""
    front = _front(text, name)
    if front.root is None:
        return _first_key(text, front, f"{key}: ", value)
    rest = behind(front.table.entries.get(key), key) or ""
    change = (
        set_key(text, front.root, key, value, order=KEYS, eol=front.eol, rest=rest)
        if value
        else without_key(text, front.root, key, rest)
    )
    return text if change is None else changed(text, [change])


def _first_key(text: str, front: _Front, key: str, value: str) -> str:
    row = f"{key}{exactly(value)}{front.eol}" if value else ""
    return text[: front.begin] + row + text[front.begin :]


def with_news(text: str, before: tuple[News, ...], wanted: news_edit.Wanted, name: Path) -> str:
    """Return the text with the announcements that are wanted; `before` are those it has."""
    front = _front(text, name)
    entry = front.root.entries.get("announcements") if front.root else None
    order = [was for was, _ in wanted]
    if entry is None:
        return _new_list(text, front, wanted) if wanted else text
    if order == [*range(len(before))] and tuple(news for _, news in wanted) == before:
        return text
    if not news_edit.is_block_list(entry.value):
        return news_edit.rewritten(text, entry, wanted, front.eol)
    kept = news_edit.in_place(text, entry.value.items, before, wanted, front.eol)
    if kept is None:
        return news_edit.rewritten(text, entry, wanted, front.eol)
    if order == [*range(len(before))]:
        return kept
    return news_edit.rearranged(kept, _news_entry(kept, name), wanted, front.eol)


def _news_entry(text: str, name: Path) -> Entry:
    root = _front(text, name).root
    if root is None:
        raise AssertionError("the list was there")
    return root.entries["announcements"]


def _new_list(text: str, front: _Front, wanted: news_edit.Wanted) -> str:
    end = front_end(text, front.begin)
    rows = "".join(news_edit.fresh(news, 2, front.eol) for _, news in wanted)
    return f"{text[:end]}announcements:{front.eol}{rows}{text[end:]}"


def with_introduction(text: str, value: str, name: Path) -> str:
    """Return the text with another introduction; rows that stay the same stay to the byte."""
    front = _front(text, name)
    fence = re.compile(r"[^\r\n]*").match(text, front_end(text, front.begin))
    at = fence.end() if fence else len(text)
    body = text[at:]
    inner = body.strip("\r\n\t ")
    if not inner:
        return f"{text[:at]}{front.eol}{value.replace(chr(10), front.eol)}{front.eol}"
    start = at + body.index(inner)
    return text[:start] + _kept_rows(inner, value, front.eol) + text[start + len(inner) :]


def _kept_rows(old: str, new: str, eol: str) -> str:
    """Return new lines of text with the old rows, to the byte, where they say the same."""
    rows = _ROW.findall(old)
    were, lines = [several_lines(f".{row}")[1:].rstrip("\n") for row in rows], new.split("\n")
    made: list[str] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, were, lines, autojunk=False).get_opcodes():
        same = tag == "equal"
        made += rows[i1:i2] if same else [f"{line}{eol}" for line in lines[j1:j2]]
    text = "".join(each if each.endswith(("\n", "\r")) else each + eol for each in made)
    return text.rstrip("\r\n\t ")
