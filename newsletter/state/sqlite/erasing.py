"""Takes a person out of the ledger's tables: an alias stands in their place, nothing else of them.

The caller holds a transaction. What SQLite keeps of an old value after it (pages that are free,
the log) goes with `scrub`.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from newsletter.audience.register.alias import spellings
from newsletter.audience.register.event import Kind
from newsletter.basics.address import Address
from newsletter.basics.errors import Problem
from newsletter.state.ledger import LedgerUnusable
from newsletter.state.sqlite.database import Database

UNFINISHED: Final = '{"unfinished": true}'
"""The evidence of an erasure until nothing is left of the person outside the ledger, too."""

# Each mailing is asked through its index: never the whole table.
_DELIVERIES: Final = """
    SELECT a.id FROM mailings m CROSS JOIN audience a ON a.mailing = m.id AND a.key = ?
"""
# Who was erased, restored and mailed again may be in one mailing twice, and a key only once.
_AUDIENCE: Final = """
    UPDATE audience SET address = :address, name = '', fields = '{}',
        excluded = iif(excluded IS NULL, NULL, :why),
        key = iif(EXISTS (SELECT 1 FROM audience o WHERE o.mailing = audience.mailing
                          AND o.key = :key), :local || '.' || id || '@' || :domain, :key)
    WHERE id = :id
"""
_DELIVERY: Final = """
    UPDATE deliveries SET due = NULL, room = NULL,
        text = iif(state IN ('pending', 'deferred', 'excluded'), :why, ''),
        state = iif(state IN ('pending', 'deferred'), 'excluded', state)
    WHERE id = :id
"""
_TEXTS: Final = (
    ("history", ("reason", "source", "evidence")),
    ("suppressed", ("why",)),
    ("audience", ("name", "fields", "excluded")),
    ("deliveries", ("text",)),
    ("attempts", ("text",)),
    ("overrides", ("message", "reason")),
    ("mailings", ("selection",)),
    ("selections", ("selection",)),
)
"""Columns of other people's rows that may quote the address, a server's words for instance."""


def move_history(db: sqlite3.Connection, gone: Address, alias: Address, before: datetime) -> None:
    """Give a person's events to the alias, without reasons and evidence.

    Each is earlier than `before`, the time of the erasure, which none of them may outweigh.
    """
    latest = before - timedelta(seconds=1)
    for number, at in db.execute(
        "SELECT id, at FROM history WHERE key = ?", (gone.key,)
    ).fetchall():
        when = min(datetime.fromisoformat(at), latest)
        db.execute(
            "UPDATE history SET key = ?, address = ?, reason = '', evidence = '{}', at = ?"
            " WHERE id = ?",
            (alias.key, str(alias), when.isoformat(), number),
        )
    db.execute("DELETE FROM suppressed WHERE key = ?", (gone.key,))


def move_deliveries(db: sqlite3.Connection, gone: Address, alias: Address, why: str) -> None:
    """Give a person's deliveries to the alias, without words; exclude those that wait."""
    values = {
        "key": alias.key,
        "address": str(alias),
        "local": alias.local,
        "domain": alias.domain,
        "why": f"suppressed: {why}",
    }
    for (number,) in db.execute(_DELIVERIES, (gone.key,)).fetchall():
        db.execute(_AUDIENCE, values | {"id": number})
        db.execute(_DELIVERY, values | {"id": number})
        db.execute("UPDATE attempts SET text = '' WHERE delivery = ?", (number,))


def move_mentions(db: sqlite3.Connection, gone: Address, alias: Address) -> None:
    """Put the alias where texts about others quote the address."""
    texts = spellings(gone)
    each = "|".join(map(re.escape, texts))
    written = re.compile(rf"(?<![\w.+-])(?:{each})(?![\w-])", re.IGNORECASE)
    db.create_function("renamed", 1, lambda value: written.sub(str(alias), value))
    for like in _patterns(texts):
        for table, columns in _TEXTS:
            for column in columns:
                db.execute(
                    f"UPDATE {table} SET {column} = renamed({column})"  # noqa: S608 - constants
                    rf" WHERE {column} LIKE ? ESCAPE '\'",
                    (like,),
                )


def _patterns(texts: Sequence[str]) -> list[str]:
    """Return what LIKE finds texts by; it knows the two cases of ASCII alone."""
    forms = {
        form
        for text in texts
        for form in ((text,) if text.isascii() else (text, text.lower(), text.upper()))
    }
    return ["%" + re.sub(r"([%_\\])", r"\\\1", form) + "%" for form in sorted(forms)]


def set_unfinished(db: sqlite3.Connection, alias: Address, evidence: str) -> None:
    """Note whether an erasure has to be gone on with."""
    db.execute(
        "UPDATE history SET evidence = ? WHERE key = ? AND kind = ?",
        (evidence, alias.key, Kind.ERASE.value),
    )


def scrub(database: Database) -> None:
    """Write the file anew and empty its log, so that neither has an old value of any row.

    Raises LedgerUnusable where another process is reading it.
    """
    with database.guarded():
        database.db.execute("VACUUM")
        busy, *_ = database.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise LedgerUnusable(
            Problem(
                message="another process reads the ledger, so its log cannot be emptied yet",
                file=database.file,
                hint="end it (newsletter preview?), then run the same command again",
            )
        )
