"""The columns of a list, read from its header, and the problems of columns and rows.

Compiled by mypyc.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from newsletter.audience.list.cells import GONE, answer
from newsletter.audience.list.column_names import ALIASES, KNOWN_ROLES, Role, meaning
from newsletter.audience.list.table import Report, Table, column_name
from newsletter.basics.controls import CONTROLS, SEPARATORS, SURROGATES
from newsletter.basics.errors import Level, Problem, did_you_mean, fail
from newsletter.settings.values import AS_FIELD, IGNORED

Answers = Mapping[str, str]
"""`[subscribers.columns]`: maps a column's name in the header to how it is read."""

SECTION = "[subscribers.columns]"

# C0, DEL, C1, line and paragraph separators, and marks that change the direction of text.
CONTROL = re.compile(rf"[{CONTROLS}{SEPARATORS}{SURROGATES}\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: `written` as in the header; `name` as templates have it, "" for one not read.

    `known` is its name among KNOWN_COLUMNS, None for a field. `answered`: the settings say how it
    is read.
    """

    written: str
    name: str
    role: Role
    known: str | None
    answered: bool = False

    @property
    def read_as(self) -> str:
        """How it is read, in a word."""
        if self.known is not None:
            return self.known
        return AS_FIELD if self.name else IGNORED


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns in the file's order; `names` has "" for a column that is not read.

    `email` is the index of the address, `line` the header's.
    """

    names: tuple[str, ...]
    email: int
    each: tuple[Column, ...]
    line: int


def read_columns(table: Table, report: Report, answers: Answers) -> Columns:
    """Return the header's columns. Raises NewsletterError where no rows could be read with it."""
    table.require_few_columns()
    shown, line = table.shown, table.header_line
    each = tuple(_columns(table.header, {column_name(key): as_ for key, as_ in answers.items()}))
    _require_one_email(table, each)
    names = tuple(column.name for column in each)
    counted = Counter(name for name in names if name)
    twice = [name for name, count in counted.items() if count > 1]
    if twice:
        raise fail(
            f"two columns have the same name: {', '.join(map(quoted, twice))}",
            file=shown,
            line=line,
            hint="rename or remove one of them; capitals, spaces and hyphens make no difference",
        )
    for number, column in enumerate(each, start=1):
        if not column_name(column.written) and number < len(names):
            report(warning("a column has no name and is not read", shown, line))
    return Columns(names=names, email=names.index("email"), each=each, line=line)


def strange_answers(columns: Columns, answers: Answers, shown: Path) -> Iterator[Problem]:
    """Yield a problem for each setting about a column that is missing, or set twice."""
    found = {column_name(column.written) for column in columns.each}
    told: dict[str, str] = {}
    for key, as_ in answers.items():
        if told.setdefault(column_name(key), as_) != as_:
            yield Problem(
                message=f"{SECTION} in newsletter.toml says two things of {quoted(key)}",
                file=shown,
                line=columns.line,
                hint="keep one line; capitals, spaces and hyphens make no difference",
            )
        if column_name(key) not in found:
            yield Problem(
                message=f"{SECTION} in newsletter.toml names {quoted(key)},"
                " and the list has no such column",
                file=shown,
                line=columns.line,
                hint=did_you_mean(key, [column.written for column in columns.each])
                or "take that line out, or correct the name",
            )


def not_understood(column: Column, cell: str, shown: Path, line: int) -> Problem:
    """Return the problem of a column that may say who has left, with the settings that answer it.

    `cell`, on `line`, is the first that looks so.
    """
    seen = "'...'" if "@" in cell else quoted(cell.strip())
    if not column_name(column.written):
        message = f"a column without a name looks as if it says who has left ({seen})"
        hint = "name it in the first line, for example: status"
    else:
        message = (
            f"the column {quoted(column.written)} looks as if it says who has left ({seen}),"
            " and is not understood"
        )
        is_text = column.role is Role.FIELD and answer(cell) not in GONE
        ways = (AS_FIELD if is_text else _LIKELY.get(column.role, "status"), IGNORED)
        first = "newsletter subscribers suppress ADDRESS, if so; then " if is_text else ""
        lines = two_lines(column.written, *ways)
        hint = f"{first}say in newsletter.toml how to read it, in one of two ways:\n{lines}"
    return Problem(message=message, file=shown, line=line, hint=hint)


_LIKELY = {Role.MAYBE_LEFT: "unsubscribed", Role.MAYBE_STAYS: "subscribed"}
"""The most likely meaning of a column that is not understood."""


def two_lines(written: str, *known: str) -> str:
    """Return the section and lines for newsletter.toml that say how to read a column."""
    key = _toml_text(written)
    return "\n".join([f"    {SECTION}", *(f"    {key} = {_toml_text(each)}" for each in known)])


def _toml_text(text: str) -> str:
    """Return a text in quotes, as TOML has it (TOML 1.0, String)."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{CONTROL.sub(_escaped, plain)}"'


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04X}"


def _columns(header: Sequence[str], answers: Mapping[str, str]) -> Iterator[Column]:
    taken = {ALIASES.get(column_name(cell), column_name(cell)) for cell in header}
    for cell in header:
        written, plain = cell.strip(), column_name(cell)
        answer = answers.get(plain) if plain else None
        if answer is None:
            role, known = meaning(written, plain)
            name = known if known is not None and plain in ALIASES else plain
            yield Column(written=written, name=name, role=role, known=known)
        elif answer in (AS_FIELD, IGNORED):
            name = plain if answer == AS_FIELD else ""
            yield Column(written=written, name=name, role=Role.FIELD, known=None, answered=True)
        else:
            role = KNOWN_ROLES.get(answer, Role.FIELD)
            # The editor says that it is about leaving, so any cell but "no" means: left.
            role = Role.LEFT_WHEN_OR_WHY if role is Role.UNSUBSCRIBED else role
            name = plain if answer in KNOWN_ROLES and answer in taken else answer
            taken.add(answer)
            yield Column(written=written, name=name, role=role, known=answer, answered=True)


def _require_one_email(table: Table, each: Sequence[Column]) -> None:
    found = [column.written for column in each if column.name == "email"]
    if len(found) > 1:
        lines = two_lines(found[-1], AS_FIELD)
        hint = "rename or remove all but the one that is mailed"
        raise fail(
            f"two columns have the same name: 'email' ({', '.join(map(quoted, found))})",
            file=table.shown,
            line=table.header_line,
            hint=f"{hint}, or say in newsletter.toml which one is only kept:\n{lines}"
            if len({column_name(cell) for cell in found}) > 1
            else hint,
        )
    if not found:
        names = [column.name for column in each]
        raise fail(
            f"no column is named 'email' (found: {_listed(table.header)})",
            file=table.shown,
            line=table.header_line,
            hint=_header_hint(table.header, names),
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
    """Return a problem that stops no other row."""
    return Problem(message=message, file=shown, line=line, hint=hint, level=Level.WARNING)
