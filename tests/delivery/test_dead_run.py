from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from click.testing import Result

from newsletter.basics.outcome import State
from newsletter.state.values import MailingState
from newsletter.tasks.message import issue_content
from newsletter.tasks.send.steps import begin
from newsletter.workspace import open_workspace


def die_with_the_last_ones_on_their_way(root: Path) -> None:
    """Leave the ledger as a kill leaves it when every body is out and no answer is in."""
    workspace = open_workspace(root)
    content, _ = issue_content(workspace, "2026-11")
    with workspace.ledger() as ledger:
        mailing = begin(workspace, ledger, content, "", date(2026, 11, 22))
        ledger.records.set_state(mailing, MailingState.SENDING, datetime.now().astimezone())
        waiting = ledger.run.pending(mailing, after=0, limit=10)
        ledger.run.turn((), [each.id for each in waiting], 0.0)
        assert ledger.records.counts(mailing)[State.ATTEMPTING] == 2


def test_a_run_killed_with_only_its_last_messages_out_is_ended_by_the_next_send(
    workspace: Path, run: Callable[..., Result]
) -> None:
    die_with_the_last_ones_on_their_way(workspace)
    assert "Next: newsletter send 2026-11" in run("status", "2026-11").stderr

    again = run("send", "2026-11", "--yes", "--json")

    assert again.exit_code == 1
    told = json.loads(again.stdout)
    assert (told["state"], told["counts"]["uncertain"]) == ("finished", 2)
    assert "2 uncertain" in again.stderr
    assert "Next: newsletter resolve 2026-11" in again.stderr
    assert not (workspace / "outbox").exists()


def test_what_a_killed_run_left_can_be_resolved(
    workspace: Path, run: Callable[..., Result]
) -> None:
    die_with_the_last_ones_on_their_way(workspace)
    run("send", "2026-11", "--yes")
    run("resolve", "2026-11", "--resend", "--yes")
    assert run("send", "2026-11", "--yes").exit_code == 0
    assert len(list((workspace / "outbox" / "new").iterdir())) == 2
