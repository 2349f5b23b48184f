"""Rows taken out of a table's file, everything else in it byte for byte as it was.

The lines of a row are found by reading the table; they are then left out of a copy of the text,
which replaces the file. A cell with line breaks makes a row of several lines.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

from newsletter.audience.list.cells import INVISIBLE
from newsletter.audience.list.columns import Answers, read_columns
from newsletter.audience.list.formulas import unguard_formula
from newsletter.audience.list.table import Row, Table
from newsletter.basics.address import Address, BadAddress, parse_address
from newsletter.basics.files import resolved

IsTheirs = Callable[[str], bool]
"""Whether an `Address.key` is that of a person."""

_BREAK: Final = re.compile(r"\r\n|\r|\n")
_WRITTEN: Final = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The rows of a person in a file: each with its first line; all `lines` of theirs.

    `others` is how many rows the file has besides, `names` what the rows call the person,
    `encoding` the file's as `Table` gives it.
    """

    rows: tuple[Row, ...] = ()
    lines: frozenset[int] = frozenset()
    others: int = 0
    names: frozenset[str] = frozenset()
    encoding: str = "utf-8-sig"


class Finder:
    """Gathers the rows of a person; `is_theirs` tells them by an `Address.key`."""

    def __init__(self, is_theirs: IsTheirs) -> None:
        self._is_theirs = is_theirs
        self._rows: list[Row] = []
        self._lines: set[int] = set()
        self._others = 0

    def torn(self, line: int, text: str) -> None:
        """Take a line that is no CSV: it is theirs where it names nobody else."""
        if _is_theirs(text, self._is_theirs):
            self._rows.append((line, [text]))
            self._lines.add(line)

    def read(self, rows: Iterable[Row], email: int) -> None:
        """Read rows; `email` is the index of the address."""
        for line, cells in rows:
            if email < len(cells) and _is_theirs(cells[email], self._is_theirs):
                self._rows.append((line, cells))
                breaks = sum(len(_BREAK.findall(cell)) for cell in cells)
                self._lines.update(range(line, line + 1 + breaks))
            else:
                self._others += 1

    def found(self, table: Table, names: Iterable[str] = ()) -> Found:
        """Return what was found in a table."""
        return Found(
            rows=tuple(self._rows),
            lines=frozenset(self._lines),
            others=self._others,
            names=frozenset(names),
            encoding=table.encoding,
        )


def find_rows(file: Path, *, shown: Path, answers: Answers, is_theirs: IsTheirs) -> Found:
    """Return the rows of a person in a list file; of a file that is missing, none.

    Raises NewsletterError for a file that holds no list.
    """
    if not file.exists():
        return Found()
    with Table(file, shown=shown) as table:
        columns = read_columns(table, lambda _: None, answers)
        finder = Finder(is_theirs)
        finder.read(table.rows(torn=finder.torn), columns.email)
        found = finder.found(table)
    called = (_names(columns.names, cells) for _line, cells in found.rows)
    return replace(found, names=frozenset(name for name in called if name))


def _names(columns: Sequence[str], cells: Sequence[str]) -> str:
    named = dict(zip(columns, (cell.strip(INVISIBLE) for cell in cells), strict=False))
    whole = f"{named.get('first_name', '')} {named.get('last_name', '')}".strip()
    return named.get("name", "") or whole


def _is_theirs(text: str, is_theirs: IsTheirs) -> bool:
    if "@" not in text:
        return False
    keys = [each.key for each in addresses_in(text)]
    return bool(keys) and all(map(is_theirs, keys))


def addresses_in(text: str) -> Iterator[Address]:
    """Yield the addresses in a cell: the cell itself, or what looks like one in it."""
    try:
        yield parse_address(unguard_formula(text.strip(INVISIBLE)))
    except BadAddress:
        for each in _WRITTEN.findall(text):
            try:
                yield parse_address(each.strip("."))
            except BadAddress:
                continue


def remove_lines(file: Path, lines: Collection[int], encoding: str) -> bool:
    """Leave lines out of a file; return False, nothing written, where it changed meanwhile.

    The copy is renamed over it, with the same mode. Raises OSError that names the file.
    """
    target = resolved(file)
    before = _version(target)
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:80]}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            _copy(target, out, lines, _exact(target, encoding))
            out.flush()
            os.fsync(out.fileno())
        temporary.chmod(target.stat().st_mode & 0o777)
        if _version(target) != before:
            temporary.unlink()
            return False
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return True


def _copy(file: Path, out: BinaryIO, lines: Collection[int], encoding: str) -> None:
    with file.open(encoding=encoding, newline="") as text:
        for number, line in enumerate(text, start=1):
            if number not in lines:
                out.write(line.encode(encoding))


def _exact(file: Path, encoding: str) -> str:
    """Return the encoding that gives each octet back: Latin-1, or UTF-16 with its mark as text.

    In UTF-8 and cp1252 a line ends at the same octets as in Latin-1.
    """
    if encoding != "utf-16":
        return "latin-1"
    with file.open("rb") as data:
        return "utf-16-le" if data.read(2) == b"\xff\xfe" else "utf-16-be"


def _version(file: Path) -> tuple[int, int, int]:
    found = file.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns
