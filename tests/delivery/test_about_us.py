"""Refusals at RCPT that are about the sender or the way, not about the reader."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter.address import Address
from newsletter.delivery import policy
from newsletter.delivery.refusals.breakers import Breakers
from newsletter.delivery.refusals.causes import Cause, cause_of, is_bad_address
from newsletter.delivery.refusals.readers import likeness
from newsletter.outcome import Outcome, Phase, Reply, Verdict
from tests.delivery.oracle import Run, hold, last_words, number, rows, settle, states
from tests.delivery.test_fault_table import at, only
from tests.delivery.test_kill import make_due
from tests.hostile import Action, Decide, hostile

TLS, DOMAIN, SENDER = Cause.TLS, Cause.DOMAIN, Cause.SENDER
HELLO, CLIENT, LIMIT, LOGIN = Cause.HELLO, Cause.CLIENT, Cause.LIMIT, Cause.LOGIN

ABOUT_US: dict[str, tuple[Cause | None, str]] = {
    "553 5.7.1 <news@example.org>: Sender address rejected: not owned by user ada": (SENDER, "from"),
    "550 5.7.60 SMTP; Client does not have permissions to send as this sender": (SENDER, "from"),
    "554 5.2.252 SendAsDenied; ada@example.org not allowed to send as news@example.org":
        (SENDER, "from"),
    "550-Verification failed for <news@example.org>\r\n550-Unrouteable address\r\n"
    "550 Sender verify failed": (SENDER, "from"),
    "553 5.1.8 <news@example.org>... Domain of sender address does not exist": (SENDER, "from"),
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


def reply_of(text: str) -> Reply:
    match = re.match(r"(\d+) (?:([45]\.\d+\.\d+) )?(.*)", " ".join(text.split("\r\n")[-1:]))
    assert match
    words = re.sub(r"\r\n\d+[ -]", " ", text)[4:]
    return Reply(int(match[1]), match[2] or "", words.removeprefix(match[2] or "").strip())


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


@pytest.mark.parametrize(("said", "cause"), [(said, each[0]) for said, each in ABOUT_US.items()])
def test_the_words_say_what_is_wrong(said: str, cause: Cause | None) -> None:
    assert cause_of(reply_of(said.replace("{n}", "7").replace("{who}", "ada@example.org"))) is cause


@pytest.mark.parametrize(
    "said",
    [
        "550 5.1.1 <spf@example.org>: User unknown in relay recipient table",
        "550 5.7.1 not here",
        "452 4.2.2 The mailbox is over quota",
        "552 5.2.2 user has exceeded the quota of the mailbox",
        "450 4.2.0 <ada@example.org>: Recipient address rejected: Greylisted",
        "451 4.7.1 Greylisting in action, please try again later",
        "450 4.1.1 User unknown in relay recipient table",
        "550 No such user here",
        "450 4.2.1 The user you are trying to contact is receiving mail too quickly",
        "454 4.7.0 Throttling failure: slow down",
    ],
)
def test_what_is_about_one_reader_or_later_is_no_cause_of_ours(said: str) -> None:
    assert cause_of(reply_of(said)) is None


@pytest.mark.parametrize(
    ("said", "bad"),
    [
        ("550 Unrouteable address", True),
        ("550 Unknown user", True),
        ("550 <ada@example.org>: No such user here", True),
        ("553 sorry, no mailbox here by that name (#5.1.1)", True),
        ("550 5.7.1 Unknown user", False),
        ("450 Unrouteable address", False),
        ("554 No such user here", False),
        ("550 Unknown user or the sender is blocked", False),
        ("550 Verification failed for <news@example.org> Unrouteable address Sender verify failed",
         False),
        ("550 5.1.1 <news@example.org>: Sender address rejected: User unknown", False),
    ],
)  # fmt: skip
def test_servers_without_enhanced_codes_say_in_words_that_nobody_is_there(
    said: str, bad: bool
) -> None:
    reply = reply_of(said)
    verdict = Verdict.REFUSED if reply.code >= 500 else Verdict.DEFERRED
    outcome = Outcome(verdict, reply.code, reply.enhanced, reply.text, Phase.RCPT)
    assert is_bad_address(outcome) is bad


def refused(text: str) -> Outcome:
    reply = reply_of(text)
    verdict = Verdict.DEFERRED if reply.code < 500 else Verdict.REFUSED
    return Outcome(verdict, reply.code, reply.enhanced, reply.text, Phase.RCPT)


def test_refusals_are_alike_that_differ_in_an_address_a_number_or_a_queues_id() -> None:
    said = "550 5.7.1 <{}@{}>: not for {} at {} ({}); see 4bXqPz{}, or id qXzKvW"
    alike = {
        likeness(refused(said.format(who, where, who, where, n, n)), who, where)
        for n, (who, where) in enumerate([("ada", "a.example"), ("Grace.Hopper", "b.example")])
    }
    assert len(alike) == 1
    assert likeness(refused("550 5.7.1 no")) != likeness(refused("550 5.7.1 never"))
    assert likeness(refused("550 5.7.1 no")) != likeness(refused("554 5.7.1 no"))


ACCEPTED = Outcome(Verdict.ACCEPTED, 250)
NO, RELAY, DENIED = (
    refused("550 5.7.1 no"), refused("550 relay not permitted"),
    refused("454 4.7.1 Relay access denied"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("outcomes", "before", "stops"),
    [
        ([NO, NO, NO], False, True),
        ([NO, NO, NO], True, False),
        ([NO, NO, *[ACCEPTED] * 9, NO, NO, NO], False, False),
        ([RELAY, RELAY, RELAY], True, True),
        ([ACCEPTED, RELAY, RELAY, RELAY], False, True),
        ([RELAY, RELAY, *[ACCEPTED] * 9, RELAY, RELAY], False, False),
        ([DENIED, DENIED, DENIED], True, True),
        ([ACCEPTED, DENIED, DENIED, DENIED], False, False),
        ([refused("450 4.2.0 Greylisted")] * 20, False, False),
        ([refused("552 5.2.2 mailbox full")] * 3, False, False),
    ],
)
def test_alike_refusals_count_while_nothing_was_accepted_and_a_known_cause_always(
    outcomes: list[Outcome], before: bool, stops: bool
) -> None:
    breakers = Breakers(connections=1, keep_going=False, accepted_before=before)
    ada = Address("ada", "example.org")
    assert any(breakers.note(each, ada) is not None for each in outcomes) is stops


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


def test_a_trial_of_two_is_not_burnt_either(workspace: Path, run: Run) -> None:
    with hostile(saying("553 5.7.1 Sender address rejected: not owned by user")) as server:
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


def test_a_summary_that_nobody_got_is_not_called_sent(workspace: Path, run: Run) -> None:
    with hostile(saying("554 5.7.1 Relay access denied")) as server:
        settle(workspace, server.port, readers=12)
        assert run("send", "2026-11", "--yes").exit_code == 1
    (workspace / "issues/2026-11.md").unlink()
    assert run("compose", "2026-12", "2026-10-quiet-rooms").exit_code == 0
    assert "already-sent" not in run("check", "2026-12", "--json").stdout


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


def test_a_run_that_stays_waits_through_greylisting(
    workspace: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "FIRST_RETRY", 1.0)
    seen: set[str] = set()

    def grey(phase: str, who: str, _connection: int, _done: int) -> Action:
        if phase != "RCPT" or who in seen:
            return None
        seen.add(who)
        return "450 4.2.0 Recipient address rejected: Greylisted, see http://postgrey.example/{n}"

    with hostile(grey) as server:
        emails = settle(workspace, server.port, readers=120)
        result = run("send", "2026-11", "--yes", "--wait")
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


def test_whom_a_run_marked_that_gave_up_is_said(
    workspace: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from newsletter.delivery import pace

    monkeypatch.setattr(pace.Patience, "FIRST", 0.01)
    monkeypatch.setattr(pace.Patience, "LIMIT", 0.1)
    some = at("RCPT", "450 4.2.1 later", lambda who, *_: number(who) < 5)
    closing = at("RCPT", "421 4.7.0 too many errors", lambda who, *_: number(who) >= 5)
    with hostile(lambda *each: some(*each) or closing(*each)) as server:
        settle(workspace, server.port, readers=12)
        words = last_words(run("send", "2026-11", "--yes"))
    assert "Run it again in a few minutes; this run marked 5 deferred before." in words
