"""Before anything is sent: the plan, the question, and the wait for its time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from newsletter.basics.errors import CheckFailed, Level, fail
from newsletter.cli.send.words import nothing_now, people, show_plan
from newsletter.cli.status.command import status_json
from newsletter.cli.terminal import output
from newsletter.cli.terminal.password import credentials
from newsletter.cli.terminal.waiting import undone, wait_until, zone_name
from newsletter.delivery.appointment import is_too_late, spoken
from newsletter.settings.values import Auth
from newsletter.state.ledger import Override
from newsletter.state.standing import is_withdrawable
from newsletter.tasks.send.guard import refuse_recorded
from newsletter.tasks.send.plan import Plan, plan_first, plan_next

if TYPE_CHECKING:
    from newsletter.cli.send.wishes import Wishes
    from newsletter.message.content import Content
    from newsletter.state.ledger import Mailing
    from newsletter.state.sqlite import SqliteLedger
    from newsletter.tasks.send.intake import Intake
    from newsletter.transport.base import Transport
    from newsletter.workspace import Workspace

_TOKEN_SECONDS = 1800
"""A token that must hold for longer has probably run out by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What is known before it is sent.

    `content` and `intake` are None for a mailing that was begun: it is all in the ledger.
    """

    plan: Plan
    content: Content | None = None
    intake: Intake | None = None
    sources: str = ""
    overrides: tuple[Override, ...] = ()


def look(
    workspace: Workspace,
    ledger: SqliteLedger,
    slug: str,
    wishes: Wishes,
    mailing: Mailing | None,
) -> Ready:
    """Find out what sending would do, and say it; raise where it must not be done."""
    if mailing is not None and not is_withdrawable(ledger, mailing):
        ready = Ready(plan=plan_next(workspace, ledger, mailing))
        if wishes.overrides:
            output.say("A mailing that was begun is not checked again: nothing to override.")
    else:
        if mailing is None:
            refuse_recorded(workspace, slug, ledger)
        ready = _checked(workspace, ledger, slug, wishes.overrides)
    show_plan(ready.plan, wishes.at, now=datetime.now(UTC), zone=zone_name())
    return ready


def _checked(
    workspace: Workspace, ledger: SqliteLedger, slug: str, wanted: Mapping[str, str]
) -> Ready:
    """Check an issue that was never begun; what is wrong and not overridden is raised."""
    from newsletter.checks.override import judge
    from newsletter.checks.registry import RULE_IDS
    from newsletter.tasks.check import prove
    from newsletter.tasks.send.intake import Intake

    today = _today()
    intake = Intake(workspace, ledger, today)
    proof = prove(workspace, slug, readers=intake.read, today=today)
    judged = judge(proof.report, wanted, RULE_IDS)
    if proof.content is None or judged.refusing:
        raise CheckFailed(*(finding.as_problem() for finding in judged.refusing))
    intake.require_messages()
    warnings = [finding.as_problem() for finding in proof.report.of(Level.WARNING)]
    output.problems(warnings)
    for each in judged.overridden:
        output.say(f"Overridden: {each.message} ({each.rule}: {each.silenced})", style="yellow")
    for rule in judged.unneeded:
        output.say(f"The check '{rule}' found no error: nothing to override.", style="dim")
    if warnings or judged.overridden or judged.unneeded:
        output.say()
    return Ready(
        plan=plan_first(workspace, proof.content, intake.readers),
        content=proof.content,
        intake=intake,
        sources=workspace.sources(workspace.issue(slug)),
        overrides=tuple(
            Override(each.rule, each.message, each.silenced or "") for each in judged.overridden
        ),
    )


def nothing_to_send(ledger: SqliteLedger, plan: Plan, *, as_json: bool) -> int:
    """Say why there is nobody to send to; return the exit code of how the mailing stands."""
    from newsletter.delivery.mailing import exit_code

    if plan.mailing is None:
        raise fail("nobody would get it", hint="newsletter subscribers check says why")
    counts = ledger.counts(plan.mailing)
    nothing_now(plan, plan.mailing, counts)
    if as_json:
        output.json_result(status_json(plan.mailing, counts))
    return exit_code(counts)


def agreed(
    workspace: Workspace, ledger: SqliteLedger, ready: Ready, wishes: Wishes
) -> Transport | None:
    """Ask for the password and for a yes; return the way out, or None for a no.

    What goes off later is tried out first. Where a person said yes, they have some seconds more
    before the first message, but not where the mailing is under way already.
    """
    from newsletter.tasks.send.ahead import try_out

    transport = workspace.transport(credentials(workspace.settings))
    plan, at = ready.plan, wishes.at
    if at is not None:
        _warn_of_token(workspace, at)
        content = ready.content or ledger.content(_begun(plan))
        try_out(workspace, ledger, content, plan.mailing, transport)
    waiting = plan.to_send or plan.later
    number = waiting if wishes.limit is None else min(wishes.limit, waiting)
    when = "now" if at is None else f"on {spoken(at)}"
    if wishes.yes:
        return transport
    output.say()
    if not output.confirm(f"Send it to {people(number)} {when}?", flag="--yes"):
        return None
    return None if at is None and not plan.done and undone() else transport


def wait_for_its_time(at: datetime, slug: str) -> None:
    """Return when it is time; raise where that was missed. Raises Ended."""
    clock = f"{at:%H:%M %Z}"
    wait_until(at, lambda left: f"{slug} goes off in {left} ({clock}). Ctrl-C: nothing is sent.")
    now = datetime.now(UTC)
    if is_too_late(at, now):
        raise fail(
            f"it is {spoken(now.astimezone(at.tzinfo))}: {slug} was to go off on {spoken(at)},"
            " and this machine slept through it; nothing was sent",
            hint=f"newsletter send {slug} sends it now, or --at at another time",
        )


def _warn_of_token(workspace: Workspace, at: datetime) -> None:
    delivery = workspace.settings.delivery
    if delivery.auth is Auth.XOAUTH2 and delivery.user is not None:
        left = (at - datetime.now(UTC)).total_seconds()
        if left > _TOKEN_SECONDS:
            output.say(
                "The token has probably run out by then; if so, the mailing stops before its first"
                " message, and newsletter send with a new token goes on.",
                style="yellow",
            )


def _begun(plan: Plan) -> Mailing:
    if plan.mailing is None:
        raise RuntimeError("an issue without a mailing has been checked before")
    return plan.mailing


def _today() -> date:
    return datetime.now().astimezone().date()
