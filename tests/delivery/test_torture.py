"""`make torture`, small; and its oracle, which must find what is broken."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools.torture.books import Books, compare
from tools.torture.stage import STAGES

TOP = Path(__file__).resolve().parents[2]


def torture(*options: str) -> subprocess.CompletedProcess[str]:
    """Run the tool with ten connections and the same chances every time."""
    command = [sys.executable, "-m", "tools.torture", "--seed", "7", "--connections", "10"]
    return subprocess.run(
        [*command, *options], cwd=TOP, capture_output=True, text=True, check=False
    )


def test_random_kills_send_nobody_a_second_message_and_lose_nobody() -> None:
    done = torture("--kills", "8", "--readers", "300")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.endswith("The promise held.\n")


@pytest.mark.parametrize("stage", STAGES)
def test_kills_at_a_named_stage_send_nobody_a_second_message_and_lose_nobody(stage: str) -> None:
    done = torture("--kills", "2", "--readers", "150", "--stage", stage)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "kills       2\n" in done.stdout


def row(email: str, state: str) -> dict[str, str]:
    return {"email": email, "state": state, "message_id": f"<{email}>"}


def test_the_oracle_counts_duplicates_the_lost_and_the_foreign() -> None:
    journal = ["a <a>", "b <b>", "b <b>", "c <c>", "x <x>"]
    rows = [
        *(row("a", "accepted"), row("b", "accepted")),
        *(row("c", "uncertain"), row("d", "uncertain")),
        *(row("e", "accepted"), row("f", "pending")),
    ]
    found = compare(journal, [rows], 7)
    assert found == Books(
        readers=7, messages=5, accepted=3, uncertain=2, duplicates=1, lost=3, foreign=1
    )
    assert not found.holds
    assert compare(["a <a>"], [[row("a", "accepted")]], 1).holds
