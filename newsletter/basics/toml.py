"""A TOML file with the line of each key, which tomllib does not give.

tomllib decides what is valid; the scanner for lines reads only text that tomllib has accepted.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsletter.basics.errors import TYPOGRAPHIC, NewsletterError, fail
from newsletter.basics.files import read_text

# One part of a key, a dot between parts, and what can follow (TOML 1.0, Keys).
_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_KEY = re.compile(rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*")
_ONE_PART = re.compile(_PART)
_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
# What a value consists of: strings (the long forms first), comments, brackets, anything else.
# A long form that is never closed goes to the end; `*+` never looks for another way to match.
_PIECE = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:"{3,5}|\Z)'
    r"|'''(?:[^']|'(?!''))*+(?:'{3,5}|\Z)"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*"
    r"|[\[\]{}\n]"
    r"|[^\"'#\[\]{}\n]+",
    re.DOTALL,
)
_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
# A key and text without quotes, maybe with a comment behind it that stays outside of them.
_UNQUOTED = re.compile(
    r"""\s*([\w-]+)\s*=\s*([^\W\d_][^"\n]*?|[\d@<][^"\n]*?[^\W\d_][^"\n]*?)[ \t]*([ \t]\#.*)?"""
)
_TURNED = re.compile("[\u201c\u201d\u201e\u201f]")
_TWICE = re.compile(r"Cannot declare \((.*)\) twice")
_NAMES = re.compile(r"'([^']*)'")
_SEPARATOR = re.compile("[=,]")
_LARGEST = 250_000
"""Octets of a file; one of settings has some thousands."""
_DEEPEST = 20
"""Brackets within brackets, and parts of a key."""
_LONGEST_KEY = 500
_LONGEST_ROW = 2_000
"""Characters of a row that is looked at for what was meant."""
_OPEN = re.compile(r"=\s*'[^'\n]*$")
_BRACKETS = {"[": 1, "{": 1, "]": -1, "}": -1}
_UNCLOSED = "quotes are opened and never closed"
_WORDS = {
    "Cannot overwrite a value": "this key stands twice",
    "Illegal character '\\n'": _UNCLOSED,
    "Unterminated string": _UNCLOSED,
    "Unclosed array": "the bracket [ is never closed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlFile:
    """What a file holds: plain values, and the line of each dotted key (`delivery.rate`)."""

    name: Path
    values: dict[str, Any]
    lines: dict[str, int]

    def line(self, dotted: str) -> int | None:
        """Return a key's line, or that of the nearest table around it."""
        while dotted:
            if dotted in self.lines:
                return self.lines[dotted]
            dotted = dotted.rpartition(".")[0]
        return None


def read_toml(file: Path, name: Path) -> TomlFile:
    """Read a TOML file; `name` is how problems name it. Raises NewsletterError."""
    text = read_text(file, name, largest=_LARGEST)
    if deep := _too_deep(text):
        line, what = deep
        raise fail(f"{what} than {_DEEPEST} levels deep", file=name, line=line)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(str(error), text, name) from None
    lines = key_lines(text)
    if too_long := next((key for key in lines if len(key) > _LONGEST_KEY), None):
        what = f"a key of {len(too_long):,} characters: it has at most {_LONGEST_KEY}"
        raise fail(what, file=name, line=lines[too_long])
    return TomlFile(name=name, values=values, lines=lines)


def _too_deep(text: str) -> tuple[int, str] | None:
    """Return the line of a text that is nested too deeply and the begin of a message, or None.

    Call it before tomllib: tomllib's time grows with the square of a key's parts, and it recurses
    for each bracket. The text need not be valid.
    """
    line, depth, dots, at = 1, 0, 0, 0
    while match := _PIECE.match(text, at):
        at, piece = match.end(), match[0]
        if piece in _BRACKETS:
            depth += _BRACKETS[piece]
            dots = 0
            if depth > _DEEPEST:
                return line, "brackets are nested more"
        elif piece == "\n":
            dots = 0
        elif piece[0] not in "\"'#":
            first, *rest = _SEPARATOR.split(piece)
            counts = [dots + first.count("."), *(part.count(".") for part in rest)]
            dots = counts[-1]
            if max(counts) >= _DEEPEST:
                return line, "a key is more"
        line += piece.count("\n")
    return None


def key_lines(text: str) -> dict[str, int]:
    """Return the line (from 1) of each table header and each key of a valid TOML text."""
    lines: dict[str, int] = {}
    for key, line in _keys(text):
        lines.setdefault(key, line)
    return lines


def _keys(text: str) -> Iterator[tuple[str, int]]:
    prefix: tuple[str, ...] = ()
    at = _skip_blank(text, 0)
    line, counted = 1, 0
    while at < len(text):
        line, counted = line + text.count("\n", counted, at), at
        header = text[at] == "["
        while text[at] in "[ \t":
            at += 1
        match = _KEY.match(text, at)
        if match is None:
            break
        parts = tuple(_part(part) for part in _ONE_PART.findall(match[0]))
        if header:
            prefix = parts
            end = text.find("\n", match.end())
            at = len(text) if end < 0 else end
        else:
            parts = prefix + parts
            at = _end_of_value(text, match.end())
        yield ".".join(parts), line
        at = _skip_blank(text, at)


def _part(written: str) -> str:
    if written.startswith(("'", '"')):
        return str(tomllib.loads(f"key = {written}")["key"])
    return written


def _skip_blank(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _end_of_value(text: str, at: int) -> int:
    depth = 0
    while match := _PIECE.match(text, at):
        at = match.end()
        depth += _BRACKETS.get(match[0], 0)
        if match[0] == "\n" and depth == 0:
            break
    return at


def _is_turned(row: str) -> bool:
    """Whether typographic quotes stand where a value's own should begin or end."""
    value = row.partition("=")[2].partition("#")[0].strip()
    return bool(re.match(rf"[\[\s]*{_TURNED.pattern}", value)) or (
        value.count('"') % 2 == 1 and bool(_TURNED.search(value[-1:]))
    )


def _syntax_error(message: str, text: str, name: Path) -> NewsletterError:
    rows = text.rstrip("\n").split("\n")
    place = _PLACE.search(message)
    line = int(place[1]) if place and place[1] else len(rows)
    what = _PLACE.sub("", message)
    row = rows[line - 1][:_LONGEST_ROW]
    unquoted = _UNQUOTED.fullmatch(row)
    hint = f'put the text in quotes: {unquoted[1]} = "{unquoted[2].strip()}"' if unquoted else None
    if _is_turned(row):
        what, hint = TYPOGRAPHIC, f"write {_TURNED.sub(chr(34), row.partition('#')[0]).strip()}"
    elif twice := _TWICE.fullmatch(what):
        what = f"[{'.'.join(_NAMES.findall(twice[1]))}] stands twice"
    elif what == 'Expected "\'"':
        # tomllib reports the end of the file, where it stopped looking for the closing quote.
        opened = (number for number, row in enumerate(rows, 1) if _OPEN.search(row))
        line, what = next(opened, line), _UNCLOSED
    else:
        what = _WORDS.get(what, f"this is no valid TOML: {what[:1].lower()}{what[1:]}")
    return fail(what, file=name, line=line, hint=hint)
