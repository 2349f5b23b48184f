"""The audience: everybody on the list, in the list's order, and who of them must not be mailed.

Two passes over the file, neither of which keeps all readers in memory:

    1. which addresses may occur twice, and which are excluded on any of their rows
    2. the members themselves

So a row at the end of the file that says "unsubscribed" also excludes one at its start.

Compiled by mypyc.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Generator, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from newsletter.audience.list.columns import (
    Answers,
    Columns,
    not_understood,
    read_columns,
    strange_answers,
)
from newsletter.audience.list.gates import (
    EXPIRED,
    UNKNOWN_STATUS,
    UNKNOWN_VALUE,
    UNREADABLE_EXPIRY,
    gates_of,
)
from newsletter.audience.list.listfile import Member, RowReader
from newsletter.audience.list.survey import Survey
from newsletter.audience.list.table import Table
from newsletter.audience.suppression.suppression import Suppression
from newsletter.basics.errors import EmptyFile, Level, NewsletterError, Problem

SUPPRESSED = "suppressed"
_KINDS = (SUPPRESSED, EXPIRED, UNKNOWN_STATUS, UNKNOWN_VALUE, UNREADABLE_EXPIRY)
NOT_UNDERSTOOD = "not understood"
"""`read_as` of a column about which the editor is asked."""
_KEPT = 1_000
"""Problems that are kept; further ones are only counted."""


def kind_of(excluded: str) -> str:
    """Return the kind of a reason, without its details, to count members by."""
    return next((kind for kind in _KINDS if excluded.startswith(kind)), excluded)


@dataclass(slots=True, kw_only=True)
class Figures:
    """The audience counted: `left_out` are rows without a usable reader, `twice` repeated ones.

    `blank` are empty rows. `excluded` counts members by `kind_of` their reason; they are not
    among the `mailable`. `rows` are those below the header that are not blank, each counted once.
    """

    mailable: int = 0
    excluded: Counter[str] = field(default_factory=Counter)
    left_out: int = 0
    twice: int = 0
    blank: int = 0

    @property
    def rows(self) -> int:
        """The sum of the others but `blank`."""
        return self.mailable + self.excluded.total() + self.left_out + self.twice


class Audience:
    """Iterates the Members of a list file; each iteration reads the file anew.

    After an iteration these are complete: `problems`, `figures`, `columns` (the header's names),
    `column_problems` (those of the problems that stop a mailing) and `read_as` (each column as it
    is written, and how it is read). `answers` are those of the settings. `suppressed` is by
    `Address.key`; `today` decides whether a consent has expired. `shown` is the file's path as the
    editor should see it. With `shows_cells` a problem quotes a cell that should be an address: for
    the editor's own terminal, never for a log.
    """

    def __init__(
        self,
        file: Path,
        *,
        shown: Path,
        suppressed: Mapping[str, Suppression],
        today: date,
        answers: Answers | None = None,
        shows_cells: bool = False,
    ) -> None:
        self._file = file
        self.shown = shown
        self._suppressed = suppressed
        self._today = today
        self._answers = answers or {}
        self._shows_cells = shows_cells
        self.figures = Figures()
        self.is_counted = False
        self.columns: tuple[str, ...] = ()
        self.column_problems: tuple[Problem, ...] = ()
        self.read_as: tuple[tuple[str, str], ...] = ()
        self._problems: list[Problem] = []
        self._untold = 0

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems of the list, by line; of more than a thousand the last is a count."""
        found = sorted(self._problems, key=lambda problem: problem.line or 0)
        if not self._untold:
            return tuple(found)
        message = f"and {self._untold:,} more problems"
        return (*found, Problem(message=message, file=self.shown, level=Level.WARNING))

    @property
    def version(self) -> Hashable:
        """Equal for equal figures on one day: the file's version, the answers, the suppressed."""
        return self.file_version, frozenset(self._answers.items()), frozenset(self._suppressed)

    @property
    def file_version(self) -> Hashable:
        """Path, inode, time and size of the file; unequal to any other where there is none."""
        try:
            stat = self._file.stat()
        except OSError:
            return object()
        return self._file, stat.st_ino, stat.st_mtime_ns, stat.st_size

    def has_excluded(self, keys: Iterable[str]) -> bool:
        """Return whether all of these, by `Address.key`, are among the suppressed."""
        return self._suppressed.keys() >= set(keys)

    @property
    def problem_count(self) -> int:
        """The number of problems, with those that are only counted."""
        return len(self._problems) + self._untold

    def find(self, key: str) -> Member | None:
        """Return the member with an `Address.key`; the list is read up to its row."""
        with contextlib.closing(iter(self)) as members:
            for member in members:
                if member.subscriber.address.key == key:
                    return member
        return None

    def __iter__(self) -> Generator[Member]:
        self.figures, self._problems, self._untold = Figures(), [], 0
        self.is_counted = False
        with self._opened() as table:
            self.is_counted = True
            for problem in table.encoding_problems():
                self._report(problem)
            columns = self._read_columns(table)
            self.columns = columns.names
            gates = gates_of(columns, self._today)
            survey = Survey(columns, gates)
            survey.read(table)
            self._judge_columns(columns, survey)
            reader = RowReader(
                columns,
                gates if survey.has_stopped else [],
                shown=self.shown,
                report=self._report,
                shows_cells=self._shows_cells,
            )
            yield from self._members(table, reader, survey)
            self.figures.blank = table.blank
        if not self.figures.mailable and not self.figures.excluded:
            self._report(self._nobody())

    def _opened(self) -> Table:
        try:
            return Table(self._file, shown=self.shown)
        except EmptyFile:
            self.is_counted = True
            raise

    def _read_columns(self, table: Table) -> Columns:
        """Return the header's columns; where it cannot be used, count the rows and raise."""
        try:
            return read_columns(table, self._report, self._answers)
        except NewsletterError:
            for _ in table.rows(self._left_out):
                self.figures.left_out += 1
            self.figures.blank = table.blank
            raise

    def _judge_columns(self, columns: Columns, survey: Survey) -> None:
        """Note how each column is read, and report those that are not understood."""
        self.read_as = tuple(
            (column.written, NOT_UNDERSTOOD if at in survey.signs else column.read_as)
            for at, column in enumerate(columns.each)
        )
        self.column_problems = (
            *strange_answers(columns, self._answers, self.shown),
            *(
                not_understood(columns.each[at], sign.cell, self.shown, sign.line)
                for at, sign in sorted(survey.signs.items())
            ),
        )
        for problem in self.column_problems:
            self._report(problem)

    def _members(self, table: Table, reader: RowReader, survey: Survey) -> Iterator[Member]:
        suppressed, barred, maybe_twice = self._suppressed, survey.barred, survey.hashes
        first_lines: dict[str, int] = {}
        figures = self.figures
        for line, cells in table.rows(self._left_out):
            member = reader.read(line, cells, table.padded)
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
        message = f"the same address as on line {first}; it is kept once"
        if barred:
            message += ", and not mailed, because one of its rows excludes it"
        return Problem(message=message, file=self.shown, line=line, level=Level.WARNING)

    def _nobody(self) -> Problem:
        if self.figures.left_out:
            message, hint = "no row of the list could be used", "mend the rows named above"
        else:
            message, hint = "the list has no readers", "add a row for each of them below the header"
        return Problem(message=message, file=self.shown, hint=hint)
