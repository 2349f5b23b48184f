"""The members of a Mailman list: a line for each, `Name <address>` or the address alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from newsletter.audience.list.column_names import ALIASES, Role
from newsletter.audience.list.columns import Column, Columns
from newsletter.audience.list.table import Report, Row, column_name
from newsletter.audience.list.textfile import HEAD, TextFile

_NAMED = re.compile(r"(?P<name>[^<>]*?)\s*<(?P<address>[^<>]*)>")
_BETWEEN = re.compile(r"[,;\t]")
_NAMES = ("name", "email")
COLUMNS = Columns(
    names=_NAMES,
    email=1,
    each=tuple(Column(written=name, name=name, role=Role.FIELD, known=name) for name in _NAMES),
    line=1,
)
"""The columns of the rows that `Lines` yields."""


class Lines:
    """An open file of such lines, with the rows that a table of `COLUMNS` would have.

    Raises NewsletterError for a file that holds no text.
    """

    padded = True

    def __init__(self, file: Path | BinaryIO, *, shown: Path) -> None:
        self.shown = shown
        self._file = TextFile(file, shown=shown)
        self.strange_line = self._file.strange_line

    def begins_with_a_member(self) -> bool:
        """Return whether the first line holds an address, and names no column."""
        first = next((line for line in self._file.from_start() if line.strip()), "")
        names = map(column_name, _BETWEEN.split(first))
        is_table = _BETWEEN.search(first) and not _NAMED.fullmatch(first.strip())
        is_header = "email" in {ALIASES.get(name, name) for name in names}
        return "@" in first and not is_table and not is_header

    def rows(self, _report: Report | None = None) -> Iterator[Row]:
        """Yield the lines that are not empty; a longer one than any address is cut."""
        text = self._file.from_start()
        number, begins = 1, True
        while line := text.readline(HEAD):
            if begins and line.strip():
                yield number, _cells(line.strip())
            begins = line.endswith(("\n", "\r"))
            number += begins

    def close(self) -> None:
        """Release the file."""
        self._file.close()


def _cells(line: str) -> list[str]:
    match = _NAMED.fullmatch(line)
    if match is None:
        return ["", line]
    return [match["name"].strip('"').replace('\\"', '"'), match["address"]]
