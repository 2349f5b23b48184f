"""`newsletter check`: everything that is wrong with an issue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from newsletter.basics.errors import CheckFailed, Level, NewsletterError
from newsletter.basics.times import today
from newsletter.cli.terminal import output
from newsletter.cli.terminal.params import where_option

if TYPE_CHECKING:
    from newsletter.checks.dossier import Answer, Dossier
    from newsletter.checks.engine import Finding, Report
    from newsletter.workspace import Workspace

_HEADINGS = {Level.ERROR: "To mend", Level.WARNING: "To look at", Level.INFO: "To know"}
_SILENCED = "Silenced"


@click.command
@click.argument("month", required=False)
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option("--online", is_flag=True, help="Ask whether the links lead anywhere, too.")
@where_option
@click.option(
    "--all", "thorough", is_flag=True, help="Also what only a template's author can change."
)
@click.pass_context
def command(
    context: click.Context,
    month: str | None,
    as_json: bool,
    strict: bool,
    online: bool,
    where: tuple[str, ...],
    thorough: bool,
) -> None:
    """Say everything that is wrong with an issue.

    MONTH may be left out where there is one draft. The exit code is 3 where there are errors. A
    check is silenced in the issue's file, with the reason, for example
    `ignore: {summary-count: "a special issue about one study"}`.
    """
    from newsletter.workspace import SETTINGS, open_workspace

    slug = month
    try:
        workspace = open_workspace(context.obj)
    except NewsletterError as error:
        if any(each.file is None or each.file.name != SETTINGS for each in error.problems):
            raise  # no workspace at all
        from newsletter.checks.engine import refused

        report = refused(error.problems)
    else:
        slug = workspace.which_issue(month)
        report = _checked(workspace, slug, where, online=online, thorough=thorough)
    is_refused = report.refuses(strict=strict)
    if as_json:
        output.json_result([finding.as_json() for finding in report.findings])
    else:
        _print(report)
        output.next_step(f"newsletter {'check' if is_refused else 'preview'} {slug or ''}".strip())
    if is_refused:
        context.exit(CheckFailed.exit_code)


def _checked(
    workspace: Workspace, slug: str, where: tuple[str, ...], *, online: bool, thorough: bool
) -> Report:
    from newsletter.audience.selection import selected_words, selection_of
    from newsletter.tasks.check import count_readers, prove

    day = today()
    selection = selection_of(where) or None
    readers = count_readers(workspace, day, selection)
    if selection is not None and readers.mailable is not None:
        output.say(selected_words(selection, readers.mailable, readers.passed_over))
    ask = _ask if online else None
    proof = prove(workspace, slug, readers=readers, today=day, ask=ask, thorough=thorough)
    return proof.report


def _ask(dossier: Dossier) -> Mapping[str, Answer]:
    from newsletter.checks.online import ask_links, public_network
    from newsletter.checks.rules.links import asked

    if dossier.issue is None:
        return {}
    urls = [anchor.url for anchor in asked(dossier, dossier.issue)]
    output.say(f"Asking for {len(urls)} link{'' if len(urls) == 1 else 's'} ...", style="dim")
    return ask_links(urls, public_network())


def _print(report: Report) -> None:
    for level, heading in _HEADINGS.items():
        found = [each for each in report.of(level) if each.silenced is None]
        if found:
            output.findings(heading, level, map(_parts, sorted(found, key=_in_file)))
    silenced = [each for each in report.findings if each.silenced is not None]
    if silenced:
        output.findings(_SILENCED, Level.INFO, map(_parts, silenced))
    counts = {level: len(report.of(level)) for level in Level}
    if counts[Level.ERROR] or counts[Level.WARNING]:
        told = [_count(number, level) for level, number in counts.items() if number]
        output.say(", ".join(told) + ".")
    else:
        output.say("Nothing to mend.", style="green")


def _in_file(finding: Finding) -> tuple[bool, str, int]:
    """Sort by file and line, as an editor works; findings without a file come last."""
    return finding.file is None, str(finding.file), finding.line or 0


def _parts(finding: Finding) -> tuple[str, str, str, str | None]:
    return finding.as_problem().place, finding.rule, finding.message, finding.hint


def _count(number: int, level: Level) -> str:
    if level is Level.INFO:
        return f"{number} to know"
    return f"{number} {level}{'' if number == 1 else 's'}"
