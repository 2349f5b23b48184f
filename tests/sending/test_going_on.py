"""What comes after a run: a stop that asks, and rounds for those who are deferred."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.basics.outcome import State
from newsletter.delivery.mailing import Result
from newsletter.settings.timing import Timing
from newsletter.tasks.send.order import Order
from newsletter.tasks.send.person import GoOn, Left, NextRound, Question, Wait
from tests.sending.scripted import ISSUE, Scripted, ordered, through
from tests.sink import Sink, running

READERS = 40
SOON = Timing(first_retry=0.2)


@pytest.fixture
def refusing(workspace: Path) -> Iterator[Sink]:
    """Send to a server that takes no more than the last readers of forty."""
    rows = "".join(f"reader{number:02}@example.org,\n" for number in range(READERS))
    (workspace / "subscribers.csv").write_text(f"email,first_name\n{rows}", "utf-8")
    rcpt = lambda who: "250 Ok" if "reader3" in who else "550 5.7.1 not now"  # noqa: E731
    with running(Sink(rcpt=rcpt)) as sink:
        through(workspace, sink)
        yield sink


@pytest.fixture
def deferring(workspace: Path) -> Iterator[Sink]:
    """Send to a server that defers one reader twice, each time for a moment."""
    said = iter(["450 4.2.1 later", "450 4.2.1 later"])
    rcpt = lambda who: next(said, "250 Ok") if "ada" in who else "250 Ok"  # noqa: E731
    with running(Sink(rcpt=rcpt)) as sink:
        through(workspace, sink)
        yield sink


@pytest.mark.usefixtures("refusing")
def test_a_mailing_that_stops_itself_asks_and_goes_on_after_a_yes(workspace: Path) -> None:
    person = Scripted()
    assert ordered(workspace, Order(issue=ISSUE), person) == 1
    (question,) = [each for each in person.asked if isinstance(each, GoOn)]
    assert question.stop.asks
    assert person.totals == [READERS, question.left]
    counts = person.result.counts
    assert (counts[State.ACCEPTED], counts[State.REFUSED], counts[State.PENDING]) == (10, 30, 0)


@pytest.mark.usefixtures("refusing")
@pytest.mark.parametrize("leaves", [False, True])
def test_it_ends_as_it_is_after_a_no_and_after_a_signal_at_that_question(
    workspace: Path, *, leaves: bool
) -> None:
    def leave(question: Question | Wait) -> None:
        if leaves and isinstance(question, GoOn):
            raise Left(signal.SIGINT)

    person = Scripted(noes=[GoOn], meanwhile=leave)
    assert ordered(workspace, Order(issue=ISSUE), person) == 1
    (question,) = [each for each in person.asked if isinstance(each, GoOn)]
    assert person.result.ending.stop == question.stop
    assert person.result.counts[State.PENDING] == question.left > 0
    assert person.totals == [READERS]


@pytest.mark.usefixtures("refusing")
def test_neither_a_trial_with_a_limit_nor_who_wants_to_keep_going_is_asked(
    workspace: Path,
) -> None:
    trial, rest = Scripted(noes=[GoOn]), Scripted(noes=[GoOn])
    assert ordered(workspace, Order(issue=ISSUE, limit=20), trial) == 1
    assert trial.result.ending.stop is not None
    assert ordered(workspace, Order(issue=ISSUE, keep_going=True), rest) == 1
    assert rest.result.counts[State.PENDING] == 0
    assert [each for each in (*trial.asked, *rest.asked) if isinstance(each, GoOn)] == []


def test_a_sender_that_stays_tries_the_deferred_again_in_rounds(
    workspace: Path, deferring: Sink
) -> None:
    person = Scripted()
    assert ordered(workspace, Order(issue=ISSUE, stays=True), person, SOON) == 0
    assert [type(each) for each in person.waits] == [NextRound, NextRound]
    assert person.totals == [2, 1, 1]
    assert sorted(deferring.recipients) == ["ada@example.org", "grace@example.net"]
    assert [type(each) for each in person.news[1:]] == [Result]


def test_who_leaves_between_two_rounds_gets_nothing(workspace: Path, deferring: Sink) -> None:
    def leaves(wait: Question | Wait) -> None:
        if isinstance(wait, NextRound):
            (workspace / "suppressions.csv").write_text("email\nada@example.org\n", "utf-8")

    person = Scripted(meanwhile=leaves)
    assert ordered(workspace, Order(issue=ISSUE, stays=True), person, SOON) == 0
    assert person.result.counts[State.EXCLUDED] == 2
    assert deferring.recipients == ["grace@example.net"]


@pytest.mark.usefixtures("deferring")
def test_a_signal_between_two_rounds_ends_the_stay_and_tells_how_it_stands(
    workspace: Path,
) -> None:
    def leave(wait: Question | Wait) -> None:
        if isinstance(wait, NextRound):
            raise Left(signal.SIGINT)

    person = Scripted(meanwhile=leave)
    assert ordered(workspace, Order(issue=ISSUE, stays=True), person, SOON) == 130
    counts = person.result.counts
    assert (counts[State.ACCEPTED], counts[State.DEFERRED]) == (1, 1)


@pytest.mark.usefixtures("deferring")
def test_who_does_not_stay_waits_for_nobody(workspace: Path) -> None:
    person = Scripted()
    assert ordered(workspace, Order(issue=ISSUE), person) == 75
    assert person.waits == []
