"""`newsletter send`: to everybody, once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from newsletter.basics.errors import Problem, WrongUsage
from newsletter.cli.terminal import output
from newsletter.cli.terminal.params import where_option

if TYPE_CHECKING:
    from newsletter.workspace import Workspace


@click.command
@click.argument("month", required=False)
@click.option("--dry-run", is_flag=True, help="Show what would happen, and do nothing.")
@click.option("--yes", is_flag=True, help="Do not ask, and do not wait before the first message.")
@click.option("--limit", type=click.IntRange(min=1), help="Send to N readers at the most.")
@where_option
@click.option("--top-up", is_flag=True, help="Send a finished issue to those who joined since.")
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
    where: tuple[str, ...],
    top_up: bool,
    at: str | None,
    stays: bool,
    keep_going: bool,
    rules: tuple[str, ...],
    reasons: tuple[str, ...],
    trusted: bool,
    as_json: bool,
) -> None:
    """Send an issue to everybody on the list, or to those that --where selects, once.

    Run it again to go on with a mailing that was interrupted: nobody gets it twice. On a terminal
    it asks, and then leaves ten seconds to think again. The exit code is 0 when everybody's mail
    server accepted it, 75 when there is more to do later, 1 when something needs you.
    """
    from newsletter.audience.selection import as_options, selection_of
    from newsletter.cli.send.at_terminal import AtTerminal
    from newsletter.settings.timing import Timing
    from newsletter.tasks.send.order import Order
    from newsletter.tasks.send.story import look, send
    from newsletter.workspace import open_workspace

    workspace = open_workspace(context.obj, context.meta["newsletter.timing"] or Timing())
    order = Order(
        issue=month or _named(workspace),
        limit=limit,
        keep_going=keep_going,
        stays=stays,
        at=_moment(at),
        overrides=_overrides(rules, reasons),
        trusted=trusted,
        where=selection_of(where),
        top_up=top_up,
    )
    if top_up and (at or rules):
        raise WrongUsage(
            Problem(
                message=f"--top-up cannot be given with {'--at' if at else '--override'}",
                hint="it goes off at once, and its content was checked when it was frozen",
            )
        )
    if not dry_run:
        context.exit(send(workspace, order, AtTerminal(order=order, yes=yes, as_json=as_json)))
    if look(workspace, order, AtTerminal(order=order, yes=yes, as_json=False)):
        again = f"{as_options(order.where)}{' --top-up' if top_up else ''}"
        output.next_step(f"newsletter send {order.issue}{again}")


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
    from newsletter.cli.terminal.zone import local_zone
    from newsletter.tasks.send.appointment import appointment

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
