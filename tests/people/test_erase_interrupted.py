"""An erasure that meets a dead run, another process, or was stopped half-way."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from newsletter.audience.register.alias import alias_of
from newsletter.audience.register.event import Event, Kind
from newsletter.basics.address import Address
from newsletter.basics.errors import NewsletterError
from newsletter.basics.outcome import Outcome, Phase, State, Verdict
from newsletter.basics.tokens import Purpose, Signer
from newsletter.settings.timing import Timing
from newsletter.state.values import Settlement
from newsletter.tasks.message import issue_content
from newsletter.tasks.send.intake import Intake
from newsletter.workspace import Workspace, open_workspace
from tests.delivery.oracle import settle, states, write_list
from tests.people.months import Run
from tests.people.test_erase import erase, files
from tests.sink import DROP, Sink, running

ADA = Address("ada", "example.org")
TODAY = date(2026, 11, 2)
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def naming(workspace: Path) -> list[str]:
    return [file.name for file, octets in files(workspace).items() if b"ada@example" in octets]


def erase_in_the_ledger(opened: Workspace) -> None:
    """Do the first step of an erasure, and none of the others."""
    alias = alias_of(ADA.key, opened.keys()[0])
    event = Event(address=alias, kind=Kind.ERASE, reason="erased", source="test", at=NOW)
    with opened.ledger() as ledger:
        ledger.people.erase(ADA, event)


def test_a_token_that_leads_to_the_alias_by_then_completes_it(workspace: Path, run: Run) -> None:
    assert run("send", "2026-11", "--yes").exit_code == 0
    opened = open_workspace(workspace)
    with opened.ledger() as ledger:
        [mailing] = ledger.records.mailings()
        ada = ledger.records.delivery(mailing, ADA)
        assert ada is not None
    erase_in_the_ledger(opened)
    token = Signer(opened.keys()[0], mailing.uuid).token(Purpose.UNSUBSCRIBE, ada.id)
    assert "erasure" in erase(run, token)
    assert naming(workspace) == []
    assert "nothing else is kept" in erase(run, token)


def test_half_an_erasure_mails_nobody(workspace: Path, run: Run) -> None:
    erase_in_the_ledger(open_workspace(workspace))
    assert run("send", "2026-11", "--yes").exit_code == 0
    sent = [each.read_text() for each in (workspace / "outbox" / "new").iterdir()]
    assert [("To: Grace" in each, "ada@" in each) for each in sent] == [(True, False)]


def test_answers_that_a_dead_run_left_are_taken_up_without_their_words(
    workspace: Path, run: Run
) -> None:
    assert run("send", "2026-11", "--yes", "--limit", "1").exit_code == 75
    with open_workspace(workspace).ledger() as ledger:
        [mailing] = ledger.records.mailings()
        [waiting] = ledger.run.pending(mailing, after=0, limit=9)
        ledger.run.reserve(1)
        ledger.run.turn([], [waiting.id], NOW.timestamp())
        said = Outcome(Verdict.REFUSED, 550, "5.1.1", f"<{waiting.address}> left", Phase.RCPT)
        ledger.run.set_aside([Settlement(waiting.id, State.REFUSED, said, 4e9)])
    unwritten = workspace / ".newsletter" / "state.db.unwritten"
    who = str(waiting.address)
    assert who.encode() in unwritten.read_bytes()
    erase(run, who)
    assert not unwritten.exists()
    assert [file.name for file, octets in files(workspace).items() if who.encode() in octets] == []
    assert "@erased.invalid,refused,550,5.1.1,," in run("status", "2026-11", "--csv").stdout


def test_another_process_that_reads_the_ledger_is_named_and_then_it_goes_on(
    workspace: Path, run: Run
) -> None:
    assert run("send", "2026-11", "--yes").exit_code == 0
    other = sqlite3.connect(workspace / ".newsletter" / "state.db", isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM audience").fetchall()
    command = ("subscribers", "erase", "ada@example.org", "--yes")
    refused = run(*command, timing=Timing(busy=0.1))
    assert refused.exit_code == 1
    assert "another process reads the ledger, so its log cannot be emptied yet" in refused.stderr
    other.execute("COMMIT")
    other.close()
    assert "begun and not finished" in erase(run, "ada@example.org")
    assert naming(workspace) == []


def test_an_audience_that_was_read_before_is_not_frozen(workspace: Path, run: Run) -> None:
    (workspace / "subscribers.csv").write_text("email\ngrace@example.net\n")
    opened = open_workspace(workspace)
    content, _sources = issue_content(opened, "2026-11")
    with opened.ledger() as ledger:
        joined = Event(
            address=ADA,
            kind=Kind.CONFIRM,
            reason="",
            source="page",
            at=NOW,
            evidence={"consent": {"basis": "express"}},
        )
        ledger.people.add([joined])
        intake = Intake(opened, ledger, TODAY)
        assert intake.read(content).mailable == 2
        erase(run, "ada@example.org")
        with pytest.raises(NewsletterError, match="the list has changed since it was checked"):
            intake.freeze(content, "", NOW)
    assert naming(workspace) == []


@pytest.mark.parametrize("restored", [False, True])
def test_an_uncertain_delivery_of_somebody_erased_is_never_sent_again(
    workspace: Path, run: Run, *, restored: bool
) -> None:
    """Also where a restore lifted the alias: no server is offered an address that is nobody's."""
    lost = {"ada@example.org", "grace@example.net"}
    sink = Sink(dot=lambda who, _: DROP if who in lost else "250 2.0.0 Ok")
    with running(sink):
        settle(workspace, sink.port, readers=0, extra="connections = 1")
        write_list(workspace, sorted(lost))
        assert run("send", "2026-11", "--yes").exit_code == 1
        erase(run, "ada@example.org")
        if restored:
            back = run("subscribers", "restore", "ada@example.org", "--reason", "asked to")
            assert back.exit_code == 0
        lost.clear()
        again = run("resolve", "2026-11", "--resend", "--yes")
        assert run("send", "2026-11", "--yes").exit_code == 0
    assert again.stderr.splitlines()[-3:] == [
        "1 will be sent again.",
        "Excluded, because they were erased: 1.",
        "Next: newsletter send 2026-11",
    ]
    assert sink.recipients == ["grace@example.net"]
    assert not any("erased" in line for line in sink.commands)
    assert states(run) == {"accepted": 1, "excluded": 1}
