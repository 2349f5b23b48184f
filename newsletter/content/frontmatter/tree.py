"""YAML 1.2 as a tree of texts with lines: what a value means is for the reader of a key to say.

So `published: 2021-02` and `title: 2020` stay texts. Built from the parser's events: aliases,
anchors and tags are refused, so nothing is expanded; nesting and size are bounded. A value that
only lacks its quotes is told and mended, so that the problems behind it are told as well.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from newsletter.basics.errors import TYPOGRAPHIC, Problem
from newsletter.content.frontmatter.text import in_quotes

_DEEPEST = 8
_LONGEST = 40_000
"""Characters; the parser takes 30 microseconds for each, and front matter has some hundreds."""
_MOST_MENDED = 50
_MOST_READ = 100_000
"""Characters that are read anew, all rows that are mended together."""
_LONGEST_ROW = 2_000
"""Characters of a row that can be mended."""
_ROW = re.compile(r"(?P<lead>\s*(?:-\s+)?)(?P<key>[\w -]+?):[ \t]+(?P<value>\S.*?)\s*")
_EMPTY = re.compile(r"[ \t]*:[ \t]+(#[^\n]*)")
# What YAML refuses even in quotes (YAML 1.2.2, 5.1), as far as Python's text can hold it.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
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
_QUOTES = frozenset({'"', "'"})
_TYPOGRAPHIC = re.compile('[\u201c\u201d\u201e\u201f](.*)[\u201c\u201d\u201e\u201f"]')
# A comment behind quotes, and quotes that are opened again within them: `"The "quiet" room"`.
_COMMENT = re.compile(r"""([\"'\u201d])\s+#.*""")
_CLOSED_FIRST = re.compile(r"""(["'])[^"']*\w\1(?!\w)""")
_CLOSE = {'"': '"', "'": "'", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """A text and the line where it begins; `comment` is what stands behind it on its row."""

    text: str
    line: int
    plain: bool
    comment: str | None

    @property
    def is_null(self) -> bool:
        """Whether YAML takes it for nothing."""
        return self.plain and self.text in _NULLS


@dataclass(frozen=True, slots=True)
class Listing:
    """A list; its items may be of any kind."""

    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """Keys with their values and lines."""

    entries: dict[str, Node]
    lines: dict[str, int]
    line: int


Node = Scalar | Listing | Table


class _Broken(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, line: int, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.line, self.message, self.hint = line, message, hint


def parse(text: str, name: Path, first_line: int) -> tuple[Table, tuple[Problem, ...]]:
    """Return the mapping that a YAML text holds and its problems.

    `name` is how problems name the file, `first_line` the text's first line in it. Where the
    text cannot be read at all the mapping is empty.
    """
    found: list[Problem] = []
    mended: set[int] = set()
    most = min(_MOST_MENDED, _MOST_READ // (len(text) + 1))
    while True:
        build = _Build(text, name, first_line)
        try:
            return build.tree(), (*found, *build.problems)
        except _Broken as broken:
            row = broken.line - first_line
            better = _mend(text, row) if row not in mended else None
            found.append(_told(broken, name, better))
            if better is None or len(mended) >= most:
                return Table({}, {}, first_line), tuple(found)
            mended.add(row)
            text, _, _ = better


@dataclass(slots=True)
class _Build:
    text: str
    name: Path
    first_line: int
    problems: list[Problem] = field(default_factory=list)
    row_ends: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.row_ends = [match.start() for match in re.finditer("\n", self.text)]

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
            return Table({}, {}, self.first_line)
        if not isinstance(root, Table):
            raise _Broken(root.line, "these are no keys with values", "write 'key: value'")
        return root

    def _events(self) -> Iterator[Any]:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError
        from ruamel.yaml.reader import ReaderError

        if len(self.text) > _LONGEST:
            what = f"the part between the --- lines has {len(self.text):,} characters"
            raise _Broken(self.first_line, f"{what}; at most {_LONGEST:,} are read", "shorten it")
        try:
            yield from YAML(typ="safe", pure=True).parse(self.text)
        except MarkedYAMLError as error:
            # An open quote or bracket is told where it opens, not where the text ends.
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
        kind = type(event).__name__
        if kind == "ScalarEvent":
            return self._scalar(event)
        if kind == "SequenceStartEvent":
            items = []
            while type(each := next(events)).__name__ != "SequenceEndEvent":
                items.append(self._node(each, events, depth + 1))
            return Listing(tuple(items), line)
        return self._table(line, events, depth)

    def _table(self, line: int, events: Iterator[Any], depth: int) -> Table:
        table = Table({}, {}, line)
        while type(each := next(events)).__name__ != "MappingEndEvent":
            key = self._node(each, events, depth + 1)
            value = self._node(next(events), events, depth + 1)
            if isinstance(value, Scalar) and value.plain and not value.text:
                value = self._empty(each, key.line)
            if not isinstance(key, Scalar):
                self._problem(key.line, "a key must be one word")
            elif key.text in table.entries:
                first = table.lines[key.text]
                self._problem(key.line, f"'{key.text}' stands twice (first in line {first})")
            else:
                table.entries[key.text] = value
                table.lines[key.text] = key.line
        return table

    def _scalar(self, event: Any) -> Scalar:
        end = event.end_mark.index
        row_end = self.text.find("\n", end)
        rest = self.text[end : len(self.text) if row_end < 0 else row_end]
        is_block = event.style in {"|", ">"}
        has_comment = not is_block and rest.lstrip().startswith("#")
        return Scalar(
            text=event.value,
            # The text of a block begins on the line after its `|`.
            line=self._line(event) + is_block,
            plain=event.style is None,
            comment=rest.strip() if has_comment else None,
        )

    def _empty(self, key: Any, line: int) -> Scalar:
        """Return the value of a key without one; the parser puts it before the next key."""
        match = _EMPTY.match(self.text, key.end_mark.index)
        return Scalar(text="", line=line, plain=True, comment=match[1] if match else None)

    def _line(self, event: Any) -> int:
        return self._line_at(event.start_mark.index)

    def _line_at(self, index: int) -> int:
        return self.first_line + bisect_left(self.row_ends, index)

    def _problem(self, line: int, message: str) -> None:
        self.problems.append(Problem(message=message, file=self.name, line=line))


_STARTS = frozenset({"ScalarEvent", "SequenceStartEvent", "MappingStartEvent", "AliasEvent"})


def _mend(text: str, row: int) -> tuple[str, str, str] | None:
    """Return the text with one row mended, the row's key and the mended row; or None.

    What is opened is closed, control characters go, any other value is put in quotes.
    """
    rows = text.split("\n")
    if row < len(rows) and _UNPRINTABLE.search(rows[row]):
        rows[row] = _UNPRINTABLE.sub("", rows[row])
        return "\n".join(rows), "", "take it out"
    if row < len(rows) and rows[row].startswith("\t"):
        rows[row] = rows[row].lstrip("\t ")
        return "\n".join(rows), "", "begin the line without it"
    is_short = row < len(rows) and len(rows[row]) <= _LONGEST_ROW
    match = _ROW.fullmatch(rows[row]) if is_short else None
    if match is None or match["value"][0] in "|>#" or match["value"] in _CLOSE:
        return None
    value = match["value"]
    if typographic := _TYPOGRAPHIC.fullmatch(_COMMENT.sub(r"\1", value)):
        better = f"{match['key']}: {in_quotes(typographic[1])}"
        rows[row] = f"{match['lead']}{better}"
        return "\n".join(rows), TYPOGRAPHIC, better
    if value[0] in _QUOTES:
        value = _COMMENT.sub(r"\1", value)
    close = _CLOSE.get(value[0])
    is_open = close is not None and close not in value[1:]
    if close in _QUOTES and value.endswith(close) and close in value[1:-1]:
        # `'it's'`: the quotes end within the text; not so `"Letters" and "silences"`.
        value = value if _CLOSED_FIRST.match(value) else value[1:-1].replace(f"\\{close}", close)
    better = f"{match['key']}: {value + str(close) if is_open else in_quotes(value)}"
    rows[row] = f"{match['lead']}{better}"
    return "\n".join(rows), "" if is_open else match["key"], better


def _told(broken: _Broken, name: Path, mended: tuple[str, str, str] | None) -> Problem:
    message, hint = broken.message, broken.hint
    if mended is not None:
        _, key, hint = mended
        message = f"put the {key} in quotes: {message}" if key else message
        message = TYPOGRAPHIC if key == TYPOGRAPHIC else message
    return Problem(message=message, file=name, line=broken.line, hint=hint)
