"""What was repaired in a list: kinds, lines, counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

KEPT = 1_000
"""Repairs that are kept with their line; further ones are only counted."""


class Kind(StrEnum):
    """What is repaired; the values are stable keys of the JSON."""

    SEPARATOR = "separator"
    ENCODING = "encoding"
    BLANK = "blank"
    HEADER = "header"
    NAME_COLUMN = "name-column"
    EMPTY_CELLS = "empty-cells"
    SPACE = "space"
    INVISIBLE = "invisible"
    FULL_WIDTH = "full-width"
    MAILTO = "mailto"
    NAME = "name"
    GUARD = "guard"
    LINE_BREAK = "line-break"
    TWICE = "twice"


WORDS = {
    Kind.SEPARATOR: "commas part the cells",
    Kind.ENCODING: "written as UTF-8",
    Kind.BLANK: "empty rows left away",
    Kind.HEADER: "white space around a column's name",
    Kind.NAME_COLUMN: "a column 'name' was added at the end",
    Kind.EMPTY_CELLS: "empty cells beyond the header",
    Kind.SPACE: "white space around a cell",
    Kind.INVISIBLE: "invisible characters in the address",
    Kind.FULL_WIDTH: "full-width letters in the address",
    Kind.MAILTO: "'mailto:' before the address",
    Kind.NAME: "a name around the address",
    Kind.GUARD: "an apostrophe against formulas before the address",
    Kind.LINE_BREAK: "line breaks in a cell",
    Kind.TWICE: "a row that repeats an earlier one",
}
"""Each kind in a few words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """One repair; `line` is that of the list, None for one of the whole file."""

    line: int | None
    kind: Kind
    message: str


@dataclass(slots=True)
class Repairs:
    """All repairs: `counts` by kind, and the first KEPT in the order of their lines."""

    counts: Counter[Kind] = field(default_factory=Counter)
    first: list[Repair] = field(default_factory=list)

    def add(self, line: int | None, kind: Kind, note: str = "", *, count: int = 1) -> None:
        """Count a repair, and keep it while there is room; `note` goes behind the kind's words."""
        self.counts[kind] += count
        if len(self.first) < KEPT:
            words = f"{WORDS[kind]}{f': {note}' if note else ''}"
            self.first.append(Repair(line=line, kind=kind, message=words))
