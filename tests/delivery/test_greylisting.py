"""A server that defers everybody at first, and what a run says of whom it marked."""

from __future__ import annotations

from pathlib import Path

from newsletter.settings.timing import Timing
from tests.delivery.oracle import Run, hold, last_words, number, settle, states
from tests.delivery.test_fault_table import at
from tests.delivery.test_kill import make_due
from tests.hostile import Action, hostile


def test_a_run_that_stays_waits_through_greylisting(workspace: Path, run: Run) -> None:
    seen: set[str] = set()

    def grey(phase: str, who: str, _connection: int, _done: int) -> Action:
        if phase != "RCPT" or who in seen:
            return None
        seen.add(who)
        return "450 4.2.0 Recipient address rejected: Greylisted, see http://postgrey.example/{n}"

    with hostile(grey) as server:
        emails = settle(workspace, server.port, readers=120)
        result = run("send", "2026-11", "--yes", "--wait", timing=Timing(first_retry=1.0))
        assert result.exit_code == 0, result.stderr
        hold(run, server, emails, {"accepted": 120})


def test_a_plain_run_says_how_many_are_deferred_and_until_when(workspace: Path, run: Run) -> None:
    with hostile(at("RCPT", "451 4.7.1 Greylisting in action, try again later")) as server:
        emails = settle(workspace, server.port, readers=60)
        result = run("send", "2026-11", "--yes")
        words = last_words(result)
        assert result.exit_code == 1
        assert "Stopped: 21 deferred of the last 21 attempts" in words
        counts = states(run)
        hold(run, server, emails, counts)
        assert f"this run marked {counts['deferred']} deferred" in words
        assert "nobody was marked" not in words
        assert "The deferred ones can be tried again from " in words
        make_due(workspace)
        server.decide = lambda *_: None
        assert run("send", "2026-11", "--yes").exit_code == 0
        hold(run, server, emails, {"accepted": 60})


def test_whom_a_run_marked_that_gave_up_is_said(workspace: Path, run: Run) -> None:
    timing = Timing(first_wait=0.01, trouble_limit=0.1)
    some = at("RCPT", "450 4.2.1 later", lambda who, *_: number(who) < 5)
    closing = at("RCPT", "421 4.7.0 too many errors", lambda who, *_: number(who) >= 5)
    with hostile(lambda *each: some(*each) or closing(*each)) as server:
        settle(workspace, server.port, readers=12)
        words = last_words(run("send", "2026-11", "--yes", timing=timing))
    assert "Run it again in a few minutes; this run marked 5 deferred before." in words
