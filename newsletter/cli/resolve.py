"""`newsletter resolve`: what becomes of the uncertain deliveries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING

import click

from newsletter.basics.errors import Problem, WrongUsage, fail
from newsletter.basics.outcome import State
from newsletter.cli.terminal import output

if TYPE_CHECKING:
    from newsletter.state.sqlite import SqliteLedger
    from newsletter.state.values import Mailing, Record
    from newsletter.workspace import Workspace

_UNKNOWN = "the sender stopped after the message may have left"


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
    from newsletter.tasks.send.only_sender import the_only_sender
    from newsletter.tasks.send.uncertain import lost_words, make_uncertain, settle_uncertain
    from newsletter.workspace import open_workspace

    if resend + mark_accepted + list_only > 1:
        raise WrongUsage(Problem(message="choose one of --resend, --mark-accepted and --list"))
    workspace = open_workspace(context.obj)
    if not (resend or mark_accepted):
        _list(workspace, month)
        return
    with (
        workspace.ledger() as ledger,
        the_only_sender(workspace, ledger, trusted=trusted) as told,
    ):
        if told:
            output.say(told, style="yellow")
        parts = _parts(ledger, month)
        now = datetime.now(UTC)
        lost = sum(make_uncertain(ledger, each, now) for each in parts)
        if lost:
            output.say(lost_words(month, lost), style="yellow")
        found = (ledger.records.of(each, [State.UNCERTAIN]) for each in parts)
        number = _show(chain.from_iterable(found), month)
        if not number:
            return
        what = "Send to them again" if resend else "Count them as accepted"
        if not yes and not output.confirm(f"{what} ({number:,})?", flag="--yes"):
            output.say("Nothing was changed.")
            return
        changed = settle_uncertain(workspace, ledger, parts, resend=resend)
    output.say(f"{changed:,} {'will be sent again' if resend else 'are counted as accepted'}.")
    if erased := number - changed:
        output.say(f"Excluded, because they were erased: {erased:,}.")
    output.next_step(f"newsletter {'send' if resend else 'status'} {month}")


def _list(workspace: Workspace, month: str) -> None:
    """Show who is uncertain, or will be at the next start, without a lock or a change."""
    from newsletter.tasks.send.uncertain import sender_now, uncertain

    with workspace.ledger() as ledger:
        parts = _parts(ledger, month)
        sender = sender_now(workspace)
        if sender is not None:
            output.say(f"It is being sent by {sender}: there may be more at its end.")
        being_sent = sender is not None
        found = (uncertain(ledger, each, being_sent=being_sent) for each in parts)
        if _show(chain.from_iterable(found), month):
            output.next_step(f"newsletter resolve {month} --resend, or --mark-accepted")


def _parts(ledger: SqliteLedger, month: str) -> Sequence[Mailing]:
    parts = ledger.records.parts(month)
    if not parts:
        raise fail(f"{month} has no mailing", hint="newsletter status shows all of them")
    return parts


def _show(uncertain: Iterable[Record], month: str) -> int:
    """Print the uncertain deliveries; return how many there are."""
    rows = [
        (
            each.email,
            each.text if each.state is State.UNCERTAIN else _UNKNOWN,
            "" if each.at is None else f"{each.at:%Y-%m-%d %H:%M}",
        )
        for each in uncertain
    ]
    if rows:
        output.table(("reader", "what happened", "when"), rows)
    else:
        output.say(f"Nobody is uncertain in {month}.")
    return len(rows)
