"""`newsletter build`: an issue as files."""

from __future__ import annotations

from pathlib import Path

import click

from newsletter.basics.times import today
from newsletter.cli.terminal import output
from newsletter.workspace import open_workspace


@click.command
@click.argument("month", required=False)
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where to write (default: .newsletter/build).",
)
@click.option("--as", "email", metavar="EMAIL", help="As this reader of the list would get it.")
@click.pass_context
def command(
    context: click.Context, month: str | None, folder: Path | None, email: str | None
) -> None:
    """Write MONTH.html, MONTH.txt and MONTH.eml, as a sample reader would get them.

    Nothing is sent. The same files give the same bytes. MONTH may be left out where there is
    exactly one draft.
    """
    from newsletter.tasks.build import build

    workspace = open_workspace(context.obj)
    slug = workspace.which_issue(month)
    for built in build(workspace, slug, folder, as_email=email, today=today()):
        output.result(f"{built.file}  {built.size:,} bytes")
    output.next_step(f"newsletter preview {slug}")
