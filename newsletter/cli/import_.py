"""`newsletter import`: pages of the blog into the library."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from newsletter.content.importing.library_import import Agree, Imported, Row
    from newsletter.content.importing.plan import Step


@click.command("import")
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--topic", help="The topic that the pages are filtered by.")
@click.option("--update", is_flag=True, help="Show what differs, and ask for each file.")
@click.option("--yes", is_flag=True, help="With --update: overwrite without asking.")
@click.option("--json", "as_json", is_flag=True, help="The rows as JSON on stdout.")
@click.pass_context
def command(
    context: click.Context,
    sources: tuple[Path, ...],
    topic: str | None,
    update: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Read SOURCES, pages of the blog saved as text (.txt) or HTML, into summaries/.

    A file that you changed is never overwritten, unless --update and you say so.
    """
    from newsletter.cli.terminal import output
    from newsletter.content.importing.library_import import import_pages, resolve_topic
    from newsletter.workspace import open_workspace

    if yes and not update:
        raise click.UsageError("--yes answers what --update asks: give both")
    workspace = open_workspace(context.obj)
    name = resolve_topic(topic, workspace.vocabularies().topics) if topic else None
    imported = import_pages(
        sources,
        root=workspace.root,
        library=workspace.library(),
        topic=name,
        agree=_agreement(yes=yes) if update else None,
    )
    if as_json:
        output.json_result([dataclasses.asdict(row) for row in imported.rows])
    elif imported.rows:
        output.table(
            ("status", "summary", "source", "reason"),
            [_cells(row) for row in imported.rows],
            whole=("status",),
        )
    output.problems(imported.problems)
    _tell(imported, update=update)
    if imported.problems:
        context.exit(1)


def _cells(row: Row) -> tuple[str, ...]:
    source = f"{Path(row.source).name}:{row.line}"
    return (row.status, row.slug or f"({row.title})", source, row.reason)


def _agreement(*, yes: bool) -> Agree:
    def agree(step: Step, old: str, new: str) -> bool:
        import difflib

        from newsletter.cli.terminal import output

        file = str(step.summary.file)
        rows = difflib.unified_diff(
            old.splitlines(), new.splitlines(), file, f"{step.found.file}", lineterm=""
        )
        for row in rows:
            output.say(row, style={"+": "green", "-": "red"}.get(row[:1]))
        return yes or output.confirm(f"Overwrite {file} with this?", flag="--yes")

    return agree


def _tell(imported: Imported, *, update: bool) -> None:
    from newsletter.cli.terminal import output

    counts: dict[str, int] = {}
    for row in imported.rows:
        counts[row.status] = counts.get(row.status, 0) + 1
    if counts:
        output.say(", ".join(f"{number} {status}" for status, number in counts.items()) + ".")
    elif not imported.problems:
        output.say("There are no summaries on these pages.")
    if counts.get("changed") and not update:
        output.say("The changed ones are kept as they are; --update shows the difference.")
    if counts:
        output.next_step("newsletter summaries")
