"""A CSV file as people and spreadsheets write it: its encoding, its separator, its rows.

The rows are streamed: a pass over the file holds one row at a time. Line numbers are those of
the file (from 1); a row that spans lines has the number of its first.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from newsletter.errors import Level, Problem, fail

Report = Callable[[Problem], None]
Row = tuple[int, list[str]]
"""The line where it begins, and its cells as they are written."""

MOST_LINES = 100
"""A row of more lines than this is taken for a quote that was never closed ..."""
MOST_CHARACTERS = 65_536
"""... and so is one of more characters."""

_HEAD = 65_536
_CHUNK = 1 << 20
_BLOCK = 1 << 16
"""Characters that are made into rows in one step."""
_LINE_END = re.compile(r"\r\n|\r|\n")
_NAME_THE_COLUMNS = "its first line names the columns, for example: email,name,status"
_SAVE_AS_CSV = "save the list as CSV (UTF-8) in the spreadsheet program"
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_CONTROL_BYTES = bytes(set(range(32)) - set(b"\t\n\r\f"))
_TEXT_HAS_FEWER = 0.02
"""Real text has hardly a control byte; compressed and binary files have one in ten."""
_A_FEW = 8
"""So many may stand in a short list by accident; they are told row by row."""
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are not UTF-8 as Windows does; a file may mix both."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("newsletter.cp1252", _as_cp1252)


def guard_formula(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguard_formula(cell: str) -> str:
    """Undo guard_formula."""
    return cell[1:] if _ESCAPED.match(cell) else cell


def column_name(written: str) -> str:
    """Return a header cell's name: `First name` and ` FIRST-NAME ` are both `first_name`."""
    return re.sub(r"\W+", "_", written.casefold()).strip("_")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """How the file's bytes are text: `strange_line` is the first that is not UTF-8."""

    encoding: str
    strange_line: int | None = None


class Table:
    """An open CSV file: `header` is its first row, `delimiter` one of comma, semicolon, tab.

    `file` is the path, `shown` the path as the editor should see it. `strange_line` is the first
    line that is not UTF-8 and was read as cp1252, or None. A file that holds no table raises a
    NewsletterError.
    """

    def __init__(self, file: Path, *, shown: Path) -> None:
        self.shown = shown
        self._raw = _open(file, shown)
        try:
            self.size = file.stat().st_size
            form = _form(self._raw, shown)
            self.encoding = form.encoding
            self.strange_line = form.strange_line
            self.delimiter, skip = self._separator()
            self.header: list[str] = []
            self.header_line, self.header = self._first_row(skip)
            self._body = self.header_line + len(_LINE_END.findall("".join(self.header)))
        except BaseException:
            self._raw.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._raw.close()

    def encoding_problems(self) -> tuple[Problem, ...]:
        """Return the warning about an old encoding, where there is cause."""
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

    def rows(self, report: Report | None = None) -> Iterator[Row]:
        """Return the rows below the header, without empty ones; each call reads anew.

        What is no CSV goes to `report` (as warnings: that row is left out) and does not stop the
        others: after a quote that is never closed, the next line is read as a row of its own.
        """
        return self._read(self._body, report)

    def _text(self) -> io.TextIOWrapper:
        self._raw.seek(0)
        errors = "newsletter.cp1252" if self.encoding == "utf-8-sig" else "strict"
        return io.TextIOWrapper(self._raw, encoding=self.encoding, errors=errors, newline="")

    def _separator(self) -> tuple[str, int]:
        """Return the separator and how many lines to skip (`sep=;` is Excel's own line)."""
        text = self._text()
        try:
            skip = 0
            line = text.readline(_HEAD)
            while line and not line.strip():
                skip += 1
                line = text.readline(_HEAD)
        finally:
            text.detach()
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
            raise fail("the file is empty", file=self.shown, hint=_NAME_THE_COLUMNS) from None
        finally:
            rows.close()

    def _read(self, skip: int, report: Report | None = None) -> Generator[Row]:
        """Read block by block; nearly always each line of one is a row of its own."""
        text = self._text()
        try:
            for _ in range(skip):
                text.readline()
            number = skip
            while block := text.readlines(_BLOCK):
                rows = self._line_by_line(block)
                if rows is None:
                    number = yield from self._row_by_row(_Lines(block, text), number, report)
                    continue
                for cells in rows:
                    number += 1
                    if any(cells):
                        yield number, cells
        finally:
            text.detach()

    def _line_by_line(self, block: list[str]) -> list[list[str]] | None:
        """Return the rows of the lines, or None where one is no CSV or goes on to the next."""
        try:
            rows = list(self._reader(block))
        except csv.Error:
            return None
        return rows if len(rows) == len(block) else None

    def _row_by_row(
        self, lines: _Lines, number: int, report: Report | None
    ) -> Generator[Row, None, int]:
        """Yield the rows that begin in a block; return how many lines were read by then."""
        reader = self._reader(lines)
        while lines.waiting:
            lines.taken.clear()
            cells, error = self._next_row(reader, lines)
            if error is None:
                if any(cells):
                    yield number + 1, cells
                number += len(lines.taken)
            else:
                number += 1
                if report is not None:
                    report(self._no_csv(error, number, len(lines.taken)))
                lines.push_back()
                reader = self._reader(lines)
        return number

    def _next_row(
        self, reader: Iterator[list[str]], lines: _Lines
    ) -> tuple[list[str], Exception | None]:
        """Return the next row, or why there is none."""
        try:
            cells = next(reader)
        except (csv.Error, _Runaway) as error:
            return [], error
        runs_away = len(lines.taken) > 1 and self._holds_rows(lines.taken[1:])
        return cells, _Runaway() if runs_away else None

    def _holds_rows(self, continued: list[str]) -> bool:
        """Return whether a cell over several lines has swallowed rows up to another lost quote."""
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
    """The lines of a block, and after it of the text that it is of.

    Those of the row being read are kept, so that they can be reread; `waiting` are what is left
    of the block, or is to be reread.
    """

    def __init__(self, block: list[str], text: Iterator[str]) -> None:
        self._text = text
        self.waiting = deque(block)
        self.taken: list[str] = []
        self.characters = 0

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
            if len(taken) > MOST_LINES or self.characters > MOST_CHARACTERS:
                raise _Runaway
        return line

    def push_back(self) -> None:
        """Give all lines of this row but the first to the next one."""
        self.waiting.extendleft(reversed(self.taken[1:]))


