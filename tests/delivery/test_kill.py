from __future__ import annotations

import json
import os
import pty
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from newsletter.basics.outcome import State
from newsletter.delivery.mailing import hastens
from tests.sink import Sink, running

READERS = 1000
CONNECTIONS = 5


def prepare(workspace: Path, sink: Sink) -> None:
    settings = workspace / "newsletter.toml"
    text = settings.read_text("utf-8")
    way_out = f'"{sink.url}"\nconnections = {CONNECTIONS}'
    settings.write_text(text.replace('"maildir:outbox"', way_out), "utf-8")
    rows = (f"reader{number:04}@example.org,Reader {number}" for number in range(READERS))
    (workspace / "subscribers.csv").write_text("email,name\n" + "\n".join(rows), "utf-8")


def start(workspace: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "newsletter", "-C", str(workspace), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def counts(workspace: Path) -> dict[str, int]:
    _, out, err = ended(start(workspace, "status", "2026-11", "--json"))
    assert out, err
    found: dict[str, int] = json.loads(out)["counts"]
    return found


def wait_until_paused(workspace: Path) -> dict[str, int]:
    """Return the counts once the run has ended and said so in the ledger."""
    for _ in range(60):
        _, out, _ = ended(start(workspace, "status", "2026-11", "--json"))
        told = json.loads(out)
        if told["state"] == "paused":
            break
    else:
        raise AssertionError("it goes on")
    found: dict[str, int] = told["counts"]
    return found


def wait_for(sink: Sink, messages: int) -> None:
    deadline = time.monotonic() + 30
    while len(sink.attempted) < messages and time.monotonic() < deadline:
        time.sleep(0.001)


@pytest.mark.parametrize("extensions", [("PIPELINING",), ("8BITMIME",)])
def test_after_any_kill_nobody_gets_it_twice_and_nobody_is_lost(
    workspace: Path, extensions: tuple[str, ...]
) -> None:
    chance = random.Random(2026)  # noqa: S311 - moments, not secrets
    sink = Sink(extensions=extensions, delay=0.002)
    with running(sink):
        prepare(workspace, sink)
        for _ in range(4):
            process = start(workspace, "send", "2026-11", "--yes")
            wait_for(sink, len(sink.attempted) + chance.randrange(1, 200))
            process.kill()
            ended(process)
        code, out, err = ended(start(workspace, "send", "2026-11", "--yes", "--json"))
    assert out, err
    told = json.loads(out)["counts"]
    assert told == counts(workspace)
    assert told[State.ACCEPTED] + told[State.UNCERTAIN] == READERS, err
    assert told[State.UNCERTAIN] <= 4 * CONNECTIONS
    assert code == (1 if told[State.UNCERTAIN] else 0)
    arrived = Counter(sink.attempted)
    assert [who for who, times in arrived.items() if times > 1] == []
    assert len(arrived) >= told[State.ACCEPTED]


@pytest.mark.parametrize(("signal", "code_of_it"), [(1, 129), (2, 130), (15, 143)])
def test_a_signal_finishes_what_is_on_its_way(
    workspace: Path, signal: int, code_of_it: int
) -> None:
    sink = Sink(delay=0.01)
    with running(sink):
        prepare(workspace, sink)
        process = start(workspace, "send", "2026-11", "--yes")
        wait_for(sink, 50)
        process.send_signal(signal)
        code, _, err = ended(process)
        assert code == code_of_it, err
        left = counts(workspace)
        assert left[State.UNCERTAIN] == 0
        assert left[State.ACCEPTED] == len(sink.journal)
        assert ended(start(workspace, "send", "2026-11", "--yes"))[0] == 0
    assert sorted(sink.recipients) == [
        f"reader{number:04}@example.org" for number in range(READERS)
    ]


@pytest.mark.parametrize(
    "signals",
    [(1, 1), (1, 1, 1), (15, 1), (1, 15), (2, 1)],
    ids=lambda each: "+".join(map(str, each)),
)
def test_the_signals_of_a_closed_session_are_one(workspace: Path, signals: tuple[int, ...]) -> None:
    sink = Sink(delay=0.2)
    with running(sink):
        prepare(workspace, sink)
        process = start(workspace, "send", "2026-11", "--yes")
        wait_for(sink, 5)
        for number in signals:
            process.send_signal(number)
            time.sleep(0.05)  # two that wait to be delivered are one
        code, _, err = ended(process)
        assert code in {128 + number for number in signals}, err
        left = counts(workspace)
        assert (left[State.UNCERTAIN], left[State.ACCEPTED]) == (0, len(sink.journal))
        assert 0 < len(sink.journal) < READERS


@pytest.mark.parametrize(
    ("first", "second", "seconds", "at_once"),
    [
        (2, 2, 0.01, True),
        (2, 15, 0.01, True),
        (15, 2, 9.0, True),
        (1, 1, 0.01, False),
        (1, 1, 60.0, False),
        (2, 1, 60.0, False),
        (15, 1, 0.01, False),
        (1, 15, 0.01, False),
        (1, 2, 60.0, True),
        (1, 15, 60.0, True),
    ],
)
def test_a_second_signal_stops_at_once_but_for_those_of_a_closed_session(
    first: int, second: int, seconds: float, at_once: bool
) -> None:
    assert hastens(first, second, seconds) is at_once


def test_a_closed_window_with_a_shell_leaves_nobody_uncertain(workspace: Path) -> None:
    sink = Sink(delay=0.2)
    with running(sink):
        prepare(workspace, sink)
        master, slave = pty.openpty()
        code = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
        code += "os.execvp('bash', ['bash', '--norc', '--noprofile', '-i'])"
        shell = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        command = f"{sys.executable} -m newsletter -C {workspace} send 2026-11 --yes\n"
        os.write(master, command.encode())
        wait_for(sink, 5)
        os.close(master)
        shell.wait(30)
        told = wait_until_paused(workspace)
    assert told["uncertain"] == 0
    assert told["accepted"] == len(sink.journal) < READERS


def test_a_second_sender_is_told_who_is_at_it(workspace: Path) -> None:
    sink = Sink(delay=0.02)
    with running(sink):
        prepare(workspace, sink)
        first = start(workspace, "send", "2026-11", "--yes")
        wait_for(sink, 10)
        code, _, err = ended(start(workspace, "send", "2026-11", "--yes"))
        first.terminate()
        assert ended(first)[0] == 143
    assert code == 1
    assert f"already being sent by process {first.pid} on " in err


def test_a_second_attempt_has_the_same_message_id(workspace: Path) -> None:
    """Deferred once: what comes at the next run is the same message to the byte."""
    first_time: set[str] = set()
    bodies: dict[str, list[bytes]] = {}
    sink = Sink()

    def dot(who: str, _: int) -> str:
        if who.endswith("7@example.org") and who not in first_time and int(who[6:10]) < 100:
            first_time.add(who)
            return "451 4.3.0 try later"
        return "250 2.0.0 Ok"

    sink.dot = dot
    with running(sink):
        prepare(workspace, sink)
        assert ended(start(workspace, "send", "2026-11", "--yes"))[0] == 75
        make_due(workspace)
        assert ended(start(workspace, "send", "2026-11", "--yes"))[0] == 0
    for who, message in sink.journal:
        bodies.setdefault(who, []).append(message)
    assert len(first_time) == 10
    assert len(bodies) == READERS
    ids = {
        line for _, m in sink.journal for line in m.split(b"\r\n") if line[:11] == b"Message-ID:"
    }
    assert len(ids) == READERS
    unsubscribe = {m.split(b"List-Unsubscribe: ")[1].split(b"\r\n")[0] for _, m in sink.journal}
    assert len(unsubscribe) == READERS


def make_due(workspace: Path) -> None:
    import sqlite3

    database = sqlite3.connect(workspace / ".newsletter/state.db")
    with database:
        database.execute("UPDATE deliveries SET due = 0 WHERE state = 'deferred'")
    database.close()
