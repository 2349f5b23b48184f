"""`newsletter check`: everything that is wrong with an issue, before it is too late."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from newsletter.cli import output
from newsletter.errors import CheckFailed, Level

if TYPE_CHECKING:
    from newsletter.checks.engine import Finding, Report

_HEADINGS = {Level.ERROR: "To mend", Level.WARNING: "To look at", Level.INFO: "To know"}


@click.command
@click.argument("month", required=False)
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.pass_context
def command(context: click.Context, month: str | None, as_json: bool, strict: bool) -> None:
    """Say everything that is wrong with an issue.

    MONTH may be left out where there is one draft. The exit code is 3 where there are errors. A
    check is silenced in the issue's file, with the reason, for example
    `ignore: {summary-count: "a special issue about one study"}`.
    """
    from newsletter.proof import count_readers, prove
    from newsletter.workspace import open_workspace

    workspace = open_workspace(context.obj)
    slug = workspace.which_issue(month)
    today = datetime.now().astimezone().date()
    readers = count_readers(workspace, today)
    report = prove(workspace, slug, readers=readers, today=today).report
    refused = report.refuses(strict=strict)
    if as_json:
        output.json_result([finding.as_json() for finding in report.findings])
    else:
        _print(report)
        output.next_step(f"newsletter {'check' if refused else 'preview'} {slug}")
    if refused:
        context.exit(CheckFailed.exit_code)


def _print(report: Report) -> None:
    for level, heading in _HEADINGS.items():
        found = report.of(level)
        if found:
            output.findings(heading, level, [_parts(finding) for finding in found])
    counts = {level: len(report.of(level)) for level in Level}
    if counts[Level.ERROR] or counts[Level.WARNING]:
        told = [_count(number, level) for level, number in counts.items() if number]
        output.say(", ".join(told) + ".")
    else:
        output.say("Nothing to mend.", style="green")


def _parts(finding: Finding) -> tuple[str, str, str, str | None]:
    return finding.as_problem().place, finding.rule, finding.message, finding.hint


def _count(number: int, level: Level) -> str:
    if level is Level.INFO:
        return f"{number} to know"
    return f"{number} {level}{'' if number == 1 else 's'}"
