"""`newsletter subscribers export`: everything about everybody."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter.basics.errors import fail
from newsletter.basics.files import replacing, resolved
from newsletter.basics.private import OWN_FILE
from newsletter.cli.subscribers.opened import opened_whole
from newsletter.cli.terminal import output

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from newsletter.workspace import Workspace

_MARK = "\ufeff"
"""Excel reads a CSV file as UTF-8 only where it begins with a byte order mark."""


@click.command(short_help="everything about everybody, as CSV or JSON")
@click.option(
    "-o",
    "--output",
    "file",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    default="-",
    help="Write to this file, readable by you only (default: stdout).",
)
@click.option("--json", "as_json", is_flag=True, help="One object a line, with the history.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.pass_obj
def export(start: Any, file: Path, as_json: bool, force: bool) -> None:
    """Write everybody on the list, and who signed up, with what they chose and their consent.

    The CSV is a list file again, by which the same people are mailed. In a file it begins with a
    byte order mark, for Excel; cells that a spreadsheet would run as a formula have a ' before.
    """
    from newsletter.audience.suppression.record import FILE_NAME, read_record
    from newsletter.tasks.people.exporting import Everybody
    from newsletter.workspace import open_workspace

    workspace = open_workspace(start)
    is_stdout = str(file) == "-"
    if not is_stdout:
        _refuse(file, workspace, force=force)
    with opened_whole(workspace) as (audience, _book, ledger):
        record = read_record(workspace.root / FILE_NAME, shown=Path(FILE_NAME))
        record.require_whole()
        recorded = {each.address.key: each for each in record.events}
        everybody = Everybody(audience, ledger.people, recorded)
        lines = everybody.as_json() if as_json else everybody.as_csv()
        if is_stdout:
            sys.stdout.writelines(lines)
        else:
            _write(file, lines if as_json else _marked(lines))
        figures = audience.figures
    number = figures.mailable + figures.excluded.total()
    where = "" if is_stdout else f" in {file}"
    people = "person" if number == 1 else "people"
    are = "is" if figures.mailable == 1 else "are"
    output.say(f"{number:,} {people}{where}, of whom {figures.mailable:,} {are} mailed now.")
    output.problems(audience.column_problems)
    output.next_step("newsletter subscribers check")


def _marked(lines: Iterable[str]) -> Iterator[str]:
    yield _MARK
    yield from lines


def _refuse(file: Path, workspace: Workspace, *, force: bool) -> None:
    """Raise NewsletterError for a file that is there, and always for the list and its like."""
    from newsletter.audience.suppression.record import FILE_NAME
    from newsletter.workspace import MAILINGS

    own = (workspace.settings.subscribers_file, workspace.root / FILE_NAME)
    if resolved(file) in map(resolved, (*own, workspace.root / MAILINGS)):
        raise fail("an export never replaces this file", file=file, hint="give another name")
    if file.exists() and not force:
        raise fail("there is a file already", file=file, hint="--force writes over it")


def _write(file: Path, lines: Iterable[str]) -> None:
    try:
        with replacing(file, mode=OWN_FILE) as out:
            for line in lines:
                out.write(line.encode())
    except OSError as error:
        raise fail(f"could not be written: {error.strerror or error}", file=file) from None
