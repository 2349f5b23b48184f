"""`newsletter compose`: choose and order the summaries of an issue."""

from __future__ import annotations

import sys

import click

from newsletter.basics.errors import Problem, WrongUsage
from newsletter.cli.terminal import output
from newsletter.content.library import Library
from newsletter.content.summary.summary import Summary
from newsletter.workspace import Workspace, open_workspace


@click.command
@click.argument("month", required=False, metavar="MONTH")
@click.argument("slugs", nargs=-1, metavar="[SLUG...]")
@click.pass_context
def command(context: click.Context, month: str | None, slugs: tuple[str, ...]) -> None:
    """Make issues/MONTH.md, or replace the list of summaries of one that is there.

    MONTH is 2026-11, or 2026-11-word for an extra issue. SLUG is any unique part of a summary's
    name; the order counts. Without slugs a picker opens on the terminal.
    """
    from newsletter.content.compose import choose, concerns
    from newsletter.tasks.write import refuse_if_sent, write_list

    workspace = open_workspace(context.obj)
    if month is None:
        raise _which(workspace)
    file = workspace.issue_file(month)
    refuse_if_sent(workspace, month)
    library = workspace.library()
    chosen = choose(library, slugs) if slugs else _pick(workspace, library, month)
    if not chosen:
        output.say("Nothing chosen, nothing written.")
        return
    is_new = write_list(workspace, month, tuple(each.slug for each in chosen))
    issues, broken = workspace.issues()
    output.say(f"{'Made' if is_new else 'Changed'} {file.relative_to(workspace.root)}:")
    for number, summary in enumerate(chosen, 1):
        output.result(f"{number}. {summary.slug}  {summary.title}")
    output.problems((*broken, *concerns(month, chosen, issues, library)))
    if is_new:
        output.say("An introduction can stand below its second line of hyphens.")
    output.next_step(f"newsletter check {month}")


def _which(workspace: Workspace) -> WrongUsage:
    drafts = workspace.drafts()
    there = f"drafts: {', '.join(drafts[-5:])}; or a new one" if drafts else "for example"
    return WrongUsage(
        Problem(message="which issue?", hint=f"{there}: newsletter compose 2026-12 [SLUG...]")
    )


def _pick(workspace: Workspace, library: Library, month: str) -> tuple[Summary, ...]:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise WrongUsage(
            Problem(
                message="no summaries are named, and the picker needs a terminal",
                hint=f"newsletter compose {month} SLUG SLUG; newsletter summaries lists them",
            )
        )
    from newsletter.cli.compose.picker import pick
    from newsletter.content.compose import uses

    issues, _ = workspace.issues()
    before = next((issue.summaries for issue in issues if issue.slug == month), ())
    others = uses(issue for issue in issues if issue.slug != month)
    return pick(library, month, before, others)
