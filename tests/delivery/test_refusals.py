"""What a refusal is about, by its words."""

from __future__ import annotations

import re

import pytest

from newsletter.basics.address import Address
from newsletter.basics.outcome import Outcome, Phase, Reply, Verdict
from newsletter.delivery.answers.breakers import Breakers
from newsletter.delivery.answers.causes import Cause, cause_of, is_bad_address
from newsletter.delivery.answers.readers import likeness
from tests.delivery.test_about_us import ABOUT_US


def reply_of(text: str) -> Reply:
    match = re.match(r"(\d+) (?:([45]\.\d+\.\d+) )?(.*)", " ".join(text.split("\r\n")[-1:]))
    assert match
    words = re.sub(r"\r\n\d+[ -]", " ", text)[4:]
    return Reply(int(match[1]), match[2] or "", words.removeprefix(match[2] or "").strip())


@pytest.mark.parametrize(("said", "cause"), [(said, each[0]) for said, each in ABOUT_US.items()])
def test_the_words_say_what_is_wrong(said: str, cause: Cause | None) -> None:
    assert cause_of(reply_of(said.replace("{n}", "7").replace("{who}", "ada@example.org"))) is cause


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("554 5.7.1 <{who}>: Recipient address rejected: Policy Rejection- Sender quota exceeded",
         Cause.LIMIT),
        ("450 4.7.1 <{who}>: Sender address rejected: Message rate limit exceeded", Cause.LIMIT),
        ("451 Sender rate 120.0 / 1h exceeds limit", Cause.LIMIT),
        ("550 5.7.1 Daily SMTP relay limit exceeded for customer. - gsmtp", Cause.LIMIT),
        ("550 5.7.1 Message rejected. Outgoing limit for mailbox {who} exceeded", Cause.LIMIT),
        ("550 The account has exceeded the number of emails it can send per hour", Cause.LIMIT),
        ("535 {who} has exceeded the number of relays allowed", Cause.LIMIT),
        ("550 5.1.90 Your message can't be sent because of your daily recipients", Cause.LIMIT),
        ("550 Maximum credits exceeded", Cause.LIMIT),
        ("550 5.7.705 Access denied, tenant has exceeded threshold", Cause.ACCOUNT),
        ("550 5.4.6 Outgoing blocked. Reach support", Cause.ACCOUNT),
        ("550 5.4.6 Unusual sending activity detected. Please try after sometime", Cause.ACCOUNT),
        ("554 Message rejected: Sending paused for this account.", Cause.ACCOUNT),
        ("550 Sender account suspended: outgoing mail has been suspended", Cause.ACCOUNT),
        ("554 5.7.0 Your account has been temporarily disabled for sending due to abuse",
         Cause.ACCOUNT),
        ("550 5.7.1 Your SMTP account is not yet activated", Cause.ACCOUNT),
        ("554 Your account is pending approval", Cause.ACCOUNT),
        ("535 5.7.139 SmtpClientAuthentication is disabled for the Tenant", Cause.ACCOUNT),
        ("421 Domain example.org is not allowed to send: The domain is unverified", Cause.ACCOUNT),
        ("553 Relaying disallowed as {who}", Cause.LOGIN),
        ("550 5.7.1 Invalid credentials for relay [203.0.113.9]", Cause.LOGIN),
        ("535 5.7.8 no", Cause.LOGIN),
        ("554 The 'From' address you supplied is not a Sender Signature on your account",
         Cause.SENDER),
        ("550 5.7.0 From address is not one of your addresses", Cause.SENDER),
        ("525 5.7.1 Unauthorized IP address. Please authorise it", Cause.CLIENT),
        ("554 IP=203.0.113.9 - Dialup/transient IP not allowed. (DYN)", Cause.CLIENT),
    ],
)  # fmt: skip
def test_mail_hosts_say_it_in_words_of_their_own(said: str, cause: Cause) -> None:
    assert cause_of(reply_of(said.replace("{who}", "ada@example.org"))) is cause


@pytest.mark.parametrize(
    "said",
    [
        "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required",
        "550 5.7.124 not authorized; the sender was not in the group's allowed senders list",
        "550 This account has been suspended",
        "554 5.7.1 <ada@example.org>: Recipient address rejected: account suspended",
        "552 5.2.2 The mailbox is over quota; try sending again later",
        "552 5.3.4 Message size exceeds fixed maximum message size",
        "550 5.7.1 This message has been blocked because it contains a URL listed at SURBL",
        "550 5.1.1 <spf@example.org>: User unknown in relay recipient table",
        "550 5.7.1 not here",
        "452 4.2.2 The mailbox is over quota",
        "552 5.2.2 User has exceeded quota",
        "552 user quota exceeded",
        "550 5.2.2 over the limit",
        "552 5.2.2 user has exceeded the quota of the mailbox",
        "450 4.2.0 <ada@example.org>: Recipient address rejected: Greylisted",
        "451 4.7.1 Greylisting in action, please try again later",
        "451 4.7.1 Client host greylisted by policy, your IP is not known yet",
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
        ('550 No Such User Here"', True),
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
        ([refused("451 4.7.1 Try again later")] * 20, False, False),
        ([refused("450 4.7.1 Access denied")] * 3, False, True),
        ([refused("450 4.7.1 Access denied")] * 3, True, False),
        ([refused("552 5.2.2 mailbox full")] * 3, False, False),
    ],
)
def test_alike_refusals_count_while_nothing_was_accepted_and_a_known_cause_always(
    outcomes: list[Outcome], before: bool, stops: bool
) -> None:
    breakers = Breakers(connections=1, keep_going=False, accepted_before=before)
    ada = Address("ada", "example.org")
    assert any(breakers.note(each, ada) is not None for each in outcomes) is stops


@pytest.mark.parametrize(
    ("said", "stops"),
    [
        (["550 5.4.6 Outgoing blocked. Reach support"], True),
        (["550 5.7.1 You have reached the limit of your sending quota"], True),
        (["550 Administrative prohibition"] * 3, True),
        (["550 Administrative prohibition"] * 2, False),
        (["550 5.7.1 no", "550 5.7.1 never", "550 5.4.1 not here"], False),
        (["550 5.1.1 no such user"] * 4, False),
    ],
)
def test_the_last_of_a_mailing_are_not_refused_for_an_account_that_may_not_send(
    said: list[str], stops: bool
) -> None:
    breakers = Breakers(connections=1, keep_going=False)
    breakers.note(ACCEPTED, Address("ada", "example.org"))
    assert (breakers.at_the_end([refused(each) for each in said]) is not None) is stops
