"""`newsletter init`: make a workspace of a folder."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from newsletter.basics.errors import NewsletterError
from newsletter.cli.terminal import output


@click.command
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.pass_context
def command(context: click.Context, folder: Path | None) -> None:
    """Make DIR (default: this folder) a workspace. What is there is kept as it is."""
    from newsletter.settings.file import load_settings
    from newsletter.settings.scaffold import make_workspace

    root = folder or context.obj or Path()
    done = make_workspace(root)
    output.say(f"Workspace {root.resolve()}:")
    for name in done.made:
        output.result(f"  made  {name}")
    for name in done.kept:
        output.result(f"  kept  {name}")
    is_ready = True
    try:
        load_settings(root / "newsletter.toml")
    except NewsletterError as error:
        is_ready = False
        output.say(f"\nSettings that need your decision in {root / 'newsletter.toml'}:")
        for problem in error.problems:
            place = f"line {problem.line}: " if problem.line else ""
            output.say(f"  {place}{problem.message}{f'; {problem.hint}' if problem.hint else ''}")
    where = "" if root.resolve() == Path.cwd() else f"-C {shlex.quote(str(root))} "
    first = "" if is_ready else "fill in newsletter.toml, then "
    output.next_step(f'{first}newsletter {where}new "TITLE", or newsletter {where}import PAGE')
