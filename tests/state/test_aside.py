"""The second journal: its room is taken beforehand, and used where it lies."""

from __future__ import annotations

import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from newsletter.basics.outcome import Outcome, Phase, State, Verdict
from newsletter.state.aside import read_aside, release, reserve, write_aside
from newsletter.state.ledger import LedgerUnusable
from newsletter.state.sqlite import SqliteLedger
from newsletter.state.values import Settlement
from tests.state.test_state import NOW, frozen, member

CONNECTIONS = 100
LONGEST = "\U0001f4ec\u2028\u0085" + "\U0001f4ec" * 497


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state.db.unwritten"


def accepted(number: int, text: str = LONGEST, phase: Phase = Phase.DOT) -> Settlement:
    outcome = Outcome(Verdict.ACCEPTED, 250, "2.0.0", text, phase)
    return Settlement(number, State.ACCEPTED, outcome, 1795000000.123456)


def on_disk(file: Path) -> int:
    return file.stat().st_blocks * 512


@contextmanager
def no_file_longer_than(octets: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("known", [True, False], ids=["allocated", "zeros written"])
def test_the_longest_answers_of_all_connections_fit_into_the_room_taken(
    file: Path, monkeypatch: pytest.MonkeyPatch, *, known: bool
) -> None:
    if not known:  # as on a Mac
        monkeypatch.delattr(os, "posix_fallocate")
    reserve(file, CONNECTIONS)
    before = file.stat()
    assert on_disk(file) >= before.st_size > 0
    assert stat.S_IMODE(before.st_mode) == 0o600
    assert read_aside(file) == []
    answers = [accepted(number) for number in range(CONNECTIONS)]
    write_aside(file, answers)
    after = file.stat()
    assert (after.st_ino, after.st_size, after.st_blocks) == (
        before.st_ino,
        before.st_size,
        before.st_blocks,
    )
    assert read_aside(file) == answers


def test_what_left_comes_first_and_what_is_set_aside_later_follows(file: Path) -> None:
    reserve(file, 1)
    write_aside(file, [accepted(1, phase=Phase.RCPT), accepted(2)])
    write_aside(file, [accepted(3)])
    assert [each.delivery for each in read_aside(file)] == [2, 1, 3]


def test_room_is_given_back_where_nothing_was_set_aside_and_only_there(file: Path) -> None:
    reserve(file, 1)
    release(file)
    release(file)
    assert not file.exists()
    reserve(file, 1)
    write_aside(file, [accepted(1)])
    release(file)
    reserve(file, CONNECTIONS)
    assert read_aside(file) == [accepted(1)]


def test_room_that_a_killed_run_left_says_nothing_and_serves_again(file: Path) -> None:
    reserve(file, 1)
    reserve(file, CONNECTIONS)
    assert read_aside(file) == []
    write_aside(file, [accepted(1)])
    assert read_aside(file) == [accepted(1)]


@pytest.mark.parametrize("known", [True, False], ids=["allocated", "zeros written"])
def test_where_there_is_no_room_none_is_taken_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, known: bool
) -> None:
    if not known:
        monkeypatch.delattr(os, "posix_fallocate")
    ledger = SqliteLedger(tmp_path / "state.db")
    with (
        no_file_longer_than(2_000_000),
        pytest.raises(LedgerUnusable, match=r"cannot be used: (?s:.*)the disk is full"),
    ):
        ledger.run.reserve(1000)
    ledger.close()
    assert [file.name for file in tmp_path.iterdir()] == ["state.db"]


@pytest.mark.parametrize(
    "line",
    [
        *("[" * 100_000, '{"a":' * 20_000, "1e999", "{}", "[]", "\x00"),
        (
            '{"delivery": 1e999, "state": "accepted", "at": 1, "due": null,'
            ' "outcome": ["accepted", 250, "", "", "dot"]}'
        ),
        (
            '{"delivery": 1, "state": "accepted", "at": 1e999, "due": null,'
            ' "outcome": ["accepted", 250, "", "", "dot"]}'
        ),
        (
            '{"delivery": 1, "state": "deferred", "at": 1, "due": 1e999,'
            ' "outcome": ["deferred", 450, "", "", "dot"]}'
        ),
        '{"delivery": ' + "9" * 30 + ', "state": "accepted", "at": 1, "due": null,'
        ' "outcome": ["accepted", 250, "", "", "dot"]}',
    ],
    ids=lambda line: line[:40],
)
def test_a_damaged_line_says_nothing_and_those_beside_it_do(file: Path, line: str) -> None:
    write_aside(file, [accepted(1, "250 taken")])
    with file.open("a", encoding="utf-8") as out:
        out.write(f"{line}\n")
    write_aside(file, [accepted(2, "250 taken")])
    assert [each.delivery for each in read_aside(file)] == [1, 2]


def test_an_old_answer_that_was_put_back_settles_no_later_try(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "state.db")
    mailing = frozen(ledger, member("ada@example.org"))
    later = Outcome(Verdict.DEFERRED, 451, "4.3.0", "later", Phase.DOT)
    ledger.run.turn([], [mailing.first], NOW.timestamp())
    ledger.run.set_aside([Settlement(mailing.first, State.DEFERRED, later, NOW.timestamp() - 60)])
    assert ledger.run.recover(mailing, NOW) == 1
    assert ledger.records.counts(mailing)[State.UNCERTAIN] == 1
    ledger.close()
