"""The files of an import, opened: of each the tool it comes from, and its rows."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from newsletter.audience.list.cells import plain, plainly_gone
from newsletter.audience.list.column_names import Role, meaning
from newsletter.audience.list.columns import Answers, Columns, read_columns
from newsletter.audience.list.gates import Gate, gates_of
from newsletter.audience.list.table import Table, column_name
from newsletter.audience.moving.exports import CSV, MEMBERS, SUBSTACK, Export, recognise, squeezed
from newsletter.audience.moving.lines import COLUMNS, Lines
from newsletter.audience.moving.zipped import is_zip, members_of
from newsletter.basics.errors import Level, NewsletterError, Problem
from newsletter.settings.values import AS_FIELD

NAMED_LEFT = "the file's name says that they left, and no column does"
_SUPPRESS_OR_RENAME = (
    "add a column 'status' with 'unsubscribed' in each row; or, if they did not leave, rename it"
)
_LEFT = frozenset(
    {"cleaned", "bounced", "complaints", "complained", "suppressed", "suppression", "suppressions"}
    | {"blocked", "unconfirmed", "pending"}
)
"""Words in the names of such files, besides those that mean so everywhere."""
_LEAVING = frozenset({Role.UNSUBSCRIBED, Role.LEFT_WHEN_OR_WHY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file that is read: `name` without its folder, as records keep it; `shown` as it was given.

    `fields` maps a squeezed column name to the name that a row's fields have it under.
    `is_named_left`: no tool is known by the file, and its name says that who is in it left.
    """

    name: str
    shown: Path
    export: Export
    table: Table | Lines
    columns: Columns
    gates: list[Gate]
    fields: Mapping[str, str]
    is_named_left: bool


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file in a ZIP that is not read, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Opened:
    """What an import reads, and what it does not; `warnings` are about encodings and names.

    Of `strangers`, which are among those passed over, only who left counts: nobody is added. Those
    of Substack are none: `posts/ID.delivers.csv` says of who got a post only whether they paid.
    """

    sources: Sequence[Source]
    strangers: Sequence[Source]
    passed_over: Sequence[PassedOver]
    warnings: Sequence[Problem]


@contextlib.contextmanager
def opened_sources(files: Sequence[Path], *, today: date, answers: Answers) -> Iterator[Opened]:
    """Open files and those in ZIPs, in this order.

    `answers` say how columns are read that are not understood; those of a tool that is recognised
    mean what they mean there. Raises NewsletterError with all files that cannot be read.
    """
    problems: list[Problem] = []
    found: list[Source] = []
    strangers: list[Source] = []
    passed: list[PassedOver] = []
    with contextlib.ExitStack() as stack:
        for file in files:
            try:
                sources, over = _in_file(file, stack, today, answers)
                known, strange = _without_strangers(sources)
                found += known
                strangers += () if known[0].export.tool == SUBSTACK else strange
                passed += over
                passed += (PassedOver(str(each.shown), _why_not(known)) for each in strange)
            except NewsletterError as error:
                problems.extend(error.problems)
        if problems:
            raise NewsletterError(*problems)
        yield Opened(
            found, strangers, passed, [problem for each in found for problem in _warnings(each)]
        )


def _warnings(source: Source) -> Iterator[Problem]:
    if isinstance(source.table, Table):
        yield from source.table.encoding_problems()
    if source.is_named_left and not source.gates:
        yield Problem(
            message=NAMED_LEFT, file=source.shown, level=Level.WARNING, hint=_SUPPRESS_OR_RENAME
        )


def _in_file(
    file: Path, stack: contextlib.ExitStack, today: date, answers: Answers
) -> tuple[list[Source], list[PassedOver]]:
    if not is_zip(file):
        return [_source(file, file.name, file, stack, today, answers)], []
    found: list[Source] = []
    passed: list[PassedOver] = []
    for member in members_of(file):
        shown = Path(f"{file}: {member.name}")
        if member.octets is None:
            passed.append(PassedOver(str(shown), member.passed_over))
            continue
        stack.callback(member.octets.close)
        name = f"{file.name}: {member.name}"
        try:
            found.append(_source(member.octets, name, shown, stack, today, answers))
        except NewsletterError as error:
            passed.append(PassedOver(str(shown), error.problems[0].message))
    if not found:
        what = "the ZIP holds no list"
        hint = "a list is a CSV file with a column of addresses"
        raise NewsletterError(Problem(message=what, file=file, hint=hint))
    return found, passed


def _without_strangers(sources: list[Source]) -> tuple[list[Source], list[Source]]:
    """Return the lists of a file, and the tables that no tool is known by beside one that is."""
    known = [each for each in sources if each.export.tool != CSV]
    return (
        (known, [each for each in sources if each.export.tool == CSV]) if known else (sources, [])
    )


def _why_not(known: list[Source]) -> str:
    return f"no list of {known[0].export.tool}"


def _source(
    file: Path | BinaryIO,
    name: str,
    shown: Path,
    stack: contextlib.ExitStack,
    today: date,
    answers: Answers,
) -> Source:
    """Open one file. Raises NewsletterError for one without a column of addresses."""
    lines = Lines(file, shown=shown)
    stack.callback(lines.close)
    if lines.begins_with_a_member():
        return Source(
            name=name,
            shown=shown,
            export=MEMBERS,
            table=lines,
            columns=COLUMNS,
            gates=[],
            fields={},
            is_named_left=says_left(name),
        )
    lines.close()
    table = Table(file, shown=shown)
    stack.callback(table.close)
    export = recognise(table.header)
    columns = read_columns(table, _ignore, _answers(table, export, answers))
    return Source(
        name=name,
        shown=shown,
        export=_with_days_of_leaving(export, columns),
        table=table,
        columns=columns,
        gates=gates_of(columns, today),
        fields={squeezed(each.written): each.name for each in columns.each if each.name},
        is_named_left=export.tool == CSV and says_left(name),
    )


def says_left(name: str) -> bool:
    """Return whether a file's name is one under which tools export who left: `cleaned.csv`."""
    said = plain(PurePosixPath(name.replace("\\", "/")).stem)
    return plainly_gone(said) is not None or not _LEFT.isdisjoint(said.split())


def _with_days_of_leaving(export: Export, columns: Columns) -> Export:
    """Return an export that no tool is known by, with all columns of when somebody left."""
    if export.tool != CSV:
        return export
    found = (squeezed(each.written) for each in columns.each if each.role in _LEAVING)
    more = (each for each in found if each not in (*export.left_at, *export.why))
    return replace(export, left_at=(*export.left_at, *more))


def _answers(table: Table, export: Export, answers: Answers) -> Answers:
    """Return how columns are read: a recognised tool's own are not what the list's are."""
    own = {*export.status, *export.json}
    told = {cell: AS_FIELD for cell in table.header if squeezed(cell) in own}
    if export.tool != CSV:
        answers = {
            cell: as_
            for cell, as_ in answers.items()
            if meaning(cell, column_name(cell))[1] is None and squeezed(cell) not in own
        }
    return {**answers, **told}


def _ignore(_problem: Problem) -> None:
    """Take no notice: a column without a name is not read, and nothing follows from it."""
