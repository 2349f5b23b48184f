"""`newsletter test`: the issue to yourself, marked [TEST]."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from newsletter.cli import output
from newsletter.errors import fail

if TYPE_CHECKING:
    from newsletter.address import Address
    from newsletter.outcome import Outcome


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
    does not count it.
    """
    from newsletter.audience.subscriber import Subscriber
    from newsletter.cli.password import credentials
    from newsletter.delivery.trial import send_one
    from newsletter.message.draft import SAMPLE_READER
    from newsletter.outcome import Envelope
    from newsletter.specimen import find_reader, issue_content, test_message
    from newsletter.workspace import open_workspace

    addresses = [_address(each) for each in to]
    workspace = open_workspace(context.obj)
    slug = workspace.which_issue(month)
    now = datetime.now().astimezone()
    content, _ = issue_content(workspace, slug)
    seen_as = find_reader(workspace, as_email, today=now.date()) if as_email else SAMPLE_READER
    transport = workspace.transport(credentials(workspace.settings))
    refused = 0
    for address in addresses:
        message = test_message(content, Subscriber(address, "", seen_as.fields), now=now)
        outcome = send_one(transport, Envelope(content.sender.address, address), message)
        refused += not _tell(slug, str(address), transport.name, outcome)
    if refused:
        raise fail(
            f"{refused} of {len(addresses)} tests did not go out",
            hint="the server's answer stands above",
        )
    output.next_step(f"newsletter send {slug}")


def _address(text: str) -> Address:
    from newsletter.address import BadAddress, parse_address

    try:
        return parse_address(text)
    except BadAddress as error:
        raise click.BadParameter(f"'{text}' is no address: {error}", param_hint="--to") from None


def _tell(slug: str, address: str, where: str, outcome: Outcome) -> bool:
    from newsletter.outcome import Verdict

    code = str(outcome.code) if outcome.code else ""
    answer = " ".join(filter(None, (code, outcome.enhanced, outcome.text)))
    if outcome.verdict is Verdict.ACCEPTED:
        output.say(f"[TEST] {slug} to {address}: accepted by {where} ({answer})")
        return True
    output.say(f"[TEST] {slug} to {address}: not sent. {answer}", style="bold red")
    return False
