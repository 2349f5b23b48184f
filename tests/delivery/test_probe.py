"""What a mail server would say to a mailing, found out before: at `test` and `--at`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.terminal import terminal
from tests.delivery.oracle import Run, last_words, settle, states
from tests.delivery.test_fault_table import at, only
from tests.hostile import Action, Hostile, hostile

LATER = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d %H:%MZ}"
SENDERS = "550 5.7.1 Sender address rejected: not owned by user"


def with_bounces(workspace: Path) -> None:
    file = workspace / "newsletter.toml"
    file.write_text(f'{file.read_text("utf-8")}\n[bounces]\naddress = "b@example.org"\n', "utf-8")


def senders(server: Hostile) -> set[str]:
    """Return the envelopes' senders, a token as TOKEN."""
    said = [line for line in server.heard if line.startswith("MAIL")]
    return {re.sub(r"\+[a-z2-7]{24}@", "+TOKEN@", line[10:]) for line in said}


def test_a_mailing_for_later_asks_with_the_real_envelope_and_resets(
    workspace: Path,
) -> None:
    with hostile(lambda *_: None) as server:
        settle(workspace, server.port, readers=12)
        with_bounces(workspace)
        with terminal(workspace, "send", "2026-11", "--at", LATER, "--yes") as screen:
            screen.wait_for("2026-11 goes off in ")
            said = [line for line in server.heard if not line.startswith(("EHLO", "MAIL"))]
            assert said == ["RCPT TO:<reader0000@example.org>", "RSET", "QUIT"]
            assert senders(server) == {"<b+TOKEN@example.org>"}
        assert server.journal == []


@pytest.mark.parametrize(
    ("phase", "said", "words"),
    [
        ("MAIL", SENDERS, "the server takes no mail from us: 550 5.7.1 Sender address rejected"),
        ("RCPT", SENDERS, "the server does not take mail from this sender's address: 550 5.7.1"),
        ("RCPT", "454 4.7.1 Relay access denied", "the server wants a login before it passes"),
        ("RCPT", "550 5.7.1 no", "the server refuses one reader like the other: 550 5.7.1 no"),
        ("RCPT", "421 4.3.2 closing", "the server closes the connection: 421 4.3.2 closing"),
    ],
)
def test_what_would_be_refused_at_night_is_said_before_the_wait_and_with_the_test(
    workspace: Path, run: Run, phase: str, said: str, words: str
) -> None:
    def decide(where: str, who: str, connection: int, done: int) -> Action:
        return None if who == "me@example.org" else at(phase, said)(where, who, connection, done)

    with hostile(decide) as server:
        settle(workspace, server.port, readers=12)
        later = run("send", "2026-11", "--at", LATER, "--yes")
        assert later.exit_code == 1
        assert f"the mailing could not go off now: {words}" in last_words(later)
        assert server.journal == []
        assert not (workspace / "mailings.csv").exists()
        test = run("test", "2026-11", "--to", "me@example.org")
        assert test.exit_code == 1
    if phase == "RCPT":
        assert f"the mailing would be refused: {words}" in last_words(test)
        assert [who for who, _ in server.journal] == ["me@example.org"]


@pytest.mark.parametrize(
    "said", ["550 5.1.1 no such user", "450 4.2.0 Greylisted", "550 5.7.1 not from lists"]
)
def test_what_is_about_one_reader_is_in_nobodys_way(workspace: Path, run: Run, said: str) -> None:
    with hostile(at("RCPT", said, only(0))) as server:
        settle(workspace, server.port, readers=12)
        result = run("test", "2026-11", "--to", "reader0005@example.org")
        assert result.exit_code == 0, result.stderr
        assert [who for who, _ in server.journal] == ["reader0005@example.org"]
        assert server.heard[-3:] == ["RCPT TO:<reader0001@example.org>", "RSET", "QUIT"]


def test_a_test_has_the_kind_of_sender_that_the_mailing_has_and_makes_no_ledger(
    workspace: Path, run: Run
) -> None:
    with hostile(lambda *_: None) as server:
        settle(workspace, server.port, readers=12)
        assert run("test", "2026-11", "--to", "me@example.org").exit_code == 0
        assert senders(server) == {"<news@example.org>"}
        server.heard.clear()
        with_bounces(workspace)
        assert run("test", "2026-11", "--to", "me@example.org").exit_code == 0
        assert senders(server) == {"<b+TOKEN@example.org>"}
    assert list((workspace / ".newsletter").glob("*")) == []


def test_a_test_that_is_refused_for_our_sake_says_what_to_do(workspace: Path, run: Run) -> None:
    with hostile(at("RCPT", "554 5.7.1 <me@example.org>: Relay access denied")) as server:
        settle(workspace, server.port, readers=12)
        result = run("test", "2026-11", "--to", "me@example.org")
    assert result.exit_code == 1
    assert "set `user` in newsletter.toml" in last_words(result)


def test_a_mailing_that_goes_on_later_asks_for_those_who_are_left(
    workspace: Path, run: Run
) -> None:
    with hostile(lambda *_: None) as server:
        settle(workspace, server.port, readers=12)
        with_bounces(workspace)
        assert run("send", "2026-11", "--yes", "--limit", "5").exit_code == 75
        server.decide = at("RCPT", SENDERS)
        server.heard.clear()
        result = run("send", "2026-11", "--yes", "--at", LATER)
        assert "could not go off now: the server does not take mail from this" in result.stderr
        assert "RCPT TO:<reader0005@example.org>" in server.heard
        assert senders(server) == {"<b+TOKEN@example.org>"}
        assert states(run) == {"accepted": 5, "pending": 7}
