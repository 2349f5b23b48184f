"""The `newsletter` command: its subcommands in the order of a month, imported when used."""

from __future__ import annotations

from pathlib import Path

import click

from newsletter import __version__
from newsletter.cli.terminal.boundary import BoundaryGroup

SECTIONS = {
    "Set up": {
        "init": "make a workspace, also in an existing folder",
    },
    "Write": {
        "new": "a summary to write, opened in $EDITOR",
        "import": "blog pages (.txt, .html) into summaries",
        "summaries": "the library: what there is and where it was used",
    },
    "Compose": {
        "compose": "choose and order the summaries of an issue",
        "check": "everything that is wrong with it",
        "preview": "look at it in the browser",
        "build": "write it as HTML, text and .eml",
    },
    "Send": {
        "test": "send it to yourself, marked [TEST]",
        "rehearse": "the whole mailing, into a local mail server",
        "send": "to everybody, once; again to resume",
        "status": "what the ledger says about who got it",
        "resolve": "decide about the uncertain ones",
    },
    "Readers": {
        "subscribers": "the list: check, list, show, suppress, restore, export, erase",
    },
}


@click.group(
    name="newsletter",
    cls=BoundaryGroup,
    sections=SECTIONS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "-C",
    "--workspace",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder with newsletter.toml (default: here or the nearest above).",
)
@click.version_option(__version__, prog_name="newsletter")
@click.pass_context
def cli(context: click.Context, workspace: Path | None) -> None:
    """Compose, preview and send a newsletter: each issue to everybody, once."""
    context.meta["newsletter.timing"] = context.obj  # a test's; None for the usual one
    context.obj = workspace
