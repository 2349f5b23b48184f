"""A row of YAML that cannot be read, mended, so that the problems after it are found too."""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsletter.basics.errors import TYPOGRAPHIC
from newsletter.content.frontmatter.quote import in_quotes

_LONGEST_ROW = 2_000
"""Characters of a row that can be mended."""
_LINE_END = re.compile(r"\r\n|\n|\r")
_ROW = re.compile(r"(?P<lead>\s*(?:-\s+)?)(?P<key>[\w -]+?):[ \t]+(?P<value>\S.*?)\s*")
# Characters that YAML refuses even in quotes (YAML 1.2.2, 5.1).
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_QUOTES = frozenset({'"', "'"})
_TYPOGRAPHIC = re.compile('[\u201c\u201d\u201e\u201f](.*)[\u201c\u201d\u201e\u201f"]')
# A comment behind quotes, and quotes that are opened again within them: `"The "quiet" room"`.
_COMMENT = re.compile(r"""([\"'\u201d])\s+#.*""")
_CLOSED_FIRST = re.compile(r"""(["'])[^"']*\w\1(?!\w)""")
_CLOSE = {'"': '"', "'": "'", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """A text with one row mended, and the hint that says how.

    `quoted` is the key whose value was put in quotes. `message` is a better one than the
    parser's, if there is one.
    """

    text: str
    hint: str
    quoted: str | None = None
    message: str | None = None


def mended(text: str, row: int) -> Mended | None:
    """Return the text with a row (from 0) mended, or None where it cannot be.

    Open quotes and brackets are closed, control characters removed, other values quoted.
    """
    rows = _LINE_END.split(text)
    if row >= len(rows):
        return None
    old = rows[row]

    def with_row(new: str) -> str:
        return "\n".join([*rows[:row], new, *rows[row + 1 :]])

    if _UNPRINTABLE.search(old):
        return Mended(text=with_row(_UNPRINTABLE.sub("", old)), hint="take it out")
    if old.startswith("\t"):
        return Mended(text=with_row(old.lstrip("\t ")), hint="begin the line without it")
    match = _ROW.fullmatch(old) if len(old) <= _LONGEST_ROW else None
    if match is None or match["value"][0] in "|>#" or match["value"] in _CLOSE:
        return None
    key, value = match["key"], match["value"]
    if typographic := _TYPOGRAPHIC.fullmatch(_COMMENT.sub(r"\1", value)):
        better = f"{key}: {in_quotes(typographic[1])}"
        return Mended(text=with_row(match["lead"] + better), hint=better, message=TYPOGRAPHIC)
    better, is_quoted = _closed_or_quoted(value)
    better = f"{key}: {better}"
    quoted = key if is_quoted else None
    return Mended(text=with_row(match["lead"] + better), hint=better, quoted=quoted)


def _closed_or_quoted(value: str) -> tuple[str, bool]:
    """Return a value with its bracket or quote closed, or in quotes; and whether in quotes."""
    if value[0] in _QUOTES:
        value = _COMMENT.sub(r"\1", value)
    close = _CLOSE.get(value[0])
    if close is not None and close not in value[1:]:
        return value + close, False
    if close in _QUOTES and value.endswith(close) and close in value[1:-1]:
        # `'it's'`: the quotes end within the text; not so `"Letters" and "silences"`.
        value = value if _CLOSED_FIRST.match(value) else value[1:-1].replace(f"\\{close}", close)
    return in_quotes(value), True
