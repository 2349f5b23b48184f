"""An erasure that is killed at any moment leaves them unmailed, and a second run completes it."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

from newsletter.audience.register.alias import alias_of
from newsletter.basics.outcome import State
from newsletter.workspace import open_workspace
from tests.people.months import Run
from tests.people.test_erase import files

KILLS = 42
READERS = 80
BACKUP = "subscribers.csv.before-import-20261002-093000"


def reader(number: int) -> str:
    return f"reader-{number:02}@example.org"


def begun(workspace: Path, run: Run) -> None:
    """Send a third of an issue; the others wait. Some left before, and there is a backup."""
    rows = (f'{reader(each)},"Reader\nNo {each:02}"' for each in range(READERS))
    text = "email,clinic\n" + "\n".join(rows) + "\n"
    (workspace / "subscribers.csv").write_text(text, "utf-8")
    (workspace / BACKUP).write_text(text, "utf-8")
    assert run("send", "2026-11", "--yes", "--limit", str(READERS // 3)).exit_code == 75
    for each in range(0, READERS, 4):
        assert run("subscribers", "suppress", reader(each)).exit_code == 0


def started(workspace: Path, who: str) -> subprocess.Popen[str]:
    """Return a process that erases somebody, at the moment when it has begun to."""
    process = subprocess.Popen(
        [sys.executable, "-m", "newsletter", "-C", workspace, "subscribers", "erase", who, "--yes"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert process.stderr.readline() == f"Erasing {who} ...\n"
    return process


def is_erased(workspace: Path, who: str) -> bool:
    """Return whether an alias stands for somebody, and then nothing would be sent to them."""
    opened = open_workspace(workspace)
    with opened.ledger() as ledger:
        erased = ledger.people.history(alias_of(who, opened.keys()[0]))
        [mailing] = ledger.records.mailings()
        waiting = {each.email for each in ledger.records.of(mailing, [State.PENDING])}
        mailed = {
            str(each.subscriber.address)
            for each in opened.audience(ledger, date(2026, 11, 2))
            if each.excluded is None
        }
    assert not erased or who not in waiting | mailed
    return bool(erased)


def is_suppressed(run: Run, who: str) -> bool:
    return json.loads(run("subscribers", "show", who, "--json").stdout)["suppressed"] is not None


def naming(workspace: Path, number: int) -> list[str]:
    return [
        file.name
        for file, octets in files(workspace).items()
        if reader(number).encode() in octets or f"No {number:02}".encode() in octets
    ]


def seconds_of(process: subprocess.Popen[str]) -> float:
    began = time.monotonic()
    process.communicate(timeout=60)
    return time.monotonic() - began


def test_after_any_kill_nobody_erased_is_mailed_and_a_second_run_leaves_nothing(
    workspace: Path, run: Run
) -> None:
    chance = random.Random(2026)  # noqa: S311 - moments, not secrets
    begun(workspace, run)
    people = list(range(READERS))
    seconds = seconds_of(started(workspace, reader(people.pop())))
    begun_by_then: list[bool] = []
    while len(begun_by_then) < KILLS:
        each = people.pop()
        who, left = reader(each), each % 4 == 0
        process = started(workspace, who)
        time.sleep(chance.uniform(0, seconds))
        process.kill()
        process.communicate(timeout=60)
        begun_by_then.append(is_erased(workspace, who))
        assert is_suppressed(run, who) or not (left or begun_by_then[-1])
        assert run("subscribers", "erase", who, "--yes").exit_code == 0
        assert "nothing else is kept" in run("subscribers", "erase", who).stderr
        assert naming(workspace, each) == []
    assert any(begun_by_then)
    beside = sorted(each.name for each in workspace.iterdir() if "subscribers" in each.name)
    assert beside == ["subscribers.csv", BACKUP]
    assert run("send", "2026-11", "--yes").exit_code == 0
    sent = b"".join(files(workspace / "outbox" / "new").values())
    assert {each for each in range(READERS) if f"To: {reader(each)}".encode() in sent} <= set(
        people
    )
