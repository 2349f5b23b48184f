"""The rows of an export: who each is about, whether they left, and what they agreed to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from newsletter.audience.list.basis import Basis
from newsletter.audience.list.cells import GONE, Says, answer, gone_in_a_status, plainly_gone
from newsletter.audience.list.columns import quoted
from newsletter.audience.list.gates import IN_THE_LIST, NOT_UNDERSTOOD, SAID
from newsletter.audience.list.listfile import LONGEST_NAME, Member, RowReader
from newsletter.audience.list.table import column_name
from newsletter.audience.moving.dates import is_empty, moment
from newsletter.audience.moving.exports import CSV
from newsletter.audience.moving.source import NAMED_LEFT, Source
from newsletter.audience.register.consent import Consent
from newsletter.basics.address import Address
from newsletter.basics.errors import Problem, shortened

LEAVING = frozenset({Says.UNSUBSCRIBED, Says.BOUNCED, Says.COMPLAINED, Says.BLOCKED})
"""What a suppression follows from; who never confirmed is only not added."""
SAYS: Mapping[str, Says] = {reason: says for says, reason in SAID.items()}
"""What a gate's reason says."""

_LONGEST_REASON = 120
_DIGITS = re.compile(r"\d\D?\d")
"""A cell with these is meant as a time; `yes` and `1` are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """How and when somebody left there; `at` is None where the export has no readable time."""

    address: Address
    says: Says
    reason: str
    at: datetime | None
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A row with an address. `barred` is why they are not added, though they did not leave.

    `fields` are those of the list, none of who left; `strange` are the cells that should be a time
    and are none.
    """

    address: Address
    line: int
    fields: Mapping[str, str]
    left: Left | None
    barred: str | None
    consent: Consent | None
    strange: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unusable:
    """A row that cannot be read, and why."""

    line: int
    reason: str


