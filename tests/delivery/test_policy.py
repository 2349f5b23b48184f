from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.basics.address import Address
from newsletter.basics.outcome import Outcome, Phase, Reply, Verdict
from newsletter.delivery.answers.breakers import Breakers
from newsletter.delivery.answers.causes import is_bad_address
from newsletter.delivery.answers.policy import (
    Remedy,
    after_loss,
    given_up,
    hint_of,
    is_too_fast,
    judge,
    lost_body,
    retry_after,
)
from newsletter.delivery.pace import Pace, Patience, Room, seconds_needed
from newsletter.settings.timing import Timing
from newsletter.settings.values import Rate
from newsletter.smtp.events import Lost

USUAL = Timing()
ADA = Address("ada", "example.org")
ACCEPTED = Outcome(Verdict.ACCEPTED, 250)
REFUSED_RCPT = Outcome(Verdict.REFUSED, 550, "5.1.1", "no", Phase.RCPT)
REFUSED_DOT = Outcome(Verdict.REFUSED, 554, "5.7.1", "spam", Phase.DOT)
DEFERRED = Outcome(Verdict.DEFERRED, 451)
UNCERTAIN = Outcome(Verdict.UNCERTAIN)


@pytest.mark.parametrize(
    ("phase", "code", "verdict"),
    [
        (Phase.DOT, 250, Verdict.ACCEPTED),
        (Phase.DOT, 251, Verdict.ACCEPTED),
        (Phase.DOT, 421, Verdict.UNTOUCHED),
        (Phase.DOT, 451, Verdict.DEFERRED),
        (Phase.DOT, 554, Verdict.REFUSED),
        (Phase.RCPT, 450, Verdict.DEFERRED),
        (Phase.RCPT, 550, Verdict.REFUSED),
        (Phase.DATA, 451, Verdict.DEFERRED),
        (Phase.DATA, 554, Verdict.REFUSED),
    ],
)
def test_what_a_reply_means_for_a_reader(phase: Phase, code: int, verdict: Verdict) -> None:
    assert judge(phase, Reply(code, "", "words")) == Outcome(verdict, code, "", "words", phase)


@pytest.mark.parametrize(
    ("lost", "accepted", "remedy"),
    [
        (Lost(Phase.GREETING, "refused"), False, Remedy.SLOW_DOWN),
        (Lost(Phase.GREETING, "421", Reply(421, "", "")), False, Remedy.SLOW_DOWN),
        (Lost(Phase.GREETING, "554", Reply(554, "", "")), False, Remedy.STOP),
        (Lost(Phase.EHLO, "451", Reply(451, "", "")), False, Remedy.SLOW_DOWN),
        (Lost(Phase.EHLO, "550", Reply(550, "", "")), False, Remedy.STOP),
        (Lost(Phase.STARTTLS, "454", Reply(454, "", "")), False, Remedy.SLOW_DOWN),
        (Lost(Phase.STARTTLS, "stripped", fatal=True), False, Remedy.STOP),
        (Lost(Phase.AUTH, "535", Reply(535, "", "")), False, Remedy.STOP),
        (Lost(Phase.AUTH, "454", Reply(454, "", "")), False, Remedy.SLOW_DOWN),
        (Lost(Phase.MAIL, "450", Reply(450, "", "")), False, Remedy.SLOW_DOWN),
        (Lost(Phase.MAIL, "550", Reply(550, "", "")), True, Remedy.STOP),
        (Lost(Phase.MAIL, "421", Reply(421, "", "")), True, Remedy.RECONNECT),
        (Lost(Phase.MAIL, "450", Reply(450, "", "")), True, Remedy.SLOW_DOWN),
        (Lost(Phase.QUIT, "unasked", Reply(554, "", "")), True, Remedy.RECONNECT),
        (Lost(Phase.DOT, "reset"), True, Remedy.RECONNECT),
        (Lost(Phase.DOT, "reset"), False, Remedy.SLOW_DOWN),
    ],
)
def test_how_to_go_on_after_a_connection_is_lost(
    lost: Lost, accepted: bool, remedy: Remedy
) -> None:
    assert after_loss(lost, accepted=accepted) is remedy


def test_a_body_on_its_way_is_uncertain_unless_a_part_was_provably_never_sent() -> None:
    assert lost_body(Lost(Phase.DOT, "reset")) == Outcome(Verdict.UNCERTAIN, text="reset")
    assert lost_body(Lost(Phase.DOT, "reset", unsent=True)) == Outcome(
        Verdict.UNTOUCHED, text="reset; a part was never sent"
    )


