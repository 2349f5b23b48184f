"""A CSV file as people and spreadsheets write it: its separator and its rows.

The rows are streamed: a pass over the file holds one row at a time. Line numbers are those of
the file (from 1); a row that spans lines has the number of its first.

Compiled by mypyc.
"""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from newsletter.audience.list.textfile import HEAD, NAME_THE_COLUMNS, TextFile, empty_file
from newsletter.basics.errors import Level, Problem, fail

Report = Callable[[Problem], None]
Torn = Callable[[int, str], None]
"""Called with the line and the text of a row that is no CSV."""
Row = tuple[int, list[str]]
"""The line where the row begins, and its cells as they are written."""

MOST_COLUMNS = 1_000
"""A first line with more columns is refused."""
MOST_LINES = 100
MOST_CHARACTERS = 65_536
"""In a longer row, by lines or characters, a quote was never closed."""
_MOST_RUNAWAYS = 200
"""After so many quotes that were never closed, each line is read as a row of its own."""

_BLOCK = 1 << 16
"""Characters that are parsed in one step."""
_LINE_END = re.compile(r"\r\n|\r|\n")


def column_name(written: str) -> str:
    """Return a header cell's name: `First name` and ` FIRST-NAME ` are both `first_name`."""
    return re.sub(r"\W+", "_", written.casefold()).strip("_")


