"""What is asked before the first message, and what happens while a question stands."""

from __future__ import annotations

import csv
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result as Ran

from newsletter.basics.errors import CheckFailed, NewsletterError
from newsletter.basics.outcome import State
from newsletter.delivery.mailing import Result
from newsletter.tasks.send.order import Order
from newsletter.tasks.send.person import (
    Checked,
    LastSeconds,
    Left,
    NothingDue,
    Question,
    SendTo,
    Wait,
)
from newsletter.tasks.send.plan import Plan
from newsletter.tasks.send.story import NOTHING_SENT, look
from newsletter.workspace import open_workspace
from tests.sending.scripted import ISSUE, Scripted, mails, ordered

Run = Callable[..., Ran]


def with_another_reader(root: Path) -> None:
    with (root / "subscribers.csv").open("a", encoding="utf-8") as file:
        file.write("late@example.org,,,\n")


def recorded(root: Path) -> list[tuple[str, str]]:
    with (root / "mailings.csv").open(encoding="utf-8", newline="") as file:
        return [(row["issue"], row["accepted"]) for row in csv.DictReader(file)]


def test_after_a_yes_and_its_last_seconds_everybody_gets_it_and_it_is_recorded(
    workspace: Path,
) -> None:
    person = Scripted()
    assert ordered(workspace, Order(issue=ISSUE), person) == 0
    assert person.asked == [SendTo(2, None), LastSeconds(10.0)]
    assert [type(each) for each in person.news] == [Plan, Result]
    assert person.totals == [2]
    assert mails(workspace) == person.result.counts[State.ACCEPTED] == 2
    assert recorded(workspace) == [(ISSUE, "2")]


@pytest.mark.parametrize("no", [SendTo, LastSeconds])
def test_after_a_no_or_a_yes_that_was_taken_back_nothing_was_begun(
    workspace: Path, no: type[Question]
) -> None:
    person = Scripted(noes=[no])
    assert ordered(workspace, Order(issue=ISSUE), person) == 1
    assert type(person.asked[-1]) is no
    assert person.news[-1] == NOTHING_SENT
    assert not (workspace / "mailings.csv").exists()
    assert mails(workspace) == 0


def test_a_signal_at_the_question_ends_it_as_shells_report_it(workspace: Path) -> None:
    def leave(_: Question | Wait) -> None:
        raise Left(signal.SIGTERM)

    person = Scripted(meanwhile=leave)
    assert ordered(workspace, Order(issue=ISSUE), person) == 143
    assert person.news[-1] == NOTHING_SENT
    assert not (workspace / "mailings.csv").exists()


def test_what_is_under_way_is_asked_about_but_not_held_up_again(workspace: Path) -> None:
    assert ordered(workspace, Order(issue=ISSUE, limit=1), Scripted()) == 75
    person = Scripted()
    assert ordered(workspace, Order(issue=ISSUE), person) == 0
    assert person.asked == [SendTo(1, None)]
    assert mails(workspace) == 2


def test_nobody_is_asked_where_nobody_is_left(workspace: Path) -> None:
    assert ordered(workspace, Order(issue=ISSUE), Scripted()) == 0
    person = Scripted()
    assert ordered(workspace, Order(issue=ISSUE), person) == 0
    assert person.asked == []
    assert [type(each) for each in person.news] == [Plan, NothingDue]
    assert mails(workspace) == 2


def test_a_look_tells_the_plan_and_changes_nothing(workspace: Path) -> None:
    person = Scripted()
    assert look(open_workspace(workspace), Order(issue=ISSUE), person)
    assert [type(each) for each in person.news] == [Plan]
    assert not (workspace / "mailings.csv").exists()
    assert ordered(workspace, Order(issue=ISSUE), Scripted()) == 0
    assert not look(open_workspace(workspace), Order(issue=ISSUE), Scripted())


def test_a_list_that_changes_while_the_question_stands_stops_before_anything_is_frozen(
    workspace: Path,
) -> None:
    person = Scripted(noes=[], meanwhile=lambda _: with_another_reader(workspace))
    with pytest.raises(NewsletterError) as caught:
        ordered(workspace, Order(issue=ISSUE), person)
    assert str(caught.value) == (
        "subscribers.csv: the list has changed since it was checked; nothing was sent\n"
        f"  Hint: newsletter send {ISSUE} looks at it again"
    )
    assert not (workspace / "mailings.csv").exists()
    again = Scripted()
    assert ordered(workspace, Order(issue=ISSUE), again) == 0
    assert mails(workspace) == again.totals[0] > 2


@pytest.mark.parametrize("by_hand", [False, True])
def test_who_leaves_while_the_question_stands_gets_nothing(
    workspace: Path, run: Run, *, by_hand: bool
) -> None:
    def leaves(question: Question | Wait) -> None:
        if isinstance(question, LastSeconds):
            return
        if by_hand:
            file = workspace / "suppressions.csv"
            file.write_text("email,reason\ngrace@example.net,wrote to us\n", "utf-8")
        else:
            assert run("subscribers", "suppress", "grace@example.net").exit_code == 0

    person = Scripted(meanwhile=leaves)
    assert ordered(workspace, Order(issue=ISSUE), person) == 0
    counts = person.result.counts
    assert (counts[State.ACCEPTED], counts[State.EXCLUDED]) == (1, 2)
    assert mails(workspace) == 1


def test_an_error_of_the_check_stops_it_unless_it_is_overridden_with_a_reason(
    workspace: Path,
) -> None:
    file = workspace / "summaries/2026-10-quiet-rooms.md"
    file.write_text(file.read_text("utf-8").split("## Practice")[0], "utf-8")
    refused = Scripted()
    with pytest.raises(CheckFailed) as caught:
        ordered(workspace, Order(issue=ISSUE), refused)
    assert (refused.asked, len(caught.value.problems)) == ([], 1)

    person = Scripted()
    order = Order(issue=ISSUE, overrides={"summary-incomplete": "a comment", "size": "no need"})
    assert ordered(workspace, order, person) == 0
    (checked,) = [each for each in person.news if isinstance(each, Checked)]
    assert [each.rule for each in checked.judged.overridden] == ["summary-incomplete"]
    assert checked.judged.unneeded == ("size",)
    with open_workspace(workspace).ledger() as ledger:
        kept = ledger.records.overrides(person.result.mailing)
    assert [(each.rule, each.reason) for each in kept] == [("summary-incomplete", "a comment")]


def test_a_mailing_that_was_begun_is_not_checked_again_and_says_so(workspace: Path) -> None:
    assert ordered(workspace, Order(issue=ISSUE, limit=1), Scripted()) == 75
    person = Scripted()
    assert ordered(workspace, Order(issue=ISSUE, overrides={"size": "no need"}), person) == 0
    assert person.notes == ["A mailing that was begun is not checked again: nothing to override."]
