"""`send` from the order to the record: lock, prepare, agree, wait, rounds."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from newsletter.audience.selection import Selection, as_options
from newsletter.basics.errors import fail
from newsletter.basics.outcome import State
from newsletter.delivery.mailing import exit_code
from newsletter.state.parts import as_one, summed
from newsletter.state.standing import is_renewal, is_withdrawable
from newsletter.tasks.send.appointment import is_too_late, spoken
from newsletter.tasks.send.only_sender import refuse_doubtful, refuse_recorded, the_only_sender
from newsletter.tasks.send.order import Order
from newsletter.tasks.send.person import ItsTime, Left, Note, NothingDue, Person
from newsletter.tasks.send.plan import Plan, next_part
from newsletter.tasks.send.prepare import Prepared, agreed, prepare
from newsletter.tasks.send.rounds import send_rounds
from newsletter.tasks.send.steps import take_up_all
from newsletter.workspace import Workspace

if TYPE_CHECKING:
    from newsletter.state.sqlite import SqliteLedger
    from newsletter.state.values import Mailing

NOTHING_SENT = Note("Nothing was sent.")


def look(workspace: Workspace, order: Order, person: Person) -> bool:
    """Show what sending would do; return whether it would do anything. Raises NewsletterError."""
    with _opened(workspace, order.issue) as ledger:
        if not order.trusted:
            refuse_doubtful(workspace, ledger)
        parts = ledger.records.parts(order.issue)
        plan = _prepared(workspace, ledger, order, parts, person).plan
        if plan.to_send or not (plan.mailing or order.top_up):
            return True
        counts = summed(ledger.records, parts)
        if not counts[State.ATTEMPTING]:
            person.tell(NothingDue(plan, as_one(parts), counts))
        return bool(counts[State.ATTEMPTING])


def send(workspace: Workspace, order: Order, person: Person) -> int:
    """Ask, wait for the time of `--at`, send and record; return the exit code.

    Raises NewsletterError.
    """
    with _opened(workspace, order.issue) as ledger:
        try:
            return _send(workspace, ledger, order, person)
        except Left as left:
            person.tell(NOTHING_SENT)
            return left.exit_code


@contextlib.contextmanager
def _opened(workspace: Workspace, issue: str) -> Iterator[SqliteLedger]:
    workspace.transport_url()
    if not workspace.settings.database.exists():
        # Before a new ledger is made: it would have to be deleted again for the right one.
        refuse_recorded(workspace, issue)
    with workspace.ledger() as ledger:
        yield ledger


def _send(workspace: Workspace, ledger: SqliteLedger, order: Order, person: Person) -> int:
    with the_only_sender(workspace, ledger, trusted=order.trusted) as told:
        if told:
            _warn(person, told)
        prepared = _taken_up(workspace, ledger, order, person)
        if not prepared.plan.to_send and not (order.stays and prepared.plan.later):
            return _nothing_to_send(ledger, order, prepared.plan, person)
        transport = agreed(workspace, ledger, prepared, order, person)
        if transport is None:
            person.tell(NOTHING_SENT)
            return 1
        if order.at is None:
            return send_rounds(workspace, ledger, prepared, transport, order, person)
    # Without the lock: another issue may go out meanwhile.
    _wait_for_its_time(order.issue, order.at, prepared.selection, person)
    with the_only_sender(workspace, ledger, trusted=order.trusted):
        return send_rounds(workspace, ledger, prepared, transport, order, person)


def _taken_up(workspace: Workspace, ledger: SqliteLedger, order: Order, person: Person) -> Prepared:
    begun = ledger.records.parts(order.issue)
    if begun and is_withdrawable(ledger, begun[0]) and is_renewal(ledger, begun[0]):
        raise fail(
            f"{order.issue} asks for consents, and nobody has got it yet",
            hint="newsletter subscribers renew asks those whose consent ends by now",
        )
    parts = take_up_all(workspace, ledger, begun, lambda text: _warn(person, text))
    return _prepared(workspace, ledger, order, parts, person)


def _prepared(
    workspace: Workspace,
    ledger: SqliteLedger,
    order: Order,
    parts: Sequence[Mailing],
    person: Person,
) -> Prepared:
    """Prepare an order; without `--where` for those for whom its issue was begun before."""
    if order.top_up:
        from newsletter.tasks.send.top_up import prepare_top_up

        return prepare_top_up(workspace, ledger, order, parts, person)
    if order.where is None:
        order = replace(order, where=ledger.records.selection(order.issue))
    return prepare(workspace, ledger, order, next_part(ledger, parts), person)


def _nothing_to_send(ledger: SqliteLedger, order: Order, plan: Plan, person: Person) -> int:
    """Show why there is nobody to send to; return the exit code for the mailing's counts."""
    if plan.mailing is None and not order.top_up:
        raise fail("nobody would get it", hint="newsletter subscribers check says why")
    parts = ledger.records.parts(order.issue)
    counts = summed(ledger.records, parts)
    person.tell(NothingDue(plan, as_one(parts), counts))
    return exit_code(counts)


def _wait_for_its_time(
    issue: str, at: datetime, selection: Selection | None, person: Person
) -> None:
    """Wait; raise NewsletterError where it is too late then. Raises Left."""
    person.wait(ItsTime(issue, at))
    now = datetime.now(UTC)
    if is_too_late(at, now):
        raise fail(
            f"it is {spoken(now.astimezone(at.tzinfo))}: {issue} was to go off on {spoken(at)},"
            " and this machine slept through it; nothing was sent",
            hint=f"newsletter send {issue}{as_options(selection)} sends it now, or --at at another"
            " time",
        )


def _warn(person: Person, text: str) -> None:
    person.tell(Note(text, is_warning=True))