class Table:
    """An open CSV file: `header` is its first row, `delimiter` one of comma, semicolon, tab.

    `file` is as `TextFile` takes it, `shown` its path as the editor should see it. `strange_line`
    is the first line that is not UTF-8 and was read as cp1252, or None. Raises NewsletterError for
    a file that holds no table.

    While rows are read, `spans` says whether the current one spans lines, `padded` whether its
    cells may have spaces around them; `blank` counts the empty rows so far.
    """

    def __init__(self, file: Path | BinaryIO, *, shown: Path) -> None:
        self.shown = shown
        self._file = TextFile(file, shown=shown)
        self.size = self._file.size
        self.encoding = self._file.encoding
        self.strange_line = self._file.strange_line
        self.spans = False
        self.padded = True
        self.blank = 0
        self._runaways = 0
        try:
            self.delimiter, skip = self._separator()
            self.header: list[str] = []
            self.header_line, self.header = self._first_row(skip)
            self._body = self.header_line + len(_LINE_END.findall("".join(self.header)))
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def encoding_problems(self) -> tuple[Problem, ...]:
        """Return the warning about a line that is not UTF-8, if there is one."""
        if self.strange_line is None:
            return ()
        return (
            Problem(
                message="this line is not UTF-8; it was read as Windows text (cp1252)",
                file=self.shown,
                line=self.strange_line,
                hint="look at the accented letters, then save the file as CSV UTF-8",
                level=Level.WARNING,
            ),
        )

    def require_few_columns(self) -> None:
        """Raise NewsletterError for a header of more than MOST_COLUMNS; names take time to read."""
        if len(self.header) > MOST_COLUMNS:
            what = f"the first line names {len(self.header):,} columns, more than {MOST_COLUMNS:,}"
            raise fail(what, file=self.shown, line=self.header_line, hint=NAME_THE_COLUMNS)

    def rows(self, report: Report | None = None, torn: Torn | None = None) -> Iterator[Row]:
        """Return the rows below the header, without empty ones; each call reads anew.

        A row that is no CSV is left out: `report` gets a warning, `torn` its line and text. After
        a quote that is never closed, the next line is read as a row of its own.
        """
        return self._read(self._body, report, torn)

    def _separator(self) -> tuple[str, int]:
        """Return the separator and how many lines to skip (`sep=;` is Excel's own line)."""
        text = self._file.from_start()
        skip = 0
        line = text.readline(HEAD)
        while line and not line.strip():
            skip += 1
            line = text.readline(HEAD)
        told = re.fullmatch(r"sep=([,;\t])", line.strip(" \r\n"))
        if told:
            return told[1], skip + 1
        bare = re.sub(r'"[^"]*"', "", line)
        return max(",;\t", key=bare.count), skip

    def _first_row(self, skip: int) -> Row:
        rows = self._read(skip)
        try:
            return next(rows)
        except StopIteration:
            raise empty_file(self.shown) from None
        finally:
            rows.close()

    def _read(
        self, skip: int, report: Report | None = None, torn: Torn | None = None
    ) -> Generator[Row]:
        """Read block by block; nearly always each line of one is a row of its own."""
        text = self._file.from_start()
        for _ in range(skip):
            text.readline()
        number = skip
        self.spans, self.blank, self._runaways = False, 0, 0
        while block := text.read(_BLOCK):
            block += text.readline()
            rows = self._plain(block)
            ends = (f" {self.delimiter}", " \n", " \r")
            self.padded = rows is None or any(end in block for end in ends)
            if rows is None:
                lines = list(io.StringIO(block, newline=""))
                rows = self._line_by_line(lines)
                if rows is None:
                    spread = _Lines(lines, text)
                    number = yield from self._row_by_row(spread, number, report, torn)
                    continue
            for cells in rows:
                number += 1
                if any(cell for cell in cells):  # mypyc: a loop; any(cells) would be a call
                    yield number, cells
                else:
                    self.blank += 1

    def _plain(self, block: str) -> list[list[str]] | None:
        """Return the rows of a block in which nothing is quoted or padded, or None.

        Nearly all blocks are like that; this takes a third of the time of `csv`.
        """
        if '"' in block or f"{self.delimiter} " in block or "\n " in block or block[0] == " ":
            return None
        if "\r" in block:
            block = block.replace("\r\n", "\n")
        if "\r" in block or len(block) > csv.field_size_limit() or block[-1] == " ":
            return None
        lines = block.removesuffix("\n").split("\n")
        return [line.split(self.delimiter) for line in lines]

    def _line_by_line(self, block: list[str]) -> list[list[str]] | None:
        """Return the rows of the lines, or None where one is no CSV or goes on to the next."""
        try:
            rows = list(self._reader(block))
        except csv.Error:
            return None
        return rows if len(rows) == len(block) else None

    def _row_by_row(
        self, lines: _Lines, number: int, report: Report | None, torn: Torn | None
    ) -> Generator[Row, None, int]:
        """Yield the rows that begin in a block; return how many lines were read by then."""
        reader = self._reader(lines)
        while lines.waiting:
            lines.taken.clear()
            cells, error = self._next_row(reader, lines)
            if error is None:
                if any(cells):
                    self.spans = len(lines.taken) > 1
                    yield number + 1, cells
                    self.spans = False
                else:
                    self.blank += 1
                number += len(lines.taken)
            else:
                number += 1
                if report is not None:
                    report(self._no_csv(error, number, len(lines.taken)))
                if torn is not None:
                    torn(number, lines.taken[0])
                if isinstance(error, _Runaway):
                    self._runaways += 1
                    if self._runaways > _MOST_RUNAWAYS:
                        lines.reach = 1
                lines.push_back()
                reader = self._reader(lines)
        return number

    def _next_row(
        self, reader: Iterator[list[str]], lines: _Lines
    ) -> tuple[list[str], Exception | None]:
        try:
            cells = next(reader)
        except (csv.Error, _Runaway) as error:
            return [], error
        runs_away = len(lines.taken) > 1 and self._holds_rows(lines.taken[1:])
        return cells, _Runaway() if runs_away else None

    def _holds_rows(self, continued: list[str]) -> bool:
        """Return whether a cell over several lines holds whole rows, up to another lost quote."""
        commas = len(self.header) - 1
        return commas > 0 and any(
            "@" in line and line.count(self.delimiter) == commas for line in continued
        )

    def _reader(self, lines: Iterable[str]) -> Iterator[list[str]]:
        return csv.reader(lines, delimiter=self.delimiter, skipinitialspace=True, strict=True)

    def _no_csv(self, error: Exception, line: int, spanned: int) -> Problem:
        if "field limit" in str(error):
            message, hint = "a cell is too long to be one", "shorten it"
        elif spanned > 1 or "end of data" in str(error) or isinstance(error, _Runaway):
            message = "a quote that opens on this line is never closed"
            hint = 'close it with another ", or remove it'
        else:
            message = "a quote stands in the middle of a cell"
            hint = 'put the whole cell in quotes and double each quote in it: "Ada ""Ace"" L."'
        return Problem(message=message, file=self.shown, line=line, hint=hint, level=Level.WARNING)


class _Runaway(Exception):  # noqa: N818 - it never leaves this module
    """A row goes on for longer than a row does."""


class _Lines:
    """The lines of a block, then those of the text after it.

    `taken` are the lines of the row being read, kept to be read again; `waiting` are those that
    are left of the block, or to be read again.
    """

    def __init__(self, block: list[str], text: Iterator[str]) -> None:
        self._text = text
        self.waiting = deque(block)
        self.taken: list[str] = []
        self.characters = 0
        self.reach = MOST_LINES

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self.waiting.popleft() if self.waiting else next(self._text)
        taken = self.taken
        taken.append(line)
        if len(taken) == 1:
            self.characters = len(line)
        else:
            self.characters += len(line)
            if len(taken) > self.reach or self.characters > MOST_CHARACTERS:
                raise _Runaway
        return line

    def push_back(self) -> None:
        """Put all lines of this row but the first back to be read again."""
        self.waiting.extendleft(reversed(self.taken[1:]))
