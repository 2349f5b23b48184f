"""The freeze: an audience gathered in a temporary table, then written whole with its mailing."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence

from newsletter.audience.list.listfile import Member
from newsletter.audience.register.alias import Aliases
from newsletter.basics.tokens import Key
from newsletter.message.content import Content
from newsletter.state.sqlite.database import Database
from newsletter.state.sqlite.rows import INCOMING, incoming_rows
from newsletter.state.values import Mailing

_COLUMNS = ", ".join(INCOMING)
_ERASED = "AND key >= 'erased-' AND key < 'erased.'"
"""The keys among which those of aliases are; the index serves it."""
_BATCH = 25
"""Rows that one INSERT takes: a third less work than one by one; more gain nothing."""
_ROOM = 48
"""Octets that a mark and a usual answer take: `250 2.0.0 Ok: queued as 4bXqPz1c3Kz9rPq`."""


def gather(
    database: Database, members: Iterable[tuple[Member, str]], fields: Sequence[str]
) -> None:
    """Keep an audience in a temporary table: a file without a name, which the process takes along.

    Writing it locks nobody out of the ledger.
    """
    db = database.db
    with database.guarded():
        db.execute("DROP TABLE IF EXISTS temp.incoming")
        # The file goes away as a whole; to overwrite its rows first would be wasted.
        db.execute("PRAGMA temp.secure_delete=OFF")
        db.execute("BEGIN")
        try:
            db.execute(f"CREATE TEMP TABLE incoming ({_COLUMNS})")
            for values in incoming_rows(members, fields, _BATCH):
                db.execute(_insert(len(values) // len(INCOMING)), values)
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


def freeze(database: Database, draft: Mailing, content: Content) -> None:
    """Write a mailing and the audience that was gathered, or nothing."""
    # The rows that are written here point at each other, so there is nothing to look up.
    database.db.execute("PRAGMA foreign_keys=OFF")
    try:
        with database.transaction():
            mailing = _write_mailing(database, draft, content)
            database.db.execute("DELETE FROM selections WHERE issue = ?", (draft.issue,))
            if draft.part > 1:
                _drop_who_has_it(database, draft)
            _write_audience(database, mailing)
    finally:
        database.db.execute("PRAGMA foreign_keys=ON")
    database.db.execute("DROP TABLE incoming")


def _write_mailing(database: Database, draft: Mailing, content: Content) -> int | None:
    cursor = database.db.execute(
        "INSERT INTO mailings"
        " (uuid, name, issue, part, state, digest, content, sources, frozen_at, selection)"
        " VALUES (?, ?, ?, ?, 'frozen', ?, ?, ?, ?, ?)",
        (
            draft.uuid,
            draft.issue if draft.part == 1 else f"{draft.issue}+{draft.part}",
            draft.issue,
            draft.part,
            draft.digest,
            content.to_json(),
            draft.sources,
            draft.frozen_at.timestamp(),
            draft.selection and draft.selection.to_json(),
        ),
    )
    return cursor.lastrowid


def _drop_who_has_it(database: Database, draft: Mailing) -> None:
    """Drop from the incoming rows whoever is in another part: nobody gets an issue twice."""
    database.db.execute(
        "DELETE FROM incoming WHERE key IN (SELECT key FROM audience WHERE mailing IN"
        " (SELECT id FROM mailings WHERE issue = ?))",
        (draft.issue,),
    )


def newcomers(
    database: Database, parts: Sequence[Mailing], members: Iterable[Member], keys: Sequence[Key]
) -> Iterator[Member]:
    """Yield the members who are in none of the parts, under their key or, once erased, an alias."""
    ids = [part.id for part in parts]
    among = f"FROM audience WHERE mailing IN ({', '.join('?' * len(parts))})"
    aliases = Aliases((key for (key,) in database.read(f"SELECT key {among} {_ERASED}", ids)), keys)
    sql = f"SELECT 1 {among} AND key = ?"
    for member in members:
        key = member.subscriber.address.key
        key = aliases.find(key) or key
        if database.db.execute(sql, (*ids, key)).fetchone() is None:
            yield member


def _write_audience(database: Database, mailing: int | None) -> None:
    """Move the incoming rows to where they stay; their ids follow each other.

    Sorted: rows and unique index then grow at their ends only.
    """
    db = database.db
    before = _last_id(database)
    # An address that is there twice is kept once, excluded if either row was.
    db.execute(
        f"INSERT OR IGNORE INTO audience (mailing, {_COLUMNS})"  # noqa: S608 - a constant
        f" SELECT ?, {_COLUMNS} FROM incoming ORDER BY key, excluded IS NULL",
        (mailing,),
    )
    last = _last_id(database)
    ids = {"first": before + 1, "last": last, "mailing": mailing, "room": _ROOM}
    db.execute("UPDATE mailings SET first = :first, last = :last WHERE id = :mailing", ids)
    db.execute(
        "INSERT INTO deliveries (id, state, text, room)"
        " SELECT id, iif(excluded IS NULL, 'pending', 'excluded'), excluded,"
        " iif(excluded IS NULL, zeroblob(:room), NULL)"
        " FROM audience WHERE id BETWEEN :first AND :last ORDER BY id",
        ids,
    )


def _last_id(database: Database) -> int:
    last: int = database.db.execute("SELECT coalesce(max(id), 0) FROM audience").fetchone()[0]
    return last


@functools.cache
def _insert(rows: int) -> str:
    """Return the statement for so many rows; `excluded`, their last column, is empty for null."""
    row = f"({'?, ' * (len(INCOMING) - 1)}nullif(?, ''))"
    return f"INSERT INTO incoming VALUES {', '.join([row] * rows)}"  # noqa: S608 - constants
