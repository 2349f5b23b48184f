"""Files of marks, and what a ledger is told by them."""

from __future__ import annotations

import os
import struct
from array import array
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.basics.errors import NewsletterError
from newsletter.basics.outcome import Outcome, Phase, State, Verdict
from newsletter.state.guards.marks import (
    is_lost,
    make_marks,
    open_marks,
    read_marks,
    tells_of,
    times_of,
)
from newsletter.state.ledger import LedgerGone, LedgerUnusable
from newsletter.state.sqlite import SqliteLedger
from newsletter.state.values import Mailing, MailingState, Settlement
from tests.state.test_state import NOW, frozen, member, states

LATER = NOW + timedelta(hours=1)
MOMENT = NOW.timestamp()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqliteLedger]:
    ledger = SqliteLedger(tmp_path / "state.db")
    (tmp_path / "home").mkdir()
    ledger.marks.witnessed_by(tmp_path / "home")
    yield ledger
    ledger.close()


def mailing_of(first: int, last: int) -> Mailing:
    return Mailing(
        id=1,
        uuid="0b5e",
        issue="2026-11",
        state=MailingState.SENDING,
        digest="",
        sources="",
        frozen_at=NOW,
        started_at=NOW,
        finished_at=None,
        first=first,
        last=last,
    )


def test_a_file_of_marks_tells_of_its_issue_once_a_message_may_have_left(tmp_path: Path) -> None:
    mailing, file = mailing_of(11, 14), tmp_path / "marks"
    assert not tells_of(file, "2026-11")
    make_marks(file, mailing, array("d", [0, 0, 0, 0]))
    assert not tells_of(file, "2026-11")
    make_marks(file, mailing, array("d", [0, 1.5, 0, 0]))
    assert tells_of(file, "2026-11")
    assert not tells_of(file, "2026-1")
    assert not tells_of(file, "2026-12")
    assert not tells_of(tmp_path, "2026-11")
    file.write_bytes(b"newsletter marks")
    assert not tells_of(file, "2026-11")
    long = replace(mailing, issue="2026-11-" + "x" * 200)
    make_marks(file, long, array("d", [0, 1.5, 0, 0]))
    assert tells_of(file, long.issue)


def test_marks_are_read_as_they_were_written(tmp_path: Path) -> None:
    mailing, file = mailing_of(11, 14), tmp_path / "marks"
    assert read_marks(file, mailing) is None
    assert open_marks(file, mailing) is None
    make_marks(file, mailing, array("d", [0, 1.5, 0, 2.5]))
    marks = open_marks(file, mailing)
    assert marks is not None
    marks.write(13, times_of(2, 3.5))
    marks.write(12, times_of(1, 0.0))
    marks.close()
    assert read_marks(file, mailing) == array("d", [0, 0, 3.5, 3.5])
    assert [each.name for each in tmp_path.iterdir()] == ["marks"]


