"""What runs learn about addresses that do not exist, and when it suppresses them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.delivery.oracle import Run, hold, number, settle
from tests.delivery.test_fault_table import at, only
from tests.hostile import hostile


def suppressed(workspace: Path) -> list[str]:
    file = workspace / "suppressions.csv"
    if not file.exists():
        return []
    return sorted(row["email"] for row in csv.DictReader(file.read_text("utf-8").splitlines()))


@pytest.mark.parametrize("said", ["550 5.1.1 no such user", "550 Unrouteable address"])
@pytest.mark.parametrize(
    "dead",
    [lambda n: n < 46, lambda n: n % 2 and n < 92, lambda n: n % 3 == 0 and n > 100],
    ids=["the first", "every second", "every third, later"],
)
def test_what_a_stopped_run_learnt_suppresses_when_a_later_one_ends_well(
    workspace: Path, run: Run, said: str, dead: Callable[[int], bool]
) -> None:
    with hostile(at("RCPT", said, lambda who, *_: bool(dead(number(who))))) as server:
        emails = settle(workspace, server.port, readers=200)
        assert run("send", "2026-11", "--yes").exit_code == 1
        assert suppressed(workspace) == []
        result = run("send", "2026-11", "--yes", "--keep-going")
        assert result.exit_code == 1
        gone = [each for each in emails if dead(number(each))]
        hold(run, server, emails, {"accepted": 200 - len(gone), "refused": len(gone)})
    assert suppressed(workspace) == gone
    assert f"{len(gone)} addresses do not exist; they are suppressed now." in result.stderr


def test_a_server_that_breaks_on_the_way_and_knows_nobody_burns_nobody(
    workspace: Path, run: Run
) -> None:
    broken = at("RCPT", "550 5.1.1 no such user", lambda who, *_: number(who) >= 30)
    with hostile(broken) as server:
        emails = settle(workspace, server.port, readers=60, extra="connections = 1")
        assert run("send", "2026-11", "--yes").exit_code == 1
        hold(run, server, emails, {"accepted": 30, "pending": 30})
        server.decide = lambda *_: None
        assert run("send", "2026-11", "--yes").exit_code == 0
        hold(run, server, emails, {"accepted": 60})
    assert suppressed(workspace) == []


def test_who_was_restored_since_is_not_suppressed_for_the_old_refusal(
    workspace: Path, run: Run
) -> None:
    with hostile(at("RCPT", "550 5.1.1 no such user", only(5))) as server:
        settle(workspace, server.port, readers=12)
        run("send", "2026-11", "--yes", "--limit", "8")
        assert suppressed(workspace) == ["reader0005@example.org"]
        run("subscribers", "restore", "reader0005@example.org", "--reason", "she wrote")
        result = run("send", "2026-11", "--yes")
    assert "suppressed now" not in result.stderr
