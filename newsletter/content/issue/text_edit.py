"""A key of one line, and the introduction, changed in the text of an issue's file.

The text is as it is on disk, with its own line ends and byte order mark.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from pathlib import Path

from newsletter.basics.errors import fail
from newsletter.content.frontmatter.write import Front
from newsletter.content.issue.file import KEYS
from newsletter.content.issue.form import behind, several_lines

_ROW = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")


def front_of(text: str, name: Path) -> Front:
    """Return an issue's front matter. Raises NewsletterError where it is not in rows."""
    front = Front.of(text, name)
    if front.table.style is not None:
        raise fail("the keys stand in braces and cannot be edited here", file=name)
    return front


def with_line(text: str, key: str, value: str, name: Path) -> str:
    """Return the text with a key of one line set, or removed for an empty value."""
    front = front_of(text, name)
    rest = behind(front.table.value(key), key) or ""
    return front.changed(*front.with_key(front.table, key, value, KEYS, rest))


def with_introduction(text: str, value: str, name: Path) -> str:
    """Return the text with another introduction; unchanged rows stay to the byte."""
    front = front_of(text, name)
    body = front.body
    inner = body.strip("\r\n\t ")
    before = text[: len(text) - len(body)]
    if not inner:
        new = value.replace("\n", front.eol)
        return before.rstrip("\r\n") + f"{front.eol}{new}{front.eol}"
    start = body.index(inner)
    kept = _kept_rows(inner, value, front.eol)
    return before + body[:start] + kept + body[start + len(inner) :]


def _kept_rows(old: str, new: str, eol: str) -> str:
    """Return new lines of text, with the old rows to the byte where they are equal."""
    rows = _ROW.findall(old)
    were, lines = [several_lines(f".{row}")[1:].rstrip("\n") for row in rows], new.split("\n")
    made: list[str] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, were, lines, autojunk=False).get_opcodes():
        same = tag == "equal"
        made += rows[i1:i2] if same else [f"{line}{eol}" for line in lines[j1:j2]]
    text = "".join(each if each.endswith(("\n", "\r")) else each + eol for each in made)
    return text.rstrip("\r\n\t ")