def test_a_no_in_the_middle_of_a_body_counts_and_a_yes_does_not() -> None:
    verdicts = {
        code: lost_body(Lost(Phase.DOT, "early", Reply(code, "", ""), unsent=True)).verdict
        for code in (552, 452, 421, 250)
    }
    assert verdicts == {
        552: Verdict.REFUSED,
        452: Verdict.DEFERRED,
        421: Verdict.UNTOUCHED,
        250: Verdict.UNTOUCHED,
    }


@pytest.mark.parametrize(
    ("outcome", "bad"),
    [
        (REFUSED_RCPT, True),
        (Outcome(Verdict.REFUSED, 550, "5.1.10", "", Phase.RCPT), True),
        (Outcome(Verdict.REFUSED, 550, "5.7.1", "", Phase.RCPT), False),
        (Outcome(Verdict.REFUSED, 550, "", "", Phase.RCPT), False),
        (Outcome(Verdict.REFUSED, 550, "5.1.1", "", Phase.DOT), False),
        (Outcome(Verdict.DEFERRED, 450, "5.1.1", "", Phase.RCPT), False),
    ],
)
def test_only_an_address_class_refusal_at_rcpt_speaks_against_the_address(
    outcome: Outcome, bad: bool
) -> None:
    assert is_bad_address(outcome) is bad


def test_retries_double_from_five_minutes_and_end_after_two_days() -> None:
    assert [retry_after(n, 0.0, USUAL) for n in range(1, 8)] == [
        300, 600, 1200, 2400, 4800, 9600, 14400,
    ]  # fmt: skip
    assert retry_after(1, 0.5, USUAL) == 315
    late = given_up(DEFERRED, 0.0, 48 * 3600.0, USUAL)
    assert late == Outcome(Verdict.REFUSED, 451, "", "gave up after 48 hours: ")
    assert given_up(DEFERRED, 0.0, 48 * 3600.0 - 1, USUAL) == DEFERRED


def stops(*outcomes: Outcome, connections: int = 3, keep_going: bool = False) -> list[int]:
    breakers = Breakers(connections=connections, keep_going=keep_going)
    return [index for index, each in enumerate(outcomes) if breakers.note(each, ADA) is not None]


def test_three_refusals_of_the_content_in_a_row_stop() -> None:
    taken, no = [ACCEPTED] * 9, REFUSED_DOT
    assert stops(*taken, no, no, ACCEPTED, no, no, no) == [14]
    assert stops(REFUSED_DOT, REFUSED_RCPT, REFUSED_DOT, UNCERTAIN, REFUSED_DOT) == [4]


def test_giving_up_on_a_reader_after_two_days_is_no_refusal_of_the_content() -> None:
    late = given_up(DEFERRED, 0.0, 48 * 3600.0, USUAL)
    assert stops(ACCEPTED, ACCEPTED, ACCEPTED, late, late, late) == []


def test_more_than_twice_as_many_uncertain_as_connections_stop() -> None:
    assert stops(*[UNCERTAIN] * 6, ACCEPTED, *[UNCERTAIN] * 7, connections=3) == [13]


@pytest.mark.parametrize(
    ("outcomes", "at"),
    [
        ([ACCEPTED] * 95 + [REFUSED_RCPT] * 5, []),
        ([ACCEPTED] * 95 + [REFUSED_RCPT] * 6, [100]),
        ([ACCEPTED] * 80 + [DEFERRED] * 21, [100]),
        ([DEFERRED] * 21, [20]),
        ([REFUSED_RCPT] * 3, []),
        ([REFUSED_RCPT] * 4, [3]),
        ([ACCEPTED] * 2 + [REFUSED_RCPT] * 3, []),
        ([ACCEPTED] * 4 + [REFUSED_RCPT] * 5, [8]),
        ([ACCEPTED] * 5 + [REFUSED_RCPT] * 5, []),
        ([ACCEPTED] * 6 + [REFUSED_RCPT] * 6, [11]),
        ([REFUSED_RCPT] + [ACCEPTED] * 4, []),
        (([REFUSED_RCPT] + [ACCEPTED] * 8) * 5 + [REFUSED_RCPT], [45]),
    ],
)
def test_shares_count_from_the_first_attempt(outcomes: list[Outcome], at: list[int]) -> None:
    assert stops(*outcomes) == at
    assert stops(*outcomes, keep_going=True) == []


