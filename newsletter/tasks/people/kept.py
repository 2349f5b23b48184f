"""What is kept of a person, and where: gathered before an erasure, and shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from newsletter.audience.list.backup import backups_of, leftovers_of
from newsletter.audience.list.removal import Found, addresses_in, find_rows
from newsletter.audience.register.event import Event, Kind
from newsletter.audience.suppression.book import SuppressionBook
from newsletter.audience.suppression.erased_lines import find_lines
from newsletter.audience.suppression.record import FILE_NAME
from newsletter.audience.suppression.suppression import Suppression
from newsletter.basics.errors import NewsletterError, Problem
from newsletter.basics.files import resolved, shown
from newsletter.state.ledger import Ledger
from newsletter.state.values import Record
from newsletter.tasks.people.copies import copies, is_message
from newsletter.tasks.people.sought import Sought
from newsletter.tasks.people.traces import Traces, files_below
from newsletter.tasks.test_addresses import NAME, of_person
from newsletter.workspace import Workspace

_OF_A_LEDGER: Final = ("", "-wal", "-shm", ".unwritten")
"""Files beside the database, and itself: an erasure empties them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup of the list with rows of the person."""

    file: Path
    found: Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What there is of a person.

    `erased` is the suppression of their alias, None before an erasure; `is_unfinished` where one
    was interrupted. `copies` are ours to delete, `leftovers` were left by a killed command;
    `others` name the person and are the editor's own. `tested` are addresses that the desk
    remembers. `problems` are of backups that cannot be read.
    """

    who: Sought
    erased: Suppression | None
    is_unfinished: bool
    listed: Found
    backups: tuple[Backup, ...]
    recorded: Found
    events: Sequence[Event]
    deliveries: Sequence[tuple[str, Record]]
    tested: tuple[str, ...]
    copies: tuple[Path, ...]
    leftovers: tuple[Path, ...]
    others: tuple[Path, ...]
    problems: tuple[Problem, ...]

    @property
    def is_nothing(self) -> bool:
        """Whether an erasure would change nothing."""
        return not (
            self.is_unfinished
            or self.listed.lines
            or self.backups
            or self.recorded.lines
            or self.events
            or self.deliveries
            or self.tested
            or self.copies
            or self.leftovers
        )


def kept(workspace: Workspace, ledger: Ledger, book: SuppressionBook, who: Sought) -> Kept:
    """Gather what is kept of a person; nothing is changed.

    Raises NewsletterError where the list or `suppressions.csv` cannot be read: they may be in it.
    """
    listed, recorded = in_list(workspace, who), in_record(workspace, who)
    backups, problems = in_backups(workspace, who)
    who = _with_address(who, (listed, recorded, *(each.found for each in backups)))
    erased = book.of(who.alias)
    seen = ledger.people.history(who.alias)
    events = ledger.people.history(who.address) if who.address else ()
    deliveries = ledger.records.history(who.address) if who.address else ()
    names = set(listed.names).union(*(each.found.names for each in backups))
    if who.address is not None:
        names.update(ledger.people.names(who.address))
    traces = Traces(who.spellings(), names)
    own = copies(workspace, who.is_theirs, traces)
    left = leftovers(workspace, traces)
    return Kept(
        who=who,
        erased=erased,
        is_unfinished=any(each.kind is Kind.ERASE and bool(each.evidence) for each in seen),
        listed=listed,
        backups=backups,
        recorded=recorded,
        events=events,
        deliveries=deliveries,
        tested=of_person(workspace.state_folder, who.is_theirs),
        copies=own,
        leftovers=left,
        others=others(workspace, traces, {*own, *left}),
        problems=problems,
    )


def in_list(workspace: Workspace, who: Sought) -> Found:
    """Return the person's rows in the list."""
    return _rows(workspace, workspace.settings.subscribers_file, who)


def in_record(workspace: Workspace, who: Sought) -> Found:
    """Return the person's lines in `suppressions.csv`."""
    file = workspace.root / FILE_NAME
    return find_lines(file, shown=Path(FILE_NAME), is_theirs=who.is_theirs)


def in_backups(workspace: Workspace, who: Sought) -> tuple[tuple[Backup, ...], tuple[Problem, ...]]:
    """Return the backups of the list with rows of the person, and those that cannot be read."""
    found: list[Backup] = []
    problems: list[Problem] = []
    for file in backups_of(workspace.settings.subscribers_file):
        try:
            rows = _rows(workspace, file, who)
        except NewsletterError as error:
            problems.extend(error.problems)
        else:
            found += [Backup(file=file, found=rows)] if rows.lines else []
    return tuple(found), tuple(problems)


def leftovers(workspace: Workspace, traces: Traces) -> tuple[Path, ...]:
    """Return the files with traces of the person that a killed command left."""
    files = (
        workspace.settings.subscribers_file,
        workspace.root / FILE_NAME,
        workspace.state_folder / NAME,
    )
    return tuple(each for file in files for each in leftovers_of(file) if traces.are_in(each))


def others(workspace: Workspace, traces: Traces, ours: set[Path]) -> tuple[Path, ...]:
    """Return the files with traces that no command may change: the editor's own.

    Messages to other people are not read: there may be one for each reader.
    """
    database = workspace.settings.database
    ours = ours | {database.with_name(f"{database.name}{end}") for end in _OF_A_LEDGER}
    ours |= set(_tables(workspace))
    return tuple(
        file
        for file in files_below(workspace.root, ours)
        if ours.isdisjoint(file.parents) and not is_message(file) and traces.are_in(file)
    )


def mentions(workspace: Workspace, traces: Traces) -> tuple[Path, ...]:
    """Return the list, its backups and `suppressions.csv` where they have traces."""
    return tuple(file for file in _tables(workspace) if traces.are_in(file))


def _tables(workspace: Workspace) -> tuple[Path, ...]:
    file = workspace.settings.subscribers_file
    return resolved(file), resolved(workspace.root / FILE_NAME), *backups_of(file)


def _rows(workspace: Workspace, file: Path, who: Sought) -> Found:
    return find_rows(
        file,
        shown=shown(file, workspace.root),
        answers=workspace.settings.subscribers_columns,
        is_theirs=who.is_theirs,
    )


def _with_address(who: Sought, found: Sequence[Found]) -> Sought:
    """Return who is sought with their address, where only the alias was known and a row has it."""
    if who.address is not None:
        return who
    rows = (cells for each in found for _line, cells in each.rows)
    written = (address for cells in rows for cell in cells for address in addresses_in(cell))
    address = next((each for each in written if who.is_theirs(each.key)), None)
    return replace(who, address=address)
