"""The list file: each row of the CSV becomes a Member, or a problem with its line.

    email,first_name,status,consent_expires,clinic
    ada@example.org,Ada,active,2027-06-30,Harbour

A bad row is left out and reported; it does not stop the others.

Compiled by mypyc.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from newsletter.audience.list.basis import Basis
from newsletter.audience.list.cells import INVISIBLE
from newsletter.audience.list.columns import CONTROL, SECTION, Columns, quoted, warning
from newsletter.audience.list.formulas import unguard_formula
from newsletter.audience.list.gates import (
    NO_CONSENT,
    UNKNOWN_STATUS,
    UNKNOWN_VALUE,
    UNREADABLE_EXPIRY,
    Gate,
    first_stop,
)
from newsletter.audience.list.subscriber import Subscriber
from newsletter.audience.list.table import Report
from newsletter.basics.address import Address, BadAddress, parse_address
from newsletter.basics.errors import Problem, did_you_mean
from newsletter.basics.value import Value

LONGEST_NAME = 200
LONGEST_FIELD = 2_000

_STATUSES = ("active", "unsubscribed")
_CONSENTS = tuple(basis.value for basis in Basis)
_PLAIN_CONSENTS = ("", *_CONSENTS)
_NAMES = ("email", "name", "first_name", "last_name")
_BREAKS = re.compile(r"[ \t\r\n\v\f\x85\u2028\u2029]+")


class Member(Value):
    """A row of the list: the reader, the line, and why they must not be mailed (None: they may)."""

    def __init__(self, subscriber: Subscriber, line: int, excluded: str | None) -> None:
        self.subscriber: Final = subscriber
        self.line: Final = line
        self.excluded: Final = excluded

    def parts(self) -> tuple[object, ...]:
        """See Value."""
        return self.subscriber, self.line, self.excluded


class RowReader:
    """Turns rows into Members, excluded by the `gates`; `report` gets the problems.

    Only with `shows_cells` a problem quotes a cell that should be an address.
    """

    def __init__(
        self,
        columns: Columns,
        gates: list[Gate],
        *,
        shown: Path,
        report: Report,
        shows_cells: bool = False,
    ) -> None:
        self._names = columns.names
        self._email = columns.email
        self._gates = gates
        self._consent = columns.names.index("consent") if "consent" in columns.names else -1
        self._shown = shown
        self._report = report
        self._shows_cells = shows_cells

    def read(self, line: int, cells: list[str], padded: bool = True) -> Member | None:  # noqa: FBT001, FBT002 - compiled
        """Return the row's Member, or None where it was reported instead.

        `padded` says whether spaces may stand around its cells.
        """
        if len(cells) != len(self._names):
            cells = fitted(cells, len(self._names))
            if len(cells) != len(self._names):
                self._report(_wrong_width(cells, len(self._names), self._shown, line))
                return None
        if padded:
            cells = [cell.strip() for cell in cells]
        # One test for the whole row; only if it fails, one for each cell.
        joined = "".join(cells)
        is_long = len(joined) > LONGEST_NAME and max(map(len, cells)) > LONGEST_NAME
        if is_long or not joined.isprintable():
            cells = [
                _tidy(name, cell.strip()) for name, cell in zip(self._names, cells, strict=True)
            ]
            refused = _refused(self._names, cells)
            if refused is not None:
                self._report(warning(f"{refused}; the row was left out", self._shown, line))
                return None
        cell = cells[self._email]
        try:
            # An apostrophe before = or + is a spreadsheet's, or our export's: no formula.
            address = parse_address(unguard_formula(cell) if cell[:1] == "'" else cell)
        except BadAddress as error:
            seen = f" ({quoted(cell)})" if self._shows_cells else ""
            self._report(_bad_address(cell, f"{error}{seen}", self._shown, line))
            return None
        excluded = first_stop(self._gates, cells) if self._gates else None
        if excluded is not None:
            _tell(excluded, self._shown, line, self._report)
        is_odd = self._consent >= 0 and cells[self._consent] not in _PLAIN_CONSENTS
        if is_odd and excluded != NO_CONSENT:
            _check_consent(cells[self._consent], self._shown, line, self._report)
        return Member(self._subscriber(address, cells), line, excluded)

    def _subscriber(self, address: Address, cells: list[str]) -> Subscriber:
        fields: dict[str, str] = {}
        for at, column in enumerate(self._names):
            cell = cells[at]
            if cell and column:
                fields[column] = cell
        fields["email"] = f"{address.local}@{address.domain}"
        name = fields.get("name", "")
        if not name and ("first_name" in fields or "last_name" in fields):
            name = f"{fields.get('first_name', '')} {fields.get('last_name', '')}".strip()
            fields["name"] = name
        return Subscriber(address, name, fields)


def fitted(cells: list[str], width: int) -> list[str]:
    """Drop empty cells beyond the header, which some spreadsheets write."""
    return cells[:width] if len(cells) > width and not any(cells[width:]) else cells


def _tidy(name: str, cell: str) -> str:
    """Return the cell without invisible ends and, unless it is a name, without line breaks.

    A name with a line break is refused.
    """
    cell = cell.strip(INVISIBLE)
    return cell if name in _NAMES else _BREAKS.sub(" ", cell)


def _refused(names: Sequence[str], cells: Sequence[str]) -> str | None:
    for name, cell in zip(names, cells, strict=True):
        if not name:
            continue
        longest = LONGEST_NAME if name in _NAMES[1:] else LONGEST_FIELD
        if len(cell) > longest:
            return f"'{name}' has {len(cell):,} characters, more than {longest:,}"
        control = CONTROL.search(cell)
        if control and control[0] in "\r\n":
            return f"'{name}' holds a line break (or a quote that opens here is never closed)"
        if control:
            return f"'{name}' holds a control character (U+{ord(control[0]):04X})"
    return None


def _wrong_width(cells: Sequence[str], width: int, shown: Path, line: int) -> Problem:
    hint = (
        'a cell with a comma in it needs quotes: "Lovelace, Ada"'
        if len(cells) > width
        else "the row may be cut off; write a separator for each empty cell"
    )
    count = f"{len(cells)} cell{'' if len(cells) == 1 else 's'}"
    return warning(
        f"{count} where the header names {width} columns; the row was left out", shown, line, hint
    )


def _bad_address(cell: str, error: str, shown: Path, line: int) -> Problem:
    if not cell:
        return warning("the row has no email address; it was left out", shown, line)
    hint = None
    if "<" in cell:
        hint = "only the address belongs here; the name has a column of its own"
    elif cell.count("@") > 1:
        hint = "one address a row"
    return warning(f"this is no email address: {error}; the row was left out", shown, line, hint)


def _tell(excluded: str, shown: Path, line: int, report: Report) -> None:
    """Report a reason that may be a mistake; a plain 'unsubscribed' is none."""
    if excluded.startswith(UNKNOWN_STATUS):
        near = did_you_mean(excluded.removeprefix(UNKNOWN_STATUS).strip(" '"), _STATUSES)
        hint = near or "the statuses are 'active' (or nothing) and 'unsubscribed'"
    elif excluded.startswith(UNREADABLE_EXPIRY):
        hint = "write it as 2027-06-30; spreadsheets rewrite dates: make the column text first"
    elif excluded.startswith(UNKNOWN_VALUE):
        hint = f"write yes or no; {SECTION} in newsletter.toml, if the column is about other things"
    else:
        return
    report(warning(f"{excluded}: this row is not mailed", shown, line, hint))


def _check_consent(cell: str, shown: Path, line: int, report: Report) -> None:
    if cell.casefold() not in _CONSENTS:
        hint = did_you_mean(cell, _CONSENTS) or f"the kinds are {', '.join(_CONSENTS)}"
        report(warning(f"unknown consent {quoted(cell)}", shown, line, hint))
