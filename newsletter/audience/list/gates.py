"""The columns of a list that say who must not be mailed, each as a gate for its cells.

Compiled by mypyc.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Final

from newsletter.audience.list.cells import (
    GONE,
    INVISIBLE,
    Says,
    answer,
    gone_in_a_status,
    plain,
    plainly_gone,
)
from newsletter.audience.list.column_names import Role
from newsletter.audience.list.columns import Column, Columns, quoted

IN_THE_LIST = "in the list"
UNSUBSCRIBED = f"unsubscribed {IN_THE_LIST}"
NO_CONSENT = f"no consent {IN_THE_LIST}"
EXPIRED = "consent expired"
UNKNOWN_STATUS = "unknown status"
UNKNOWN_VALUE = "unknown value"
UNREADABLE_EXPIRY = "unreadable consent_expires"
NOT_UNDERSTOOD = "a column that is not understood"

SAID: Final = {says: f"{says.value} {IN_THE_LIST}" for says in GONE}
"""The reason for each word that excludes a reader."""

_MOST_CLEAR: Final = 2_000
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_BY_NAME = (
    (Says.BOUNCED, re.compile(r"bounc|clean|undeliver|unzustell|rebot|invalid")),
    (Says.COMPLAINED, re.compile(r"complain|spam")),
    (Says.BLOCKED, re.compile(r"black|block|suppress|quarantin|liste noire|lista negra")),
)

Judge = Callable[[str], str | None]
"""Returns why the reader of a cell must not be mailed, or None."""


class Gate:
    """One such column, at the index `at`.

    `asks`: the column is not understood, and the check asks the editor for its meaning.
    """

    def __init__(self, at: int, judge: Judge, *, asks: bool) -> None:
        self.at: Final = at
        self.asks: Final = asks
        self.clear: Final[set[str]] = {""} if judge("") is None else set()
        """A cache of cells that stop nobody; nearly every cell is one of a few."""
        self._judge = judge

    def stops(self, cell: str) -> str | None:
        """Return why the reader of a cell must not be mailed, or None."""
        reason = self._judge(cell)
        if reason is None and len(self.clear) < _MOST_CLEAR:
            self.clear.add(cell)
        return reason


def gates_of(columns: Columns, today: date) -> list[Gate]:
    """Return the gates of a list, those that ask at the end."""
    gates = [
        Gate(at, judge, asks=column.role in _ASKING)
        for at, column in enumerate(columns.each)
        if (judge := _judge_of(column, today)) is not None
    ]
    return sorted(gates, key=lambda gate: gate.asks)


def first_stop(gates: Sequence[Gate], cells: Sequence[str]) -> str | None:
    """Return why a row's own columns say that its reader must not be mailed, or None."""
    for gate in gates:
        cell = cells[gate.at]
        if cell not in gate.clear:
            reason = gate.stops(cell)
            if reason is not None:
                return reason
    return None


_ASKING = frozenset({Role.MAYBE_STATUS, Role.MAYBE_LEFT, Role.MAYBE_STAYS})


def _judge_of(column: Column, today: date) -> Judge | None:
    judge: Judge | None = None
    match column.role:
        case Role.FIELD:
            pass
        case Role.STATUS:
            judge = _status
        case Role.UNSUBSCRIBED | Role.LEFT_WHEN_OR_WHY:
            is_text = column.role is Role.LEFT_WHEN_OR_WHY
            judge = partial(_left, column.written, _reason_of(column.written), is_text)
        case Role.SUBSCRIBED:
            judge = partial(_stays, column.written)
        case Role.CONSENT:
            judge = _consent
        case Role.EXPIRES:
            judge = partial(_expiry, today)
        case Role.MAYBE_STATUS | Role.MAYBE_LEFT | Role.MAYBE_STAYS:
            judge = partial(_maybe, column.role)
    return judge


def _reason_of(written: str) -> str:
    name = plain(written)
    found = (says for says, pattern in _BY_NAME if pattern.search(name))
    return SAID[next(found, Says.UNSUBSCRIBED)]


def _status(cell: str) -> str | None:
    cell = cell.strip(INVISIBLE)
    if not cell:
        return None
    said = answer(cell)
    if said is Says.MAILED:
        return None
    gone = said if said in GONE else plainly_gone(cell)
    return SAID[gone] if gone is not None else f"{UNKNOWN_STATUS} {quoted(cell)}"


def _left(written: str, reason: str, is_text: bool, cell: str) -> str | None:  # noqa: FBT001
    said = answer(cell)
    if said in (Says.NOTHING, Says.NO, Says.MAILED):
        return None
    if is_text or said in (Says.YES, Says.DATE):
        return reason
    return SAID[said] if said in GONE else _unknown(written, cell)


def _stays(written: str, cell: str) -> str | None:
    said = answer(cell)
    if said in (Says.YES, Says.DATE, Says.MAILED):
        return None
    if said is Says.NO:
        return UNSUBSCRIBED
    return SAID[said] if said in GONE else _unknown(written, cell)


def _unknown(written: str, cell: str) -> str:
    value = "'...'" if "@" in cell else quoted(cell.strip(INVISIBLE))
    return f"{UNKNOWN_VALUE} {value} of {quoted(written)}"


def _consent(cell: str) -> str | None:
    said = answer(cell)
    return NO_CONSENT if said is Says.NO or said in GONE else None


def _expiry(today: date, cell: str) -> str | None:
    """Return why a consent is over; on its last day it still holds."""
    cell = cell.strip(INVISIBLE)
    if not cell:
        return None
    try:
        if not _DATE.fullmatch(cell):
            raise ValueError  # noqa: TRY301 - fromisoformat also takes 20260101 and 2026-W01-1
        last = date.fromisoformat(cell)
    except ValueError:
        return f"{UNREADABLE_EXPIRY} {quoted(cell)}"
    return f"{EXPIRED} on {last.isoformat()}" if last < today else None


def _maybe(role: Role, cell: str) -> str | None:
    said = answer(cell)
    if role is Role.MAYBE_LEFT:
        is_sign = said not in (Says.NOTHING, Says.NO, Says.MAILED)
    elif said is Says.NO:
        is_sign = role is Role.MAYBE_STAYS
    else:
        is_sign = gone_in_a_status(cell) is not None
    return NOT_UNDERSTOOD if is_sign else None
