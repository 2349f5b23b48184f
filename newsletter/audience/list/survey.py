"""The first pass over a list: who must not be mailed on any of their rows, and who may be twice.

A row that says that its reader left excludes every other row of the address, anywhere in the
file. So does a row that cannot be used (cells shifted, a quote in the wrong place, a name around
the address): then every address in it counts.

Compiled by mypyc.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from newsletter.audience.list.cells import GONE, INVISIBLE, LONGEST, Says, answer, plainly_gone
from newsletter.audience.list.column_names import Role
from newsletter.audience.list.columns import Columns
from newsletter.audience.list.gates import IN_THE_LIST, NOT_UNDERSTOOD, SAID, Gate, first_stop
from newsletter.audience.list.table import Table
from newsletter.basics.address import BadAddress, parse_address

PARTS: Final = (
    *("unsub", "opt", "bounc", "cklist", "do not", "do_not", "do-not", "donot", "sabonn"),
    *("sinscri", "gemeld", "abbestell", "sgetragen", "baja", "desuscri", "unknown", "undeliver"),
    *("zustellbar", "removed", "longer"),
)
"""Each word of `plainly_gone` holds one of these, however its parts are separated."""
_ADDRESS = re.compile(r"[^\s,;|<>\"()\[\]:]+@[^\s,;|<>\"()\[\]:]+")
_BETWEEN = re.compile(r"[,;\t|\"\r\n]+")


class Sign:
    """The first cell of a column that is not understood that seems to say that a reader left."""

    def __init__(self, line: int, cell: str) -> None:
        self.line: Final = line
        self.cell: Final = cell


class Survey:
    """What one pass over a list found.

    `barred` maps an `Address.key` to why it must not be mailed; `signs` are by a column's index.
    Unless a gate `has_stopped` a row, the second pass needs no gates.
    """

    def __init__(self, columns: Columns, gates: list[Gate]) -> None:
        self.barred: Final[dict[str, str]] = {}
        self.signs: Final[dict[int, Sign]] = {}
        self._columns = columns
        self._gates = gates
        self.has_stopped = False
        self._seen = bytearray(1)
        self._clear: Final[set[str]] = {""}
        self._waiting: list[tuple[int, list[str], str]] = []
        self._values: list[str] = []
        gated = {gate.at for gate in gates} | {columns.email}
        self._others = [
            at
            for at, column in enumerate(columns.each)
            if at not in gated and not column.answered and column.role is Role.FIELD
        ]

    def read(self, table: Table) -> None:
        """Read the list in bounded memory: a byte for each residue of a key's hash.

        Two keys that share a residue are compared whole in the second pass: a collision costs a
        little memory and excludes nobody.
        """
        mask = (1 << max(16, (table.size // 8).bit_length())) - 1
        seen = self._seen = bytearray(mask + 1)
        gates, others, clear = self._gates, self._others, self._clear
        at, width = self._columns.email, len(self._columns.names)
        for line, cells in table.rows(torn=self._torn):
            if len(cells) != width:
                if len(cells) < width or any(cells[width:]):
                    self._broken(cells)
                    continue
                del cells[width:]
            cell = cells[at]
            key = cell.strip().lower() if cell.isascii() else _key(cell)
            residue = hash(key) & mask
            seen[residue] = _TWICE if seen[residue] else _ONCE
            reason = first_stop(gates, cells) if gates else None
            if reason is not None:
                self.has_stopped = True
            if reason is not None or "@" not in key or " " in key or table.spans:
                self._look(line, cells, key, reason)
                continue
            for other in others:
                value = cells[other]
                if value not in clear:
                    self._wait(line, cells, key, value)
        self._look_at_waiting()

    @property
    def repeats(self) -> int:
        """About how many keys occur more than once."""
        return self._seen.count(_TWICE)

    def may_repeat(self, key: str) -> bool:
        """Return whether a key may occur more than once; for a few that do not it is True, too."""
        return self._seen[hash(key) & (len(self._seen) - 1)] == _TWICE

    def _wait(self, line: int, cells: list[str], key: str, value: str) -> None:
        """Keep a row with a cell that is not in the cache, to search it together with others."""
        if len(value) > LONGEST or "\n" in value:
            value = value[:LONGEST].replace("\n", " ")
        self._waiting.append((line, cells, key))
        self._values.append(value)
        if len(self._waiting) == _TOGETHER:
            self._look_at_waiting()

    def _look_at_waiting(self) -> None:
        """Judge the waiting rows that hold one of the PARTS; the other rows' cells are clear.

        One search through the joined cells takes a fraction of a search in each.
        """
        waiting, values = self._waiting, self._values
        found = _lines_with_a_part("\n".join(values).lower())
        for number in sorted(found):
            line, cells, key = waiting[number]
            self._look(line, cells, key, None)
        if len(self._clear) < _MOST_CLEAR:
            self._clear.update(values)
            self._clear.difference_update([values[number] for number in found])
        waiting.clear()
        values.clear()

    def _look(self, line: int, cells: list[str], key: str, reason: str | None) -> None:
        """Judge a row that may say that its reader left."""
        if not _is_address(cells[self._columns.email]):
            self._broken(cells)
            return
        if holds_rows(cells):
            self._broken(cells)
        if reason is None:
            reason = self._said_elsewhere(line, cells)
        elif reason == NOT_UNDERSTOOD:
            self._keep_sign(line, cells)
        if reason is not None:
            self.barred.setdefault(key, reason)

    def _keep_sign(self, line: int, cells: Sequence[str]) -> None:
        for gate in self._gates:
            if gate.asks and gate.at not in self.signs:
                cell = cells[gate.at]
                if cell not in gate.clear and gate.stops(cell) is not None:
                    self.signs[gate.at] = Sign(line, cell)

    def _said_elsewhere(self, line: int, cells: Sequence[str]) -> str | None:
        """Return what the cells of columns about other things say."""
        for at in self._others:
            cell = cells[at]
            gone = plainly_gone(cell) if cell else None
            if gone is None:
                continue
            if self._columns.each[at].known is None:
                if at not in self.signs or line < self.signs[at].line:
                    self.signs[at] = Sign(line, cell)
                return NOT_UNDERSTOOD
            if answer(cell) is gone:
                return SAID[gone]
        return None

    def _torn(self, _line: int, text: str) -> None:
        self._broken([text])

    def _broken(self, cells: Sequence[str]) -> None:
        """Bar every address in a row that cannot be used, where it says that a reader left."""
        text = "\n".join(cells)
        if "@" not in text:
            return
        reason = _said_anywhere(text) or self._said_aside(cells)
        if reason is not None:
            for key in keys_in(text):
                self.barred.setdefault(key, reason)

    def _said_aside(self, cells: Sequence[str]) -> str | None:
        """Return what a gate's cell says, if it was shifted as far as the address was."""
        shifts = [at - self._columns.email for at, cell in enumerate(cells) if "@" in cell]
        shifts.append(len(cells) - len(self._columns.names))
        for shift in dict.fromkeys(shifts[:_MOST_SHIFTS] + shifts[-1:]):
            for gate in self._gates:
                at = gate.at + shift
                if gate.asks or not 0 <= at < len(cells) or "@" in cells[at]:
                    continue
                reason = gate.stops(cells[at])
                if reason is not None and reason.endswith(IN_THE_LIST):
                    return reason
        return None


