"""The rows of `suppressions.csv`: which cell is what, and where that is uncertain.

No reader who left may be missed, so an ambiguous file stops every mailing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from newsletter.audience.list.cells import INVISIBLE
from newsletter.audience.list.column_names import ALIASES
from newsletter.audience.list.columns import quoted
from newsletter.audience.list.formulas import unguard_formula
from newsletter.audience.list.table import Row, Table, column_name
from newsletter.basics.address import BadAddress, parse_address
from newsletter.basics.errors import NewsletterError, Problem

COLUMNS = ("email", "action", "reason", "source", "at")


def rows_of(table: Table, problems: list[Problem]) -> tuple[tuple[str, ...], Iterable[Row]]:
    """Return the columns and rows; a file that begins with an address has no header."""

    def report(problem: Problem) -> None:
        problems.append(lost(problem.message, table.shown, problem.line or 0))

    table.require_few_columns()
    names = tuple(ALIASES.get(name, name) for name in map(column_name, table.header))
    holding = [at for at, cell in enumerate(table.header) if "@" in cell]
    _require_one_meaning(table, names, holding)
    if "email" in names:
        return names, table.rows(report)
    names = tuple("email" if at == holding[0] else "" for at in range(len(table.header)))
    first: Row = (table.header_line, table.header)
    return names, [first, *table.rows(report)]


def _require_one_meaning(table: Table, names: Sequence[str], holding: Sequence[int]) -> None:
    """Raise NewsletterError where the first line may be a header and a row, or is neither.

    `holding` are the indexes of its cells that may be an address, as in a row.
    """
    twice = [name for name in COLUMNS if names.count(name) > 1]
    if twice:
        cells = [table.header[at] for at, name in enumerate(names) if name == twice[0]]
        message = f"{len(cells)} columns are '{twice[0]}' ({', '.join(map(quoted, cells))})"
        hint = "keep one of them; a line of its own for each address that must not be mailed"
    elif holding and "email" in names:
        message = "the first line names the column 'email' and holds an address"
        hint = f"write a line above it: {','.join(COLUMNS)}"
    elif len(holding) > 1:
        message = f"{len(holding)} cells of the first line hold an address"
        hint = "a line of its own for each address, and above them: email"
    elif not holding and "email" not in names:
        message = "no column is named 'email'"
        hint = f"the first line should be: {','.join(COLUMNS)}"
    else:
        return
    raise NewsletterError(
        Problem(
            message=f"{message}, so nobody can tell who must not be mailed",
            file=table.shown,
            line=table.header_line,
            hint=hint,
        )
    )


def has_second_address(names: Sequence[str], cells: Sequence[str]) -> bool:
    """Return whether a cell outside COLUMNS holds an address other than the row's own."""
    own = "".join(cell for name, cell in zip(names, cells, strict=False) if name == "email")
    for at, cell in enumerate(cells):
        if "@" in cell and (at >= len(names) or names[at] not in COLUMNS):
            with contextlib.suppress(BadAddress):
                found = parse_address(unguard_formula(cell.strip(INVISIBLE)))
                if found.key != own.strip(INVISIBLE).casefold():
                    return True
    return False


def lost(message: str, shown: Path, line: int) -> Problem:
    """Return the error of a line that may name somebody who left."""
    return Problem(
        message=f"{message}, so somebody who left may be missing",
        file=shown,
        line=line,
        hint="mend the line (one address a line); nothing is sent before that",
    )
