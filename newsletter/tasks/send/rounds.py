"""The sending: one run, or with `--wait` round after round until nobody is left."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from newsletter.basics.memory import keep_for_good
from newsletter.basics.outcome import State
from newsletter.basics.times import today
from newsletter.delivery.mailing import Course, Result
from newsletter.state.parts import as_one, summed
from newsletter.tasks.send.again import next_round
from newsletter.tasks.send.only_sender import refuse_recorded
from newsletter.tasks.send.order import Order
from newsletter.tasks.send.person import GoOn, Left, NextRound, Note, Person
from newsletter.tasks.send.plan import next_part, waiting
from newsletter.tasks.send.prepare import Prepared, require_same
from newsletter.tasks.send.steps import begin, exclude_who_left, go_on, take_up_all
from newsletter.workspace import Workspace

if TYPE_CHECKING:
    from newsletter.state.sqlite import SqliteLedger
    from newsletter.state.values import Mailing
    from newsletter.transport.base import Transport


def send_rounds(
    workspace: Workspace,
    ledger: SqliteLedger,
    prepared: Prepared,
    transport: Transport,
    order: Order,
    person: Person,
) -> int:
    """Send what is left, with `--wait` also what is due later; return the exit code."""
    mailing = _mailing(workspace, ledger, prepared, order, person)
    course = Course(
        transport=transport,
        connections=workspace.settings.delivery.connections,
        rates=workspace.settings.delivery.rate,
        limit=order.limit,
        keep_going=order.keep_going,
        patient=order.stays,
        timing=workspace.timing,
    )
    keep_for_good()
    signal = 0
    while True:
        result = _round(workspace, ledger, mailing, course, person)
        mailing = result.mailing
        try:
            following = _following(result, course, order, person)
        except Left as left:
            signal = left.exit_code
            break
        if following is None:
            break
        course = following
        exclude_who_left(workspace, ledger)
    result = _of_all_parts(ledger, result)
    person.tell(result)
    return signal or result.exit_code


def _of_all_parts(ledger: SqliteLedger, result: Result) -> Result:
    """Return how a run left the whole mailing of its issue, with the parts it did not send."""
    parts = ledger.records.parts(result.mailing.issue)
    if len(parts) == 1:
        return result
    dues = [due for each in parts if (due := ledger.run.next_due(each)) is not None]
    return replace(
        result,
        mailing=as_one(parts),
        counts=summed(ledger.records, parts),
        next_due=datetime.fromtimestamp(min(dues), UTC) if dues else None,
    )


def _mailing(
    workspace: Workspace, ledger: SqliteLedger, prepared: Prepared, order: Order, person: Person
) -> Mailing:
    """Return the mailing, begun now if there is none.

    Another process may have begun it during a wait of `--at`; then that one goes on. After such a
    wait the list is read anew.
    """
    begun = ledger.records.parts(order.issue)
    parts = take_up_all(workspace, ledger, begun, lambda text: person.tell(Note(text)))
    mailing = next_part(ledger, parts)
    if mailing is not None and not (order.top_up and prepared.intake):
        require_same(mailing, prepared.selection)
        return mailing
    refuse_recorded(workspace, order.issue, ledger)
    intake = prepared.intake if order.at is None else None
    return begin(
        workspace,
        ledger,
        prepared.fresh,
        prepared.sources,
        today(),
        prepared.overrides,
        intake,
        prepared.selection,
    )


def _round(
    workspace: Workspace, ledger: SqliteLedger, mailing: Mailing, course: Course, person: Person
) -> Result:
    number = waiting(ledger, mailing)
    total = number if course.limit is None else min(course.limit, number)
    with person.progress(total) as (watch, tell):
        return go_on(workspace, ledger, mailing, course, watch, tell)


def _following(result: Result, course: Course, order: Order, person: Person) -> Course | None:
    """Return the course of the next run, at its time; None where there is none. Raises Left."""
    if _goes_on_all_the_same(result, course, person):
        return replace(course, keep_going=True)
    moment = next_round(result, datetime.now(UTC)) if order.stays else None
    if moment is None:
        return None
    person.wait(NextRound(result, moment))
    return course


def _goes_on_all_the_same(result: Result, course: Course, person: Person) -> bool:
    """Ask whether to go on after a stop for too many refused or deferred readers.

    After a run with a limit, which is a trial, nothing is asked.
    """
    stop = result.ending.stop
    if stop is None or not stop.asks or course.limit is not None or result.ending.signal:
        return False
    try:
        return person.confirm(GoOn(stop, result.counts[State.PENDING]))
    except Left:
        return False
