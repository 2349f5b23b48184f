"""The page tells where a mailing stands and which command is next; it never sends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from newsletter.state.guards.lock import sending_lock
from newsletter.state.values import MailingState
from newsletter.web.preview.mailing.situation import Situations, Speed
from newsletter.workspace import open_workspace
from tests.web.preview.parts import opened

Run = Callable[..., Result]


def commands(told: dict[str, object]) -> list[str]:
    listed = told["commands"]
    assert isinstance(listed, list)
    return [one["command"] for one in listed]


def test_an_issue_that_was_not_sent_has_the_command_to_send_it(workspace: Path) -> None:
    told = opened(workspace).get("/api/issues/2026-11/mailing").json()
    assert (told["state"], told["counts"]) == (None, {})
    assert commands(told) == ["newsletter rehearse 2026-11", "newsletter send 2026-11"]
    assert not (workspace / ".newsletter").exists()  # looking makes no ledger


def test_a_finished_mailing_has_its_counts(workspace: Path, run: Run) -> None:
    assert run("send", "2026-11", "--yes").exit_code == 0
    told = opened(workspace).get("/api/issues/2026-11/mailing").json()
    assert (told["state"], told["total"], told["done"], told["pace"]) == ("finished", 2, 2, "")
    assert {state: count for state, count in told["counts"].items() if count} == {
        "accepted": 2,
        "excluded": 1,
    }
    assert told["says"].startswith("Finished on ")
    assert commands(told) == ["newsletter status 2026-11"]


def test_an_interrupted_mailing_says_so_and_a_running_one_is_only_watched(
    workspace: Path, run: Run
) -> None:
    assert run("send", "2026-11", "--yes", "--limit", "1").exit_code == 75
    opened_workspace = open_workspace(workspace)
    with opened_workspace.ledger() as ledger:
        mailing = ledger.records.mailing("2026-11")
        assert mailing is not None
        ledger.records.set_state(mailing, MailingState.SENDING, mailing.frozen_at)
    progress = Situations()
    told = progress.look(opened_workspace, "2026-11", 1.0)
    assert told["says"] == "It was interrupted: nobody is sending it now."
    assert commands(told) == ["newsletter send 2026-11", "newsletter status 2026-11"]
    lock = opened_workspace.settings.database.with_name("state.db.lock")
    with sending_lock(lock, since=mailing.frozen_at):
        told = progress.look(opened_workspace, "2026-11", 2.0)
    assert told["says"] == "It is being sent. This page only watches."
    assert commands(told) == ["newsletter status 2026-11"]


def test_the_pace_is_that_of_the_last_seconds() -> None:
    pace = Speed()
    assert [pace.saw(done, at) for done, at in [(0, 0.0), (100, 1.0), (200, 2.0)]] == [0, 100, 100]
    assert [pace.saw(200, float(at)) for at in range(3, 14)][-1] == 0
