"""The renewal from the order to the record; its mailing is one like any other in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.basics.errors import NewsletterError
from newsletter.basics.times import today
from newsletter.content.issue.file import FOLDER as ISSUES
from newsletter.delivery.mailing import exit_code
from newsletter.tasks.renewal.asked import Asking, asked_when, next_slug, note_asked, unfinished
from newsletter.tasks.renewal.message import renewal_content
from newsletter.tasks.send.intake import Intake
from newsletter.tasks.send.only_sender import the_only_sender
from newsletter.tasks.send.order import Order
from newsletter.tasks.send.person import Left, Note, Person
from newsletter.tasks.send.plan import plan_first, plan_next
from newsletter.tasks.send.prepare import Prepared, agreed
from newsletter.tasks.send.rounds import send_rounds
from newsletter.tasks.send.steps import take_up
from newsletter.tasks.send.story import NOTHING_SENT
from newsletter.workspace import Workspace

if TYPE_CHECKING:
    from newsletter.state.sqlite import SqliteLedger
    from newsletter.state.values import Mailing


def look(workspace: Workspace, days: int, person: Person) -> bool:
    """Show whom a renewal would ask; return whether there is anybody. Raises NewsletterError."""
    with workspace.ledger() as ledger:
        begun = unfinished(ledger)
        return _shown(_prepared(workspace, ledger, begun, days), days, person)


def renew(workspace: Workspace, days: int, person: Person) -> int:
    """Ask those whose implied consent ends within so many days; return the exit code.

    A renewal that was begun goes on first. Raises NewsletterError.
    """
    workspace.transport_url()
    with workspace.ledger() as ledger:
        try:
            with the_only_sender(workspace, ledger, trusted=False):
                return _renew(workspace, ledger, days, person)
        except Left as left:
            person.tell(NOTHING_SENT)
            return left.exit_code


def _renew(workspace: Workspace, ledger: SqliteLedger, days: int, person: Person) -> int:
    note_asked(ledger)  # of a run that was killed before it could
    begun = unfinished(ledger)
    going_on = begun and take_up(workspace, ledger, begun, lambda text: person.tell(Note(text)))
    prepared = _prepared(workspace, ledger, going_on, days)
    if not _shown(prepared, days, person):
        mailing = prepared.plan.mailing
        return 0 if mailing is None else exit_code(ledger.records.counts(mailing))
    order = Order(issue=prepared.plan.issue)
    transport = agreed(workspace, ledger, prepared, order, person)
    if transport is None:
        person.tell(NOTHING_SENT)
        return 1
    try:
        return send_rounds(workspace, ledger, prepared, transport, order, person)
    finally:
        note_asked(ledger)


def _prepared(
    workspace: Workspace, ledger: SqliteLedger, begun: Mailing | None, days: int
) -> Prepared:
    """Return what is left of a renewal that was begun, or a new one where nothing is."""
    if begun is not None:
        plan = plan_next(workspace, ledger, begun)
        if plan.to_send or plan.later:
            return Prepared(plan=plan)
    day = today()
    slug = next_slug(ledger, workspace.root / ISSUES, day)
    content = renewal_content(workspace, slug, day)
    asking = Asking(asked_when(ledger), day, days, workspace.keys())
    intake = Intake(workspace, ledger, day, only=asking)
    readers = intake.read(content)
    if readers.mailable is None or readers.column_problems:
        raise NewsletterError(*readers.problems)
    intake.require_messages()
    plan = plan_first(workspace, content, readers, None)
    return Prepared(plan=plan, content=content, intake=intake)


def _shown(prepared: Prepared, days: int, person: Person) -> bool:
    """Show what is to be sent; return whether there is anybody to send it to."""
    plan = prepared.plan
    if plan.to_send:
        person.tell(plan)
    elif plan.mailing is not None:
        person.tell(Note(f"{plan.issue} waits for those who are deferred ({plan.later:,})."))
    else:
        person.tell(Note(f"Nobody is to be asked: no implied consent ends within {days} days."))
    return bool(plan.to_send)
