"""A ledger that cannot be used: what is said is true, and says what to do."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from newsletter.settings.timing import Timing
from newsletter.state.ledger import LedgerUnusable
from newsletter.state.sqlite import SqliteLedger
from newsletter.state.sqlite.unusable import unusable


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


def said(problem: pytest.ExceptionInfo[LedgerUnusable]) -> tuple[str, str]:
    (only,) = problem.value.problems
    assert only.hint is not None
    return only.message.partition("cannot be used: ")[2], only.hint


def changing(file: Path, pragma: str) -> tuple[str, str]:
    ledger = SqliteLedger(file, timing=Timing(busy=0.01))
    ledger.database.db.execute(pragma)
    with pytest.raises(LedgerUnusable) as problem, ledger.database.transaction():
        ledger.database.db.execute("CREATE TABLE large AS SELECT zeroblob(1000000) AS x")
    ledger.close()
    return said(problem)


def test_a_full_one_asks_for_room(file: Path) -> None:
    what, hint = changing(file, "PRAGMA max_page_count=1")
    assert what == "database or disk is full"
    assert "Make room" in hint
    assert "it goes on where it stopped" in hint


def test_one_that_may_only_be_read_asks_for_the_right_to_write(file: Path) -> None:
    what, hint = changing(file, "PRAGMA query_only=1")
    assert what == "attempt to write a readonly database"
    assert "Allow yourself to write" in hint


def test_a_busy_one_asks_to_wait(file: Path) -> None:
    other = SqliteLedger(file)
    with other.database.transaction():
        what, hint = changing(file, "PRAGMA synchronous=FULL")
    other.close()
    assert what == "database is locked"
    assert "another program is using it" in hint


def test_a_damaged_one_points_to_the_backup(file: Path) -> None:
    SqliteLedger(file).close()
    octets = file.read_bytes()
    file.write_bytes(octets[:4096] + b"\xff" * (len(octets) - 4096))
    with pytest.raises(LedgerUnusable) as malformed:
        SqliteLedger(file).database.read_one("SELECT count(*) FROM deliveries")
    file.write_bytes(b"\xff" * len(octets))
    with pytest.raises(LedgerUnusable) as no_database:
        SqliteLedger(file)
    assert said(malformed)[0] == "database disk image is malformed"
    assert said(no_database)[0] == "file is not a database"
    for problem in (malformed, no_database):
        assert "the file is damaged" in said(problem)[1]
        assert "docs/backup.md" in said(problem)[1]


def test_one_that_cannot_be_opened_asks_to_look_at_the_folder(file: Path) -> None:
    file.mkdir()
    with pytest.raises(LedgerUnusable) as folder:
        SqliteLedger(file)
    with pytest.raises(LedgerUnusable) as beneath:
        SqliteLedger(Path(__file__) / "state.db")
    assert said(folder)[0] == "unable to open database file"
    for problem in (folder, beneath):
        assert "See that the folder is there" in said(problem)[1]


def test_a_disk_that_fails_asks_to_see_to_it(file: Path) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
    (problem,) = unusable(file, error).problems
    assert problem.hint is not None
    assert "full, unplugged or failing" in problem.hint
