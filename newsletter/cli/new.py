"""`newsletter new`: a summary to write."""

from __future__ import annotations

import re
import sys
from datetime import datetime

import click

from newsletter.basics.errors import Problem, WrongUsage
from newsletter.cli.terminal import output
from newsletter.content.month import Month
from newsletter.workspace import open_workspace


@click.command
@click.argument("title", nargs=-1, required=True, metavar="TITLE")
@click.option("--doi", metavar="DOI", help="The article's DOI: 10.1037/pst0000317, or its URL.")
@click.option("--topic", "topics", multiple=True, metavar="TOPIC", help="A topic; can be repeated.")
@click.option("--no-edit", is_flag=True, help="Only write the file; do not open an editor.")
@click.pass_context
def command(
    context: click.Context,
    title: tuple[str, ...],
    doi: str | None,
    topics: tuple[str, ...],
    no_edit: bool,
) -> None:
    """Make a summary's file, named by this month and TITLE, and open it in $EDITOR."""
    from newsletter.content.summary.file import read_summary
    from newsletter.tasks.write import new_summary

    if len(title) > 1:
        whole = " ".join(title)
        raise WrongUsage(
            Problem(
                message=f"the title has {len(title)} parts: the shell splits it at its spaces",
                hint=f"put the title in quotes: newsletter new {_quoted(whole)}",
            )
        )
    today = datetime.now().astimezone()
    workspace = open_workspace(context.obj)
    file, told = new_summary(workspace, title[0], Month(today.year, today.month), doi, topics)
    name = file.relative_to(workspace.root)
    output.say("Made:")
    output.result(str(name))
    output.problems(told)
    if not no_edit and sys.stdin.isatty() and sys.stdout.isatty():
        click.edit(filename=str(file))
        output.problems(read_summary(file, workspace.root)[1])
    else:
        output.say(f"Write its text in {name}.")
    output.next_step("newsletter summaries --unused")


def _quoted(text: str) -> str:
    """Return a text in double quotes as a shell reads it."""
    return '"' + re.sub(r'([\\"$`])', r"\\\1", text) + '"'
