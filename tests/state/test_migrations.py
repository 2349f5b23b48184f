from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

from newsletter.audience.register.event import Event, Kind
from newsletter.basics.address import Address
from newsletter.basics.outcome import State
from newsletter.state.schema import MIGRATIONS
from newsletter.state.sqlite import SqliteLedger
from tests.message.test_message import CONTENT


def write_first_version(file: Path) -> None:
    """Write a ledger as the first release left it: one mailing, with somebody in each state."""
    database = sqlite3.connect(file)
    database.executescript(MIGRATIONS[0])
    database.execute("PRAGMA user_version = 1")
    database.execute("INSERT INTO ledger VALUES ('abc', 7)")
    database.execute(
        "INSERT INTO mailings VALUES (3, 'u', '2026-11', 'paused', 'd', ?, '', 1.0, 2.0, NULL)",
        (CONTENT.to_json(),),
    )
    database.executemany(
        "INSERT INTO deliveries VALUES (?, 3, ?, ?, '', '{}', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (11, "a@x.org", "A@x.org", "ta", "accepted", 250, "2.0.0", "Ok", 1, 5.0, None, None),
            (12, "b@x.org", "b@x.org", "tb", "deferred", 451, "", "later", 1, 6.0, 306.0, 6.0),
            (13, "c@x.org", "c@x.org", "tc", "pending", None, None, None, 0, None, None, None),
        ],
    )
    database.execute(
        "INSERT INTO attempts VALUES (1, 12, 6.0, 'deferred', 'RCPT', 451, '', 'later')"
    )
    database.commit()
    database.close()


def test_a_ledger_of_the_first_version_keeps_everything_it_knows(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    write_first_version(file)
    ledger = SqliteLedger(file)
    mailing = ledger.records.mailing("2026-11")
    assert mailing is not None
    assert (mailing.id, mailing.first, mailing.last) == (3, 11, 13)
    assert ledger.identity() == ("abc", 7)
    assert [
        (r.id, r.email, r.state, r.code, r.text, r.attempts, r.message_token)
        for r in ledger.records.of(mailing)
    ] == [
        (11, "A@x.org", State.ACCEPTED, 250, "Ok", 1, "ta"),
        (12, "b@x.org", State.DEFERRED, 451, "later", 1, "tb"),
        (13, "c@x.org", State.PENDING, None, "", 0, "tc"),
    ]
    (due,) = ledger.run.deferred(mailing, due=306.0, limit=-1)
    assert (due.id, due.first_deferred_at) == (12, 6.0)
    assert [each.id for each in ledger.run.pending(mailing, after=0, limit=9)] == [13]
    kept = ledger.database.db.execute("SELECT delivery, at, state, text FROM attempts").fetchall()
    assert kept == [(12, 6.0, "deferred", "later")]
    assert ledger.database.db.execute("PRAGMA foreign_key_check").fetchall() == []
    ledger.close()


def test_what_was_suppressed_and_restored_before_is_part_of_the_history(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    write_first_version(file)
    with sqlite3.connect(file) as database:
        database.executemany(
            "INSERT INTO suppression_events (key, address, action, reason, source, at)"
            " VALUES ('lee@x.org', 'Lee@x.org', ?, ?, 'subscribers', ?)",
            [
                ("suppress", "unsubscribed", "2025-03-01T10:00:00+01:00"),
                ("restore", "wrote again", "2025-03-02T10:00:00+01:00"),
            ],
        )
    database.close()
    ledger = SqliteLedger(file)
    lee = Address("Lee", "x.org")
    first, second = datetime.fromisoformat("2025-03-01T10:00:00+01:00"), timedelta(days=1)
    assert ledger.people.history(lee) == [
        Event(
            address=lee,
            kind=Kind.SUPPRESS,
            reason="unsubscribed",
            source="subscribers",
            at=first,
        ),
        Event(
            address=lee,
            kind=Kind.RESTORE,
            reason="wrote again",
            source="subscribers",
            at=first + second,
        ),
    ]
    ledger.close()
