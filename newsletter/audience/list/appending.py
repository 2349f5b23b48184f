"""Rows added to a list file: its columns, separator, encoding and every octet of it are kept.

Where the list lacks a column that the new rows need, the column is added at the end of the header,
and an empty cell to each row. What cannot be read as a row stays as it is.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from newsletter.audience.list.column_names import Role
from newsletter.audience.list.columns import Answers, Columns, read_columns
from newsletter.audience.list.formulas import guard_formula
from newsletter.audience.list.table import Table
from newsletter.basics.errors import Problem

Fields = Mapping[str, str]
"""What a new row says, by the names of columns; "email" is among them."""

ADDABLE = ("first_name", "last_name", "name", "language", "topics", "tags", "consent_expires")
"""Columns that a list gets where it has none and new rows say something there."""
_COMPOSED = ("first_name", "last_name")
_LINE_END = re.compile(r"\r\n|\r|\n")
_YES = "yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a list file is written. `codec` turns its octets into text and back, unchanged.

    `encoding` is that of new rows. `closed`: the last line has its end. `names` are those of the
    columns, as `Columns` has them; `wanting` the indexes of those in which only a yes is mailed.
    """

    codec: str
    encoding: str
    delimiter: str
    line_end: str
    closed: bool
    names: tuple[str, ...]
    wanting: frozenset[int]


NEW = Form(
    codec="latin-1",
    encoding="utf-8",
    delimiter=",",
    line_end="\n",
    closed=True,
    names=("email",),
    wanting=frozenset(),
)
"""The form of a list that is not there yet."""


def form_of(table: Table, file: Path, answers: Answers) -> tuple[Form, Columns]:
    """Return the form and the columns of a list. Raises NewsletterError for an unusable header."""
    columns = read_columns(table, _ignore, answers)
    codec, encoding = _codec(table, file)
    with file.open("r", encoding=codec, newline="") as text:
        first = _LINE_END.search(text.readline())
    return Form(
        codec=codec,
        encoding=encoding,
        delimiter=table.delimiter,
        line_end=first[0] if first else "\n",
        closed=_is_closed(file, codec),
        names=columns.names,
        wanting=frozenset(
            at for at, column in enumerate(columns.each) if column.role is Role.SUBSCRIBED
        ),
    ), columns


def missing_columns(names: Sequence[str], fields: Fields) -> set[str]:
    """Return the columns that a list with `names` needs for a row, of those that may be added.

    A whole name that first and last name make needs none.
    """
    needed = {name for name in ADDABLE if fields.get(name) and name not in names}
    composed = " ".join(part for each in _COMPOSED if (part := fields.get(each, "")))
    if composed and fields.get("name") == composed:
        needed.discard("name")
    return needed


def write_appended(
    old: Path | None, form: Form, added: Sequence[str], rows: Iterable[Fields], out: BinaryIO
) -> None:
    """Write a list with rows at its end; `old` is the list as it is, None where there is none.

    `added` are the columns that it gets. Raises OSError.
    """
    names = (*form.names, *added)
    if old is None:
        out.write(_encoded(_line(names, form), form))
    elif added:
        out.writelines(line.encode(form.codec) for line in _widened(old, form, added))
    else:
        with old.open("rb") as source:
            shutil.copyfileobj(source, out)
    if not form.closed:
        out.write(form.line_end.encode(form.codec))
    out.writelines(_encoded(_line(_cells(fields, names, form), form), form) for fields in rows)


def _codec(table: Table, file: Path) -> tuple[str, str]:
    """Return how octets become text one by one, and the encoding of new rows."""
    if table.encoding == "utf-16":
        with file.open("rb") as octets:
            is_little = octets.read(2) == codecs.BOM_UTF16_LE
        codec = "utf-16-le" if is_little else "utf-16-be"
        return codec, codec
    return "latin-1", "utf-8" if table.strange_line is None else "cp1252"


def _is_closed(file: Path, codec: str) -> bool:
    """Return whether the last line has its end."""
    width = len("\n".encode(codec))
    with file.open("rb") as octets:
        octets.seek(max(0, octets.seek(0, io.SEEK_END) - width))
        return octets.read(width).decode(codec, "replace") in ("\n", "\r")


def _cells(fields: Fields, names: Sequence[str], form: Form) -> Iterator[str]:
    for at, name in enumerate(names):
        if at in form.wanting:
            yield _YES
        elif name == "email":
            yield fields["email"]
        else:
            yield guard_formula(" ".join(fields.get(name, "").split())) if name else ""


def _line(cells: Iterable[str], form: Form) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=form.delimiter, lineterminator=form.line_end).writerow(cells)
    return text.getvalue()


def _encoded(line: str, form: Form) -> bytes:
    """Return a line's octets; one that cp1252 has no letters for is in UTF-8, which is read too."""
    try:
        return line.encode(form.encoding)
    except UnicodeEncodeError:
        return line.encode("utf-8")


def _widened(old: Path, form: Form, added: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a list, with a cell more for each added column where a row ends."""
    empty = form.delimiter * len(added)
    with Table(old, shown=old) as table, old.open("r", encoding=form.codec, newline="") as text:
        ends = _row_ends(table)
        header_end, row_end = next(ends), next(ends, 0)
        for number, line in enumerate(text, start=1):
            if number == header_end:
                yield _with(line, form.delimiter + form.delimiter.join(added))
            elif number == row_end:
                yield _with(line, empty)
                row_end = next(ends, 0)
            else:
                yield line


def _row_ends(table: Table) -> Iterator[int]:
    """Yield on which line the header ends, and each row that has as many cells as it."""
    width = len(table.header)
    yield table.header_line + _breaks(table.header)
    for line, cells in table.rows():
        if len(cells) == width:
            yield line + _breaks(cells)


def _breaks(cells: Sequence[str]) -> int:
    return len(_LINE_END.findall("".join(cells)))


def _with(line: str, more: str) -> str:
    """Return a line with more at its end, before its line end."""
    body = line.rstrip("\r\n")
    return f"{body}{more}{line[len(body) :]}"


def _ignore(_problem: Problem) -> None:
    """Take no notice of a problem: the check of the list tells it."""
