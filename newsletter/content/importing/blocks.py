"""A page as blocks: the lines of a text capture, joined where the capture wrapped them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from newsletter.basics.controls import CONTROLS, NONCHARACTERS, SURROGATES
from newsletter.content.importing import landmarks, references

_LINE_END = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Except white space and line ends.
_INVISIBLE = re.compile(
    rf"(?![\t-\r\x1c-\x1e])[\u00ad\u200b\u2060\ufeff{CONTROLS}{SURROGATES}{NONCHARACTERS}]"
)
_SENTENCE_END = re.compile(r"[.!?…:;][)\]”\"\u2019'»]*$")
_REFERENCE_END = re.compile(
    r"(?:10\.\d{4,}/\S+|\d[-\u2013]\d+\.?|publication\.?|\d\.)\Z", re.IGNORECASE
)
_WORD_END = re.compile(r"[^\W\d_]{3}\.\Z")
_BULLET = re.compile(r"[-•*·▪◦]\s")
_PAIR = frozenset({"and", "or", "to", "versus", "as"})

WIDEST_WRAP = 200
"""A capture with a longer line is not wrapped."""
_WRAPPED_SHARE = 0.2
"""In a wrapped capture at least this share of lines begins with a small letter."""
_LONGEST_WORD = 500
_MOST_LINES = 100
"""Lines of a group that decide what it is."""
_FEW_WORDS = 5
_SHORT_WORD = 4
_CAPITALS = 0.7
_RAGGED = 0.6
"""In a ragged paragraph, a line shorter than this share of the width is the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One paragraph, title, citation or heading of a page.

    `text` has no white space around it, `line` is its first (from 1). `mark` is the HTML tag that
    sets it off (`h3`, `strong`) or ""; `links` are the targets of its links.
    """

    text: str
    line: int
    mark: str = ""
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    """`is_apart`: it is a block of its own in any surroundings."""

    text: str
    number: int
    after_blank: bool
    is_apart: bool
    is_last: bool = False

    @property
    def begins_small(self) -> bool:
        return self.text[0].islower() and self.first_word.islower()  # `e-Therapy` begins a title

    @property
    def first_word(self) -> str:
        return self.text.split(maxsplit=1)[0]


@dataclass(slots=True)
class _Group:
    """Lines that are one block so far."""

    first: _Line
    last: _Line
    parts: list[str]
    head: str
    """The first characters of the text, as many as a reference has."""
    end: str
    """The last characters of the text, as many as a word has."""
    length: int
    is_citation: bool = field(init=False)
    is_in_capitals: bool = field(init=False)

    @classmethod
    def of(cls, line: _Line) -> _Group:
        return cls(line, line, [line.text], line.text, line.text, len(line.text))

    def __post_init__(self) -> None:
        self._judge()

    def add(self, line: _Line) -> None:
        added = ("" if _is_split_word(self.end, line) else " ") + line.text
        self.parts.append(added)
        if len(self.head) < references.LONGEST:
            self.head += added
        self.end = (self.end + added)[-_LONGEST_WORD:]
        self.length += len(added)
        self.last = line
        if len(self.parts) <= _MOST_LINES:
            self._judge()

    def _judge(self) -> None:
        head = self.head[: references.LONGEST]
        self.is_citation = references.begins(head)
        self.is_in_capitals = is_in_capitals(head)


class _Layout(Enum):
    """A capture's lines: a block each, wrapped, or wrapped with blank lines between blocks."""

    LINE_EACH = 1
    WRAPPED = 2
    WRAPPED_APART = 3


def from_text(text: str) -> tuple[Block, ...]:
    """Return a text capture's blocks: its lines, wrapped ones joined."""
    lines = list(_lines(text))
    lines[-1:] = [replace(line, is_last=True) for line in lines[-1:]]
    layout, width = _layout(lines)
    groups: list[_Group] = []
    for line in lines:
        if (
            groups
            and _may_continue(groups[-1], line)
            and _continues(groups[-1], line, layout, width)
        ):
            groups[-1].add(line)
        else:
            groups.append(_Group.of(line))
    return tuple(Block(text="".join(group.parts), line=group.first.number) for group in groups)


def clean(text: str) -> str:
    """Return a text without invisible characters and white space around it."""
    return _INVISIBLE.sub("", text).strip()


def ends_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does."""
    return bool(_SENTENCE_END.search(text))


def is_bullet(text: str) -> bool:
    """Whether a text is an item of a list."""
    return bool(_BULLET.match(text))


def _lines(text: str) -> Iterator[_Line]:
    after_blank = True
    for number, raw in enumerate(_LINE_END.split(text), start=1):
        inner = clean(raw)
        if inner:
            is_apart = bool(landmarks.month(inner) or landmarks.is_implications(inner))
            yield _Line(inner, number, after_blank, is_apart)
        after_blank = not inner


def _layout(lines: Sequence[_Line]) -> tuple[_Layout, int]:
    prose = [line for line in lines if not is_bullet(line.text)]
    # A line of one word, such as an address, may exceed the width.
    width = max((len(line.text) for line in prose if " " in line.text), default=0)
    small = sum(line.begins_small for line in prose)
    if width > WIDEST_WRAP or small < max(_WRAPPED_SHARE * len(prose), 2):
        return _Layout.LINE_EACH, width
    apart = [line.after_blank for line in prose if line.is_apart]
    is_spaced = sum(apart) * 2 > len(apart)
    return (_Layout.WRAPPED_APART if is_spaced else _Layout.WRAPPED), width


def _may_continue(group: _Group, line: _Line) -> bool:
    if line.after_blank or line.is_apart or group.last.is_apart or is_bullet(line.text):
        return False
    begins_citation = references.begins(line.text) and not references.is_bare_doi(line.text)
    return not begins_citation or group.is_citation


def _continues(group: _Group, line: _Line, layout: _Layout, width: int) -> bool:
    if references.is_bare_doi(line.text):
        return group.is_citation
    if layout is _Layout.LINE_EACH:
        goes_on = line.begins_small and not ends_sentence(group.last.text)
        return goes_on and (group.is_citation or group.length > WIDEST_WRAP)
    is_full = len(group.last.text) + 1 + len(line.first_word) > width
    if line.is_last and line.text == line.first_word and group.is_in_capitals:
        return True  # the page is cut off in this word, which may be part of the title
    if line.begins_small:
        return is_full or not group.is_in_capitals
    if is_full:
        return _goes_on_full(group, line, width)
    is_ragged = layout is _Layout.WRAPPED_APART and len(group.last.text) > _RAGGED * width
    return is_ragged and not (
        group.is_citation or group.is_in_capitals or ends_sentence(group.last.text)
    )


def _goes_on_full(group: _Group, line: _Line, width: int) -> bool:
    """Whether a line with a capital continues a full one, which may also be a last line."""
    if group.is_citation:
        ended = _REFERENCE_END.search(group.end) and line.text[0].isalpha()
        # After the title of an article comes a journal, in capitals, not a sentence.
        is_prose = len(line.text.split()) > _FEW_WORDS and not is_in_capitals(line.text)
        return not ended and not (is_prose and _WORD_END.search(group.end))
    if group.is_in_capitals:
        is_rest = not line.text[0].isalpha() and len(line.text) < width / 2
        return is_in_capitals(line.text) or (is_rest and not ends_sentence(line.text))
    return not (ends_sentence(group.last.text) and is_in_capitals(line.text))


def is_in_capitals(text: str) -> bool:
    """Whether nearly all long words begin with a capital, as in most titles."""
    words = [word for word in re.findall(r"[^\W\d_][\w'\u2019-]*", text) if len(word) > _SHORT_WORD]
    capitals = sum(not word[0].islower() for word in words)
    return bool(words) and text[0].isupper() and capitals > _CAPITALS * len(words)


def _is_split_word(text: str, line: _Line) -> bool:
    """Whether a line continues a word: `meta-` `analysis`, `297-` `325`, an address after `/`."""
    if text.endswith("/"):
        return "://" in text.rsplit(maxsplit=1)[-1]
    if not re.search(r"\w[-\u2010\u2011]$", text) or line.first_word in _PAIR:
        return False
    both_digits = text[-2].isdigit() and line.text[0].isdigit()
    return line.begins_small or both_digits
