"""`newsletter test`: the issue to yourself, marked [TEST]."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from newsletter.basics.address import Address, BadAddress, parse_address
from newsletter.basics.errors import NewsletterError, fail
from newsletter.basics.outcome import Outcome, Reply, Verdict
from newsletter.cli.terminal import output

if TYPE_CHECKING:
    from newsletter.message.content import Content
    from newsletter.transport.base import Transport
    from newsletter.workspace import Workspace


@click.command
@click.argument("month", required=False)
@click.option("--to", "to", required=True, multiple=True, help="Where it goes; may be repeated.")
@click.option("--as", "as_email", help="As this reader of the list would get it.")
@click.pass_context
def command(
    context: click.Context, month: str | None, to: tuple[str, ...], as_email: str | None
) -> None:
    """Send an issue to yourself, its subject marked [TEST].

    It goes through the transport of the settings. Its unsubscribe link never acts, and the ledger
    does not count it. Then the mail server is asked whether it would take the mailing for the
    first readers of the list; they get nothing.
    """
    from newsletter.cli.terminal.password import credentials
    from newsletter.delivery.answers.causes import ADVICE, cause_of
    from newsletter.delivery.trial import send_one
    from newsletter.tasks.test import refuse_erased, specimen
    from newsletter.workspace import open_workspace

    addresses = [_address(each) for each in to]
    workspace = open_workspace(context.obj)
    slug = workspace.which_issue(month)
    for address in addresses:
        refuse_erased(workspace, address)
    now = datetime.now().astimezone()
    issue = specimen(workspace, slug, as_email, now)
    transport = workspace.transport(credentials(workspace.settings))
    refused, hint = 0, "the server's answer stands above"
    for address in addresses:
        outcome = send_one(transport, *issue.to(address))
        if not _tell(slug, str(address), transport.name, outcome):
            refused += 1
            cause = cause_of(Reply(outcome.code, outcome.enhanced, outcome.text))
            hint = hint if cause is None else ADVICE[cause]
    if refused:
        raise fail(
            f"{refused} of {len(addresses)} tests did not go out",
            hint=hint,
        )
    _ask_for_readers(workspace, issue.content, transport, now.date())
    output.next_step(f"newsletter send {slug}")


def _ask_for_readers(
    workspace: Workspace, content: Content, transport: Transport, today: date
) -> None:
    """Raise NewsletterError where the server would refuse the mailing."""
    from newsletter.tasks.send.ahead import in_the_way

    try:
        stop = in_the_way(workspace, content, transport, today)
    except NewsletterError as error:
        output.say(f"The first readers could not be asked for: {error.problems[0].message}")
        return
    if stop is not None:
        raise fail(f"the mailing would be refused: {stop.reason}", hint=stop.hint)


def _address(text: str) -> Address:
    try:
        return parse_address(text)
    except BadAddress as error:
        raise click.BadParameter(f"'{text}' is no address: {error}", param_hint="--to") from None


def _tell(slug: str, address: str, where: str, outcome: Outcome) -> bool:
    if outcome.verdict is Verdict.ACCEPTED:
        output.say(f"[TEST] {slug} to {address}: accepted by {where} ({outcome})")
        return True
    output.say(f"[TEST] {slug} to {address}: not sent. {outcome}", style="bold red")
    return False