def _open(file: Path, shown: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except FileNotFoundError:
        raise fail(
            "there is no such file",
            file=shown,
            hint="put the list there (subscribers.example.csv shows its form),"
            " or name it in newsletter.toml: [subscribers] file = ...",
        ) from None
    except IsADirectoryError:
        raise fail("this is a folder, not a file", file=shown) from None
    except OSError as error:
        raise fail(f"cannot be read: {error.strerror}", file=shown) from None


def _form(raw: BinaryIO, shown: Path) -> _Form:
    """Find out how to read the bytes, in one quick pass over all of them."""
    head = raw.read(_HEAD)
    if not head.strip(codecs.BOM_UTF8 + b" \t\r\n"):
        raise fail("the file is empty", file=shown, hint=_NAME_THE_COLUMNS)
    if head.startswith(_SPREADSHEETS):
        raise fail("this is a spreadsheet file", file=shown, hint=_SAVE_AS_CSV)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        _check_utf16(raw, shown)
        return _Form(encoding="utf-16")
    strange = len(head) - len(head.translate(None, _CONTROL_BYTES))
    if strange > max(_A_FEW, len(head) * _TEXT_HAS_FEWER):
        raise fail("this is no text file", file=shown, hint=_SAVE_AS_CSV)
    return _Form(encoding="utf-8-sig", strange_line=_first_strange_line(raw))


def _check_utf16(raw: BinaryIO, shown: Path) -> None:
    raw.seek(0)
    decoder = codecs.getincrementaldecoder("utf-16")()
    lines = 1
    try:
        while chunk := raw.read(_CHUNK):
            lines += decoder.decode(chunk).count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise fail(
            "the file begins as UTF-16, but is damaged or cut off",
            file=shown,
            line=lines,
            hint=_SAVE_AS_CSV,
        ) from None


def _first_strange_line(raw: BinaryIO) -> int | None:
    """Return the first line that is not UTF-8."""
    raw.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, ended_in_cr = 1, False
    while True:
        chunk = raw.read(_CHUNK)
        held = decoder.getstate()[0]
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            before = chunk[: max(0, error.start - len(held))]
            return lines + _line_ends(before, after_cr=ended_in_cr)
        if not chunk:
            return None
        lines += _line_ends(chunk, after_cr=ended_in_cr)
        ended_in_cr = chunk.endswith(b"\r")


def _line_ends(chunk: bytes, *, after_cr: bool) -> int:
    """Count CRLF, CR and LF, each as one; an LF after an earlier chunk's CR is counted already."""
    ends = chunk.count(b"\n") + chunk.count(b"\r") - chunk.count(b"\r\n")
    return ends - (after_cr and chunk.startswith(b"\n"))