def test_a_sender_that_stays_lets_any_number_be_deferred() -> None:
    breakers = Breakers(connections=3, keep_going=False, patient=True)
    assert [breakers.note(DEFERRED, ADA) for _ in range(500)] == [None] * 500


@given(
    st.lists(st.builds(Rate, st.integers(1, 5), st.integers(1, 30)), min_size=1, max_size=3),
    st.lists(st.floats(0, 5), min_size=1, max_size=60),
    st.lists(st.floats(0, 40), max_size=8),
)
def test_never_more_than_n_in_any_window_also_across_a_restart(
    rates: list[Rate], steps: list[float], ages: list[float]
) -> None:
    now = 1000.0
    before = sorted(now - age for age in ages)
    pace = Pace(rates, ages=[now - at for at in before], now=now)
    taken = []
    for step in steps:
        now += step
        if pace.wait(now) == 0:
            pace.take()
            taken.append(now)
            pace.end(now)
    for rate in rates:
        for last in taken:
            inside = [at for at in [*before, *taken] if last - rate.seconds < at <= last]
            old = [at for at in before if last - rate.seconds < at]
            assert len(inside) <= max(rate.count, len(old))


def test_a_place_that_is_not_free_says_when_it_will_be() -> None:
    pace = Pace([Rate(2, 10)], now=0.0)
    pace.take()
    pace.take()
    assert (pace.wait(5.0), pace.free(5.0)) == (10.0, 0)
    pace.end(6.0)
    assert (pace.wait(7.0), pace.free(7.0)) == (9.0, 0)
    assert (pace.wait(16.0), pace.free(16.0)) == (0, 1)


@given(st.integers(1, 4), st.lists(st.tuples(st.floats(0, 3), st.floats(0, 9)), max_size=40))
def test_the_server_sees_no_more_either_however_long_each_message_is_on_its_way(
    count: int, tries: list[tuple[float, float]]
) -> None:
    pace = Pace([Rate(count, 10)], now=0.0)
    now, under_way, arrived = 0.0, list[float](), list[float]()
    for step, takes in tries:
        now += step
        for end in sorted(each for each in under_way if each <= now):
            pace.end(end)
            arrived.append(end)  # the latest moment at which it may have arrived
            under_way.remove(end)
        if pace.wait(now) == 0:
            pace.take()
            under_way.append(now + takes)
    for last in arrived:
        assert sum(last - 10 < at <= last for at in arrived) <= count


def test_patience_doubles_and_ends_and_an_acceptance_renews_it() -> None:
    patience = Patience(USUAL)
    now, waits = 0.0, []
    while not patience.trouble(now):
        assert patience.troubled
        waits.append(patience.wait(now))
        now += waits[-1]
    assert waits == [0.5, 1, 2, 4, 8, 16, 30]
    patience.relief()
    assert (patience.troubled, patience.wait(now)) == (False, 0)
    assert (patience.trouble(100.0), patience.wait(100.0)) == (False, 0.5)


def test_what_several_connections_meet_at_once_is_one_trouble() -> None:
    patience = Patience(USUAL)
    assert [patience.trouble(10.0) for _ in range(50)] == [False] * 50
    assert patience.wait(10.0) == 0.5


def test_a_server_that_takes_fewer_connections_is_asked_for_more_after_a_while() -> None:
    room = Room(6, USUAL)
    assert (room.at(0.0), room.wait(0.0)) == (6, 0)
    room.full(3, 0.0)
    assert (room.at(1.0), room.wait(1.0)) == (3, 29.0)
    assert (room.at(30.0), room.wait(30.0)) == (6, 0)


def test_what_the_rates_make_a_mailing_last() -> None:
    assert seconds_needed(1000, [Rate(30, 60), Rate(10000, 86400)]) == 33 * 60
    assert seconds_needed(130, [Rate(120, 86400)]) == 86400
    assert seconds_needed(20, [Rate(30, 60)]) == 0
    assert seconds_needed(1000, []) == 0


REPLIES = st.sampled_from(
    [ACCEPTED, REFUSED_RCPT, REFUSED_DOT, DEFERRED, UNCERTAIN, Outcome(Verdict.UNTOUCHED)]
)


