"""Where the values of a YAML text stand: offsets, so that one can be replaced and no other byte.

The tree mirrors `yaml_tree`, which says what the values are. It is built from the same parser's
events, on the text as it is on disk: with its own line ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

_ROW_END = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_OPENS = frozenset({"ScalarEvent", "SequenceStartEvent", "MappingStartEvent", "AliasEvent"})


class Kind(StrEnum):
    """What stands there."""

    TEXT = "text"
    LIST = "list"
    TABLE = "table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A value from `start` to `end`, without the line end behind it.

    `style` is how a text is written: `"`, `'`, `|`, `>`, or None where it is plain. `is_flow`
    says that a list or a table stands in brackets or braces.
    """

    kind: Kind
    start: int
    end: int
    style: str | None = None
    is_flow: bool = False
    items: tuple[Span, ...] = ()
    entries: dict[str, Entry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a table: where it begins, where its colon ends, and its value."""

    key: int
    colon: int
    value: Span


def spans(yaml: str, begin: int = 0) -> Span | None:
    """Return the outermost value of a YAML text that parses; offsets count from `-begin`."""
    from ruamel.yaml import YAML

    events = iter(YAML(typ="safe", pure=True).parse(yaml)) if yaml.strip() else iter(())
    build = _Build(yaml, begin)
    for event in events:
        if type(event).__name__ in _OPENS:
            return build.span(event, events)
    return None


@dataclass(frozen=True, slots=True)
class _Build:
    yaml: str
    begin: int

    def span(self, event: Any, events: Iterator[Any]) -> Span:
        start = event.start_mark.index
        match type(event).__name__:
            case "SequenceStartEvent":
                return self._list(event, events, start)
            case "MappingStartEvent":
                return self._table(event, events, start)
            case _:
                written = self.yaml[start : event.end_mark.index].rstrip("\r\n")
                style = getattr(event, "style", None)
                end = start + len(written)
                return Span(
                    kind=Kind.TEXT, start=start + self.begin, end=end + self.begin, style=style
                )

    def _list(self, event: Any, events: Iterator[Any], start: int) -> Span:
        items = []
        while type(each := next(events)).__name__ != "SequenceEndEvent":
            items.append(self.span(each, events))
        last = items[-1].end if items else start + self.begin
        return Span(
            kind=Kind.LIST,
            start=start + self.begin,
            end=each.end_mark.index + self.begin if event.flow_style else last,
            is_flow=bool(event.flow_style),
            items=tuple(items),
        )

    def _table(self, event: Any, events: Iterator[Any], start: int) -> Span:
        entries: dict[str, Entry] = {}
        last = start + self.begin
        while type(each := next(events)).__name__ != "MappingEndEvent":
            key = self.span(each, events)
            value = self.span(next(events), events)
            colon = self.yaml.index(":", key.end - self.begin) + 1 + self.begin
            if value.kind is Kind.TEXT and value.style is None and value.start == value.end:
                # An empty value is put before the next key by the parser.
                value = Span(kind=Kind.TEXT, start=colon, end=colon)
            entries[str(getattr(each, "value", ""))] = Entry(key.start, colon, value)
            last = value.end
        return Span(
            kind=Kind.TABLE,
            start=start + self.begin,
            end=each.end_mark.index + self.begin if event.flow_style else last,
            is_flow=bool(event.flow_style),
            entries=entries,
        )


def row_start(text: str, at: int) -> int:
    """Return where the row begins that an offset lies in."""
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def row_end(text: str, at: int) -> int:
    """Return where the row ends that an offset lies in, behind its line end."""
    match = _ROW_END.match(text, at)
    return match.end() if match else len(text)


@dataclass(frozen=True, slots=True)
class Change:
    """A part of a text, and what stands there instead."""

    start: int
    end: int
    new: str


def changed(text: str, changes: list[Change]) -> str:
    """Return a text with parts replaced that do not overlap."""
    for change in sorted(changes, key=lambda each: each.start, reverse=True):
        text = text[: change.start] + change.new + text[change.end :]
    return text
