"""Refusals at RCPT that are about the sender or the way, not about the reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.delivery.answers.causes import Cause
from tests.delivery.oracle import Run, hold, last_words, rows, settle
from tests.delivery.test_fault_table import at, only
from tests.hostile import Action, Decide, hostile

TLS, DOMAIN, SENDER = Cause.TLS, Cause.DOMAIN, Cause.SENDER
HELLO, CLIENT, LIMIT, LOGIN = Cause.HELLO, Cause.CLIENT, Cause.LIMIT, Cause.LOGIN
ACCOUNT = Cause.ACCOUNT

ABOUT_US: dict[str, tuple[Cause | None, str]] = {
    "553 5.7.1 <news@example.org>: Sender address rejected: not owned by user ada": (SENDER, "from"),
    "550 5.7.60 SMTP; Client does not have permissions to send as this sender": (SENDER, "from"),
    "554 5.2.252 SendAsDenied; ada@example.org not allowed to send as news@example.org":
        (SENDER, "from"),
    "550-Verification failed for <news@example.org>\r\n550-Unrouteable address\r\n"
    "550 Sender verify failed": (SENDER, "from"),
    "553 5.1.8 <news@example.org>... Domain of sender address does not exist": (SENDER, "from"),
    "451 Could not complete sender verify callout": (SENDER, "from"),
    "553 5.1.7 bad sender": (SENDER, "from"),
    "530 5.7.0 Authentication required": (LOGIN, "user"),
    "530 Login first": (LOGIN, "user"),
    "550 relay not permitted": (LOGIN, "user"),
    "554 5.7.1 <{who}>: Relay access denied": (LOGIN, "user"),
    "454 4.7.1 <{who}>: Relay access denied": (LOGIN, "user"),
    "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain": (LOGIN, "user"),
    "550 5.7.1 <{who}>... Relaying denied. Proper authentication required.": (LOGIN, "user"),
    "554 5.7.1 <unknown[127.0.0.1]>: Client host rejected: Access denied": (CLIENT, "block"),
    "554 5.7.1 Service unavailable; Client host [127.0.0.1] blocked using zen.spamhaus.org":
        (CLIENT, "block"),
    "450 4.7.1 Client host rejected: cannot find your reverse hostname, [127.0.0.1]":
        (CLIENT, "block"),
    "550 5.7.25 no name for 127.0.0.1": (CLIENT, "block"),
    "550 5.7.1 The IP address sending this message does not have a PTR record": (CLIENT, "block"),
    "530 5.7.0 Must issue a STARTTLS command first": (TLS, "transport"),
    "550 5.4.5 Daily user sending limit exceeded. {n}": (LIMIT, "limits"),
    "550 5.7.1 You have exceeded your daily limit of messages": (LIMIT, "limits"),
    "452 4.5.3 Too many messages from this account in an hour": (LIMIT, "limits"),
    "452 4.5.3 Error: too many recipients": (LIMIT, "limits"),
    "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException": (LIMIT, "limits"),
    "550-Requested action not taken: mailbox unavailable\r\n550 Mail send limit exceeded.":
        (LIMIT, "limits"),
    "550 5.1.8 Access denied, bad outbound sender AS(42004)": (ACCOUNT, "log in at your mail host"),
    "504 5.5.2 <box>: Helo command rejected: need fully-qualified hostname": (HELLO, "host name"),
    "550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)": (HELLO, "host name"),
    "550 5.7.26 Unauthenticated email from example.org is not accepted due to DMARC policy":
        (DOMAIN, "SPF"),
    "550 5.7.23 The message was rejected because of an SPF violation": (DOMAIN, "SPF"),
    "554 5.7.1 id=a{n}-Kx Content filter has refused mail for {who}": (None, "mail host"),
    "550 Administrative prohibition": (None, "mail host"),
    "550 5.7.1 Command rejected ({n}.{who})": (None, "mail host"),
}  # fmt: skip
"""What servers say to everybody, `{who}` and `{n}` of their own; what it means; a word of advice."""


def saying(text: str) -> Decide:
    """Return a server that says a text to every RCPT, with the recipient and a number in it."""
    count = iter(range(10**6))

    def decide(phase: str, who: str, _connection: int, _done: int) -> Action:
        return text.format(who=who, n=f"{next(count) * 7919:x}9") if phase == "RCPT" else None

    return decide


@pytest.mark.parametrize("said", list(ABOUT_US))
def test_what_is_about_us_stops_it_after_a_few_and_is_held_against_nobody(
    workspace: Path, run: Run, said: str
) -> None:
    _, advice = ABOUT_US[said]
    _stops_and_is_sent_when_mended(workspace, run, said, advice, 40)


@pytest.mark.parametrize("said", list(ABOUT_US)[::7])
def test_it_stops_as_early_for_many_readers(workspace: Path, run: Run, said: str) -> None:
    _, advice = ABOUT_US[said]
    _stops_and_is_sent_when_mended(workspace, run, said, advice, 500)


def _stops_and_is_sent_when_mended(
    workspace: Path, run: Run, said: str, advice: str, readers: int
) -> None:
    asked: list[str] = []
    says = saying(said)

    def decide(phase: str, who: str, connection: int, done: int) -> Action:
        asked.extend([who] if phase == "RCPT" else [])
        return says(phase, who, connection, done)

    with hostile(decide) as server:
        emails = settle(workspace, server.port, readers=readers)
        result = run("send", "2026-11", "--yes")
        words = last_words(result)
        assert result.exit_code == 1
        assert "Stopped: the s" in words
        assert advice in words.partition("Hint: ")[2]
        assert "nobody was marked for it" in words
        assert len(set(asked)) <= 9  # three, and what was on its way on three connections
        assert {row["state"] for row in rows(run)} == {"pending"}
        hold(run, server, emails, {"pending": readers})
        server.decide = lambda *_: None
        settings = workspace / "newsletter.toml"
        text = settings.read_text("utf-8").replace("<news@example.org>", "<ada@example.org>")
        settings.write_text(text, "utf-8")
        assert run("compose", "2026-11", "2026-10-quiet-rooms").exit_code == 0
        assert run("send", "2026-11", "--yes").exit_code == 0
        hold(run, server, emails, {"accepted": readers})


def test_to_keep_going_is_not_to_burn_a_list_at_a_server_that_takes_nothing(
    workspace: Path, run: Run
) -> None:
    with hostile(saying("554 5.7.1 <{who}>: Relay access denied")) as server:
        emails = settle(workspace, server.port, readers=40)
        assert run("send", "2026-11", "--yes", "--keep-going").exit_code == 1
        hold(run, server, emails, {"pending": 40})
        server.decide = at("RCPT", "554 5.7.1 Relay access denied", only(*range(5)))
        assert run("send", "2026-11", "--yes").exit_code == 1
        hold(run, server, emails, {"pending": 40})
        assert run("send", "2026-11", "--yes", "--keep-going").exit_code == 1
        hold(run, server, emails, {"refused": 5, "accepted": 35})


@pytest.mark.parametrize("phase", ["RCPT", "DATA", "dot"])
def test_a_trial_of_two_is_not_burnt_either(workspace: Path, run: Run, phase: str) -> None:
    with hostile(at(phase, "553 5.7.1 Sender address rejected: not owned by user")) as server:
        emails = settle(workspace, server.port, readers=12)
        result = run("send", "2026-11", "--yes", "--limit", "2")
        assert result.exit_code == 1
        assert "Stopped: the server does not take mail from this sender's address" in result.stderr
        hold(run, server, emails, {"pending": 12})


def test_a_limit_that_is_reached_on_the_way_is_held_against_nobody(
    workspace: Path, run: Run
) -> None:
    full: list[str] = []

    def decide(phase: str, who: str, _connection: int, _done: int) -> Action:
        if phase == "RCPT" and len(full) >= 30:
            return "550 5.4.5 Daily user sending limit exceeded"
        full.extend([who] if phase == "dot" else [])
        return None

    with hostile(decide) as server:
        emails = settle(workspace, server.port, readers=80)
        result = run("send", "2026-11", "--yes")
        assert "Stopped: the sending limit of the account is reached: 550 5.4.5" in result.stderr
        accepted = len(server.journal)
        hold(run, server, emails, {"accepted": accepted, "pending": 80 - accepted})
        full.clear()
        server.decide = lambda *_: None
        assert run("send", "2026-11", "--yes").exit_code == 0
        hold(run, server, emails, {"accepted": 80})


def test_what_nobody_understands_at_the_end_of_a_mailing_is_held_against_nobody(
    workspace: Path, run: Run
) -> None:
    taken: list[str] = []

    def decide(phase: str, who: str, _connection: int, _done: int) -> Action:
        taken.extend([who] if phase == "dot" else [])
        return "550 Administrative prohibition" if phase == "RCPT" and len(taken) >= 8 else None

    with hostile(decide) as server:
        emails = settle(workspace, server.port, readers=12, extra="connections = 1")
        result = run("send", "2026-11", "--yes")
        assert "Stopped: the server refuses one reader like the other: 550" in result.stderr
        hold(run, server, emails, {"accepted": 8, "pending": 4})
        server.decide = lambda *_: None
        assert run("send", "2026-11", "--yes").exit_code == 0
        hold(run, server, emails, {"accepted": 12})


def test_a_summary_that_nobody_got_is_not_called_sent(workspace: Path, run: Run) -> None:
    with hostile(saying("554 5.7.1 Relay access denied")) as server:
        settle(workspace, server.port, readers=12)
        assert run("send", "2026-11", "--yes").exit_code == 1
    (workspace / "issues/2026-11.md").unlink()
    assert run("compose", "2026-12", "2026-10-quiet-rooms").exit_code == 0
    assert "already-sent" not in run("check", "2026-12", "--json").stdout
