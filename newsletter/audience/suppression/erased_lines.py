"""The lines of a person in `suppressions.csv`, and the line that stands for them once erased."""

from __future__ import annotations

from pathlib import Path

from newsletter.audience.list.removal import Finder, Found, IsTheirs
from newsletter.audience.list.table import Table
from newsletter.audience.register.event import Event
from newsletter.audience.suppression.record import append_events, read_record
from newsletter.audience.suppression.record_rows import rows_of
from newsletter.audience.suppression.suppression import in_force
from newsletter.basics.errors import Problem


def find_lines(file: Path, *, shown: Path, is_theirs: IsTheirs) -> Found:
    """Return the lines of a person; of a file that is missing or empty, none.

    Raises NewsletterError where a line cannot be read: it may be theirs.
    """
    if not file.exists() or not file.stat().st_size:
        return Found()
    read_record(file, shown=shown).require_whole()
    problems: list[Problem] = []
    with Table(file, shown=shown) as table:
        names, rows = rows_of(table, problems)
        finder = Finder(is_theirs)
        finder.read(rows, names.index("email"))
        return finder.found(table)


def add_alias(file: Path, erased: Event, *, shown: Path) -> None:
    """Add the line of an alias, if the file does not suppress it. Raises OSError."""
    held = in_force(read_record(file, shown=shown).events)
    if erased.address.key not in held:
        append_events(file, [erased], shown=shown)