class Rows:
    """Iterates the rows of a source; each iteration reads the file anew.

    `now` is the latest time that is believed. An IP address is kept only with `keeps_ip`.
    """

    def __init__(self, source: Source, *, now: datetime, keeps_ip: bool) -> None:
        self._source = source
        self._export = source.export
        self._now = now
        self._keeps_ip = keeps_ip
        self._problems: list[Problem] = []
        self._reader = RowReader(
            source.columns,
            source.gates,
            shown=source.shown,
            report=self._problems.append,
        )

    def __iter__(self) -> Iterator[Person | Unusable]:
        torn: list[Problem] = []
        table = self._source.table
        for line, cells in table.rows(torn.append):
            yield from _drained(torn)
            self._problems.clear()
            member = self._reader.read(line, cells, table.padded)
            if member is None:
                yield _unusable(self._problems[-1])
            else:
                yield self._person(member)
        yield from _drained(torn)

    def _person(self, member: Member) -> Person:
        fields = member.subscriber.fields
        strange: list[str] = []
        says = self._says(member, fields)
        left = self._left(member, says, strange) if says in LEAVING else None
        return Person(
            address=member.subscriber.address,
            line=member.line,
            fields={} if left else self._for_the_list(fields),
            left=left,
            barred=self._barred(member, says),
            consent=None if left else self._consent(fields, strange),
            strange=tuple(strange),
        )

    def _barred(self, member: Member, says: Says | None) -> str | None:
        """Return why they are not added, by their row, by what is in its JSON, or by the file."""
        if member.excluded is not None:
            return member.excluded
        if says is not None and says in GONE:
            return SAID[says]
        if self._source.is_named_left:
            return NAMED_LEFT
        fields = member.subscriber.fields
        found = (each for each in self._export.json if _may_say_left(self._cell(fields, each)))
        column = next(found, None)
        return f"{NOT_UNDERSTOOD} ({quoted(column)}) may say that they left" if column else None

    def _cell(self, fields: Mapping[str, str], column: str) -> str:
        """Return the cell of a column by its squeezed name, or ""."""
        return fields.get(self._source.fields.get(column, ""), "")

    def _says(self, member: Member, fields: Mapping[str, str]) -> Says | None:
        """Return what a row says of leaving: by its file, its columns, or its status there."""
        says = self._export.all_left or SAYS.get(member.excluded or "")
        for column in () if says in LEAVING else self._export.status:
            says = gone_in_a_status(self._cell(fields, column)) or says
        return says

    def _left(self, member: Member, says: Says, strange: list[str]) -> Left:
        fields = member.subscriber.fields
        times = (self._time(fields, column, strange) for column in self._export.left_at)
        return Left(
            address=member.subscriber.address,
            says=says,
            reason=self._reason(says, fields),
            at=next((each for each in times if each is not None), None),
            file=self._source.name,
            line=member.line,
        )

    def _reason(self, says: Says, fields: Mapping[str, str]) -> str:
        """Return why in words: `unsubscribed at Mailchimp: no longer interested`."""
        export = self._export
        told = [cell for column in export.why if (cell := self._cell(fields, column))]
        words = " ".join(" ".join(told).split())
        if len(told) > 1 and told[0].casefold() == "other":
            words = " ".join(told[1].split())
        words = words or export.because
        plain = f"{export.word or says.value} {_at(self._source)}"
        return f"{plain}: {shortened(words, _LONGEST_REASON)}" if words else plain

    def _time(self, fields: Mapping[str, str], column: str, strange: list[str]) -> datetime | None:
        cell = self._cell(fields, column)
        if is_empty(cell):
            return None
        found = moment(cell, self._now)
        if found is None and _DIGITS.search(cell):
            strange.append(cell)
        return found

    def _consent(self, fields: Mapping[str, str], strange: list[str]) -> Consent | None:
        """Return what is known of their consent: by the list's columns, or by the tool's."""
        if fields.get("consent") or fields.get("consent_date") or fields.get("consent_source"):
            return self._consent_in_words(fields, strange)
        for column, ip in self._export.agreed:
            at = self._time(fields, column, strange)
            if at is not None:
                return Consent(
                    basis=self._export.basis,
                    source=source_of(self._source),
                    at=at,
                    ip=self._cell(fields, ip) if self._keeps_ip else "",
                )
        return None

    def _consent_in_words(self, fields: Mapping[str, str], strange: list[str]) -> Consent:
        told = fields.get("consent", "").casefold()
        bases = (Basis.EXPRESS, Basis.IMPLIED, Basis.CHARITY_SOFT_OPT_IN)
        return Consent(
            basis=Basis(told) if told in bases else Basis.UNKNOWN,
            source=fields.get("consent_source") or source_of(self._source),
            at=self._time(fields, "consentdate", strange),
            expires=_day(fields.get("consent_expires", "")),
        )

    def _for_the_list(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Return a row's fields with its tags as a list has them, and what is in its JSON."""
        found = dict(fields)
        for column in self._export.json:
            for name, value in _in_json(self._cell(fields, column)):
                found.setdefault(name, value)
        for column in self._export.tags:
            if cell := self._cell(fields, column):
                found["tags"] = tags_of(cell)
        return found


def source_of(source: Source) -> str:
    """Return where an imported consent comes from: the tool, or the file."""
    return source.name if source.export.tool == CSV else source.export.tool


def _at(source: Source) -> str:
    return f"in {source.name}" if source.export.tool == CSV else f"at {source.export.tool}"


def tags_of(cell: str) -> str:
    """Return tags, separated by commas and perhaps in quotes each, as a list has topics."""
    return ";".join(tag for each in cell.split(",") if (tag := each.strip(' "')))


def plain_reason(barred: str) -> str:
    """Return why somebody is not added, without the name of our own list's gate."""
    return barred.removesuffix(f" {IN_THE_LIST}")


def _drained(torn: list[Problem]) -> Iterator[Unusable]:
    yield from map(_unusable, torn)
    torn.clear()


def _unusable(problem: Problem) -> Unusable:
    reason = problem.message
    for end in ("; the row was left out", "; it was left out"):
        reason = reason.removesuffix(end)
    return Unusable(problem.line or 0, reason)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _may_say_left(cell: str) -> bool:
    """Return whether a value of a JSON object says so, or a yes or a date of such a name does."""
    return any(
        plainly_gone(value) or (plainly_gone(name) and answer(value) in (Says.YES, Says.DATE))
        for name, value in _in_json(cell)
    )


def _in_json(cell: str) -> Iterator[tuple[str, str]]:
    """Yield the plain values of a JSON object by the names that columns have; else nothing."""
    try:
        found = json.loads(cell) if cell.startswith("{") else {}
    except (ValueError, RecursionError):
        return
    for key, value in found.items():
        if isinstance(value, str | int | float) and (name := column_name(key)):
            text = " ".join(str(value).split())
            if text.isprintable() and len(text) <= LONGEST_NAME:
                yield name, text
