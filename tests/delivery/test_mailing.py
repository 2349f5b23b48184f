from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.audience.list.listfile import Member
from newsletter.audience.list.subscriber import Subscriber
from newsletter.audience.register.event import Event, Kind
from newsletter.basics.address import Address, parse_address
from newsletter.basics.errors import NewsletterError
from newsletter.basics.outcome import Outcome, Phase, State, Verdict
from newsletter.basics.tokens import Key
from newsletter.delivery.mailing import Course, Result, freeze, send
from newsletter.settings.timing import Timing
from newsletter.settings.values import Durability, Rate, Scheme, TransportUrl
from newsletter.state.ledger import LedgerUnusable
from newsletter.state.sqlite import SqliteLedger
from newsletter.state.values import Mailing
from newsletter.transport.base import Transport
from newsletter.transport.smtp import SmtpTransport
from tests.message.test_message import CONTENT
from tests.sink import DROP, Sink, running

KEY = Key(b"k" * 32)
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqliteLedger]:
    ledger = SqliteLedger(tmp_path / "state.db", durability=Durability.NORMAL, keys=[KEY])
    yield ledger
    ledger.close()


def members(*emails: str) -> list[Member]:
    return [
        Member(Subscriber(parse_address(email), "", {"email": email}), line, None)
        for line, email in enumerate(emails, start=2)
    ]


def readers(count: int) -> list[str]:
    return [f"reader{number:04}@example.org" for number in range(count)]


def frozen(ledger: SqliteLedger, emails: Sequence[str]) -> Mailing:
    return freeze(ledger.records, CONTENT, members(*emails), key=KEY, sources="", now=NOW)


def over(
    ledger: SqliteLedger,
    mailing: Mailing,
    sink: Sink | Transport,
    *,
    connections: int = 3,
    rates: Sequence[Rate] = (),
    limit: int | None = None,
    keep_going: bool = False,
    timing: Timing = Timing(),
) -> Result:
    transport = sink
    if isinstance(sink, Sink):
        url = TransportUrl(scheme=Scheme.SMTP, host="127.0.0.1", port=sink.port)
        transport = SmtpTransport(url, None)
    assert not isinstance(transport, Sink)
    course = Course(
        transport=transport,
        connections=connections,
        rates=rates,
        limit=limit,
        keep_going=keep_going,
        timing=timing,
    )
    return send(ledger, mailing, key=KEY, course=course, watch=lambda _: None)


def nonzero(result: Result) -> dict[State, int]:
    return {state: count for state, count in result.counts.items() if count}


@pytest.mark.parametrize("extensions", [("PIPELINING", "SIZE 1000000"), ("SIZE 1000000",)])
def test_everybody_gets_a_message_of_her_own_once(
    ledger: SqliteLedger, extensions: tuple[str, ...]
) -> None:
    emails = readers(50)
    mailing = frozen(ledger, emails)
    with running(Sink(extensions=extensions)) as sink:
        result = over(ledger, mailing, sink)
    assert sorted(sink.recipients) == emails
    assert len({message for _, message in sink.journal}) == 50
    assert all(f"To: {who}\r\n".encode() in message for who, message in sink.journal)
    assert nonzero(result) == {State.ACCEPTED: 50}
    assert (result.exit_code, result.mailing.state) == (0, "finished")


def test_the_servers_own_words_are_kept_for_each_reader(ledger: SqliteLedger) -> None:
    answers = {"b@example.org": "550 5.1.1 no such user", "c@example.org": "452 4.2.2 mailbox full"}
    mailing = frozen(ledger, ["a@example.org", "b@example.org", "c@example.org"])
    with running(Sink(rcpt=lambda who: answers.get(who, "250 2.1.5 Ok"))) as sink:
        result = over(ledger, mailing, sink)
    kept = [(r.email, r.state, r.code, r.enhanced, r.text) for r in ledger.records.of(mailing)]
    assert kept == [
        ("a@example.org", State.ACCEPTED, 250, "2.0.0", "Ok: queued as 1"),
        ("b@example.org", State.REFUSED, 550, "5.1.1", "no such user"),
        ("c@example.org", State.DEFERRED, 452, "4.2.2", "mailbox full"),
    ]
    assert result.exit_code == 75
    refusal = Outcome(Verdict.REFUSED, 550, "5.1.1", "no such user", Phase.RCPT)
    assert [(str(r.address), r.outcome) for r in ledger.records.refusals(mailing)] == [
        ("b@example.org", refusal)
    ]


