"""Commands behind a dot: who tries them, what a server's guard looks like, what is learnt of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.basics.address import parse_address
from newsletter.basics.outcome import Envelope, Phase, Reply
from newsletter.settings.values import Pipelining
from newsletter.smtp.events import Answered, Event, Lost, Noticed, Ready
from newsletter.smtp.opening import Tls
from newsletter.smtp.session import Session
from newsletter.smtp.tolerance import Meaning, Stand, Tolerance, is_guard, meaning
from tests.smtp.test_session import ADA, BOB, BODY, OK, feed, said

GO = b"354 go\r\n"
TAKEN = b"250 2.0.0 queued\r\n"
GUARD = b"503 Bad sequence of commands - pipelined after end of DATA\r\n"
ACCEPTED = Answered(Phase.DOT, Reply(250, "2.0.0", "queued"))
GROUP = b"MAIL FROM:<news@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n"


def opened(tolerance: Tolerance) -> Session:
    """Return a conversation in which a body is asked for."""
    one = Session(hello="me.example.org", tls=Tls.NONE, tolerance=tolerance)
    feed(one, b"220 hello\r\n", b"250-there\r\n250 PIPELINING\r\n")
    one.offer(ADA)
    feed(one, OK, OK, GO)
    said(one)
    return one


def delivering(tolerance: Tolerance) -> tuple[Session, bool]:
    """Return a conversation that waits for the dot's answer, and whether more is behind it."""
    one = opened(tolerance)
    one.deliver(BODY, BOB)
    return one, said(one).endswith(b".\r\n" + GROUP)


def test_one_conversation_tries_it_and_all_do_it_once_the_server_took_it() -> None:
    tolerance = Tolerance()
    trying, waiting, late = (opened(tolerance) for _ in range(3))
    for one, more in ((trying, True), (waiting, False)):
        one.deliver(BODY, BOB)
        assert said(one).endswith(b"text\r\n.\r\n" + (GROUP if more else b""))
    assert feed(waiting, TAKEN) == [ACCEPTED]
    assert said(waiting) == GROUP
    assert feed(trying, TAKEN, OK) == [ACCEPTED]
    late.deliver(BODY, BOB)
    assert said(late).endswith(b".\r\n" + GROUP)


def test_a_guard_refuses_nobody_and_is_told_once_and_known_to_all() -> None:
    tolerance = Tolerance()
    one, behind = delivering(tolerance)
    assert behind
    answered, noticed, lost = feed(one, TAKEN + GUARD * 3)
    assert (answered, lost) == (
        ACCEPTED,
        Lost(
            Phase.MAIL,
            "the server takes no command behind a message: 503 Bad sequence of commands"
            " - pipelined after end of DATA",
            too_soon=True,
        ),
    )
    assert isinstance(noticed, Noticed)
    assert 'pipelining = "before-dot"' in noticed.words
    for _ in range(2):
        other, behind = delivering(tolerance)
        assert not behind
        assert feed(other, TAKEN) == [ACCEPTED]
        assert said(other) == GROUP
        assert feed(other, OK, OK, GO) == [Ready()]


def test_a_guard_behind_a_name_with_several_servers_is_noticed_later_too() -> None:
    tolerance = Tolerance()
    first, _ = delivering(tolerance)
    feed(first, TAKEN, OK, OK, GO)
    several = [delivering(tolerance) for _ in range(2)]
    assert [behind for _, behind in several] == [True, True]
    told = []
    for one, _ in several:
        events = feed(one, TAKEN + GUARD * 3)
        assert isinstance(events[-1], Lost)
        assert events[-1].too_soon
        told += [event for event in events if isinstance(event, Noticed)]
    assert len(told) == 1
    assert tolerance.stand is Stand.FORBIDDEN


