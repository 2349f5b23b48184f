"""The audience: everybody on the list, in the list's order, and who of them must not be mailed.

Two passes over the file, none of which holds a list of the readers:

    1. which addresses may stand there twice, and which are excluded on any of their rows
    2. the members themselves

so that a row at the end of the file that says "unsubscribed" also holds for one at its start.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Generator, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from newsletter.address import BadAddress, parse_address
from newsletter.audience.columns import Columns, read_columns
from newsletter.audience.listfile import (
    EXPIRED,
    INVISIBLE,
    UNKNOWN_STATUS,
    UNREADABLE_EXPIRY,
    UNSUBSCRIBED,
    Member,
    RowReader,
    exclusion,
)
from newsletter.audience.suppression import Suppression
from newsletter.audience.table import Table
from newsletter.errors import Level, Problem

SUPPRESSED = "suppressed"
_KINDS = (SUPPRESSED, UNSUBSCRIBED, EXPIRED, UNKNOWN_STATUS, UNREADABLE_EXPIRY)
_KEPT = 1_000
"""Problems that are kept one by one; of those beyond there is only a count."""


def kind_of(excluded: str) -> str:
    """Return what the reasons of several members have in common, to count them by."""
    return next((kind for kind in _KINDS if excluded.startswith(kind)), excluded)


@dataclass(slots=True, kw_only=True)
class Figures:
    """The audience counted: `left_out` are rows without a usable reader, `twice` repeated ones.

    `excluded` counts members by `kind_of` their reason; they are not among the `mailable`.
    """

    mailable: int = 0
    excluded: Counter[str] = field(default_factory=Counter)
    left_out: int = 0
    twice: int = 0


class Audience:
    """Iterates the Members of a list file; each iteration reads the file anew.

    `problems`, `figures` and `columns` (the header's names) are complete once an iteration has
    come to its end. `suppressed` is
    by `Address.key`; `today` decides whether a consent has expired. `shown` is the file's path
    as the editor should see it. With `shows_cells` a problem shows what stands where an address
    should: for the editor's own terminal, never for a log.
    """

    def __init__(
        self,
        file: Path,
        *,
        shown: Path,
        suppressed: Mapping[str, Suppression],
        today: date,
        shows_cells: bool = False,
    ) -> None:
        self._file = file
        self.shown = shown
        self._suppressed = suppressed
        self._today = today
        self._shows_cells = shows_cells
        self.figures = Figures()
        self.columns: tuple[str, ...] = ()
        self._problems: list[Problem] = []
        self._untold = 0

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the list, by line; beyond a thousand the last one is a count."""
        found = sorted(self._problems, key=lambda problem: problem.line or 0)
        if not self._untold:
            return tuple(found)
        message = f"and {self._untold:,} more problems"
        return (*found, Problem(message=message, file=self.shown, level=Level.WARNING))

    @property
    def version(self) -> Hashable:
        """What the figures depend on but the day: the file as it stands, and who is suppressed."""
        return self.file_version, frozenset(self._suppressed)

    @property
    def file_version(self) -> Hashable:
        """The file as it stands: another value means that somebody has written it since."""
        try:
            stat = self._file.stat()
        except OSError:
            return object()  # told when it is read; like nothing else
        return self._file, stat.st_ino, stat.st_mtime_ns, stat.st_size

    def has_excluded(self, keys: Iterable[str]) -> bool:
        """Return whether all of these, by `Address.key`, were known as suppressed."""
        return self._suppressed.keys() >= set(keys)

    @property
    def problem_count(self) -> int:
        """How many problems there are, those told as a count too."""
        return len(self._problems) + self._untold

    def find(self, key: str) -> Member | None:
        """Return the member with an `Address.key`; the list is read up to her."""
        with contextlib.closing(iter(self)) as members:
            for member in members:
                if member.subscriber.address.key == key:
                    return member
        return None

    def __iter__(self) -> Generator[Member]:
        self.figures, self._problems, self._untold = Figures(), [], 0
        with Table(self._file, shown=self.shown) as table:
            for problem in table.encoding_problems():
                self._report(problem)
            columns = read_columns(table, self._report)
            self.columns = columns.names
            repeated = _survey(table, columns, self._today)
            yield from self._members(table, columns, repeated)
        if not self.figures.mailable and not self.figures.excluded:
            self._report(self._nobody())

    def _members(self, table: Table, columns: Columns, repeated: _Repeated) -> Iterator[Member]:
        reader = RowReader(
            columns,
            shown=self.shown,
            today=self._today,
            report=self._report,
            shows_cells=self._shows_cells,
        )
        suppressed, barred, maybe_twice = self._suppressed, repeated.barred, repeated.hashes
        first_lines: dict[str, int] = {}
        figures = self.figures
        for line, cells in table.rows(self._left_out):
            member = reader.read(line, cells)
            if member is None:
                figures.left_out += 1
                continue
            key = member.subscriber.address.key
            if maybe_twice and hash(key) in maybe_twice:
                if key in first_lines:
                    self._report(self._twice(line, first_lines[key], key in barred))
                    figures.twice += 1
                    continue
                first_lines[key] = line
            if key in suppressed:
                member = Member(member.subscriber, line, f"{SUPPRESSED}: {suppressed[key]}")
            elif key in barred and member.excluded is None:
                member = Member(member.subscriber, line, barred[key])
            if member.excluded is None:
                figures.mailable += 1
            else:
                figures.excluded[kind_of(member.excluded)] += 1
            yield member

    def _report(self, problem: Problem) -> None:
        if len(self._problems) < _KEPT or problem.level is Level.ERROR:
            self._problems.append(problem)
        else:
            self._untold += 1

    def _left_out(self, problem: Problem) -> None:
        self.figures.left_out += 1
        self._report(replace(problem, message=f"{problem.message}; the row was left out"))

    def _twice(self, line: int, first: int, barred: bool) -> Problem:  # noqa: FBT001 - private
        message = f"the same address as on line {first}; she is kept once"
        if barred:
            message += ", and not mailed, because one of her rows excludes her"
        return Problem(message=message, file=self.shown, line=line, level=Level.WARNING)

    def _nobody(self) -> Problem:
        if self.figures.left_out:
            message, hint = "no row of the list could be used", "mend the rows named above"
        else:
            message, hint = "the list has no readers", "add a row for each of them below the header"
        return Problem(message=message, file=self.shown, hint=hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Repeated:
    """`hashes` of the keys that may stand there twice (a few do not), and why keys are barred."""

    hashes: frozenset[int]
    barred: dict[str, str]


def _survey(table: Table, columns: Columns, today: date) -> _Repeated:
    """Pass 1, in bounded memory: a byte for each residue of a key's hash that was seen.

    Two keys that share a residue are only looked at more closely in pass 2, where whole keys are
    compared: a collision costs a little memory and never excludes anybody.
    """
    mask = (1 << max(16, (table.size // 8).bit_length())) - 1
    seen = bytearray(mask + 1)
    hashes: set[int] = set()
    barred: dict[str, str] = {}
    at, width = columns.email, len(columns.names)
    may_exclude = columns.status is not None or columns.expires is not None
    for _line, cells in table.rows():
        if at >= len(cells):
            continue
        key = _quick_key(cells[at])
        number = hash(key)
        if seen[number & mask]:
            hashes.add(number)
        else:
            seen[number & mask] = 1
        if may_exclude or len(cells) != width:
            reason = exclusion(cells, columns, today)
            if reason is not None:
                barred.setdefault(key, reason)
    return _Repeated(hashes=frozenset(hashes), barred=barred)


def _quick_key(cell: str) -> str:
    """Return what `Address.key` will be, without parsing what is plain ASCII."""
    if cell.isascii():
        return cell.strip().lower()
    try:
        return parse_address(cell.strip(INVISIBLE)).key
    except BadAddress:
        return cell
