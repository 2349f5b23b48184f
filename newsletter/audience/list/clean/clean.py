"""A repaired copy of a list: what is safe is mended, and no row of a reader is lost.

Three passes, each with one row in memory: who is barred (Survey), which addresses may repeat, and
the copy itself. A row that cannot be mended stays as it is.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from newsletter.audience.list.clean.address import AROUND
from newsletter.audience.list.clean.repair import Kind, Repairs
from newsletter.audience.list.clean.row import NAME, MendedRow, RowMender
from newsletter.audience.list.column_names import Role
from newsletter.audience.list.columns import Answers, Columns, read_columns
from newsletter.audience.list.gates import gates_of
from newsletter.audience.list.listfile import fitted
from newsletter.audience.list.survey import Survey, holds_rows
from newsletter.audience.list.table import (
    MOST_CHARACTERS,
    MOST_LINES,
    Row,
    Table,
    column_name,
)
from newsletter.basics.errors import Problem, fail

Write = Callable[[str], object]
"""Takes a piece of the copy."""
_QUOTED = re.compile(r'[",\r\n]|^\s|\s$')
_HEADER_QUOTED = re.compile(r'[",;\t]')
_BREAKS = re.compile(r"[\r\n]+")
_NO_PLACE = "it is not kept, for the row has no empty cell for it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What the copy has: `rows` below its header, and the repairs."""

    rows: int
    repairs: Repairs


def clean(
    file: Path,
    write: Write,
    *,
    shown: Path,
    suppressed: Collection[str],
    today: date,
    answers: Answers,
) -> Cleaned:
    """Write a repaired copy of a list, as CSV with commas. `suppressed` are by `Address.key`.

    Raises NewsletterError where the list cannot be read, or a row cannot be copied safely.
    """
    with Table(file, shown=shown) as table:
        columns = read_columns(table, _ignore, answers)
        gates = gates_of(columns, today)
        survey = Survey(columns, gates)
        survey.read(table)
        mender = RowMender(
            columns, gates, suppressed=suppressed, barred=survey.barred.keys(), shown=shown
        )
        plan = _plan(table, columns, mender, answers)
        return _Copy(table, columns, mender, plan, write).made()


@dataclass(frozen=True, slots=True)
class _Plan:
    """What must be known before the first row is written.

    `repeated` are hashes of keys that may occur twice (a few do not).
    """

    repeated: set[int]
    adds_names: bool


