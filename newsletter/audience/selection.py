"""Which readers of the list an issue is for: conditions on its columns, all of which must hold.

    --where topics=Depression --where language=fr

A column has the name that templates use. Values are compared without case, spaces around them and
differences of Unicode that nobody sees; of `topics` each of its values counts.
"""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final
from unicodedata import normalize

from newsletter.audience.list.column_names import ALIASES
from newsletter.audience.list.columns import Columns, quoted
from newsletter.audience.list.table import column_name
from newsletter.basics.errors import NewsletterError, Problem, WrongUsage, did_you_mean

_SEVERAL: Final = "topics"
"""The column whose cells hold several values, with semicolons between them."""
_SHOWN: Final = 5
"""Values of a column, or names of columns, that are named where nobody is selected."""
_MOST_COUNTED: Final = 10_000
"""Different values of a column that are counted."""


class Unselectable(NewsletterError):  # noqa: N818 - it reads as what happened
    """The list has no such column, or nobody whom the conditions take."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A column, by the name that templates use, and the value that a reader must have in it."""

    column: str
    value: str

    def __str__(self) -> str:
        return f"{self.column}={self.value}"


@dataclass(frozen=True, slots=True)
class Selection:
    """Conditions that all must hold; none, which is false, is the whole list."""

    conditions: tuple[Condition, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.conditions))

    def __bool__(self) -> bool:
        return bool(self.conditions)

    def to_json(self) -> str:
        """Return it as the ledger keeps it."""
        return json.dumps([[each.column, each.value] for each in self.conditions])


def selection_from_json(text: str) -> Selection:
    """Return what `to_json` wrote."""
    return Selection(tuple(Condition(column, value) for column, value in json.loads(text)))


def selection_of(texts: Sequence[str]) -> Selection | None:
    """Return the selection of texts like `topics=Depression`, None for no text.

    One empty text is the whole list, said aloud. Raises WrongUsage for any other text without a
    column or a value.
    """
    if list(texts) == [""]:
        return Selection(())
    conditions = tuple(dict.fromkeys(map(_condition, texts)))
    return Selection(conditions) if conditions else None


def is_same(one: Selection | None, other: Selection | None) -> bool:
    """Return whether two selections have the same conditions, in whatever order and case."""
    return _meaning(one) == _meaning(other)


def where_of(selection: Selection | None) -> list[str]:
    """Return the conditions as `--where` takes them; none for the whole list."""
    return [] if selection is None else [str(each) for each in selection.conditions]


def as_options(selection: Selection | None) -> str:
    """Return what follows a command that is to take the same readers; "" for None."""
    if selection is not None and not selection:
        return " --where ''"
    return "".join(f" --where {shlex.quote(each)}" for each in where_of(selection))


def selected_words(selection: Selection, mailable: int, passed_over: int) -> str:
    """Return how many of the list it is: `412 of 800 on the list: topics=Depression`."""
    return f"{mailable:,} of {mailable + passed_over:,} on the list: {selection}"


class Sieve:
    """A selection over one list; it counts what is needed to say why nobody was taken.

    Raises Unselectable where the list lacks a column.
    """

    def __init__(self, selection: Selection, columns: Columns, shown: Path) -> None:
        self._selection = selection
        self._shown = shown
        self._line = columns.line
        self._wanted = [
            (_name_in(columns, each.column, shown), _folded(each.value))
            for each in selection.conditions
        ]
        self._values: dict[str, Counter[str]] = {name: Counter() for name, _ in self._wanted}
        self._spelt: dict[str, str] = {}
        self._seen = self._taken = False

    def takes(self, fields: Mapping[str, str]) -> bool:
        """Return whether a reader with these fields is taken."""
        takes = all(value in _values(name, fields.get(name, "")) for name, value in self._wanted)
        self._seen = True
        self._taken = self._taken or takes
        if not self._taken:
            self._count(fields)
        return takes

    def require_somebody(self) -> None:
        """Raise Unselectable where there were readers, and none was taken."""
        if self._taken or not self._seen:
            return
        raise Unselectable(
            Problem(
                message=f"nobody on the list has {' and '.join(where_of(self._selection))}",
                file=self._shown,
                line=self._line,
                hint="; ".join(self._frequent()),
            )
        )

    def _count(self, fields: Mapping[str, str]) -> None:
        for name, counter in self._values.items():
            for written in _parts(name, fields.get(name, "")):
                value = _folded(written)
                if value in counter or len(counter) < _MOST_COUNTED:
                    counter[value] += 1
                    self._spelt.setdefault(value, written)

    def _frequent(self) -> Iterator[str]:
        """Yield what each column has most often; a value with an @ in it is never shown."""
        for name, counter in self._values.items():
            shown = [(value, count) for value, count in counter.most_common() if "@" not in value]
            first = ", ".join(
                f"{quoted(self._spelt[value])} ({count:,})" for value, count in shown[:_SHOWN]
            )
            more = f" and {len(shown) - _SHOWN:,} more" if len(shown) > _SHOWN else ""
            yield f"{name} has {first}{more}" if shown else f"{name} has no value that can be shown"


def _condition(text: str) -> Condition:
    column, _, value = text.partition("=")
    name, value = column_name(column), value.strip()
    if not name or not value:
        raise WrongUsage(
            Problem(
                message=f"--where takes COLUMN=VALUE, not '{text}'",
                hint="for example --where topics=Depression",
            )
        )
    return Condition(ALIASES.get(name, name), value)


def _meaning(selection: Selection | None) -> frozenset[tuple[str, str]]:
    conditions = () if selection is None else selection.conditions
    return frozenset((each.column, _folded(each.value)) for each in conditions)


def _name_in(columns: Columns, wanted: str, shown: Path) -> str:
    """Return the name by which the list's rows have a column."""
    if wanted in columns.names:
        return wanted
    for column in columns.each:
        # The settings may have given it another name than the header's.
        plain = column_name(column.written)
        if column.name and wanted in {plain, ALIASES.get(plain, plain)}:
            return column.name
    names = [name for name in columns.names if name and "@" not in name]
    listed = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")  # noqa: PLR2004 - a line
    there = f"the columns are {listed}"
    near = did_you_mean(wanted, names)
    raise Unselectable(
        Problem(
            message=f"the list has no column {quoted(wanted)}",
            file=shown,
            line=columns.line,
            hint=f"{near} {there[0].upper()}{there[1:]}" if near else there,
        )
    )


def _parts(name: str, cell: str) -> list[str]:
    parts = cell.split(";") if name == _SEVERAL else [cell]
    return [part for each in parts if (part := each.strip())]


@lru_cache(maxsize=10_000)
def _values(name: str, cell: str) -> frozenset[str]:
    return frozenset(_folded(part) for part in _parts(name, cell))


def _folded(text: str) -> str:
    """Return a value as it is compared: caseless (Unicode 16, 3.13.5, D147), blanks made single."""
    return " ".join(normalize("NFKC", normalize("NFKC", text).casefold()).split())
