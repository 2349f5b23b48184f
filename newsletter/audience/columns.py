"""The columns of a list: its header understood, and how a list's problems are told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from newsletter.audience.table import Report, Table, column_name
from newsletter.errors import Level, Problem, did_you_mean, fail

ALIASES = {
    "e_mail": "email",
    "email_address": "email",
    "e_mail_address": "email",
    "emailaddress": "email",
    "firstname": "first_name",
    "given_name": "first_name",
    "lastname": "last_name",
    "surname": "last_name",
    "family_name": "last_name",
    "full_name": "name",
    "fullname": "name",
}
"""Other programs' names of the columns that we know, as `column_name` writes them."""

# C0, DEL, C1, line and paragraph separators, and what turns the direction of the text after it.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which cell is what: `names` in the file's order, "" for a column without a name."""

    names: tuple[str, ...]
    email: int
    status: int | None
    expires: int | None


def read_columns(table: Table, report: Report) -> Columns:
    """Return the header's columns, or raise NewsletterError with all that is wrong with it."""
    shown, line = table.shown, table.header_line
    plain = [column_name(cell) for cell in table.header]
    names = tuple(ALIASES.get(name, name) for name in plain)
    if "email" not in names:
        raise fail(
            f"no column is named 'email' (found: {_listed(table.header)})",
            file=shown,
            line=line,
            hint=_header_hint(table.header, names),
        )
    twice = {name for name in names if name and names.count(name) > 1}
    if twice:
        raise fail(
            "two columns have the same name: "
            + ", ".join(f"'{name}'" for name in dict.fromkeys(names) if name in twice),
            file=shown,
            line=line,
            hint="rename or remove one of them; capitals, spaces and hyphens make no difference",
        )
    for number, name in enumerate(names, start=1):
        if not name and number < len(names):
            report(warning("a column has no name and is not read", table.shown, line))
    where = {name: index for index, name in enumerate(names)}
    return Columns(
        names=names,
        email=where["email"],
        status=where.get("status"),
        expires=where.get("consent_expires"),
    )


def _header_hint(header: Sequence[str], names: Sequence[str]) -> str:
    if any("@" in cell for cell in header):
        return "the first line must name the columns, for example: email,name,status"
    near = did_you_mean("email", [name for name in names if name])
    named = header[names.index(near.split("'")[1])] if near else None
    if named is not None:
        return f"is it the column {quoted(named)}? Rename it to email"
    return "the first line must name the columns; one of them is 'email'"


def _listed(header: Sequence[str]) -> str:
    """Return the first columns' names, short; never what looks like a reader's address."""
    cells = ["..." if "@" in cell else quoted(cell.strip()) for cell in header if cell.strip()]
    return ", ".join(cells[:8]) + (", ..." if len(cells) > 8 else "")  # noqa: PLR2004 - one line


def quoted(text: str) -> str:
    """Return a value in quotes, short and on one line."""
    plain = CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    return f"'{plain[:40]}...'" if len(plain) > 40 else f"'{plain}'"  # noqa: PLR2004 - one line


def warning(message: str, shown: Path, line: int, hint: str | None = None) -> Problem:
    """Return what is wrong with a row, which never stops the others."""
    return Problem(message=message, file=shown, line=line, hint=hint, level=Level.WARNING)
