"""Servers at their worst: a run always ends, and what it says agrees with the server's journal."""

from __future__ import annotations

import random
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.basics.errors import NewsletterError
from newsletter.basics.outcome import Phase, State
from newsletter.delivery.mailing import Course, Result, send
from newsletter.settings.timing import ServerTiming, Timing
from newsletter.settings.values import Durability, Rate, Scheme, TransportUrl
from newsletter.state.sqlite import SqliteLedger
from newsletter.state.values import Mailing
from newsletter.transport.base import Transport
from newsletter.transport.maildir import MaildirTransport
from newsletter.transport.smtp import SmtpTransport
from tests.delivery.test_mailing import KEY, frozen, nonzero, readers
from tests.hostile import CLOSE, HANG, RESET, Action, Decide, Hostile, hostile, once

REPLIES = dict.fromkeys(Phase, 0.15)
SHORT = Timing(
    first_wait=0.01,
    longest_wait=0.05,
    trouble_limit=0.25,
    crowded=0.1,
    server=ServerTiming(replies=REPLIES),
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqliteLedger]:
    ledger = SqliteLedger(tmp_path / "state.db", durability=Durability.NORMAL, keys=[KEY])
    yield ledger
    ledger.close()


def through(
    ledger: SqliteLedger,
    mailing: Mailing,
    way: Hostile | Transport,
    *,
    connections: int = 3,
    rates: tuple[Rate, ...] = (),
    timing: Timing = SHORT,
) -> Result:
    if isinstance(way, Hostile):
        url = TransportUrl(scheme=Scheme.SMTP, host="127.0.0.1", port=way.port)
        way = SmtpTransport(url, None, timing=timing.server)
    course = Course(
        transport=way,
        connections=connections,
        rates=rates,
        limit=None,
        keep_going=True,
        timing=timing,
    )
    return send(ledger, mailing, key=KEY, course=course, watch=lambda _: None)


def at(
    phase: str, action: Action, when: Callable[[str, int, int], bool] = lambda *_: True
) -> Decide:
    return lambda where, who, number, done: (
        action if where == phase and when(who, number, done) else None
    )


def only_at_first(_who: str, number: int, _done: int) -> bool:
    return number == 1


@pytest.mark.parametrize("phase", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    "action",
    [
        CLOSE,
        RESET,
        HANG,
        "421 4.3.2 closing",
        b"25",
        b"250 ok\r250 ok\r\n",
        b"x" * 100_000,
        b"250-y\r\n" * 20_000,
        b"HTTP/1.1 400 Bad Request\r\n",
    ],
)
def test_whatever_ends_a_connection_before_a_body_costs_nobody_anything(
    ledger: SqliteLedger, phase: str, action: Action
) -> None:
    mailing = frozen(ledger, readers(8))
    with hostile(at(phase, action, only_at_first)) as server:
        result = through(ledger, mailing, server)
    assert nonzero(result) == {State.ACCEPTED: 8}
    assert sorted(who for who, _ in server.journal) == readers(8)


@pytest.mark.parametrize(
    "action", [CLOSE, RESET, HANG, [b"250 2.0", CLOSE], b"250 ok\r", b"\0\xff\r\n", "354 go ahead"]
)
def test_whatever_is_no_answer_to_the_dot_leaves_that_one_uncertain(
    ledger: SqliteLedger, action: Action
) -> None:
    mailing = frozen(ledger, readers(8))
    with hostile(once(at("dot", action))) as server:
        result = through(ledger, mailing, server)
        again = through(ledger, mailing, server)
    assert nonzero(result) == nonzero(again) == {State.ACCEPTED: 7, State.UNCERTAIN: 1}
    assert sorted(who for who, _ in server.journal) == readers(8)


def test_an_address_at_which_the_server_hangs_up_does_not_hold_up_the_others(
    ledger: SqliteLedger,
) -> None:
    mailing = frozen(ledger, readers(20))
    with hostile(at("RCPT", CLOSE, lambda who, *_: who == "reader0000@example.org")) as server:
        result = through(ledger, mailing, server, connections=1)
    assert nonzero(result) == {State.ACCEPTED: 19, State.PENDING: 1}
    assert result.exit_code == 75


def test_a_server_that_takes_three_connections_is_not_pestered_with_a_fourth(
    ledger: SqliteLedger,
) -> None:
    timing = replace(SHORT, crowded=30.0)
    mailing = frozen(ledger, readers(60))

    def decide(phase: str, _who: str, number: int, _done: int) -> Action:
        if phase == "greeting" and number > 3:
            return "421 4.7.0 too many connections"
        return [0.005, "250 2.0.0 taken"] if phase == "dot" else None

    with hostile(decide) as server:
        result = through(ledger, mailing, server, connections=6, timing=timing)
    assert nonzero(result) == {State.ACCEPTED: 60}
    assert server.connections < 12


def test_after_trouble_all_connections_come_back(ledger: SqliteLedger) -> None:
    mailing = frozen(ledger, readers(60))

    def decide(phase: str, _who: str, number: int, _done: int) -> Action:
        if phase == "greeting" and number <= 5:
            return "421 4.3.2 not yet"
        return [0.005, "250 2.0.0 taken"] if phase == "dot" else None

    with hostile(decide) as server:
        result = through(ledger, mailing, server, connections=5)
    assert nonzero(result) == {State.ACCEPTED: 60}
    assert server.most_open == 5