@pytest.mark.parametrize("extensions", [("PIPELINING",), ("8BITMIME",)])
def test_one_bad_address_does_not_stop_the_others(
    ledger: SqliteLedger, extensions: tuple[str, ...]
) -> None:
    emails = readers(40)
    bad = set(emails[::20])
    mailing = frozen(ledger, emails)
    rcpt = lambda who: "550 5.1.1 no" if who in bad else "250 Ok"  # noqa: E731
    with running(Sink(extensions=extensions, rcpt=rcpt)) as sink:
        result = over(ledger, mailing, sink, connections=2)
    assert sorted(sink.recipients) == sorted(set(emails) - bad)
    assert nonzero(result) == {State.ACCEPTED: 38, State.REFUSED: 2}
    assert result.exit_code == 1


def test_a_connection_lost_after_the_dot_leaves_one_uncertain_and_never_sends_it_again(
    ledger: SqliteLedger,
) -> None:
    emails = readers(10)
    mailing = frozen(ledger, emails)
    drop_at = lambda who, number: DROP if number == 4 else f"250 2.0.0 {who}"  # noqa: E731
    with running(Sink(dot=drop_at)) as sink:
        first = over(ledger, mailing, sink, connections=1)
        second = over(ledger, mailing, sink, connections=1)
    assert nonzero(first) == nonzero(second) == {State.ACCEPTED: 9, State.UNCERTAIN: 1}
    assert len(sink.attempted) == 10
    assert (first.exit_code, second.exit_code) == (1, 1)


def test_a_421_between_messages_is_nobodys_fault(ledger: SqliteLedger) -> None:
    seen: Counter[str] = Counter()

    def mail(_: str) -> str:
        seen["mail"] += 1
        return "421 4.7.0 enough for one connection" if seen["mail"] % 4 == 0 else "250 Ok"

    mailing = frozen(ledger, readers(20))
    with running(Sink(mail=mail)) as sink:
        result = over(ledger, mailing, sink, connections=1)
    assert nonzero(result) == {State.ACCEPTED: 20}
    assert sorted(sink.recipients) == readers(20)


def test_a_421_to_the_dot_is_tried_again_and_deferred_at_the_third(ledger: SqliteLedger) -> None:
    dot = lambda who, n: "421 4.3.2 shutting down" if who.startswith("b") else f"250 {n}"  # noqa: E731
    mailing = frozen(ledger, ["a@example.org", "b@example.org", "c@example.org"])
    with running(Sink(dot=dot)) as sink:
        result = over(ledger, mailing, sink, connections=1)
    assert nonzero(result) == {State.ACCEPTED: 2, State.DEFERRED: 1}
    assert sink.attempted.count("b@example.org") == 3
    (second,) = ledger.records.of(mailing, [State.DEFERRED])
    assert [(each.state, each.code) for each in ledger.records.attempts(second.id)] == [
        (State.PENDING, 421),
        (State.PENDING, 421),
        (State.DEFERRED, 421),
    ]


def test_a_content_that_is_refused_three_times_stops_and_holds_it_against_nobody(
    ledger: SqliteLedger,
) -> None:
    mailing = frozen(ledger, readers(30))
    with running(Sink(dot=lambda *_: "554 5.7.1 looks like spam")) as sink:
        result = over(ledger, mailing, sink)
    assert nonzero(result) == {State.PENDING: 30}
    assert result.ending.stop is not None
    assert result.ending.stop.content
    assert (result.exit_code, result.mailing.state) == (1, "paused")
    assert len(sink.attempted) <= 3 + 3


def test_many_refusals_stop_the_mailing_unless_told_to_keep_going(ledger: SqliteLedger) -> None:
    emails = readers(300)
    rcpt = lambda who: "550 5.1.1 no" if int(who[6:10]) % 10 == 0 else "250 Ok"  # noqa: E731
    mailing = frozen(ledger, emails)
    with running(Sink(rcpt=rcpt)) as sink:
        stopped = over(ledger, mailing, sink)
        assert stopped.exit_code == 1
        assert 35 <= 300 - stopped.counts[State.PENDING] < 80
        going = over(ledger, mailing, sink, keep_going=True)
    assert nonzero(going) == {State.ACCEPTED: 270, State.REFUSED: 30}


