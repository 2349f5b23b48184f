"""A disk that fills up while a mailing is sent: what a server took is known at the next start."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.basics.outcome import State
from newsletter.settings.timing import Timing
from newsletter.settings.values import Durability
from newsletter.state.ledger import LedgerUnusable
from newsletter.state.sqlite import SqliteLedger
from newsletter.state.values import MailingState
from tests.delivery.test_hostile import through
from tests.delivery.test_mailing import KEY, frozen, nonzero, readers
from tests.hostile import Action, hostile

LONG = f"250 2.0.0 {'long words ' * 40}"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqliteLedger]:
    ledger = SqliteLedger(tmp_path / "state.db", durability=Durability.NORMAL, keys=[KEY])
    yield ledger
    ledger.close()


def test_answers_are_set_aside_in_room_that_was_taken_before_the_first_message_left(
    ledger: SqliteLedger,
) -> None:
    aside = ledger.database.file.with_name("state.db.unwritten")
    mailing = frozen(ledger, readers(200))
    (pages,) = ledger.database.db.execute("PRAGMA page_count").fetchone()
    ledger.database.db.execute(f"PRAGMA max_page_count={pages + 2}")
    room: list[os.stat_result] = []

    def look(phase: str, *_: object) -> Action:
        if phase in ("greeting", "dot"):
            room.append(aside.stat())
        if phase == "greeting":
            assert not aside.read_bytes().strip(b"\0")
        return LONG if phase == "dot" else None

    with hostile(look) as server:
        with pytest.raises(LedgerUnusable, match="database or disk is full"):
            through(ledger, mailing, server, timing=Timing(write_again=(0.0,)))
        taken = len(server.journal)
        used = aside.stat()
        assert aside.read_bytes().strip(b"\0")
        assert {(at.st_ino, at.st_size, at.st_blocks) for at in room} == {
            (used.st_ino, used.st_size, used.st_blocks)
        }
        assert used.st_blocks * 512 >= used.st_size >= 65536
        ledger.database.db.execute("PRAGMA max_page_count=1000000")
        server.decide = lambda *_: None
        result = through(ledger, mailing, server)
    assert 0 < taken < 200
    assert nonzero(result) == {State.ACCEPTED: 200}
    assert sorted(who for who, _ in server.journal) == readers(200)
    assert not aside.exists()


def test_without_room_for_the_answers_nothing_leaves(ledger: SqliteLedger) -> None:
    mailing = frozen(ledger, readers(3))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with hostile(lambda *_: None) as server:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, hard))
        try:
            with pytest.raises(LedgerUnusable, match="Make room"):
                through(ledger, mailing, server, connections=1000)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert server.connections == 0
        found = ledger.records.mailing(mailing.issue)
        assert found is not None
        assert found.state is MailingState.FROZEN
        assert nonzero(through(ledger, mailing, server)) == {State.ACCEPTED: 3}
