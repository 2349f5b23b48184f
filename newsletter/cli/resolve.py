"""`newsletter resolve`: what becomes of the uncertain deliveries."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from newsletter.cli import output
from newsletter.errors import Problem, WrongUsage, fail


@click.command
@click.argument("month")
@click.option("--resend", is_flag=True, help="Send to them again; some may get it twice.")
@click.option(
    "--mark-accepted", is_flag=True, help="Count them as accepted; some may never get it."
)
@click.option("--list", "list_only", is_flag=True, help="Only show them (the default).")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--this-ledger-is-right", "trusted", is_flag=True, help="Decide in a restored or copied ledger."
)
@click.pass_context
def command(
    context: click.Context,
    month: str,
    resend: bool,
    mark_accepted: bool,
    list_only: bool,
    yes: bool,
    trusted: bool,
) -> None:
    """Decide about readers of whom nobody can know whether they got the issue.

    Their connection was lost after the message may have been taken. Your mail server's log can
    often tell; look for the Message-ID that `newsletter status MONTH --csv` shows.
    """
    from newsletter.outcome import State
    from newsletter.sending.course import settle_uncertain
    from newsletter.sending.guard import the_only_sender
    from newsletter.workspace import open_workspace

    if resend + mark_accepted + list_only > 1:
        raise WrongUsage(Problem(message="choose one of --resend, --mark-accepted and --list"))
    workspace = open_workspace(context.obj)
    with workspace.ledger() as ledger, the_only_sender(workspace, ledger, trusted=trusted):
        mailing = ledger.mailing(month)
        if mailing is None:
            raise fail(f"{month} has no mailing", hint="newsletter status shows all of them")
        ledger.recover(mailing, datetime.now(UTC))
        uncertain = list(ledger.records(mailing, [State.UNCERTAIN]))
        if not uncertain:
            output.say(f"Nobody is uncertain in {month}.")
            return
        output.table(
            ("reader", "what happened", "when"),
            [(each.email, each.text, f"{each.at:%Y-%m-%d %H:%M}") for each in uncertain],
        )
        if not (resend or mark_accepted):
            output.next_step(f"newsletter resolve {month} --resend, or --mark-accepted")
            return
        what = "Send to them again" if resend else "Count them as accepted"
        question = f"{what} ({len(uncertain):,})?"
        if not yes and not output.confirm(question, flag="--yes"):
            output.say("Nothing was changed.")
            return
        changed = settle_uncertain(workspace, ledger, mailing, resend=resend)
    output.say(f"{changed:,} {'will be sent again' if resend else 'are counted as accepted'}.")
    output.next_step(f"newsletter {'send' if resend else 'status'} {month}")
