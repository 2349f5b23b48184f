"""Characters: refused ones, the direction of a text, its width, its wrapping."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

from newsletter.basics.controls import NO_BLANKS, NONCHARACTERS, SURROGATES
from newsletter.basics.errors import Problem

# C0 and C1 controls but tab and line ends (a stray C1 makes Gmail clip the message), lone
# surrogates (libxml2 drops the rest of the document), and two that no XML may hold.
_REFUSED = re.compile(rf"(?!\r)[{NO_BLANKS}{SURROGATES}{NONCHARACTERS}]")
_RTL_LANGUAGES = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_ZERO_WIDTH = frozenset({"Mn", "Me", "Cf"})
_ZERO_WIDTH_JOINER = "\u200d"
_BLANKS = re.compile(r"[ \t\n]+")  # a no-break space is none
_NOT_FIRST = frozenset("、。，．！？；：）」』】〕〉》…ー")  # noqa: RUF001 - CJK punctuation

# p < .05 is one thing: a line neither ends nor begins at the sign.
_STATISTIC = re.compile(r" ([<>=\u2248\u2264\u2265]) (?=[-\u2212\u2013]?[.\d])")

WIDTH = 72
"""Columns of the plain text part."""


def refused_characters(text: str, *, file: Path | None, line: int | None) -> Iterator[Problem]:
    """Yield a problem for the first refused character of each line; `line` is the text's first."""
    seen: set[int] = set()
    for match in _REFUSED.finditer(text):
        offset = text.count("\n", 0, match.start())
        if offset in seen:
            continue
        seen.add(offset)
        yield Problem(
            message=f"{_described(match[0])} cannot be sent in an email",
            file=file,
            line=None if line is None else line + offset,
            hint="it is invisible in most editors: retype the words around it",
        )


def _described(character: str) -> str:
    code = f"U+{ord(character):04X}"
    if "\ud800" <= character <= "\udfff":
        return f"half of a character ({code})"
    return f"the control character {code}"


def direction(text: str) -> str | None:
    """Return "ltr" or "rtl" after the first letter that has a direction (UAX 9, P2), or None."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind == "L":
            return "ltr"
        if kind in {"R", "AL"}:
            return "rtl"
    return None


def language_direction(language: str) -> str:
    """Return which way a language (`he`, `fa-IR`) runs."""
    return "rtl" if re.split("[-_]", language.lower())[0] in _RTL_LANGUAGES else "ltr"


def display_width(text: str) -> int:
    """Return how many columns a text takes in a terminal or a fixed-width mail reader."""
    if text.isascii():
        return len(text)
    width = 0
    joined = False
    for character in text:
        if not joined and unicodedata.category(character) not in _ZERO_WIDTH:
            width += 2 if _is_wide(character) else 1
        joined = character == _ZERO_WIDTH_JOINER
    return width


def wrap(
    text: str,
    *,
    width: int = WIDTH,
    first: str = "",
    rest: str = "",
    measure: Callable[[str], int] = display_width,
) -> str:
    """Return the text in lines of at most `width` columns, the words kept whole.

    Blanks collapse; a line may be longer where one word, such as a URL, is. Scripts that write
    without spaces break between two wide characters. `first` begins the first line, `rest` the
    others.
    """
    lines: list[str] = []
    line, room = first, width - measure(first)
    empty = True
    for glue, piece in _pieces(text):
        needed = measure(piece) + (0 if empty else len(glue))
        if not empty and needed > room:
            lines.append(line)
            line, room, empty = rest, width - measure(rest), True
            needed = measure(piece)
        line += piece if empty else glue + piece
        room -= needed
        empty = False
    return "\n".join([*lines, line]) if not empty else ""


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    for word in _words(text):
        glue = " "
        for piece in [word] if word.isascii() or "://" in word else _split_wide(word):
            yield glue, piece
            glue = ""


def _words(text: str) -> Iterator[str]:
    """Yield parts that may begin a line; none begins with >, which would mark a quotation."""
    marked = _STATISTIC.sub("\0\\1\0", " ".join(_BLANKS.split(text)))
    for word in marked.replace(" >", "\0>").split(" "):
        if word:
            yield word.replace("\0", " ")


def _split_wide(word: str) -> Iterator[str]:
    start = 0
    for index in range(1, len(word)):
        before, after = word[index - 1], word[index]
        if _is_ideograph(before) and _is_ideograph(after) and after not in _NOT_FIRST:
            yield word[start:index]
            start = index
    yield word[start:]


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in {"W", "F"}


def _is_ideograph(character: str) -> bool:
    return _is_wide(character) and unicodedata.category(character) != "So"
