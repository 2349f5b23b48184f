"""`suppressions.csv`: every suppression and restore, one line each, for people to read and keep.

    email,action,reason,source,at
    lee@example.com,suppress,unsubscribed,subscribers,2026-10-02T08:30:00+00:00

The program adds lines; only an erasure removes some. A spreadsheet may have rewritten the file, so
any encoding and separator is read, and a file of addresses alone. A line without a readable address
is an error, and no mailing goes out before it is mended: it may name somebody who left.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from newsletter.audience.list.cells import INVISIBLE
from newsletter.audience.list.columns import warning
from newsletter.audience.list.formulas import guard_formula, unguard_formula
from newsletter.audience.list.table import Table
from newsletter.audience.register.event import UNDATED, Event, Kind
from newsletter.audience.suppression.record_rows import COLUMNS, has_second_address, lost, rows_of
from newsletter.basics.address import BadAddress, parse_address
from newsletter.basics.errors import Level, NewsletterError, Problem
from newsletter.basics.files import keep_name, replace_bytes, write_bytes

FILE_NAME = "suppressions.csv"
BY_HAND = "suppressions.csv"
"""The source of a line that names none."""

_MODE = 0o600
_NO_REASON = "suppressed by hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The file's content: one event an address, and the problems of its lines.

    Where a problem is an error, a suppression may be missing: nothing must be sent.
    """

    events: tuple[Event, ...] = ()
    problems: tuple[Problem, ...] = ()

    def require_whole(self) -> None:
        """Raise NewsletterError with all errors, if there is one."""
        errors = [problem for problem in self.problems if problem.level is Level.ERROR]
        if errors:
            raise NewsletterError(*errors)


def read_record(file: Path, *, shown: Path) -> Recorded:
    """Read `suppressions.csv`; a missing file is an empty record.

    Raises NewsletterError where the file exists and holds no table.
    """
    if not _has_content(file):
        return Recorded()
    problems: list[Problem] = []
    latest: dict[str, Event] = {}
    with Table(file, shown=shown) as table:
        problems.extend(table.encoding_problems())
        names, rows = rows_of(table, problems)
        for line, cells in rows:
            if has_second_address(names, cells):
                problems.append(lost("a second address stands on this line", shown, line))
            event = _event(dict(zip(names, cells, strict=False)), shown, line, problems)
            if event is not None and _counts(event, latest.get(event.address.key)):
                latest[event.address.key] = event
    return Recorded(events=tuple(latest.values()), problems=tuple(problems))


def append_events(file: Path, events: Sequence[Event], *, shown: Path) -> None:
    """Add a line for each event, on the disk when this returns; makes the file (mode 0600).

    A file in another form is first rewritten in this one, with every cell kept. Raises
    NewsletterError or OSError where it could not be written.
    """
    names = _make_ready(file, shown)
    lines = map(_line, events)
    data = _csv([line.get(name, "") for name in names] for line in lines)
    (_append if len(events) == 1 else _append_by_rename)(file, data)


def _line(event: Event) -> dict[str, str]:
    return {
        "email": str(event.address),
        "action": (Kind.SUPPRESS if event.suppresses else Kind.RESTORE).value,
        "reason": event.reason,
        "source": event.source,
        "at": event.at.astimezone(UTC).isoformat(timespec="seconds"),
    }


def _has_content(file: Path) -> bool:
    return file.is_dir() or (file.exists() and file.stat().st_size > 0)


def _event(cells: dict[str, str], shown: Path, line: int, problems: list[Problem]) -> Event | None:
    values = {name: unguard_formula(cell.strip(INVISIBLE)) for name, cell in cells.items()}
    if not any(values.values()):
        return None
    try:
        address = parse_address(values.get("email", ""))
    except BadAddress as error:
        problems.append(lost(f"this is no email address: {error}", shown, line))
        return None
    kind = _kind(values.get("action", ""), shown, line, problems)
    written = values.get("at", "")
    at = _time(written)
    if at is None and kind is Kind.RESTORE:
        problems.append(
            warning(
                "a restore needs a readable date; the address stays suppressed",
                shown,
                line,
                "restore it with: newsletter subscribers restore ADDRESS --reason TEXT",
            )
        )
        return None
    if at is None and written:
        problems.append(
            warning(f"unreadable date '{written[:40]}': suppressed whenever it was", shown, line)
        )
    return Event(
        address=address,
        kind=kind,
        reason=values.get("reason") or _NO_REASON,
        source=values.get("source") or BY_HAND,
        at=at or UNDATED,
    )


def _counts(event: Event, known: Event | None) -> bool:
    """Return whether an event replaces the one known from the lines above it.

    The later time counts, and of equal times the suppression. An event without a date replaces
    those above it and is replaced by those below.
    """
    if known is None or UNDATED in (event.at, known.at):
        return True
    return event.at > known.at or (event.at == known.at and event.suppresses)


def _kind(written: str, shown: Path, line: int, problems: list[Problem]) -> Kind:
    action = written.casefold() or Kind.SUPPRESS
    if action not in (Kind.SUPPRESS, Kind.RESTORE):
        problems.append(
            warning(f"unknown action '{written[:40]}': taken as 'suppress'", shown, line)
        )
        return Kind.SUPPRESS
    return Kind(action)


def _time(written: str) -> datetime | None:
    """Return an ISO time; without a zone it is UTC, without a time the day's beginning."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    if len(written) == len("2026-10-02"):
        found = datetime.combine(date.fromisoformat(written), time())
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def _make_ready(file: Path, shown: Path) -> tuple[str, ...]:
    """Rewrite the file if lines cannot be added to it; return its columns in order."""
    if not _has_content(file):
        _append(file, _csv([COLUMNS]))
        return COLUMNS
    with Table(file, shown=shown) as table:
        problems: list[Problem] = []
        names, rows = rows_of(table, problems)
        ours = table.encoding == "utf-8-sig" and table.strange_line is None
        if ours and table.delimiter == "," and set(COLUMNS) <= set(names):
            return names
        if problems:
            raise NewsletterError(*problems)
        missing = tuple(name for name in COLUMNS if name not in names)
        kept = [name or f"column_{number}" for number, name in enumerate(names, start=1)]
        header = (*kept, *missing)
        body = [_widened(cells, len(header)) for _line, cells in rows]
    if problems:
        raise NewsletterError(*problems)
    write_bytes(file, _csv([header, *body]), mode=_MODE)
    return header


def _widened(cells: Sequence[str], width: int) -> list[str]:
    return [*map(unguard_formula, cells), *[""] * (width - len(cells))]


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow([guard_formula(" ".join(cell.split())) for cell in row])
    return text.getvalue().encode("utf-8")


def _append_by_rename(file: Path, data: bytes) -> None:
    """Add bytes as lines of their own, all or none: a kill may cut a long write(2) within a line.

    Where another program adds a line meanwhile, its content is read again.
    """
    is_written = False
    while not is_written:
        old = file.read_bytes()
        gap = b"" if not old or old.endswith((b"\n", b"\r")) else b"\n"
        is_written = replace_bytes(file, old, old + gap + data)
    keep_name(file.parent)


def _append(file: Path, data: bytes) -> None:
    """Add bytes as lines of their own, in one write, and wait for the disk."""
    handle = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, _MODE)
    try:
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) not in (b"\n", b"\r"):
            data = b"\n" + data
        written = os.write(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)
    if written != len(data):
        raise OSError(None, "the disk is full: a line was written in part", str(file))
    keep_name(file.parent)