@pytest.mark.parametrize(
    ("sink", "words"),
    [
        (Sink(hello="550 5.7.1 go away"), "refuses to talk to us: 550 5.7.1 go away"),
        (
            Sink(mail=lambda _: "550 5.1.8 bad sender"),
            "takes no mail from us: 550 5.1.8 bad sender",
        ),
        (Sink(extensions=("SIZE 500",)), "takes messages of up to 500 bytes"),
        (Sink(greeting=lambda _: "554 5.3.2 no service"), "does not greet: 554"),
    ],
)
def test_what_a_server_refuses_to_everybody_stops_before_anything_is_sent(
    ledger: SqliteLedger, sink: Sink, words: str
) -> None:
    mailing = frozen(ledger, readers(5))
    with running(sink):
        result = over(ledger, mailing, sink)
    assert nonzero(result) == {State.PENDING: 5}
    assert result.ending.stop is not None
    assert words in result.ending.stop.reason
    assert result.exit_code == 1
    assert sink.attempted == []


def test_a_server_in_trouble_is_given_time_and_then_up(ledger: SqliteLedger) -> None:
    timing = Timing(first_wait=0.05, trouble_limit=0.2)
    mailing = frozen(ledger, readers(5))
    with running(Sink(greeting=lambda _: "421 4.3.2 not now")) as sink:
        result = over(ledger, mailing, sink, timing=timing)
    assert nonzero(result) == {State.PENDING: 5}
    assert result.exit_code == 75
    assert 2 <= sink.connections <= 8


def test_trouble_that_passes_costs_nobody_anything(ledger: SqliteLedger) -> None:
    mailing = frozen(ledger, readers(5))
    greeting = lambda n: "421 4.3.2 not now" if n < 4 else "220 hello"  # noqa: E731
    with running(Sink(greeting=greeting)) as sink:
        result = over(ledger, mailing, sink, timing=Timing(first_wait=0.01))
    assert nonzero(result) == {State.ACCEPTED: 5}


def test_who_leaves_while_it_is_being_sent_is_excluded_at_the_mark(ledger: SqliteLedger) -> None:
    emails = readers(6)
    mailing = frozen(ledger, emails)
    gone = parse_address(emails[-1])

    def dot(_: str, number: int) -> str:
        if number == 1:
            with_own = SqliteLedger(ledger.database.file, keys=[KEY])
            with_own.people.add(
                [
                    Event(
                        address=gone,
                        kind=Kind.UNSUBSCRIBE,
                        reason="unsubscribed",
                        source="subscribers",
                        at=NOW,
                    )
                ]
            )
            with_own.close()
        return f"250 2.0.0 {number}"

    with running(Sink(dot=dot)) as sink:
        result = over(ledger, mailing, sink, connections=1)
    assert nonzero(result) == {State.ACCEPTED: 5, State.EXCLUDED: 1}
    assert str(gone) not in sink.attempted
    assert [r.text for r in ledger.records.of(mailing, [State.EXCLUDED])] == [
        "suppressed: unsubscribed, 2026-11-22"
    ]


def test_who_falls_due_while_others_are_sent_is_tried_again_in_the_same_run(
    ledger: SqliteLedger,
) -> None:
    timing = Timing(look_every=0.1, first_retry=0.2)
    emails = readers(60)
    said = iter(["450 4.2.1 greylisted", "450 4.2.1 greylisted"])
    rcpt = lambda who: next(said, "250 Ok") if who == emails[0] else "250 Ok"  # noqa: E731
    mailing = frozen(ledger, emails)
    with running(Sink(delay=0.05, rcpt=rcpt)) as sink:
        result = over(ledger, mailing, sink, connections=2, timing=timing)
    assert nonzero(result) == {State.ACCEPTED: 60}
    assert sorted(sink.recipients) == emails
    assert 5 < sink.recipients.index(emails[0]) < 55


def test_a_limit_sends_so_many_and_the_next_run_the_rest(ledger: SqliteLedger) -> None:
    mailing = frozen(ledger, readers(25))
    with running(Sink()) as sink:
        first = over(ledger, mailing, sink, limit=10)
        second = over(ledger, mailing, sink)
    assert nonzero(first) == {State.ACCEPTED: 10, State.PENDING: 15}
    assert first.exit_code == 75
    assert nonzero(second) == {State.ACCEPTED: 25}
    assert sorted(sink.recipients) == readers(25)


