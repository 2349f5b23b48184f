"""The rest of the fault table: the ledger, the process, the clock, the list, through the command line.

Real processes where a signal or the system is the fault; the oracle is that of `oracle.hold`.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from newsletter.settings.timing import Timing
from tests.delivery.oracle import Run, hold, last_words, number, rows, settle, states
from tests.hostile import HANG, Action, Hostile, hostile

READERS = 60


@pytest.fixture
def server() -> Iterator[Hostile]:
    with hostile(lambda phase, *_: [0.005, "250 2.0.0 taken"] if phase == "dot" else None) as one:
        yield one


def start(workspace: Path, *arguments: str, first: str = "") -> subprocess.Popen[str]:
    """Run the command line in a process of its own; `first` is Python that it runs before."""
    become = "import os, sys; os.execv(sys.executable, [sys.executable, '-m', 'newsletter', *sys.argv[1:]])"
    program = ["-c", f"{first}\n{become}"] if first else ["-m", "newsletter"]
    return subprocess.Popen(
        [sys.executable, *program, "-C", str(workspace), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, err = process.communicate(timeout=60)
    assert "Traceback" not in err, err
    return process.returncode, err


def wait_for(server: Hostile, messages: int) -> None:
    deadline = time.monotonic() + 30
    while len(server.journal) < messages and time.monotonic() < deadline:
        time.sleep(0.002)


def epoch(workspace: Path) -> int:
    with contextlib.closing(sqlite3.connect(workspace / ".newsletter/state.db")) as database:
        number: int = database.execute("SELECT epoch FROM ledger").fetchone()[0]
    return number


def start_and_wait(workspace: Path, seconds: float) -> subprocess.Popen[str]:
    """Start a sender; return so many seconds after it has opened the ledger for sending."""
    before, deadline = epoch(workspace), time.monotonic() + 30
    process = start(workspace, "send", "2026-11", "--yes")
    while epoch(workspace) == before and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(seconds)
    return process


def ends_well(run: Run, server: Hostile, emails: list[str], *, uncertain: int = 0) -> None:
    """Send what is left to a good server, and hold everything against the journal."""
    server.decide = lambda *_: None
    run("send", "2026-11", "--yes")
    counts = states(run)
    assert counts.get("uncertain", 0) <= uncertain
    hold(run, server, emails, counts)
    assert set(counts) <= {"accepted", "uncertain"}


# The ledger


# Root, too, is refused then what a file's mode refuses; for others nothing changes: prctl(2),
# PR_CAPBSET_DROP, CAP_DAC_OVERRIDE.
OBEY_THE_MODE = "import ctypes; ctypes.CDLL(None).prctl(24, 1)"


def test_a_ledger_that_may_only_be_read_lets_nothing_leave(
    workspace: Path, run: Run, server: Hostile
) -> None:
    emails = settle(workspace, server.port, readers=READERS)
    assert run("send", "2026-11", "--yes", "--limit", "5").exit_code == 75
    before = len(server.journal)
    files = list((workspace / ".newsletter").glob("state.db*"))
    for file in files:
        file.chmod(0o400)
    code, err = ended(start(workspace, "send", "2026-11", "--yes", first=OBEY_THE_MODE))
    assert code == 1
    assert "readonly database" in err or "Permission denied" in err or "may not be" in err, err
    assert len(server.journal) == before
    for file in files:
        file.chmod(0o600)
    ends_well(run, server, emails)


def test_a_full_disk_stops_it_and_what_was_answered_is_known_at_the_next_start(
    workspace: Path, run: Run, server: Hostile
) -> None:
    """RLIMIT_FSIZE: no file may grow beyond what it has, and some octets."""
    emails = settle(workspace, server.port, readers=400)
    words = "250 2.0.0 " + "many words " * 30
    server.decide = lambda phase, *_: words if phase == "dot" else None
    assert run("send", "2026-11", "--yes", "--limit", "5").exit_code == 75
    largest = max(file.stat().st_size for file in (workspace / ".newsletter").iterdir())
    limit = largest + 20_000

    full = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))"
    code, err = ended(start(workspace, "send", "2026-11", "--yes", first=full))
    assert code == 1, err
    assert "cannot be used" in err
    assert len(server.journal) < 400
    ends_well(run, server, emails, uncertain=3)


def test_a_ledger_that_is_full_takes_up_again_where_it_was(
    workspace: Path, run: Run, server: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    emails = settle(workspace, server.port, readers=400)
    words = "250 2.0.0 " + "many words " * 30
    server.decide = lambda phase, *_: words if phase == "dot" else None
    assert run("send", "2026-11", "--yes", "--limit", "5").exit_code == 75
    with monkeypatch.context() as narrow:
        limited = sqlite3.connect

        def connect(*arguments: object, **rest: object) -> sqlite3.Connection:
            db: sqlite3.Connection = limited(*arguments, **rest)  # type: ignore[call-overload]
            (pages,) = db.execute("PRAGMA page_count").fetchone()
            db.execute(f"PRAGMA max_page_count={pages + 1}")
            return db

        narrow.setattr(sqlite3, "connect", connect)
        result = run("send", "2026-11", "--yes", timing=Timing(write_again=(0.0, 0.0)))
    assert result.exit_code == 1
    assert "database or disk is full" in last_words(result)
    ends_well(run, server, emails, uncertain=3)


def test_a_ledger_that_stays_locked_lets_nothing_more_leave_and_forgets_no_answer(
    workspace: Path, run: Run, server: Hostile
) -> None:
    emails = settle(workspace, server.port, readers=READERS)
    assert run("send", "2026-11", "--yes", "--limit", "1").exit_code == 75
    other = sqlite3.connect(
        workspace / ".newsletter/state.db", isolation_level=None, check_same_thread=False
    )
    once = threading.Lock()

    def decide(phase: str, *_: object) -> Action:
        if phase == "dot" and len(server.journal) > 9 and once.acquire(blocking=False):
            other.execute("BEGIN IMMEDIATE")
        return None

    server.decide = decide
    timing = Timing(busy=0.05, write_again=(0.0,))
    result = run("send", "2026-11", "--yes", timing=timing)
    assert result.exit_code == 1
    assert "database is locked" in last_words(result)
    assert (workspace / ".newsletter/state.db.unwritten").exists()
    assert len(server.journal) < READERS
    other.close()
    ends_well(run, server, emails)
    assert not (workspace / ".newsletter/state.db.unwritten").exists()


def test_a_restored_ledger_is_refused_until_it_is_said_to_be_right(
    workspace: Path, run: Run, server: Hostile
) -> None:
    emails = settle(workspace, server.port, readers=READERS)
    folder, backup = workspace / ".newsletter", workspace / "backup"
    assert run("send", "2026-11", "--yes", "--limit", "5").exit_code == 75
    shutil.copytree(folder, backup)
    assert run("send", "2026-11", "--yes", "--limit", "5").exit_code == 75
    for file in folder.glob("state.db*"):
        if file.suffix != ".epoch":
            file.write_bytes(
                (backup / file.name).read_bytes() if (backup / file.name).exists() else b""
            )
    before = len(server.journal)
    result = run("send", "2026-11", "--yes")
    assert result.exit_code == 1
    assert "the ledger is older than its last mailing: restored?" in last_words(result)
    assert len(server.journal) == before
    assert len(emails) == READERS


# The process


def test_a_second_send_names_the_first_and_sends_nothing(
    workspace: Path, run: Run, server: Hostile
) -> None:
    emails = settle(workspace, server.port, readers=READERS)
    server.decide = lambda phase, *_: [0.05, "250 taken"] if phase == "dot" else None
    first = start(workspace, "send", "2026-11", "--yes")
    wait_for(server, 5)
    first.send_signal(signal.SIGSTOP)  # so that it has not ended before the second begins
    code, err = ended(start(workspace, "send", "2026-11", "--yes"))
    first.send_signal(signal.SIGCONT)
    assert code == 1
    assert f"already being sent by process {first.pid} on " in err
    assert ended(first)[0] == 0
    hold(run, server, emails, {"accepted": READERS})


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_claims_no_more_and_finishes_what_is_in_flight(
    workspace: Path, run: Run, server: Hostile, number: int
) -> None:
    emails = settle(workspace, server.port, readers=READERS)
    server.decide = lambda phase, *_: [0.05, "250 taken"] if phase == "dot" else None
    process = start(workspace, "send", "2026-11", "--yes")
    wait_for(server, 5)
    process.send_signal(number)
    code, err = ended(process)
    assert code == 128 + number
    assert "Interrupted" in err
    counts = states(run)
    assert "uncertain" not in counts
    hold(run, server, emails, counts)
    assert len(server.journal) < READERS
    ends_well(run, server, emails)


def test_a_second_signal_stops_at_once_and_leaves_at_most_one_uncertain_a_connection(
    workspace: Path, run: Run, server: Hostile
) -> None:
    emails = settle(workspace, server.port, readers=READERS)
    server.decide = lambda phase, who, *_: HANG if phase == "dot" and number(who) > 9 else None
    process = start(workspace, "send", "2026-11", "--yes")
    wait_for(server, 13)
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert process.poll() is None
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    code, _ = ended(process)
    assert time.monotonic() - began < 5
    assert code == 130
    counts = states(run)
    assert 0 < counts["uncertain"] <= 3
    hold(run, server, emails, counts)
    ends_well(run, server, emails, uncertain=3)


# The list, the clock, the rates


def test_who_leaves_while_it_is_sent_is_excluded_if_that_was_before_her_mark(
    workspace: Path, run: Run, server: Hostile
) -> None:
    emails = settle(workspace, server.port, readers=READERS, extra="connections = 1")
    once = threading.Lock()

    def decide(phase: str, *_: object) -> Action:
        if phase == "dot" and once.acquire(blocking=False):
            leave = ["subscribers", "suppress", "reader0050@example.org"]
            assert ended(start(workspace, *leave))[0] == 0
        return None

    server.decide = decide
    result = run("send", "2026-11", "--yes")
    assert result.exit_code == 0
    hold(run, server, emails, {"accepted": READERS - 1, "excluded": 1})
    (row,) = [row for row in rows(run) if row["state"] == "excluded"]
    assert row["email"] == "reader0050@example.org"


@pytest.mark.parametrize("hours", [-30, 30])
def test_a_clock_that_jumps_changes_neither_rates_nor_who_gets_it(
    workspace: Path, run: Run, server: Hostile, hours: int
) -> None:
    emails = settle(
        workspace, server.port, readers=25, extra='connections = 3\nrate = ["10/second"]'
    )
    seen: list[float] = []
    with time_machine.travel(time.time(), tick=True) as clock:

        def decide(phase: str, *_: object) -> Action:
            if phase == "dot":
                seen.append(time.perf_counter())
                if len(seen) == 12:
                    clock.shift(timedelta(hours=hours))
            return None

        server.decide = decide
        assert run("send", "2026-11", "--yes").exit_code == 0
        hold(run, server, emails, {"accepted": 25})
    assert all(later - first >= 0.98 for first, later in zip(seen, seen[10:], strict=False))


def test_rates_hold_over_kills_as_the_server_counts(
    workspace: Path, run: Run, server: Hostile
) -> None:
    """Whom a killed run had offered, nobody knows: no more than it had connections."""
    emails = settle(
        workspace, server.port, readers=60, extra='connections = 3\nrate = ["20/minute"]'
    )
    begun: list[float] = []

    def decide(phase: str, *_: object) -> Action:
        if phase == "MAIL":
            begun.append(time.perf_counter())
        return [0.05, "250 taken"] if phase == "dot" else None

    server.decide = decide
    for kills in range(1, 5):
        process = start(workspace, "send", "2026-11", "--yes")
        wait_for(server, 2 * kills)
        process.kill()
        ended(process)
    process = start_and_wait(workspace, 3)
    assert 8 < len(begun) <= 20
    process.terminate()
    assert ended(process)[0] == 143
    hold(run, server, emails, states(run))


def test_rates_hold_over_restarts(workspace: Path, run: Run, server: Hostile) -> None:
    emails = settle(
        workspace,
        server.port,
        readers=24,
        extra='connections = 2\nrate = ["8/second", "20/minute"]',
    )
    seen: list[float] = []

    def decide(phase: str, *_: object) -> Action:
        if phase == "dot":
            seen.append(time.perf_counter())
        return None

    server.decide = decide
    for _ in range(4):
        assert run("send", "2026-11", "--yes", "--limit", "5").exit_code == 75
    assert all(later - first >= 0.98 for first, later in zip(seen, seen[8:], strict=False))
    process = start_and_wait(workspace, 3)
    assert len(seen) == 20
    process.terminate()
    assert ended(process)[0] == 143
    hold(run, server, emails, {"accepted": 20, "pending": 4})