@pytest.mark.parametrize(
    ("replies", "events"),
    [
        # What other guards say, and to what.
        ([TAKEN, b"554 5.5.0 Error: SMTP protocol synchronization\r\n"], [ACCEPTED, "too soon"]),
        ([TAKEN, b"421 4.7.0 improper pipelining\r\n"], [ACCEPTED, "too soon"]),
        ([TAKEN, b"550 5.5.1 whatever\r\n"], [ACCEPTED, "too soon"]),
        ([TAKEN, OK, b"503 5.5.1 need MAIL\r\n"], [ACCEPTED, "too soon"]),
        ([TAKEN, OK, OK, b"503 5.5.1 need RCPT\r\n"], [ACCEPTED, "too soon"]),
        # The dot refused for what came behind it, with or without a word to that.
        ([b"554 5.5.0 no pipelining here\r\n"] * 4, ["too soon"]),
        ([b"554 5.5.0 something\r\n"] * 4, ["too soon"]),
        ([b"554 5.5.0 no pipelining here\r\n", "closed"], ["too soon"]),
        ([b"554 5.5.0 something\r\n", "closed"], ["too soon"]),
        ([b"451 4.3.0 something\r\n", b"421 bye\r\n"], ["the dot's own", "too soon"]),
        # The guard speaks before the message has been dealt with.
        ([GUARD * 3, TAKEN], [ACCEPTED, "too soon"]),
        ([GUARD * 3, "closed"], ["uncertain"]),
        ([GUARD, TAKEN], ["uncertain"]),
        ([GUARD, "silent"], ["uncertain"]),
        # A no to the message itself.
        ([b"550 5.7.1 spam\r\n", OK, OK, GO], ["the dot's own", Ready()]),
        ([b"550 5.7.1 spam\r\n", GUARD * 3], ["the dot's own", "too soon"]),
        # Nothing to do with it.
        ([TAKEN, OK, b"550 5.1.1 no\r\n", GUARD], [ACCEPTED, "RCPT"]),
        ([TAKEN, b"451 4.3.0 later\r\n", GUARD * 2], [ACCEPTED, "MAIL"]),
        (["closed"], ["uncertain"]),
    ],
)
def test_what_came_too_soon_is_told_from_what_was_refused(
    replies: Sequence[bytes | str], events: Sequence[Event | str]
) -> None:
    one, behind = delivering(Tolerance())
    assert behind
    heard: list[Event] = []
    for reply in replies:
        if isinstance(reply, bytes):
            heard += one.receive(reply)
        else:
            heard.append(one.lost(reply, unsent=False, closed=reply == "closed"))
    heard = [event for event in heard if not isinstance(event, Noticed)]
    assert [_short(event) for event in heard] == list(events)


def _short(event: Event) -> Event | str:
    match event:
        case Lost(too_soon=True):
            return "too soon"
        case Lost(phase=Phase.DOT):
            return "uncertain"
        case Answered(phase=Phase.DOT, reply=reply) if reply.code >= 400:
            return "the dot's own"
        case Answered(phase=phase) if phase is not Phase.DOT:
            return phase.value
        case _:
            return event


def test_a_trial_that_was_closed_is_told_of_once_the_same_is_taken_after_the_answer() -> None:
    tolerance = Tolerance()
    one, _ = delivering(tolerance)
    assert one.lost("closed", unsent=False, closed=True) == Lost(Phase.DOT, "closed")
    other, behind = delivering(tolerance)
    assert not behind
    assert feed(other, TAKEN) == [ACCEPTED]
    (noticed,) = feed(other, OK)
    assert isinstance(noticed, Noticed)
    assert noticed.words.startswith("the server took no command behind a message (closed): ")
    assert tolerance.stand is Stand.FORBIDDEN


def test_a_trial_that_we_ended_ourselves_is_left_to_another_conversation() -> None:
    tolerance = Tolerance()
    one, _ = delivering(tolerance)
    assert not delivering(tolerance)[1]
    one.leave()
    assert delivering(tolerance)[1]


@pytest.mark.parametrize(
    ("pipelining", "lines"),
    [(Pipelining.FULL, 1), (Pipelining.BEFORE_DOT, 2), (Pipelining.OFF, 4)],
)
def test_the_setting_says_how_far_ahead_is_spoken(pipelining: Pipelining, lines: int) -> None:
    """In how many goes a body and the next three commands leave."""
    one = Session(hello="me", tls=Tls.NONE, tolerance=Tolerance(pipelining))
    feed(one, b"220 hello\r\n", b"250-there\r\n250 PIPELINING\r\n")
    one.offer(ADA)
    feed(one, OK, OK, GO)
    said(one)
    one.deliver(BODY, BOB)
    goes = [said(one)]
    for reply in (TAKEN, OK, OK, GO):
        one.receive(reply)
        goes.append(said(one))
    assert len([each for each in goes if each]) == lines
    assert b"".join(goes) == b"".join(BODY) + b".\r\n" + GROUP