def test_a_rate_is_never_exceeded_in_any_window(ledger: SqliteLedger) -> None:
    mailing = frozen(ledger, readers(7))
    with running(Sink()) as sink:
        began = datetime.now(UTC)
        result = over(ledger, mailing, sink, rates=[Rate(3, 1)])
        took = (datetime.now(UTC) - began).total_seconds()
    assert nonzero(result) == {State.ACCEPTED: 7}
    assert 2.0 <= took < 4.0


def test_a_server_that_asks_for_less_gets_less_and_then_everything(ledger: SqliteLedger) -> None:
    emails = readers(40)
    mailing = frozen(ledger, emails)
    begun, asked = list[float](), list[float]()

    def mail(_: str) -> str:
        begun.append(time.monotonic())
        if len(begun) == 30:
            asked.append(begun[-1])
            return "454 Throttling failure: maximum sending rate exceeded"
        return "250 Ok"

    with running(Sink(mail=mail, delay=0.01)) as sink:
        result = over(ledger, mailing, sink, connections=2)
    assert nonzero(result) == {State.ACCEPTED: 40}
    assert sorted(sink.recipients) == emails
    later = [at - asked[0] for at in begun if at > asked[0] + 0.5]
    assert min(later) > 0.9
    assert later[-1] - later[0] > (len(later) - 2) * 2 * (begun[28] - begun[0]) / 30


def test_an_address_that_needs_smtputf8_is_refused_alone_where_the_server_lacks_it(
    ledger: SqliteLedger,
) -> None:
    mailing = frozen(ledger, ["a@example.org", "zoë@example.org"])
    with running(Sink(extensions=("PIPELINING",))) as sink:
        result = over(ledger, mailing, sink)
    assert nonzero(result) == {State.ACCEPTED: 1, State.REFUSED: 1}
    assert sink.recipients == ["a@example.org"]


def test_an_address_that_needs_smtputf8_gets_it_where_the_server_has_it(
    ledger: SqliteLedger,
) -> None:
    mailing = frozen(ledger, ["zoë@example.org"])
    with running(Sink()) as sink:
        result = over(ledger, mailing, sink)
    assert nonzero(result) == {State.ACCEPTED: 1}
    assert "MAIL FROM:<news@example.org> SMTPUTF8" in sink.commands


def test_a_refused_recipient_whose_data_was_accepted_gets_a_lone_dot(ledger: SqliteLedger) -> None:
    """RFC 2920, 3.1: some servers answer a pipelined DATA with 354 all the same."""
    sink = Sink()
    sink.rcpt = lambda who: "550 5.1.1 no" if who.startswith("b") else "250 Ok"
    mailing = frozen(ledger, ["a@example.org", "b@example.org", "c@example.org"])
    with running(sink):
        result = over(ledger, mailing, sink, connections=1)
    assert sink.recipients == ["a@example.org", "c@example.org"]
    assert nonzero(result) == {State.ACCEPTED: 2, State.REFUSED: 1}


def test_when_the_ledger_is_full_nothing_more_leaves_and_nobody_gets_it_twice(
    ledger: SqliteLedger,
) -> None:
    emails = readers(200)
    mailing = frozen(ledger, emails)
    (pages,) = ledger.database.db.execute("PRAGMA page_count").fetchone()
    with running(Sink(dot=lambda *_: f"250 2.0.0 {'long words ' * 40}")) as sink:
        ledger.database.db.execute(f"PRAGMA max_page_count={pages + 2}")
        with pytest.raises(LedgerUnusable, match="cannot be used: database or disk is full"):
            over(ledger, mailing, sink)
        left_before = len(sink.attempted)
        ledger.database.db.execute("PRAGMA max_page_count=1000000")
        result = over(ledger, mailing, sink)
    assert 0 < left_before < 200
    assert sorted(sink.attempted) == emails
    assert result.counts[State.ACCEPTED] + result.counts[State.UNCERTAIN] == 200
    assert result.counts[State.UNCERTAIN] <= 3


def test_a_message_that_cannot_be_made_freezes_nothing(ledger: SqliteLedger) -> None:
    good = members("a@example.org")[0]
    bad = Member(Subscriber(Address("b\n", "example.org"), "", {}), 3, None)
    with pytest.raises(NewsletterError, match="the message cannot be made"):
        freeze(ledger.records, CONTENT, [good, bad], key=KEY, sources="", now=NOW)
    assert ledger.records.mailings() == []
