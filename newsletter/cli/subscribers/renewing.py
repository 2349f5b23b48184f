"""`newsletter subscribers renew`: ask for the consents that end, and record the answers."""

from __future__ import annotations

from typing import Any

import click

from newsletter.basics.errors import Problem, WrongUsage
from newsletter.cli.terminal import output

_COMMAND = "newsletter subscribers renew"
_DAYS = 60
_SOURCE = "reply"
_SAID_YES = "said yes"


@click.command(short_help="ask those whose implied consent ends soon")
@click.option(
    "--within",
    "days",
    metavar="DAYS",
    type=click.IntRange(1, 170),
    default=_DAYS,
    show_default=True,
    help="How soon a consent ends.",
)
@click.option("--show", is_flag=True, help="Print the message as a reader gets it; send nothing.")
@click.option("--dry-run", is_flag=True, help="Show what would happen, and do nothing.")
@click.option("--yes", is_flag=True, help="Do not ask, and do not wait before the first message.")
@click.option("--agreed", metavar="ADDRESS", help="Record that a reader said yes; send nothing.")
@click.option("--reason", metavar="TEXT", help="With --agreed: when and how they said so.")
@click.pass_context
def renew(
    context: click.Context,
    *,
    days: int,
    show: bool,
    dry_run: bool,
    yes: bool,
    agreed: str | None,
    reason: str | None,
) -> None:
    """Ask readers whose implied consent ends within so many days for an express one, once.

    The message is renewal.md of the workspace, or the program's own words. Each reader gets it as
    a mailing of its own, which goes on where it was when it is run again. Who answers yes is
    recorded with --agreed; who does not is no longer mailed once the consent has ended.
    """
    from newsletter.basics.times import today
    from newsletter.cli.send.at_terminal import AtTerminal
    from newsletter.settings.timing import Timing
    from newsletter.tasks.renewal.message import sample
    from newsletter.tasks.renewal.renew import look, renew
    from newsletter.tasks.send.order import Order
    from newsletter.workspace import open_workspace

    _require_sense(agreed, reason, other=show or dry_run)
    if agreed is not None:
        _record(context.obj, agreed, reason)
        return
    workspace = open_workspace(context.obj, context.meta["newsletter.timing"] or Timing())
    if show:
        output.result(sample(workspace, today()))
        return
    person = AtTerminal(order=Order(issue="renewal"), yes=yes, as_json=False, again=_COMMAND)
    if not dry_run:
        context.exit(renew(workspace, days, person))
    if look(workspace, days, person):
        output.next_step(_COMMAND)


def _require_sense(agreed: str | None, reason: str | None, *, other: bool) -> None:
    if agreed is not None and other:
        raise WrongUsage(
            Problem(
                message="--agreed records a yes at once, and shows no message and no plan",
                hint="leave --show and --dry-run away",
            )
        )
    if agreed is None and reason is not None:
        raise WrongUsage(
            Problem(
                message="--reason says how a reader agreed",
                hint="name them with --agreed ADDRESS",
            )
        )


def _record(start: Any, who: str, reason: str | None) -> None:
    from newsletter.audience.who import find_who
    from newsletter.cli.subscribers.opened import look_up, nearest, not_listed, opened_whole
    from newsletter.tasks.renewal.answer import agree
    from newsletter.workspace import open_workspace

    workspace = open_workspace(start)
    with opened_whole(workspace) as (audience, book, ledger):
        address = find_who(who, ledger.records.find_by_token)
        agree(workspace, ledger, book, address, source=_SOURCE, reason=reason or _SAID_YES)
        output.say(f"{address} has given an express consent, which does not end")
        member, unreadable = look_up(audience, address.key)
        if member is None and not unreadable:
            near = nearest(audience, address)
            output.say(not_listed(workspace, near), style="yellow")
    output.next_step(f"newsletter subscribers show {address}")
