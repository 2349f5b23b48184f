"""An import killed at any moment leaves nothing half done, and the next one completes it."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

from newsletter.audience.suppression.record import FILE_NAME, read_record
from tests.moving.conftest import events, listed, suppressed
from tests.moving.exports import SUBSCRIBED, UNSUBSCRIBED

PEOPLE = 400
KILLS = 40
STAGES = (
    ".newsletter/state.db-wal",
    "suppressions.csv",
    ".subscribers.csv.before-unfinished",
)
"""Files that appear in the course of an import; a kill follows at once."""
_SOONEST = 0.15
"""Seconds until a process can have read anything."""


def exports(folder: Path) -> list[str]:
    """Write two files: who subscribed, and who of them left, with the day."""
    stays = SUBSCRIBED.splitlines()[0]
    leaves = UNSUBSCRIBED.splitlines()[0]
    rows = [
        f"reader{number}@example.org,Reader,N{number},2,,,2019-05-06 07:08:09,,,,,,,,,,{number},a,,"
        for number in range(PEOPLE)
    ]
    gone = [
        f"reader{number}@example.org,Reader,N,2,,,,,,,,,,,,2021-02-03 04:05:06,May,c,,,{number},a,,"
        for number in range(0, PEOPLE, 3)
    ]
    files = {"a.csv": [stays, *rows], "b.csv": [leaves, *gone]}
    for name, lines in files.items():
        (folder / name).write_text("\n".join(lines) + "\n", "utf-8")
    return [str(folder / name) for name in files]


def start(workspace: Path, files: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "newsletter", "-C", str(workspace), "subscribers", "import", *files],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def finished(workspace: Path, files: list[str]) -> float:
    """Run an import to its end; return how many seconds it took."""
    began = time.monotonic()
    process = start(workspace, files)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    return time.monotonic() - began


def wait_for(file: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until a file appears, or the process has ended."""
    while not file.exists() and process.poll() is None:
        time.sleep(0.0002)


def is_whole(workspace: Path, before: list[str], after: list[str]) -> bool:
    """Return whether the list is the old one or the new one, and who left is recorded with it."""
    found = listed(workspace)
    read_record(workspace / FILE_NAME, shown=Path(FILE_NAME)).require_whole()
    return found == before or (found == after and len(suppressed(workspace)) > 0)


def test_an_import_killed_at_any_moment_is_completed_by_the_next(
    workspace: Path, tmp_path: Path
) -> None:
    files = exports(tmp_path)
    fresh = tmp_path / "fresh"
    shutil.copytree(workspace, fresh)
    before = listed(workspace)
    took = finished(workspace, files)
    wanted = listed(workspace), suppressed(workspace), events(workspace)
    chance = random.Random(2026)  # noqa: S311 - moments, not secrets
    reached = set()
    for number in range(KILLS):
        tried = tmp_path / "tried"
        if number % 4 == 0:
            shutil.rmtree(tried, ignore_errors=True)
            shutil.copytree(fresh, tried)
        process = start(tried, files)
        if number % 4 == 0:
            wait_for(tried / STAGES[number // 4 % len(STAGES)], process)
        else:
            time.sleep(chance.uniform(_SOONEST, took))
        process.kill()
        process.communicate(timeout=60)
        assert is_whole(tried, before, wanted[0])
        reached.add(((tried / FILE_NAME).exists(), listed(tried) == wanted[0]))
        if number % 4 == 3:
            finished(tried, files)
            assert (listed(tried), suppressed(tried), events(tried)) == wanted
            assert not list(tried.glob(".subscribers.csv*"))
    assert len(reached) > 1, "every kill came at the same stage"
