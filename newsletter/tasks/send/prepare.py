"""Before a mailing: the issue is checked, the list is read, errors stop it or are overridden."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from newsletter.audience.selection import Selection, is_same
from newsletter.basics.errors import CheckFailed, Level, fail
from newsletter.basics.times import today
from newsletter.settings.values import Auth, DeliverySettings
from newsletter.state.standing import is_withdrawable
from newsletter.state.values import MailingState, Override
from newsletter.tasks.send.ahead import try_out
from newsletter.tasks.send.only_sender import refuse_recorded
from newsletter.tasks.send.order import Order
from newsletter.tasks.send.person import Checked, LastSeconds, Note, Person, SendTo
from newsletter.tasks.send.plan import Plan, plan_first, plan_next
from newsletter.workspace import Workspace

if TYPE_CHECKING:  # a mailing that goes on is not checked, and the checks are slow to import
    from newsletter.message.content import Content
    from newsletter.state.sqlite import SqliteLedger
    from newsletter.state.values import Mailing
    from newsletter.tasks.send.intake import Intake
    from newsletter.transport.base import Transport

_TOKEN_SECONDS = 1800
"""Seconds after which a token has probably expired: most are valid for an hour."""
_RUNS_OUT = (
    "The token has probably run out by then; if so, the mailing stops before its first"
    " message, and newsletter send with a new token goes on."
)
_NOT_CHECKED_AGAIN = "A mailing that was begun is not checked again: nothing to override."


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What is known before it is sent.

    `content` and `intake` are None for a mailing that was begun: the ledger has both. `selection`
    is that of the mailing, or what it will be.
    """

    plan: Plan
    content: Content | None = None
    intake: Intake | None = None
    sources: str = ""
    overrides: tuple[Override, ...] = ()
    selection: Selection | None = None

    @property
    def fresh(self) -> Content:
        """The content of an issue that was never begun."""
        if self.content is None:
            raise RuntimeError("an issue without a mailing has been checked before")
        return self.content


def prepare(
    workspace: Workspace,
    ledger: SqliteLedger,
    order: Order,
    mailing: Mailing | None,
    person: Person,
) -> Prepared:
    """Return what sending would do, and show it; raise NewsletterError where it must not be."""
    if mailing is not None and not is_withdrawable(ledger, mailing):
        if order.where is not None:
            require_same(mailing, order.where)
        plan = plan_next(workspace, ledger, mailing)
        prepared = Prepared(plan=plan, selection=mailing.selection)
        if order.overrides:
            person.tell(Note(_NOT_CHECKED_AGAIN))
    else:
        if mailing is None:
            refuse_recorded(workspace, order.issue, ledger)
        prepared = _checked(workspace, ledger, order, person)
    person.tell(prepared.plan)
    return prepared


def require_same(mailing: Mailing, selection: Selection | None) -> None:
    """Raise NewsletterError where a mailing is for other readers than those selected."""
    if is_same(mailing.selection, selection):
        return
    whole = "the whole list"
    raise fail(
        f"{mailing.issue} was begun for {mailing.selection or whole}, not for {selection or whole}:"
        " a mailing keeps its readers",
        hint=f"newsletter status {mailing.issue} shows who got it"
        if mailing.state is MailingState.FINISHED
        else f"newsletter send {mailing.issue}, without --where, goes on with it",
    )


def _checked(workspace: Workspace, ledger: SqliteLedger, order: Order, person: Person) -> Prepared:
    """Check an issue that was never begun; raise CheckFailed for errors not overridden."""
    from newsletter.checks.override import judge
    from newsletter.checks.registry import RULE_IDS
    from newsletter.tasks.check import prove
    from newsletter.tasks.send.intake import Intake

    day = today()
    selection = order.where or None
    intake = Intake(workspace, ledger, day, selection)
    proof = prove(workspace, order.issue, readers=intake.read, today=day)
    judged = judge(proof.report, order.overrides, RULE_IDS)
    if proof.content is None or judged.refusing:
        raise CheckFailed(*(finding.as_problem() for finding in judged.refusing))
    intake.require_messages()
    warnings = tuple(finding.as_problem() for finding in proof.report.of(Level.WARNING))
    if warnings or judged.overridden or judged.unneeded:
        person.tell(Checked(warnings, judged))
    return Prepared(
        plan=plan_first(workspace, proof.content, intake.readers, selection),
        selection=selection,
        content=proof.content,
        intake=intake,
        sources=workspace.sources(workspace.issue(order.issue)),
        overrides=tuple(
            Override(each.rule, each.message, each.silenced or "") for each in judged.overridden
        ),
    )


def agreed(
    workspace: Workspace, ledger: SqliteLedger, prepared: Prepared, order: Order, person: Person
) -> Transport | None:
    """Ask for the password and for a yes; return the transport, or None for a no.

    With `--at` the server is tried out first. Without it a yes can be taken back for some
    seconds, unless something of the mailing has left before.
    """
    transport = workspace.transport(person.credentials(workspace.settings))
    plan, at = prepared.plan, order.at
    if at is not None:
        if _outlives_token(workspace.settings.delivery, at):
            person.tell(Note(_RUNS_OUT, is_warning=True))
        content = prepared.fresh if plan.mailing is None else ledger.records.content(plan.mailing)
        selected = prepared.selection
        try_out(workspace, ledger, content, plan.mailing, transport, today(), selected)
    waiting = plan.to_send or plan.later
    number = waiting if order.limit is None else min(order.limit, waiting)
    yes = person.confirm(SendTo(number, at))
    if yes and at is None and not plan.done:
        yes = person.confirm(LastSeconds(workspace.timing.undo))
    return transport if yes else None


def _outlives_token(delivery: DeliverySettings, at: datetime) -> bool:
    """Return whether a token that is valid now has probably run out at a moment."""
    seconds = (at - datetime.now(UTC)).total_seconds()
    is_token = delivery.auth is Auth.XOAUTH2 and delivery.user is not None
    return is_token and delivery.token_command is None and seconds > _TOKEN_SECONDS
