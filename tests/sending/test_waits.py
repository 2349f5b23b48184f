"""A mailing that goes off later, and what happens meanwhile."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from click.testing import Result as Ran

from newsletter.basics.errors import NewsletterError
from newsletter.basics.outcome import State
from newsletter.tasks.send.order import Order
from newsletter.tasks.send.person import ItsTime, Left, Question, SendTo, Wait
from newsletter.tasks.send.story import NOTHING_SENT
from tests.sending.scripted import ISSUE, Scripted, mails, ordered, through
from tests.sink import Sink

Run = Callable[..., Ran]
TORONTO = ZoneInfo("America/Toronto")


def soon() -> datetime:
    return datetime.now(TORONTO) + timedelta(minutes=10)


def at_once(_: Wait) -> None:
    """Wake where the moment has come already."""


def while_it_waits(happens: Callable[[], object]) -> Callable[[Question | Wait], None]:
    return lambda each: None if not isinstance(each, ItsTime) else (happens(), None)[1]


def test_it_is_agreed_to_then_waited_for_and_goes_to_those_who_are_there_then(
    workspace: Path, run: Run
) -> None:
    at = soon()
    person = Scripted(
        wakes=at_once,
        meanwhile=while_it_waits(lambda: run("subscribers", "suppress", "grace@example.net")),
    )
    assert ordered(workspace, Order(issue=ISSUE, at=at), person) == 0
    assert (person.asked, person.waits) == ([SendTo(2, at)], [ItsTime(ISSUE, at)])
    assert mails(workspace) == person.result.counts[State.ACCEPTED] == 1


def test_who_came_onto_the_list_while_it_waited_gets_it_too(workspace: Path) -> None:
    def comes() -> None:
        with (workspace / "subscribers.csv").open("a", encoding="utf-8") as file:
            file.write("late@example.org,,,\n")

    person = Scripted(wakes=at_once, meanwhile=while_it_waits(comes))
    assert ordered(workspace, Order(issue=ISSUE, at=soon()), person) == 0
    assert mails(workspace) == person.result.counts[State.ACCEPTED] == 3


@pytest.mark.parametrize(("late", "goes_off"), [(59, True), (61, False)])
def test_a_machine_that_slept_for_more_than_an_hour_past_its_time_sends_nothing(
    workspace: Path, *, late: int, goes_off: bool
) -> None:
    at = datetime(2026, 12, 1, 8, tzinfo=TORONTO)
    with time_machine.travel(at - timedelta(hours=9)) as clock:
        person = Scripted(wakes=lambda wait: clock.move_to(wait.at + timedelta(minutes=late)))
        order = Order(issue=ISSUE, at=at)
        if goes_off:
            assert ordered(workspace, order, person) == 0
        else:
            with pytest.raises(NewsletterError) as caught:
                ordered(workspace, order, person)
            assert str(caught.value) == (
                f"it is Tuesday 1 December 2026, 09:01 EST (UTC-05:00): {ISSUE} was to go off on"
                " Tuesday 1 December 2026, 08:00 EST (UTC-05:00), and this machine slept through"
                f" it; nothing was sent\n  Hint: newsletter send {ISSUE} sends it now, or --at at"
                " another time"
            )
    assert mails(workspace) == (2 if goes_off else 0)
    assert (workspace / "mailings.csv").exists() is goes_off


def test_a_signal_while_it_waits_leaves_nothing_behind(workspace: Path) -> None:
    def leave() -> None:
        raise Left(signal.SIGHUP)

    person = Scripted(meanwhile=while_it_waits(leave))
    assert ordered(workspace, Order(issue=ISSUE, at=soon()), person) == 129
    assert person.news[-1] == NOTHING_SENT
    assert not (workspace / "mailings.csv").exists()


def test_what_another_process_has_begun_meanwhile_is_gone_on_with(
    workspace: Path, run: Run
) -> None:
    codes: list[int] = []
    person = Scripted(
        wakes=at_once,
        meanwhile=while_it_waits(
            lambda: codes.append(run("send", ISSUE, "--yes", "--limit", "1").exit_code)
        ),
    )
    assert ordered(workspace, Order(issue=ISSUE, at=soon()), person) == 0
    assert (codes, person.totals) == ([75], [1])
    assert mails(workspace) == person.result.counts[State.ACCEPTED] == 2


def test_another_issue_may_go_out_while_one_waits(workspace: Path, run: Run) -> None:
    text = (workspace / f"issues/{ISSUE}.md").read_text("utf-8")
    (workspace / "issues/2026-11-correction.md").write_text(
        text.replace("preheader", "ignore: {already-sent: a correction}\npreheader"), "utf-8"
    )

    def another_goes_out_and_this_one_is_left() -> None:
        assert run("send", "2026-11-correction", "--yes").exit_code == 0
        raise Left(signal.SIGINT)

    person = Scripted(meanwhile=while_it_waits(another_goes_out_and_this_one_is_left))
    assert ordered(workspace, Order(issue=ISSUE, at=soon()), person) == 130
    assert mails(workspace) == 2


def test_a_server_that_would_refuse_it_is_found_out_before_the_question(workspace: Path) -> None:
    through(workspace, Sink(port=9))
    person = Scripted()
    with pytest.raises(NewsletterError, match="the mailing could not go off now: no connection"):
        ordered(workspace, Order(issue=ISSUE, at=soon()), person)
    assert (person.asked, person.waits) == ([], [])