_ONCE: Final = 1
_TWICE: Final = 2
_MOST_SHIFTS: Final = 4
_TOGETHER: Final = 1_024
_MOST_CLEAR: Final = 50_000


def _lines_with_a_part(text: str) -> set[int]:
    """Return which lines of a text, from 0, hold one of the PARTS."""
    found: set[int] = set()
    for part in PARTS:
        at, row, counted = text.find(part), 0, 0
        while at >= 0:
            row += text.count("\n", counted, at)
            counted = at
            found.add(row)
            end = text.find("\n", at)
            at = text.find(part, end) if end >= 0 else -1
    return found


def _key(cell: str) -> str:
    """Return the `Address.key` of a cell, or the cell itself where it is no address."""
    try:
        return parse_address(cell.strip(INVISIBLE)).key
    except BadAddress:
        return cell


def _is_address(cell: str) -> bool:
    try:
        parse_address(cell.strip(INVISIBLE))
    except BadAddress:
        return False
    return True


def holds_rows(cells: Sequence[str]) -> bool:
    """Return whether a cell spans lines and has an address: a quote has swallowed other rows."""
    return any("@" in cell and ("\n" in cell or "\r" in cell) for cell in cells)


def _said_anywhere(text: str) -> str | None:
    """Return what a part of a broken row says; a part ends wherever a cell may."""
    for part in _BETWEEN.split(text):
        said: Says | None = answer(part)
        if said not in GONE:
            said = plainly_gone(part)
        if said is not None:
            return SAID[said]
    return None


def keys_in(text: str) -> Iterator[str]:
    """Yield the `Address.key` of each address in a text."""
    for found in _ADDRESS.findall(text):
        for written in (found, found.strip("'`.!?")):
            try:
                yield parse_address(written).key
            except BadAddress:
                continue
            break
