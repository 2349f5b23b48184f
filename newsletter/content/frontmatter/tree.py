"""YAML 1.2 as a tree of texts with their places.

Types are left to `frontmatter.Fields`: `published: 2021-02` and `title: 2020` are texts here. The
tree is built from the parser's events; aliases, anchors and tags are refused, so nothing is
expanded, and nesting and size are bounded. A value that only lacks its quotes is reported and
mended, so that the problems after it are reported as well.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from newsletter.basics.errors import Problem
from newsletter.content.frontmatter.mend import Mended, mended

_DEEPEST = 8
_LONGEST = 40_000
"""Characters; the parser takes 30 microseconds for each, and front matter has some hundreds."""
_MOST_MENDED = 50
_MOST_READ = 100_000
"""Characters that are parsed again after mending, over all rows."""
_EMPTY = re.compile(r"[ \t]*:[ \t]+(#[^\r\n]*)")
_BEHIND = re.compile(r"[^\S\r\n]*(#[^\r\n]*)")
_A_COMMENT = re.compile(r"#+(\s|$)")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_WORDS = {
    "mapping values are not allowed here": "a colon stands in it",
    "could not find expected ':'": "there is no colon after a key",
    "found character '\\t' that cannot start any token": "a tab stands where spaces are wanted",
    "expected <block end>, but found '<scalar>'": "quotes end in the middle of it",
    "found unexpected end of stream": "quotes are opened and never closed",
    "expected ',' or ']', but got '<stream end>'": "the bracket [ is never closed",
    "expected ',' or ']', but got ':'": "the bracket [ is never closed",
    "expected ',' or '}', but got '<stream end>'": "the bracket { is never closed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A value at offsets `start` to `end`, without the line end behind it.

    `style` is the character that begins it: `"`, `'`, `|` or `>` of a text, `[` of a list, `{` of
    a table; None for a plain text, a list with hyphens, keys in rows.
    """

    line: int
    start: int
    end: int
    style: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar(Node):
    """A text; `comment` is the comment behind it on its row."""

    text: str
    comment: str | None

    @property
    def is_plain(self) -> bool:
        """Whether it has no quotes."""
        return self.style is None

    @property
    def is_block(self) -> bool:
        """Whether it is a block behind `|` or `>`."""
        return self.style in {"|", ">"}

    def cut_off(self, *, strict: bool) -> str | None:
        """Return the text that YAML cuts off at ` #`; unless `strict`, `# ` is a comment."""
        is_comment = not strict and _A_COMMENT.match(self.comment or "")
        return self.comment if self.is_plain and not is_comment else None

    @property
    def is_null(self) -> bool:
        """Whether it is YAML's null."""
        return self.is_plain and self.text in _NULLS


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Node):
    """A list; its items may be of any kind."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a table: its line, its first offset, the offset after its colon, its value."""

    line: int
    start: int
    colon: int
    value: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Node):
    """Keys with their values."""

    entries: dict[str, Entry]

    def value(self, key: str) -> Node | None:
        """Return the value of a key, or None where there is no such key."""
        entry = self.entries.get(key)
        return entry.value if entry else None


