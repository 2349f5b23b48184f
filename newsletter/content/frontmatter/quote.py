"""Texts as values of YAML, in quotes only where YAML needs them."""

from __future__ import annotations

import re

from newsletter.basics.controls import NO_BLANKS, NONCHARACTERS, SEPARATORS, SURROGATES

# A plain scalar that reads back as it stands: it begins with a letter or a digit and holds no
# colon or `#` that could mean something (YAML 1.2.2, 7.3.3), nor a tab, which ruamel.yaml refuses.
_PLAIN = re.compile(r"[^\W_](?:[^:#\n\t]|:(?=[^\s:])|(?<=\S)#)*")
_BREAK = re.compile(r"(?<![ \t])[ \t]*+\n\s*")
_FLOW = re.compile(r"[^,\[\]{}]*")
_WORDS = frozenset({"null", "true", "false"})
_INVISIBLE = re.compile(f"[\ufeff{NO_BLANKS}{SEPARATORS}{SURROGATES}{NONCHARACTERS}]")


def in_quotes(text: str) -> str:
    """Return a text in double quotes, or in single ones where double ones need escapes."""
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def value(text: str) -> str:
    """Return a text as the value of a key: one line, without invisible characters."""
    return exactly(one_line(text))


def exactly(text: str, style: str | None = None) -> str:
    """Return one line of text as a value that reads back unchanged.

    The quotes of the old value (`style`) are kept, double ones unless they need escapes.
    """
    if style == "'":
        return "'" + text.replace("'", "''") + "'"
    if style == '"':
        return in_quotes(text)
    is_plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return text if is_plain else in_quotes(text)


def in_rows(text: str, indent: int, eol: str, style: str | None = None) -> str:
    """Return a text as `exactly` does, or as a block behind `|` if it has lines or was a block.

    The rows of a block are indented; the last has no line end. The text must begin with neither
    a blank nor a line end (YAML 1.2.2, 8.1.1.1 and 8.1.2).
    """
    if "\n" not in text and style not in {"|", ">"}:
        return exactly(text, style)
    pad = " " * indent
    return "|" + "".join(f"{eol}{pad}{row}" if row else eol for row in text.split("\n"))


def item(text: str) -> str:
    """Return a text as an item of a `[list, in, brackets]`."""
    text = one_line(text)
    return value(text) if _FLOW.fullmatch(text) else in_quotes(text)


def one_line(text: str) -> str:
    """Return a text without line breaks and invisible characters."""
    return _BREAK.sub(" ", _INVISIBLE.sub("", text).strip())