CODES = st.sampled_from([b"250", b"354", b"421", b"450", b"503", b"550", b"554"])
WORDS = st.sampled_from([b"x", b"pipelining", b"queued"])


@given(st.lists(st.tuples(CODES, WORDS), min_size=1, max_size=5), st.booleans(), st.booleans())
def test_a_message_that_may_have_been_taken_is_never_called_untaken(
    replies: list[tuple[bytes, bytes]], closed: bool, taken: bool
) -> None:
    """Where any reply that came before the end says yes, the body is not to be sent again."""
    tolerance = Tolerance()
    tolerance.stand = Stand.TAKEN if taken else Stand.UNTRIED
    one, _ = delivering(tolerance)
    heard: list[Event] = []
    codes: list[bytes] = []
    for code, words in replies:
        if heard and isinstance(heard[-1], Lost):
            break
        codes.append(code)
        heard += feed(one, code + b" " + words + b"\r\n")
    if not (heard and isinstance(heard[-1], Lost)):
        heard.append(one.lost("lost", unsent=False, closed=closed))
    answers = [event for event in heard if isinstance(event, Answered) and event.phase is Phase.DOT]
    ends = [event for event in heard if isinstance(event, Lost)]
    assert len(answers) <= 1
    assert len(ends) == 1
    untaken = not answers and ends[0].too_soon
    if untaken:
        assert all(code[:1] in {b"4", b"5"} for code in codes)
        assert closed or len(codes) == 4 or b"421" in codes


NOES = st.builds(
    Reply,
    st.sampled_from([421, 450, 503, 554]),
    st.just(""),
    st.sampled_from(["x", "y", "pipelining"]),
)


@given(st.lists(NOES, min_size=1, max_size=4), st.booleans())
def test_only_noes_never_make_a_late_answer(replies: list[Reply], whole: bool) -> None:
    assert meaning(replies, 3, whole=whole and len(replies) == 4) is not Meaning.LATE


def test_a_refused_sender_or_reader_is_no_guard_once_the_server_took_commands() -> None:
    for phase in (Phase.MAIL, Phase.RCPT, Phase.DATA):
        for code in (450, 550, 554):
            assert not is_guard(phase, Reply(code, "", "no"), trial=False)
    assert is_guard(Phase.MAIL, Reply(550, "", "no"), trial=True)
    assert not is_guard(Phase.RCPT, Reply(550, "", "no"), trial=True)


# No DATA behind a refused recipient

CARL = Envelope(ADA.sender, parse_address("carl@example.org"))


def refused(one: Session) -> bytes:
    """Let a server refuse who is offered, wherever it is asked; return what was said to it."""
    before = said(one)
    feed(one, *([OK] if b"RSET" in before else []))
    feed(one, OK, b"550 5.1.1 no\r\n", *([b"503 no recipients\r\n"] if b"DATA" in before else []))
    return before


def test_after_a_refused_recipient_data_waits_until_three_were_taken() -> None:
    one = Session(hello="me", tls=Tls.NONE, tolerance=Tolerance())
    feed(one, b"220 hello\r\n", b"250-there\r\n250 PIPELINING\r\n")
    one.offer(ADA)
    assert b"DATA" in refused(one)
    for _ in range(20):
        one.offer(BOB)
        assert refused(one) == b"RSET\r\n" + GROUP.removesuffix(b"DATA\r\n")
    for number in range(3):
        one.offer(BOB)
        assert b"DATA" not in said(one)
        feed(one, *([OK] if number == 0 else []), OK, OK)
        assert said(one) == b"DATA\r\n"
        assert feed(one, GO) == [Ready()]
        one.deliver(BODY)
        said(one)
        assert feed(one, TAKEN) == [ACCEPTED]
    one.offer(CARL)
    assert b"DATA" in said(one)
