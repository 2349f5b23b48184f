"""`newsletter send`: to everybody, once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from newsletter.basics.errors import Problem, WrongUsage
from newsletter.cli.send.wishes import Wishes
from newsletter.cli.terminal import output
from newsletter.cli.terminal.boundary import INTERRUPTED

if TYPE_CHECKING:
    from newsletter.state.sqlite import SqliteLedger
    from newsletter.workspace import Workspace


@click.command
@click.argument("month", required=False)
@click.option("--dry-run", is_flag=True, help="Show what would happen, and do nothing.")
@click.option("--yes", is_flag=True, help="Do not ask, and do not wait before the first message.")
@click.option("--limit", type=click.IntRange(min=1), help="Send to N readers at the most.")
@click.option("--at", metavar="TIME", help='Wait until then: "2026-12-01 08:00", local time.')
@click.option("--wait", "stays", is_flag=True, help="Stay until nobody is deferred any more.")
@click.option("--keep-going", is_flag=True, help="Do not stop when many are refused or deferred.")
@click.option(
    "--override",
    "rules",
    metavar="RULE",
    multiple=True,
    help="Send although this check found an error; give the --reason.",
)
@click.option("--reason", "reasons", metavar="TEXT", multiple=True, help="Why; it is recorded.")
@click.option(
    "--this-ledger-is-right", "trusted", is_flag=True, help="Send from a restored or copied ledger."
)
@click.option("--json", "as_json", is_flag=True, help="End with the counts as JSON.")
@click.pass_context
def command(
    context: click.Context,
    month: str | None,
    *,
    dry_run: bool,
    yes: bool,
    limit: int | None,
    at: str | None,
    stays: bool,
    keep_going: bool,
    rules: tuple[str, ...],
    reasons: tuple[str, ...],
    trusted: bool,
    as_json: bool,
) -> None:
    """Send an issue to everybody on the list, once.

    Run it again to go on with a mailing that was interrupted: nobody gets it twice. On a terminal
    it asks, and then leaves ten seconds to think again. The exit code is 0 when everybody's mail
    server accepted it, 75 when there is more to do later, 1 when something needs you.
    """
    from newsletter.tasks.send.guard import refuse_recorded
    from newsletter.workspace import open_workspace

    workspace = open_workspace(context.obj)
    slug = month or _named(workspace)
    wishes = Wishes(
        yes=yes,
        limit=limit,
        keep_going=keep_going,
        stays=stays,
        as_json=as_json,
        at=_moment(at),
        overrides=_overrides(rules, reasons),
    )
    workspace.transport_url()
    if not workspace.settings.database.exists():
        # A new ledger would only lie in the way of the right one.
        refuse_recorded(workspace, slug)
    with workspace.ledger() as ledger:
        act = _look if dry_run else _send
        context.exit(act(workspace, ledger, slug, wishes, trusted=trusted))


def _named(workspace: Workspace) -> str:
    """Ask for the issue by name: what goes to everybody is never guessed."""
    drafts = workspace.drafts()
    listed = ", ".join(drafts[-5:])
    raise WrongUsage(
        Problem(
            message="which issue? What goes to everybody is named",
            hint=f"newsletter send {drafts[-1]}" if len(drafts) == 1 else f"drafts: {listed}",
        )
    )


def _moment(text: str | None) -> datetime | None:
    from newsletter.cli.terminal.waiting import local_zone
    from newsletter.delivery.appointment import appointment

    if text is None:
        return None
    return appointment(text, zone=local_zone(), now=datetime.now(UTC))


def _overrides(rules: tuple[str, ...], reasons: tuple[str, ...]) -> dict[str, str]:
    """Return each rule with its reason: one for all of them, or one for each, in order."""
    if len(reasons) == 1:
        reasons *= max(1, len(rules))
    if len(rules) == len(reasons):
        return dict(zip(rules, reasons, strict=True))
    if not rules:
        raise WrongUsage(
            Problem(message="--reason says why of what?", hint="--override RULE --reason TEXT")
        )
    raise WrongUsage(
        Problem(
            message=f"{len(rules)} checks are overridden, and {len(reasons)} reasons given",
            hint='--reason "..." once for all of them, or once for each --override, in order',
        )
    )


def _look(
    workspace: Workspace, ledger: SqliteLedger, slug: str, wishes: Wishes, *, trusted: bool
) -> int:
    """Show what would happen."""
    from newsletter.basics.outcome import State
    from newsletter.cli.send.ready import look
    from newsletter.cli.send.words import nothing_now
    from newsletter.tasks.send.guard import refuse_doubtful

    if not trusted:
        refuse_doubtful(workspace, ledger)
    plan = look(workspace, ledger, slug, wishes, ledger.mailing(slug)).plan
    counts = None if plan.mailing is None else ledger.counts(plan.mailing)
    if plan.mailing is None or counts is None or plan.to_send or counts[State.ATTEMPTING]:
        output.next_step(f"newsletter send {slug}")
    else:
        nothing_now(plan, plan.mailing, counts)
    return 0


def _send(
    workspace: Workspace, ledger: SqliteLedger, slug: str, wishes: Wishes, *, trusted: bool
) -> int:
    """Ask, wait where that is wished, and send; return the exit code.

    The lock is not held while it waits for its time: another issue may go out meanwhile.
    """
    from newsletter.cli.send.ready import agreed, look, nothing_to_send, wait_for_its_time
    from newsletter.cli.send.rounds import send_rounds
    from newsletter.cli.terminal.waiting import Ended
    from newsletter.tasks.send.course import take_up
    from newsletter.tasks.send.guard import the_only_sender

    try:
        with the_only_sender(workspace, ledger, trusted=trusted) as told:
            _warn(told)
            begun = ledger.mailing(slug)
            ready = look(
                workspace,
                ledger,
                slug,
                wishes,
                take_up(workspace, ledger, begun, _warn) if begun else None,
            )
            if not ready.plan.to_send and not (wishes.stays and ready.plan.later):
                return nothing_to_send(ledger, ready.plan, as_json=wishes.as_json)
            transport = agreed(workspace, ledger, ready, wishes)
            if transport is None:
                output.say("Nothing was sent.")
                return 1
            if wishes.at is None:
                return send_rounds(workspace, ledger, ready, transport, wishes)
        wait_for_its_time(wishes.at, slug)
        with the_only_sender(workspace, ledger, trusted=trusted):
            return send_rounds(workspace, ledger, ready, transport, wishes)
    except click.Abort:
        output.say("\nNothing was sent.")
        return INTERRUPTED
    except Ended as ended:
        output.say("Nothing was sent.")
        return ended.exit_code


def _warn(text: str) -> None:
    if text:
        output.say(text, style="yellow")
