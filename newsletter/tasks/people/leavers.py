"""Who left at another tool, over all files of an import: leaving wins in any order of the rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from newsletter.audience.list.cells import Says
from newsletter.audience.list.columns import quoted
from newsletter.audience.list.gates import NOT_UNDERSTOOD
from newsletter.audience.list.survey import Survey
from newsletter.audience.list.table import Table
from newsletter.audience.moving.rows import LEAVING, SAYS, Left, Rows, Unusable
from newsletter.audience.moving.source import Source
from newsletter.audience.register.event import Event, Kind
from newsletter.audience.suppression.book import SuppressionBook

SOURCE = "import"
BROKEN = "a row that cannot be read, or a cell about something else, may say that they left"
LEFT_ELSEWHERE = "a table that was passed over says that they left"
_KINDS = {Says.UNSUBSCRIBED: Kind.UNSUBSCRIBE, Says.COMPLAINED: Kind.COMPLAINT}


@dataclass(frozen=True, slots=True)
class Leavers:
    """Who left there, by `Address.key`, and who is barred for another reason, with that reason."""

    left: dict[str, Left]
    barred: dict[str, str]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What is here of those who left there, by `Address.key`: `new` are suppressed by this import.

    `back` came back here after that, so it does not count.
    """

    new: frozenset[str]
    back: frozenset[str]


def find_leavers(
    sources: Iterable[tuple[Source, Rows]], strangers: Iterable[tuple[Source, Rows]]
) -> Leavers:
    """Read all files once, and those again in which somebody left, for the time.

    Who left by a stranger's table is barred: it may be older than what the lists say.
    """
    found = Leavers({}, {})
    for source, rows in sources:
        stops = _survey(source, found) or source.is_named_left
        if stops or source.export.all_left or source.export.status or source.export.json:
            for row in rows:
                if isinstance(row, Unusable):
                    continue
                key = row.address.key
                if row.left is not None:
                    found.left[key] = _later(found.left.get(key), row.left)
                elif row.barred is not None:
                    found.barred.setdefault(key, row.barred)
    for source, rows in strangers:
        for row in rows if source.gates or source.is_named_left else ():
            if not isinstance(row, Unusable) and (row.left is not None or row.barred is not None):
                found.barred.setdefault(row.address.key, f"{LEFT_ELSEWHERE} ({source.name})")
    return found


def judge(leavers: Leavers, book: SuppressionBook) -> Verdicts:
    """Return what each leaving means here. Without a time, any later word of theirs here wins."""
    new: set[str] = set()
    back: set[str] = set()
    for key, left in leavers.left.items():
        if book.of(left.address) is not None:
            continue
        if _came_back(left, book.lifted_at(left.address)):
            back.add(key)
        else:
            new.add(key)
    return Verdicts(frozenset(new), frozenset(back))


def events_of(leavers: Leavers, verdicts: Verdicts, now: datetime) -> Iterator[Event]:
    """Yield the events of all who stay suppressed, for the record that lacks it."""
    for key, left in leavers.left.items():
        if key not in verdicts.back:
            yield _event(left, now)


def _came_back(left: Left, lifted: datetime | None) -> bool:
    return lifted is not None and (left.at is None or lifted > left.at)


def _survey(source: Source, found: Leavers) -> bool:
    """Note whom any row of a file excludes; return whether one does."""
    if not isinstance(source.table, Table):
        return False
    survey = Survey(source.columns, source.gates)
    survey.read(source.table)
    for key, reason in survey.barred.items():
        found.barred.setdefault(key, _in_words(reason, survey, source))
    return survey.has_stopped


def _in_words(reason: str, survey: Survey, source: Source) -> str:
    """Return why somebody is not added, with the columns that it is about where it names none.

    A row that is not read whole suppresses nobody: its cells may be another's.
    """
    if SAYS.get(reason) in LEAVING:
        return BROKEN
    if reason != NOT_UNDERSTOOD:
        return reason
    columns = (quoted(source.columns.each[at].written) for at in sorted(survey.signs))
    return f"{reason} ({', '.join(columns)}) may say that they left"


def _later(known: Left | None, left: Left) -> Left:
    """Return the later one of two; one with a time rather than one without."""
    if known is None:
        return left
    if left.at is None or (known.at is not None and known.at >= left.at):
        return known
    return left


def _event(left: Left, now: datetime) -> Event:
    return Event(
        address=left.address,
        kind=_KINDS.get(left.says, Kind.SUPPRESS),
        reason=left.reason,
        source=SOURCE,
        at=left.at or now,
        evidence={"file": left.file, "line": left.line},
    )


def rows_of(
    sources: Iterable[Source], *, now: datetime, keeps_ip: bool
) -> Iterator[tuple[Source, Rows]]:
    """Yield each source with its rows."""
    for source in sources:
        yield source, Rows(source, now=now, keeps_ip=keeps_ip)
