"""The audience: everybody on the list, in the list's order, and who of them must not be mailed.

Two passes over the file, neither of which keeps all readers in memory:

    1. which addresses may occur twice, and which are excluded on any of their rows
    2. the members themselves

So a row at the end of the file that says "unsubscribed" also excludes one at its start.

Compiled by mypyc.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from newsletter.audience.figures import SUPPRESSED, Figures, kind_of
from newsletter.audience.list.columns import (
    Answers,
    Columns,
    not_understood,
    read_columns,
    strange_answers,
)
from newsletter.audience.list.gates import (
    gates_of,
)
from newsletter.audience.list.listfile import Member, RowReader
from newsletter.audience.list.repeats import Repeats
from newsletter.audience.list.subscriber import Subscriber
from newsletter.audience.list.survey import Survey
from newsletter.audience.list.table import Table
from newsletter.audience.register.chosen import Chosen
from newsletter.audience.registered import Register
from newsletter.audience.selection import Selection, Sieve
from newsletter.basics.errors import EmptyFile, Level, NewsletterError, Problem

NOT_UNDERSTOOD = "not understood"
"""`read_as` of a column about which the editor is asked."""
_KEPT = 1_000
"""Problems that are kept; further ones are only counted."""


class Audience:
    """Iterates the Members of a list file; each iteration reads the file anew.

    After an iteration these are complete: `problems`, `figures`, `columns` (the header's names),
    `column_problems` (those of the problems that stop a mailing) and `read_as` (each column as it
    is written, and how it is read). `answers` are those of the settings. Who joined without a row
    in the list comes at its end, on line 0. `today` decides whether a consent has expired. `shown`
    is the file's path as the editor should see it. With `shows_cells` a problem quotes a cell that
    should be an address: for the editor's own terminal, never for a log.

    With a `selection` only the members that it takes are iterated and counted; raises Unselectable
    where the list lacks a column of it, and, at the end, where it took nobody. `only` leaves out
    the members for whom it returns False.
    """

    def __init__(
        self,
        file: Path,
        *,
        shown: Path,
        today: date,
        register: Register | None = None,
        answers: Answers | None = None,
        shows_cells: bool = False,
        selection: Selection | None = None,
        only: Callable[[Subscriber], bool] | None = None,
    ) -> None:
        self._selection = selection
        self._only = only
        self._file = file
        self.shown = shown
        self._register = register or Register()
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
        """Equal for equal figures on one day."""
        settled = frozenset(self._answers.items()), frozenset(self._register.suppressed)
        chosen = frozenset((key, choice.at) for key, choice in self._register.choices.items())
        return self.file_version, *settled, chosen, self._selection

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
        return self._register.suppressed.keys() >= set(keys)

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
            selection = self._selection
            sieve = None if selection is None else Sieve(selection, columns, self.shown)
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
            members = self._members(table, reader, survey)
            if self._register.choices:
                members = self._chosen(members)
            if self._only is not None:
                members = self._some(members, self._only)
            if sieve is not None:
                members = self._selected(members, sieve)
            figures = self.figures
            for member in members:
                if member.excluded is None:
                    figures.mailable += 1
                else:
                    figures.excluded[kind_of(member.excluded)] += 1
                figures.joined += member.line == 0
                yield member
            figures.blank = table.blank
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
        barred, expected = survey.barred, survey.repeats
        repeats = Repeats(expected)
        suppressed = self._register.suppressed
        aliases = self._register.aliases if len(self._register.aliases) else None
        figures = self.figures
        for line, cells in table.rows(self._left_out):
            member = reader.read(line, cells, table.padded)
            if member is None:
                figures.left_out += 1
                continue
            key = member.subscriber.address.key
            if expected and survey.may_repeat(key):
                first = repeats.first_line(key, line)
                if first is not None:
                    self._report(self._twice(line, first, key in barred))
                    figures.twice += 1
                    continue
            if aliases is not None:
                key = aliases.find(key) or key
            if key in suppressed:
                member = Member(member.subscriber, line, f"{SUPPRESSED}: {suppressed[key]}")
            elif key in barred and member.excluded is None:
                member = Member(member.subscriber, line, barred[key])
            yield member

    def _chosen(self, members: Iterable[Member]) -> Iterator[Member]:
        """Yield the members as they chose to be, and then those who joined without a row."""
        suppressed = self._register.suppressed
        chosen = Chosen(self._register.choices, self._today)
        for member in members:
            problem = chosen.objection(member, self.shown, shows_cells=self._shows_cells)
            if problem is not None:
                self._report(problem)
            yield chosen.put_over(member)
        for other in chosen.others():
            key = other.subscriber.address.key
            why = f"{SUPPRESSED}: {suppressed[key]}" if key in suppressed else other.excluded
            yield Member(other.subscriber, other.line, why)

    def _some(
        self, members: Iterable[Member], only: Callable[[Subscriber], bool]
    ) -> Iterator[Member]:
        for member in members:
            if only(member.subscriber):
                yield member

    def _selected(self, members: Iterable[Member], sieve: Sieve) -> Iterator[Member]:
        """Yield the members that the selection takes."""
        for member in members:
            if sieve.takes(member.subscriber.fields):
                yield member
            elif member.excluded is None:
                self.figures.passed_over += 1
        sieve.require_somebody()

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
