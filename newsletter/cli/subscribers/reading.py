"""`newsletter subscribers check` and `list`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter.basics.errors import Level, NewsletterError, Problem
from newsletter.basics.files import shown
from newsletter.basics.times import today
from newsletter.cli.subscribers.opened import opened
from newsletter.cli.terminal import output

if TYPE_CHECKING:
    from newsletter.audience.audience import Audience
    from newsletter.audience.figures import Figures

_SHOWN = 20
_AGAIN = "newsletter subscribers check"


@click.command(short_help="everything that is wrong with the list, and the counts")
@click.option("--all", "everything", is_flag=True, help="Show every problem, not the first 20.")
@click.option(
    "--write",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="CLEAN.csv",
    help="Write a repaired copy of the list; the list stays as it is.",
)
@click.option("--json", "as_json", is_flag=True, help="Counts, problems and repairs as JSON.")
@click.pass_obj
def check(start: Any, everything: bool, target: Path | None, as_json: bool) -> None:
    """Say everything that is wrong with the list, and count who may be mailed.

    It also lists the columns: as which one each is read, kept as a field, or not understood.
    Ends with exit code 1 where a row had to be left out or the list cannot be used.
    """
    from newsletter.audience.notices.notices import Notices
    from newsletter.cli.subscribers.cleaned import print_repairs, repairs_json
    from newsletter.cli.subscribers.formats import (
        column_rows,
        figures_json,
        figures_rows,
        needs_work,
        notices_json,
    )
    from newsletter.tasks.clean import require_new, write_clean
    from newsletter.workspace import open_workspace

    audience: Audience | None = None
    cleaned = None
    notices = Notices()
    try:
        workspace = open_workspace(start)
        if target is not None:
            require_new(workspace, target)
        with opened(workspace, shows_cells=not as_json) as (audience, book, _records):
            for member in audience:
                notices.add(member)
            problems = (*book.problems, *audience.problems)
            figures = audience.figures
            if target is not None:
                cleaned = write_clean(
                    workspace, target, suppressed=book.in_force().keys(), today=today()
                )
    except NewsletterError as error:
        if not as_json:
            raise
        output.json_result(_refusal(audience, error) | repairs_json(None))
        click.get_current_context().exit(error.exit_code)
    if as_json:
        result = figures_json(figures, problems, audience.read_as)
        result["problems"] += notices_json(notices.found(), audience.shown)
        output.json_result(result | repairs_json(cleaned))
    else:
        count = len(book.problems) + audience.problem_count
        _print_problems(problems, count, everything=everything)
        output.problems(each.problem(audience.shown) for each in notices.found())
        output.table(("column", "read as"), column_rows(audience.read_as))
        output.table(("readers", "number"), figures_rows(figures), right=("number",))
        next_step = _AGAIN if needs_work(figures, problems) else "newsletter check"
        if cleaned is not None:
            print_repairs(cleaned, str(target), most=None if everything else _SHOWN)
            next_step = f"read {target}, put it in the place of {audience.shown}, then {_AGAIN}"
        output.next_step(next_step)
    if needs_work(figures, problems):
        click.get_current_context().exit(1)


@click.command(name="list", short_help="everybody on it, and who is not mailed and why")
@click.option("--excluded", is_flag=True, help="Only who is not mailed, with the reason.")
@click.option("--json", "as_json", is_flag=True, help="One object a reader, with all fields.")
@click.pass_obj
def list_(start: Any, excluded: bool, as_json: bool) -> None:
    """Show the list as it would be mailed now."""
    from newsletter.cli.subscribers.formats import member_json, member_line, member_lines
    from newsletter.workspace import open_workspace

    workspace = open_workspace(start)
    with opened(workspace) as (audience, _book, _records):
        members = (each for each in audience if not excluded or each.excluded is not None)
        if as_json:
            _stream_json(member_json(each) for each in members)
            return
        file = shown(workspace.settings.subscribers_file, workspace.root)
        what = "who is not mailed" if excluded else "as it would be mailed now"
        output.say(f"{workspace.settings.newsletter.title}: {file}, {what}", style="bold")
        on_terminal = output.on_terminal()
        for member in members:
            if on_terminal:
                style = "yellow" if member.excluded else None
                for line in member_lines(member):
                    output.result(line, style=style)
            else:
                click.echo(member_line(member))
        output.say(f"{audience.figures.mailable:,} mailed, {_not_mailed(audience.figures)}")
        if audience.problem_count:
            what = "problem" if audience.problem_count == 1 else "problems"
            say_all = "newsletter subscribers check tells them"
            output.say(f"The list has {audience.problem_count:,} {what}; {say_all}")
    output.next_step("newsletter subscribers show ADDRESS")


def _not_mailed(figures: Figures) -> str:
    left_out = f", {figures.left_out:,} left out" if figures.left_out else ""
    return f"{figures.excluded.total():,} not{left_out}"


def _refusal(audience: Audience | None, error: NewsletterError) -> dict[str, Any]:
    """Return what is known of a list that cannot be used."""
    from newsletter.cli.subscribers.formats import figures_json

    if audience is None or not audience.is_counted:
        return figures_json(None, error.problems)
    return figures_json(audience.figures, (*audience.problems, *error.problems), audience.read_as)


def _print_problems(problems: Sequence[Problem], count: int, *, everything: bool) -> None:
    """Print all errors, the first of the others, and how many more of all `count` there are."""
    errors = [problem for problem in problems if problem.level is Level.ERROR]
    others = [problem for problem in problems if problem.level is not Level.ERROR]
    told = others if everything else others[:_SHOWN]
    output.problems((*told, *errors))
    if len(others) > len(told):
        more = count - len(told) - len(errors)
        output.say(f"... and {more:,} more; newsletter subscribers check --all shows them")


def _stream_json(items: Iterable[dict[str, Any]]) -> None:
    """Print a list as JSON, one object a line, holding one at a time."""
    opening = "["
    for item in items:
        sys.stdout.write(f"{opening}\n{json.dumps(item, ensure_ascii=False)}")
        opening = ","
    sys.stdout.write("[]\n" if opening == "[" else "\n]\n")