def test_connections_that_are_never_greeted_do_not_keep_a_run_from_ending(
    ledger: SqliteLedger,
) -> None:
    patient = ServerTiming(replies=REPLIES | {Phase.GREETING: 300.0})
    mailing = frozen(ledger, readers(4))
    with hostile(at("greeting", HANG, lambda _who, number, _done: number > 1)) as server:
        timing = replace(SHORT, server=patient)
        result = through(ledger, mailing, server, connections=3, timing=timing)
    assert nonzero(result) == {State.ACCEPTED: 4}


@pytest.mark.parametrize("after", [[CLOSE], [RESET], [HANG], [b"hello\r\n" * 100, HANG]])
def test_a_server_that_offers_tls_and_does_not_speak_it_gets_nothing(
    ledger: SqliteLedger, after: list[Action]
) -> None:
    mailing = frozen(ledger, readers(3))

    def decide(phase: str, _who: str, _number: int, _done: int) -> Action:
        match phase:
            case "EHLO":
                return "250-hostile\r\n250 STARTTLS"
            case "STARTTLS":
                return ["220 go ahead", *after]
            case _:
                return None

    with hostile(decide) as server:
        result = through(ledger, mailing, server)
    assert nonzero(result) == {State.PENDING: 3}
    assert result.exit_code == 75


def test_a_maildir_that_cannot_be_made_stops_before_anything_is_sent(
    ledger: SqliteLedger, tmp_path: Path
) -> None:
    mailing = frozen(ledger, readers(3))
    (tmp_path / "file").write_text("in the way")
    result = through(ledger, mailing, MaildirTransport(tmp_path / "file" / "box"))
    assert nonzero(result) == {State.PENDING: 3}
    assert result.ending.stop is not None
    assert "cannot be made: Not a directory" in result.ending.stop.reason


def test_what_was_answered_while_the_ledger_was_locked_is_known_at_the_next_start(
    ledger: SqliteLedger,
) -> None:
    """Locked for good: the answers are set aside in a file, and taken up from there."""
    ledger.database.db.execute("PRAGMA busy_timeout=10")
    other = sqlite3.connect(ledger.database.file, isolation_level=None, check_same_thread=False)
    mailing = frozen(ledger, readers(30))
    counted = threading.Lock()

    def decide(phase: str, _who: str, _number: int, _done: int) -> Action:
        with counted:
            if phase == "dot" and len(server.journal) == 9:
                other.execute("BEGIN IMMEDIATE")
        return None

    with hostile(decide) as server:
        with pytest.raises(NewsletterError, match="database is locked"):
            through(ledger, mailing, server, timing=replace(SHORT, write_again=(0.0,)))
        left_before = len(server.journal)
        assert ledger.records.counts(mailing)[State.ATTEMPTING] > 0
        other.close()
        server.decide = lambda *_: None
        result = through(ledger, mailing, server)
    assert 9 < left_before < 20
    assert nonzero(result) == {State.ACCEPTED: 30}
    assert sorted(who for who, _ in server.journal) == readers(30)
    assert not ledger.database.file.with_name("state.db.unwritten").exists()


def test_a_ledger_that_cannot_be_read_any_more_is_a_clear_problem(ledger: SqliteLedger) -> None:
    mailing = frozen(ledger, readers(3))
    ledger.database.db.execute("ALTER TABLE deliveries RENAME TO gone")
    with pytest.raises(NewsletterError, match="cannot be used: no such table"):
        ledger.records.counts(mailing)


def test_two_processes_may_make_the_ledger_at_once(tmp_path: Path) -> None:
    def make() -> None:
        SqliteLedger(tmp_path / "state.db").close()

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = SqliteLedger(tmp_path / "state.db")
    assert made.records.mailings() == []
    made.close()


STEPS = ("greeting", "EHLO", "MAIL", "RCPT", "DATA", "body", "dot", "RSET")
MISCHIEF: tuple[Action, ...] = (
    CLOSE,
    RESET,
    HANG,
    "421 4.3.2 closing",
    "451 4.3.0 later",
    "554 5.7.1 no",
    b"25",
    [b"250 h", CLOSE],
    b"garbage\r\n",
    [b"2", 0.005, b"50 ok\r\n"],
    b"250 ok\r",
    b"999 no\r\n",
)


def taken(action: Action) -> bool:
    """Whether a message may be with the server, as far as anybody can know."""
    return not (isinstance(action, str) and action[:1] in {"4", "5"})


@pytest.mark.parametrize("seed", range(12))
def test_a_random_server_never_gets_anybody_twice_and_never_hangs_a_run(
    ledger: SqliteLedger, seed: int
) -> None:
    timing = replace(SHORT, first_retry=-1.0)  # what is deferred is due at once
    chance = random.Random(seed)  # noqa: S311 - mischief, not secrets
    share = {step: chance.choice([0, 0, 0.05, 0.3]) for step in STEPS}

    def decide(phase: str, _who: str, _number: int, _done: int) -> Action:
        if phase == "body" or chance.random() >= share.get(phase, 0):
            return None
        return chance.choice(MISCHIEF)

    mailing = frozen(ledger, readers(chance.randrange(1, 11)))
    with hostile(decide) as server:
        for _ in range(3):
            result = through(
                ledger, mailing, server, connections=chance.randrange(1, 6), timing=timing
            )
            assert result.counts[State.ATTEMPTING] == 0
    arrived = Counter(who for who, action in server.journal if taken(action))
    assert [who for who, times in arrived.items() if times > 1] == []
    for record in ledger.records.of(mailing):
        if record.state is State.ACCEPTED:
            assert arrived[record.email] == 1
        if arrived[record.email]:
            assert record.state in {State.ACCEPTED, State.UNCERTAIN}
