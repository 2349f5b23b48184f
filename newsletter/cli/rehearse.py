"""`newsletter rehearse`: the whole mailing, into a mail server on this machine."""

from __future__ import annotations

import click

from newsletter.basics.errors import NewsletterError
from newsletter.basics.files import shown
from newsletter.basics.outcome import State
from newsletter.basics.times import today
from newsletter.cli.terminal import output
from newsletter.cli.terminal.params import where_option


@click.command
@click.argument("month", required=False)
@click.option("--limit", type=click.IntRange(min=1), help="Only the first N readers.")
@where_option
@click.pass_context
def command(
    context: click.Context, month: str | None, limit: int | None, where: tuple[str, ...]
) -> None:
    """Send an issue to its whole audience, into a mail server on this machine.

    Every message goes through real SMTP and is read back from a Maildir. Nothing leaves the
    machine, and the ledger does not count it.
    """
    from newsletter.audience.selection import as_options, selection_of
    from newsletter.cli.terminal.progress import in_words, progress
    from newsletter.tasks.rehearse import rehearse
    from newsletter.workspace import open_workspace

    workspace = open_workspace(context.obj)
    slug = workspace.which_issue(month)
    selection = selection_of(where) or None
    with progress(limit) as (watch, _):
        done = rehearse(
            workspace, slug, today=today(), limit=limit, watch=watch, selection=selection
        )
    counts = done.result.counts
    rate = done.messages / max(done.seconds, 0.001)
    output.facts(
        [
            ("Issue", slug),
            ("Sent", f"{in_words(counts)}, in {done.seconds:.1f} s ({rate:,.0f} a second)"),
            ("Read back", f"{done.messages:,} messages, {done.octets / 1e6:,.1f} MB"),
            ("Each one", "parses, has both parts, its own Message-ID and unsubscribe link"),
            ("Look at", str(shown(done.folder / "new", workspace.root))),
        ]
        if not done.problems
        else [("Issue", slug), ("Sent", in_words(counts))]
    )
    if done.problems:
        raise NewsletterError(*done.problems)
    if done.result.ending.stop is not None or counts[State.REFUSED] or counts[State.UNCERTAIN]:
        output.say("Not everybody's message was taken.", style="bold red")
        context.exit(1)
    output.next_step(f"newsletter send {slug}{as_options(selection)} --dry-run")