def _plan(table: Table, columns: Columns, mender: RowMender, answers: Answers) -> _Plan:
    repeated: set[int] = set()
    wants_names = is_ragged = False
    width = len(columns.names)
    mask = (1 << max(16, (table.size // 8).bit_length())) - 1
    seen = bytearray(mask + 1)
    for _line, cells in _all_rows(table):
        row = mender.mend(cells, padded=table.padded)
        if row.key is None:
            is_ragged = is_ragged or len(fitted(cells, width)) not in (1, width)
            continue
        number = hash(row.key)
        if seen[number & mask]:
            repeated.add(number)
        seen[number & mask] = 1
        wants_names = wants_names or mender.wants_a_column(row)
    taken = {*map(column_name, answers), *(column_name(each.written) for each in columns.each)}
    # A row with a cell too many would fit a header with one more; and in one with a cell too few,
    # the cells would seem to be shifted by one more (Survey).
    return _Plan(repeated, wants_names and not is_ragged and NAME not in taken)


def _all_rows(table: Table) -> Iterator[Row]:
    """Yield all rows; one that is no CSV is a row of one cell, its text."""
    torn: list[Row] = []
    for row in table.rows(torn=lambda line, text: torn.append((line, [text.rstrip("\r\n")]))):
        yield from torn
        torn.clear()
        yield row
    yield from torn


class _Copy:
    def __init__(
        self, table: Table, columns: Columns, mender: RowMender, plan: _Plan, write: Write
    ) -> None:
        self._table = table
        self._mender = mender
        self._plan = plan
        self._write = write
        self._rows = 0
        self._repairs = Repairs()
        self._firsts: dict[str, Row] = {}
        self._width = len(columns.names)
        self._commas = self._width - 1 + plan.adds_names
        # An empty cell of a column that says who is mailed may mean "no".
        self._may_lack = {
            at
            for at, column in enumerate(columns.each)
            if column.role is Role.FIELD and at != columns.email
        } | {self._width}
        self._email = columns.email

    def made(self) -> Cleaned:
        self._write_header()
        for line, cells in _all_rows(self._table):
            row = self._mender.mend(cells, padded=self._table.padded)
            self._add(line, row)
        if self._table.blank:
            self._repairs.add(None, Kind.BLANK, count=self._table.blank)
        return Cleaned(rows=self._rows, repairs=self._repairs)

    def _write_header(self) -> None:
        table, repairs = self._table, self._repairs
        if table.delimiter != ",":
            repairs.add(None, Kind.SEPARATOR)
        if table.encoding != "utf-8-sig" or table.strange_line is not None:
            repairs.add(table.strange_line, Kind.ENCODING)
        header = [" ".join(cell.strip(AROUND).split()) for cell in table.header]
        if header != table.header:
            repairs.add(table.header_line, Kind.HEADER)
        if self._plan.adds_names:
            header.append(NAME)
            repairs.add(table.header_line, Kind.NAME_COLUMN)
        self._write(_line(header, _HEADER_QUOTED))

    def _add(self, line: int, row: MendedRow) -> None:
        """Write a row, unless an earlier one of its address says all that it says."""
        cells = row.cells
        is_placed = self._plan.adds_names and self._mender.wants_a_column(row)
        if self._plan.adds_names and len(cells) == self._width:
            cells = [*cells, row.name if is_placed else ""]
        whole = self._on_few_lines(line, cells, is_left_out=row.key is None)
        if row.key is not None and hash(row.key) in self._plan.repeated:
            first, before = self._firsts.setdefault(row.key, (line, whole))
            if first != line and self._adds_nothing(before, whole):
                self._repairs.add(line, Kind.TWICE, f"line {first}")
                return
        for kind in row.kinds:
            is_lost = kind is Kind.NAME and row.name and not is_placed
            self._repairs.add(line, kind, _NO_PLACE if is_lost else "")
        if whole != cells:
            self._repairs.add(line, Kind.LINE_BREAK)
        self._write(_line(whole, _QUOTED))
        self._rows += 1

    def _adds_nothing(self, first: Sequence[str], later: Sequence[str]) -> bool:
        """Return whether each cell of a later row is that of the first, or an empty field."""
        return all(
            now == before or at == self._email or (not now and at in self._may_lack)
            for at, (before, now) in enumerate(zip(first, later, strict=True))
        )

    def _on_few_lines(self, line: int, cells: list[str], *, is_left_out: bool) -> list[str]:
        """Return a row without its line breaks where a reader of the copy would split it there.

        A row that is left out becomes one cell: without the breaks it might be read.
        """
        if not any("\n" in cell or "\r" in cell for cell in cells):
            return cells
        text = _line(cells, _QUOTED)
        lines = list(io.StringIO(text, newline=""))
        is_torn = self._commas and any(
            "@" in each and each.count(",") == self._commas for each in lines[1:]
        )
        if not is_torn and len(lines) <= MOST_LINES and len(text) <= MOST_CHARACTERS:
            return cells
        if (is_left_out or holds_rows(cells)) and self._mender.bars(cells):
            raise fail(
                "a cell of this row spans lines and looks like rows of readers who left,"
                " so no copy was made",
                file=self._table.shown,
                line=line,
                hint="close or remove the quote of this row, then check again",
            )
        bare = [_BREAKS.sub(" ", cell) for cell in cells]
        return [_line(bare, _QUOTED).removesuffix("\n")] if is_left_out else bare


def _line(cells: Sequence[str], quoted: re.Pattern[str]) -> str:
    """Return a row as CSV (RFC 4180) with a line feed."""
    written = (
        '"' + cell.replace('"', '""') + '"' if quoted.search(cell) else cell for cell in cells
    )
    return ",".join(written) + "\n"


def _ignore(_problem: Problem) -> None:
    """Ignore a problem of the list: the check reports it."""