class _Broken(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, line: int, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.line, self.message, self.hint = line, message, hint


def parse(text: str, name: Path, first_line: int) -> tuple[Table, tuple[Problem, ...]]:
    """Return the mapping that a YAML text holds and its problems.

    `name` is the file's name in problems, `first_line` the text's first line in it. Where the
    text cannot be read at all the mapping is empty. Offsets are those of the text only if nothing
    was mended.
    """
    found: list[Problem] = []
    rows: set[int] = set()
    most = min(_MOST_MENDED, _MOST_READ // (len(text) + 1))
    while True:
        build = _Build(text, name, first_line)
        try:
            return build.tree(), (*found, *build.problems)
        except _Broken as broken:
            row = broken.line - first_line
            better = mended(text, row) if row not in rows else None
            found.append(_told(broken, name, better))
            if better is None or len(rows) >= most:
                return _nothing(first_line), tuple(found)
            rows.add(row)
            text = better.text


def _nothing(line: int) -> Table:
    return Table(line=line, start=0, end=0, style=None, entries={})


def _told(broken: _Broken, name: Path, better: Mended | None) -> Problem:
    message, hint = broken.message, broken.hint
    if better is not None:
        hint = better.hint
        quoted = f"put the {better.quoted} in quotes: {message}" if better.quoted else message
        message = better.message or quoted
    return Problem(message=message, file=name, line=broken.line, hint=hint)


@dataclass(slots=True)
class _Build:
    text: str
    name: Path
    first_line: int
    problems: list[Problem] = field(default_factory=list)
    row_ends: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.row_ends = [match.start() for match in re.finditer(r"\r\n|\n|\r", self.text)]

    def tree(self) -> Table:
        events = self._events()
        root: Node | None = None
        for event in events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent" and root is not None:
                raise _Broken(self._line(event), "a second document begins here", "take it out")
            if kind in _STARTS:
                root = self._node(event, events, 0)
        if root is None:
            return _nothing(self.first_line)
        if not isinstance(root, Table):
            raise _Broken(root.line, "these are no keys with values", "write 'key: value'")
        return root

    def _events(self) -> Iterator[Any]:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError
        from ruamel.yaml.reader import ReaderError

        if (size := len(self.text) - self.text.count("\r\n")) > _LONGEST:
            what = f"the part between the --- lines has {size:,} characters"
            raise _Broken(self.first_line, f"{what}; at most {_LONGEST:,} are read", "shorten it")
        try:
            yield from YAML(typ="safe", pure=True).parse(self.text)
        except MarkedYAMLError as error:
            # An open quote or bracket is reported where it opens, not where the text ends.
            is_open = error.context is not None and re.search("quoted|flow", error.context)
            mark = error.context_mark if is_open and error.context_mark else error.problem_mark
            problem = str(error.problem).strip()
            line = self._line_at(mark.index) if mark else self.first_line
            raise _Broken(line, _WORDS.get(problem, f"this is no valid YAML: {problem}")) from None
        except ReaderError as error:
            line = self._line_at(error.position)
            raise _Broken(line, f"a control character (U+{error.character:04X})") from None

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        line = self._line(event)
        if type(event).__name__ == "AliasEvent" or event.anchor or event.tag:
            raise _Broken(
                line, "a text that begins with *, & or ! needs quotes (YAML takes it for a mark)"
            )
        if depth > _DEEPEST:
            raise _Broken(line, "this is nested too deeply")
        match type(event).__name__:
            case "ScalarEvent":
                return self._scalar(event, line)
            case "SequenceStartEvent":
                return self._listing(event, events, depth)
            case _:
                return self._table(event, events, depth)

    def _listing(self, start: Any, events: Iterator[Any], depth: int) -> Listing:
        items = []
        while type(each := next(events)).__name__ != "SequenceEndEvent":
            items.append(self._node(each, events, depth + 1))
        return Listing(**self._place(start, each, "[", items), items=tuple(items))

    def _table(self, start: Any, events: Iterator[Any], depth: int) -> Table:
        entries: dict[str, Entry] = {}
        values = []
        while type(each := next(events)).__name__ != "MappingEndEvent":
            key = self._node(each, events, depth + 1)
            value = self._node(next(events), events, depth + 1)
            colon = self.text.find(":", key.end) + 1 or key.end  # `{key}` has none
            if isinstance(value, Scalar) and value.is_plain and not value.text:
                value = self._empty(value, key, colon)
            values.append(value)
            if not isinstance(key, Scalar):
                self._problem(key.line, "a key must be one word")
            elif key.text in entries:
                first = entries[key.text].line
                self._problem(key.line, f"'{key.text}' stands twice (first in line {first})")
            else:
                entries[key.text] = Entry(key.line, key.start, colon, value)
        return Table(**self._place(start, each, "{", values), entries=entries)

    def _place(self, start: Any, end: Any, bracket: str, inner: list[Node]) -> dict[str, Any]:
        """Return the place of a list or table; without brackets it ends with its last value."""
        at = start.start_mark.index
        last = end.end_mark.index if start.flow_style else inner[-1].end if inner else at
        style = bracket if start.flow_style else None
        return {"line": self._line(start), "start": at, "end": last, "style": style}

    def _scalar(self, event: Any, line: int) -> Scalar:
        start, end = event.start_mark.index, event.end_mark.index
        is_block = event.style in {"|", ">"}
        comment = None if is_block else _BEHIND.match(self.text, end)
        return Scalar(
            text=event.value,
            # The text of a block begins on the line after its `|`.
            line=line + is_block,
            start=start,
            end=start + len(self.text[start:end].rstrip("\r\n")),
            style=event.style,
            comment=comment[1].strip() if comment else None,
        )

    def _empty(self, value: Scalar, key: Node, colon: int) -> Scalar:
        """Return an empty value at its key; the parser puts it before the next key."""
        match = _EMPTY.match(self.text, key.end)
        comment = match[1] if match else None
        return replace(value, line=key.line, start=colon, end=colon, comment=comment)

    def _line(self, event: Any) -> int:
        return self._line_at(event.start_mark.index)

    def _line_at(self, index: int) -> int:
        return self.first_line + bisect_left(self.row_ends, index)

    def _problem(self, line: int, message: str) -> None:
        self.problems.append(Problem(message=message, file=self.name, line=line))


_STARTS = frozenset({"ScalarEvent", "SequenceStartEvent", "MappingStartEvent", "AliasEvent"})
