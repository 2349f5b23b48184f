"""`newsletter subscribers import`: the lists of other tools, moved in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.terminal import output

if TYPE_CHECKING:
    from newsletter.tasks.people.tally import Moved, Reason, Tally

_COLUMNS = ("file", "from", "rows", "added", "known", "suppressed", "twice", "left out")
_NARROW = 12
"""Characters of a file's name beside which the counts fit in 80 columns."""
_TOLD = 10
"""Files of a ZIP that are named as passed over."""


@click.command("import", short_help="the list of another tool, and who left there")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what it would do; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="The counts as JSON.")
@click.pass_obj
def import_(start: Any, files: tuple[Path, ...], dry_run: bool, as_json: bool) -> None:
    """Move in from another tool: add its readers to the list, and keep who left there.

    FILES are exports as they are, also in a ZIP: of Mailchimp (the three files together), Substack,
    Ghost, listmonk, Keila, beehiiv, Curated, Buttondown, Mailcoach, Mailman (mailman members), or
    any CSV with a column of addresses. Nobody who is known here is changed or subscribed again. Run
    again, it changes nothing. Ends with exit code 1 where a row was left out that can be mended.
    """
    from newsletter.tasks.people.moving_in import move_in
    from newsletter.workspace import open_workspace

    workspace = open_workspace(start)
    moved = move_in(workspace, files, now=datetime.now(UTC), dry_run=dry_run)
    if as_json:
        output.json_result(_as_json(moved))
    else:
        _show(moved)
    if moved.total.mends:
        click.get_current_context().exit(1)


def _show(moved: Moved) -> None:
    output.problems(moved.warnings)
    rows = [
        (name, *_row(each)[1:]) for name, each in zip(_names(moved), moved.tallies, strict=True)
    ]
    if len(rows) > 1:
        rows.append(("total", "", *_row(moved.total)[2:]))
    output.table(_COLUMNS, rows, right=_COLUMNS[2:])
    for line in _notes(moved):
        output.say(line)
    if moved.dry_run:
        output.say("This was a dry run: nothing was written.")
        output.next_step("newsletter subscribers import FILE...")
    elif not moved.has_list:
        output.say(f"Nobody was added, and there is no list yet ({moved.list_file}).")
        output.next_step("newsletter subscribers import FILE..., with the file of who subscribed")
    else:
        output.next_step("newsletter subscribers check")


def _names(moved: Moved) -> list[str]:
    """Return the files' names; of long ones a terminal gets a list first, and their numbers."""
    names = [each.file for each in moved.tallies]
    if not output.on_terminal() or all(len(each) <= _NARROW for each in names):
        return names
    numbered = {f"file {number}": name for number, name in enumerate(names, start=1)}
    for number, name in numbered.items():
        output.say(f"{number}: {name}")
    return list(numbered)


def _row(tally: Tally) -> tuple[str, ...]:
    counts = (tally.rows, tally.added, tally.known, tally.suppressed, tally.twice, tally.left_out)
    return tally.file, tally.tool, *(f"{each:,}" for each in counts)


def _notes(moved: Moved) -> Iterator[str]:
    """Yield what the table does not say, a line each."""
    for tally in moved.tallies:
        for reason, found in tally.reasons.items():
            yield f"{tally.file}: {found.count:,} left out: {reason} ({_lines(found)})"
        if tally.unread.count:
            yield (
                f"{tally.file}: {tally.unread.count:,} with a date that cannot be read"
                f" ({_lines(tally.unread)}): the row counts, the date does not"
            )
    for name, why in moved.passed_over[:_TOLD]:
        yield f"{name}: passed over: {why}"
    if len(moved.passed_over) > _TOLD:
        yield f"... and {len(moved.passed_over) - _TOLD:,} more files passed over"
    total = moved.total
    would = "would be " if moved.dry_run else ""
    if total.newly:
        yield f"{total.newly:,} left there, and {would}suppressed from now on"
    if moved.columns:
        yield f"{moved.list_file}: columns {would}added: {', '.join(moved.columns)}"
    if moved.backup:
        yield f"The list as it was before is in {moved.backup.name}."


def _lines(found: Reason) -> str:
    """Return the lines in words: `line 4`, `lines 4, 9, 12, ...`."""
    more = ", ..." if found.count > len(found.lines) else ""
    word = "line" if found.count == 1 else "lines"
    return f"{word} {', '.join(map(str, found.lines))}{more}"


def _as_json(moved: Moved) -> dict[str, Any]:
    return {
        "dry_run": moved.dry_run,
        "list": str(moved.list_file),
        "columns_added": list(moved.columns),
        "backup": moved.backup.name if moved.backup else None,
        "files": [_tally_json(each) for each in moved.tallies],
        "passed_over": [{"file": name, "reason": why} for name, why in moved.passed_over],
        "total": _counts(moved.total),
    }


def _tally_json(tally: Tally) -> dict[str, Any]:
    return {
        "file": tally.file,
        "tool": tally.tool,
        **_counts(tally),
        "reasons": [
            {"reason": reason, "rows": found.count, "lines": found.lines}
            for reason, found in tally.reasons.items()
        ],
        "unreadable_dates": {"rows": tally.unread.count, "lines": tally.unread.lines},
    }


def _counts(tally: Tally) -> dict[str, int]:
    return {
        "rows": tally.rows,
        "added": tally.added,
        "known": tally.known,
        "suppressed": tally.suppressed,
        "newly_suppressed": tally.newly,
        "twice": tally.twice,
        "left_out": tally.left_out,
    }