@given(st.lists(REPLIES, max_size=400), st.integers(1, 5), st.booleans())
def test_breakers_stop_exactly_where_the_table_says(
    outcomes: list[Outcome], connections: int, keep_going: bool
) -> None:
    """Against the table's own words, counted anew at each outcome."""
    breakers = Breakers(connections=connections, keep_going=keep_going)
    for number, outcome in enumerate(outcomes, start=1):
        seen = outcomes[:number]
        stop = breakers.note(outcome, ADA)
        assert (stop is not None) is should_stop(seen, connections, keep_going=keep_going)
        if stop is not None:
            assert stop.content is content_refused(seen)
            return


def should_stop(seen: list[Outcome], connections: int, *, keep_going: bool) -> bool:
    silent = [each for each in since_an_acceptance(seen) if each.verdict is Verdict.UNCERTAIN]
    every = [each for each in seen if each.verdict in ATTEMPTS]
    attempts = every[-100:]
    refused = sum(each.verdict is Verdict.REFUSED for each in attempts)
    deferred = sum(each.verdict is Verdict.DEFERRED for each in attempts)
    most = refused > 3 and refused > len(every) / 2
    share = not keep_going and (refused > 5 or most or deferred > 20)
    return content_refused(seen) or len(silent) > 2 * connections or share


ATTEMPTS = {Verdict.ACCEPTED, Verdict.REFUSED, Verdict.DEFERRED}


def content_refused(seen: list[Outcome]) -> bool:
    return sum(each == REFUSED_DOT for each in since_an_acceptance(seen)) >= 3


def since_an_acceptance(seen: list[Outcome]) -> list[Outcome]:
    last = max((i for i, each in enumerate(seen) if each.verdict is Verdict.ACCEPTED), default=-1)
    return seen[last + 1 :]


@given(st.sampled_from(list(Phase)), st.integers(200, 599), st.sampled_from(["", "5.1.1", "4.7.0"]))
def test_every_reply_has_a_meaning_and_only_a_yes_is_an_acceptance(
    phase: Phase, code: int, enhanced: str
) -> None:
    outcome = judge(phase, Reply(code, enhanced, "words"))
    assert (outcome.verdict is Verdict.ACCEPTED) is (200 <= code < 300)
    assert (outcome.verdict is Verdict.UNTOUCHED) is (code == 421 and phase is Phase.DOT)
    assert (outcome.verdict is Verdict.DEFERRED) is (
        400 <= code < 500 and not (code == 421 and phase is Phase.DOT)
    )


@given(
    st.sampled_from(list(Phase)),
    st.none() | st.integers(400, 599).map(lambda code: Reply(code, "", "")),
    st.booleans(),
    st.booleans(),
)
def test_a_lost_connection_is_never_held_against_a_reader_who_was_served(
    phase: Phase, reply: Reply | None, fatal: bool, accepted: bool
) -> None:
    lost = Lost(phase, "gone", reply, fatal=fatal)
    remedy = after_loss(lost, accepted=accepted)
    for_all = phase in {Phase.GREETING, Phase.EHLO, Phase.STARTTLS, Phase.AUTH, Phase.MAIL}
    refused = reply is not None and reply.code >= 500 and for_all
    assert (remedy is Remedy.STOP) is (fatal or refused)
    if not accepted and remedy is not Remedy.STOP:
        assert remedy is Remedy.SLOW_DOWN


@given(
    st.lists(st.builds(Rate, st.integers(1, 6), st.integers(1, 20)), min_size=1, max_size=4),
    st.lists(st.lists(st.floats(0, 4), max_size=15), min_size=1, max_size=5),
    st.lists(st.floats(0, 15), max_size=4),
)
def test_never_more_than_n_in_any_window_over_many_runs_and_rates(
    rates: list[Rate], runs: list[list[float]], pauses: list[float]
) -> None:
    """Each run knows of those before only what the ledger does: when each attempt ended."""
    now, ended = 1000.0, list[float]()
    for number, steps in enumerate(runs):
        now += pauses[number] if number < len(pauses) else 0.0
        pace = Pace(rates, ages=[now - at for at in ended], now=now)
        for step in steps:
            now += step
            wait = pace.wait(now)
            assert (
                0 <= wait <= max(rate.seconds for rate in rates) + 1e-9
            )  # seconds near 1000 round
            if wait == 0:
                pace.take()
                pace.end(now)
                ended.append(now)
    for rate in rates:
        for last in ended:
            assert sum(last - rate.seconds < at <= last for at in ended) <= rate.count


