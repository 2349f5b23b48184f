"""Rows of the ledger's tables as values, and values as rows.

Compiled by mypyc.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from json.encoder import encode_basestring
from typing import Any, Final

from newsletter.audience.list.listfile import Member
from newsletter.basics.address import Address, parse_address
from newsletter.basics.outcome import State, Verdict
from newsletter.state.values import Delivery, Record, Settlement

DELIVERY: Final = "id, address, name, fields, message_token, attempts, first_deferred_at"

INCOMING: Final = ("key", "address", "name", "fields", "message_token", "excluded")

RECORD: Final = "id, mailing, address, state, code, enhanced, text, attempts, at, message_token"


def incoming_rows(
    members: Iterable[tuple[Member, str]], fields: Sequence[str], most: int
) -> Iterator[list[str]]:
    """Yield the values of the columns INCOMING, those of up to so many rows in one list.

    Of a reader's fields only the given ones are kept: those that the content uses.
    """
    names = [(name, f"{encode_basestring(name)}: ") for name in fields]
    values: list[str] = []
    full = most * len(INCOMING)
    for member, token in members:
        who = member.subscriber
        address = who.address
        values += (
            address.key,
            f"{address.local}@{address.domain}",
            who.name,
            _object(who.fields, names),
            token,
            member.excluded or "",  # the null that it stands for would take long to bind
        )
        if len(values) == full:
            yield values
            values = []
    if values:
        yield values


def _object(values: dict[str, str], names: list[tuple[str, str]]) -> str:
    """Return a JSON object of texts; json.dumps takes five times as long."""
    inside = ""
    for name, before in names:
        value = values.get(name)
        if value:
            pair = before + encode_basestring(value)
            inside = f"{inside}, {pair}" if inside else pair
    return f"{{{inside}}}"


def accepted_rows(settlements: list[Settlement]) -> list[tuple[object, ...]]:
    """Return the parameters of the UPDATE that settles the accepted ones of some deliveries.

    Those whose ids follow each other and who were accepted at the same time share a row. A server
    says something else to each (the number in its queue), so its words stand side by side, as
    octets, all as wide as the longest.
    """
    accepted = {each.delivery: each for each in settlements if each.state is State.ACCEPTED}
    rows: list[tuple[object, ...]] = []
    for ids in runs(list(accepted)):
        some: list[Settlement] = []
        for number in ids:
            each = accepted[number]
            if some and not _alike(some[0], each):
                rows.append(_side_by_side(some))
                some = []
            some.append(each)
        rows.append(_side_by_side(some))
    return rows


def _alike(one: Settlement, other: Settlement) -> bool:
    first, second = one.outcome, other.outcome
    same = first.code == second.code and first.enhanced == second.enhanced
    return same and one.at == other.at


def _side_by_side(some: list[Settlement]) -> tuple[object, ...]:
    words = [each.outcome.text.encode() for each in some]
    width = max([1, *[len(each) for each in words]])  # SQLite makes NULL of no octets
    joined = b"".join([each.ljust(width) for each in words])
    first, outcome = some[0].delivery, some[0].outcome
    return (
        outcome.code,
        outcome.enhanced,
        some[0].at,
        joined,
        first,
        width,
        width,
        first,
        some[-1].delivery,
    )


def runs(numbers: list[int]) -> list[list[int]]:
    """Return numbers, each once, in runs of those that follow each other: 3 1 2 7 are 1 2 3, 7."""
    found: list[list[int]] = []
    last = -1
    for each in sorted(set(numbers)):
        if each != last + 1 or not found:
            found.append([])
        found[-1].append(each)
        last = each
    return found


def settled_row(each: Settlement) -> tuple[object, ...]:
    """Return the parameters of the UPDATE that settles any other delivery."""
    said = each.outcome
    return (
        each.state.value,
        said.code,
        said.enhanced,
        said.text,
        each.at,
        each.due,
        0 if said.verdict is Verdict.UNTOUCHED else 1,
        each.at if each.state is State.DEFERRED else None,
        each.delivery,
        each.state.value,
    )


def attempt_row(each: Settlement) -> tuple[object, ...]:
    """Return a row of `attempts`."""
    outcome = each.outcome
    return (
        each.delivery,
        each.at,
        each.state.value,
        outcome.phase.value,
        outcome.code,
        outcome.enhanced,
        outcome.text,
    )


def deliveries_of(rows: list[tuple[Any, ...]]) -> list[Delivery]:
    """Return the values of rows of the columns DELIVERY."""
    return [delivery_of(row) for row in rows]


def delivery_of(row: tuple[Any, ...]) -> Delivery:
    """Return the value of a row of the columns DELIVERY."""
    return Delivery(row[0], address_of(row[1]), row[2], _fields(row[3]), row[4], row[5], row[6])


def _fields(text: str) -> dict[str, str]:
    """Return a JSON object of texts as a dictionary.

    Where nothing is escaped every quote ends a name or a value; that takes a third of the time.
    """
    if text == "{}":
        return {}
    if "\\" in text:
        whole: dict[str, str] = json.loads(text)
        return whole
    parts = text.split('"')
    return {parts[at]: parts[at + 2] for at in range(1, len(parts) - 2, 4)}


def record_of(row: tuple[Any, ...]) -> Record:
    """Return the value of a row of the columns RECORD."""
    return Record(
        id=row[0],
        mailing=row[1],
        email=row[2],
        state=State(row[3]),
        code=row[4],
        enhanced=row[5] or "",
        text=row[6] or "",
        attempts=row[7],
        at=moment_of(row[8]),
        message_token=row[9],
    )


def address_of(text: str) -> Address:
    """Return an address that was parsed before it was written."""
    at = text.rfind("@")
    return Address(text[:at], text[at + 1 :]) if 0 < at < len(text) - 1 else parse_address(text)


def moment_of(seconds: float | None) -> datetime | None:
    """Return seconds since 1970 as a time in UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