def _become_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _become_a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: os.truncate(file, 100),
        lambda file: file.write_bytes(b"\0" * 1000),
        _become_a_folder,
        _become_a_pipe,
    ],
    ids=["cut off", "zeros", "a folder", "a pipe"],
)
def test_a_spoilt_file_of_marks_says_nothing(
    tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    mailing, file = mailing_of(1, 9), tmp_path / "marks"
    make_marks(file, mailing, array("d", [1.0] * 9))
    spoil(file)
    assert read_marks(file, mailing) is None
    assert open_marks(file, mailing) is None


def test_a_file_that_lost_its_end_says_nothing_about_those_there(tmp_path: Path) -> None:
    mailing, file = mailing_of(1, 4), tmp_path / "marks"
    make_marks(file, mailing, array("d", [1.0] * 4))
    os.truncate(file, 128 + 20)
    assert read_marks(file, mailing) == array("d", [1, 1, *struct.unpack("<d", bytes(4) * 2), 0])


def test_a_mark_is_lost_where_the_ledger_heard_of_it_last_before() -> None:
    assert not is_lost(0.0, None)
    assert is_lost(5.0, None)
    assert is_lost(5.0, 4.9)
    assert not is_lost(5.0, 5.0)
    assert not is_lost(5.0, 6.0)
    assert is_lost(float("nan"), 6.0)


def test_whose_mark_was_lost_is_uncertain_and_stays_so(ledger: SqliteLedger) -> None:
    mailing = frozen(ledger, *(member(f"r{number}@example.org") for number in range(4)))
    ledger.run.attend(mailing)
    first = mailing.first
    later = Outcome(Verdict.DEFERRED, 451, "4.3.0", "later", Phase.DOT)
    assert ledger.run.turn([], [first, first + 1, first + 2], MOMENT)
    # The second came back: that the ledger lost this, too, sends nobody anything twice.
    ledger.run.turn(
        [Settlement(first + 1, State.DEFERRED, later, MOMENT + 1, MOMENT + 2)], (), MOMENT
    )
    ledger.run.release()
    forget = "UPDATE deliveries SET state = 'pending', at = NULL WHERE state <> 'accepted'"
    ledger.database.db.execute(forget)
    assert set(ledger.marks.lost(mailing)) == {first, first + 2}
    assert ledger.run.reconcile(mailing, LATER) == 2
    assert list(states(ledger, mailing).values()) == [
        State.UNCERTAIN,
        State.PENDING,
        State.UNCERTAIN,
        State.PENDING,
    ]
    assert ledger.run.reconcile(mailing, LATER) == 0
    # What the editor lets be sent again is not taken back, even where the clock went back.
    assert ledger.records.resolve(mailing, State.PENDING, "again", NOW - timedelta(days=1)) == 2
    assert ledger.run.reconcile(mailing, LATER) == 0
    assert not ledger.records.nobody_got(mailing)


def test_an_older_witness_than_the_ledger_is_no_reason_for_doubt(ledger: SqliteLedger) -> None:
    mailing = frozen(ledger, member("ada@example.org"), member("grace@example.org"))
    ledger.run.attend(mailing)
    ledger.run.turn([], [mailing.first], MOMENT)
    ledger.run.release()
    ledger.run.turn(
        [], [mailing.last], MOMENT
    )  # as a power cut leaves it: nothing was seen of this
    ledger.run.recover(mailing, LATER)
    assert ledger.run.reconcile(mailing, LATER) == 0
    assert ledger.records.resolve(mailing, State.PENDING, "again", LATER) == 2


def test_a_ledger_that_misses_rows_is_damaged(ledger: SqliteLedger) -> None:
    mailing = frozen(ledger, member("ada@example.org"), member("grace@example.org"))
    ledger.database.db.execute("DELETE FROM deliveries WHERE id = ?", (mailing.last,))
    with pytest.raises(LedgerUnusable, match="damaged: 1 readers of 2026-11 are missing in it"):
        ledger.run.reconcile(mailing, NOW)


def test_nothing_is_written_once_the_file_is_another(ledger: SqliteLedger, tmp_path: Path) -> None:
    mailing = frozen(ledger, member("ada@example.org"))
    (tmp_path / "other").touch()
    (tmp_path / "other").replace(ledger.database.file)
    with pytest.raises(LedgerGone, match=r"state\.db was replaced by another file while in use"):
        ledger.run.turn([], [mailing.first], MOMENT)
    ledger.database.file.unlink()
    with pytest.raises(LedgerGone, match=r"state\.db was deleted while in use"):
        ledger.database.set_epoch(3)
    with pytest.raises(NewsletterError, match="it looks at what was sent before it goes on"):
        ledger.run.confirm(mailing)


def test_who_was_deferred_while_the_clock_was_years_ahead_is_due_now(ledger: SqliteLedger) -> None:
    mailing = frozen(ledger, member("ada@example.org"), member("grace@example.org"))
    later = Outcome(Verdict.DEFERRED, 451, "4.3.0", "later", Phase.RCPT)
    ahead = MOMENT + 5 * 365 * 86400
    settled = [
        Settlement(mailing.first, State.DEFERRED, later, ahead, ahead + 300),
        Settlement(mailing.last, State.DEFERRED, later, MOMENT, MOMENT + 300),
    ]
    ledger.run.turn(settled, (), MOMENT)
    assert ledger.run.bring_forward(mailing, MOMENT + 1, MOMENT + 20_000) == 1
    (due,) = ledger.run.deferred(mailing, due=MOMENT + 1, limit=9)
    assert (due.id, due.first_deferred_at) == (mailing.first, MOMENT + 1)
    assert ledger.run.next_due(mailing) == MOMENT + 1