@given(
    st.lists(st.builds(Rate, st.integers(1, 6), st.integers(1, 20)), min_size=1, max_size=4),
    st.integers(1, 40),
)
def test_who_waits_as_told_always_gets_a_place(rates: list[Rate], messages: int) -> None:
    pace, now = Pace(rates, now=0.0), 0.0
    for _ in range(messages):
        tries = 0
        while (wait := pace.wait(now)) > 0:
            now += wait + 1e-6
            tries += 1
            assert tries <= len(rates) + 1
        pace.take()
        pace.end(now)


def speed(pace: Pace, begin: float, end: float) -> int:
    """Return how many messages may begin between two moments, asked each hundredth of a second."""
    count, now = 0, begin
    while now < end:
        if pace.wait(now) == 0:
            pace.take()
            pace.end(now)
            count += 1
        now += 0.01
    return count


def test_a_server_that_asks_for_less_gets_half_and_after_a_while_all_again() -> None:
    pace = Pace([], now=0.0)
    assert not pace.limited
    assert pace.slow_down(10.0, 200)  # 200 in 10 s, and the moment of the pause
    assert not pace.slow_down(10.5, 200)  # the same complaint, on another connection
    assert (pace.limited, pace.wait(10.0), pace.free(10.0)) == (True, 1.0, 0)
    assert 80 <= speed(pace, 11.0, 21.0) <= 91  # 200 / 11 s, halved
    assert (pace.wait(100.0), pace.limited, pace.free(100.0)) == (0, False, float("inf"))


def test_each_further_complaint_halves_it_again() -> None:
    pace = Pace([], now=0.0)
    pace.slow_down(9.0, 100)
    pace.slow_down(20.0, 150)
    assert 19 <= speed(pace, 21.0, 31.0) <= 21  # 50 / 12 s, halved
    for second in range(22, 60, 2):
        pace.slow_down(float(second), 150)
    assert pace.wait(58.0) == 1.0
    assert 14 <= speed(pace, 59.0, 74.0) <= 19  # an eighth of 10 a second


def test_a_server_that_asks_for_less_loosens_no_rate() -> None:
    pace = Pace([Rate(2, 10)], now=0.0)
    pace.slow_down(0.0, 0)
    assert speed(pace, 1.0, 9.0) == 2
    assert pace.wait(9.0) > 0


@pytest.mark.parametrize(
    ("reply", "less"),
    [
        (Reply(454, "", "Throttling failure: Maximum sending rate exceeded"), True),
        (Reply(421, "4.7.0", "unusual rate of mail"), False),
        (Reply(421, "", "too many messages in this connection"), False),
        (Reply(450, "4.7.1", "greylisted"), False),
        (Reply(454, "4.7.1", "<ada@example.org>: Relay access denied"), False),
    ],
)
def test_what_asks_for_less(reply: Reply, less: bool) -> None:
    assert is_too_fast(reply) is less


@pytest.mark.parametrize(
    ("lost", "words"),
    [
        (Lost(Phase.AUTH, "no", Reply(535, "5.7.8", "no")), "NEWSLETTER_SMTP_PASSWORD"),
        (Lost(Phase.AUTH, "no login", fatal=True), "compare `transport`, `user` and `auth`"),
        (Lost(Phase.STARTTLS, "no TLS", fatal=True), "compare `transport`"),
        (Lost(Phase.STARTTLS, "no", Reply(554, "", "no")), "compare `transport`"),
        (Lost(Phase.GREETING, "no host's name", fatal=True), "compare `transport`"),
        (Lost(Phase.GREETING, "no", Reply(554, "", "no")), "mend this and run the same command"),
        (Lost(Phase.MAIL, "no", Reply(550, "5.7.1", "no")), "look at `from`"),
        (Lost(Phase.MAIL, "no", Reply(530, "5.7.0", "no")), "set `user`"),
        (Lost(Phase.MAIL, "no", Reply(550, "5.4.5", "no")), "its limits"),
        (Lost(Phase.MAIL, "no", Reply(552, "5.3.4", "no")), "its limits"),
    ],
)
def test_the_hint_fits_what_stops_a_mailing(lost: Lost, words: str) -> None:
    assert words in hint_of(lost)
    assert "nobody was marked for it" in hint_of(lost)
