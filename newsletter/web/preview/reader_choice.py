"""The reader that an email is shown for: one of the list, a made-up one, or the sample reader."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from newsletter.audience.list.columns import Answers, read_columns
from newsletter.audience.list.gates import gates_of
from newsletter.audience.list.listfile import LONGEST_FIELD, LONGEST_NAME, Member, RowReader
from newsletter.audience.list.subscriber import Subscriber
from newsletter.audience.list.table import Table
from newsletter.basics.address import BadAddress, parse_address
from newsletter.basics.errors import Problem, fail
from newsletter.message.draft import SAMPLE_READER

MOST_HITS = 20
_MOST_KEPT = 200


class ReaderKind(StrEnum):
    """Where a reader comes from; one of the list is read again after each save of the list."""

    SAMPLE = "sample"
    LISTED = "listed"
    MADE_UP = "made-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenReader:
    """A reader and their handle: the page uses it, so that no address stands in a URL."""

    handle: str
    kind: ReaderKind
    subscriber: Subscriber


SAMPLE = ChosenReader(handle="", kind=ReaderKind.SAMPLE, subscriber=SAMPLE_READER)


class ChosenReaders:
    """The readers that were chosen while the process lives; the oldest are forgotten."""

    def __init__(self) -> None:
        self._readers: OrderedDict[str, ChosenReader] = OrderedDict()

    def named(self, handle: str) -> ChosenReader:
        """Return the reader of a handle; the sample reader for an unknown one."""
        return self._readers.get(handle, SAMPLE)

    def take(self, kind: ReaderKind, subscriber: Subscriber) -> ChosenReader:
        """Give a reader a handle."""
        reader = ChosenReader(handle=secrets.token_urlsafe(9), kind=kind, subscriber=subscriber)
        self._readers[reader.handle] = reader
        while len(self._readers) > _MOST_KEPT:
            self._readers.popitem(last=False)
        return reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A reader that a search found; `note` says why they would not be mailed, or is empty."""

    name: str
    email: str
    note: str


def search(
    file: Path, shown: Path, wanted: str, today: date, answers: Answers | None = None
) -> tuple[list[Hit], bool]:
    """Return up to MOST_HITS readers whose row has every word, and whether there are more.

    The file is read up to the next hit after these; only rows that match are parsed.
    """
    hits: dict[str, Hit] = {}
    for member in _matching(file, shown, wanted.casefold().split(), today, answers or {}):
        who = member.subscriber
        if who.address.key in hits:
            continue
        if len(hits) == MOST_HITS:
            return list(hits.values()), True
        note = member.excluded or ""
        hits[who.address.key] = Hit(name=who.name, email=str(who.address), note=note)
    return list(hits.values()), False


def _matching(
    file: Path, shown: Path, words: list[str], today: date, answers: Answers
) -> Iterator[Member]:
    with Table(file, shown=shown) as table:
        columns = read_columns(table, _ignore, answers)
        read = RowReader(columns, gates_of(columns, today), shown=shown, report=_ignore).read
        named = [columns.names.index(name) for name in _SEARCHED if name in columns.names]
        for line, cells in table.rows():
            row = " ".join(cells[at] for at in named if at < len(cells)).casefold()
            if all(word in row for word in words) and (member := read(line, cells)):
                yield member


_SEARCHED = ("name", "first_name", "last_name", "email")


def _ignore(_problem: Problem) -> None:
    """Ignore a problem of the list: the check reports it."""


def made_up(fields: Mapping[str, object]) -> Subscriber:
    """Return a reader of the given fields; raise NewsletterError for what no list could hold."""
    values = {name: _value(name, value) for name, value in fields.items()}
    values = {name: value for name, value in values.items() if value}
    email = values.get("email") or str(SAMPLE_READER.address)
    try:
        address = parse_address(email)
    except BadAddress as error:
        raise fail(f"'{email}' is no address: {error}") from None
    name = values.get("name", "")
    if not name:
        parts = (values.get("first_name", ""), values.get("last_name", ""))
        name = " ".join(part for part in parts if part)
    return Subscriber(
        address, name, values | {"email": str(address)} | ({"name": name} if name else {})
    )


def _value(name: str, value: object) -> str:
    if not isinstance(value, str) or not name.isidentifier():
        raise fail(f"'{name}' is no field of a reader")
    text = value.strip()
    if not text.isprintable():
        raise fail(f"'{name}' holds a control character")
    if len(text) > (LONGEST_NAME if name in _SEARCHED else LONGEST_FIELD):
        raise fail(f"'{name}' is too long")
    return text
