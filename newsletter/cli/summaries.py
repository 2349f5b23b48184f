"""`newsletter summaries`: the library, and where each summary was used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from newsletter.basics.errors import Level
from newsletter.cli.terminal import output
from newsletter.cli.terminal.params import as_month
from newsletter.content.month import Month
from newsletter.content.summary.summary import Summary
from newsletter.workspace import open_workspace


@click.command
@click.option("--topic", metavar="TOPIC", help="Only with this topic.")
@click.option("--type", "research_type", metavar="TYPE", help="Only of this research type.")
@click.option("--since", callback=as_month, metavar="YYYY-MM", help="Only from this month on.")
@click.option("--until", callback=as_month, metavar="YYYY-MM", help="Only up to this month.")
@click.option("--unused", is_flag=True, help="Only those that are in no issue.")
@click.option("--search", "words", default="", metavar="WORDS", help="Only with all these words.")
@click.option("--json", "as_json", is_flag=True, help="Machine output on stdout.")
@click.pass_context
def command(
    context: click.Context,
    topic: str | None,
    research_type: str | None,
    since: Month | None,
    until: Month | None,
    unused: bool,
    words: str,
    as_json: bool,
) -> None:
    """List the library, the newest first: what there is and where it was used."""
    from newsletter.content.compose import uses
    from newsletter.content.search import Query, named, search

    workspace = open_workspace(context.obj)
    library = workspace.library()
    issues, broken_issues = workspace.issues()
    used = uses(issues)
    query = Query(
        topic=topic,
        research_type=research_type,
        since=since,
        until=until,
        unused=unused,
        words=words,
    )
    found = search(library, named(query, library, workspace.vocabularies()), used)
    if as_json:
        output.json_result([_as_json(each, used.get(each.slug, ())) for each in found])
    elif found and output.on_terminal():
        for each in found:
            _show(each, used.get(each.slug, ()))
    elif found:
        output.table(
            _COLUMNS,
            [_row(each, used.get(each.slug, ())) for each in found],
            right=_RIGHT,
            whole=_WHOLE,
        )
    problems = (*library.problems, *broken_issues)
    output.problems(problems)
    if not as_json:
        output.say(f"{len(found)} of {len(library)} summaries")
        output.next_step("newsletter compose MONTH" if library else 'newsletter new "TITLE"')
    if any(problem.level is Level.ERROR for problem in problems):
        context.exit(1)


_COLUMNS = ("Slug", "Month", "Title", "Topics", "Words", "Used in")
_RIGHT = ("Words",)
_WHOLE = ("Slug", "Month")


def _row(summary: Summary, issues: Sequence[str]) -> tuple[str, ...]:
    return (
        summary.slug,
        str(summary.published),
        summary.title,
        ", ".join(summary.topics),
        str(summary.words),
        ", ".join(issues),
    )


def _show(summary: Summary, issues: Sequence[str]) -> None:
    """Print a summary for a terminal: the slug that compose takes, and the title below it."""
    month = str(summary.published)
    facts = [] if summary.slug.startswith(month) else [month]
    facts.append(f"{summary.words:,} words")
    # The last issue is named: a repetition soon after it would be noticed.
    facts += [f"used in {_first(issues[::-1])}"] if issues else []
    output.result(f"{summary.slug}  {', '.join(facts)}", style="bold")
    topics = f"  [{_first(summary.topics)}]" if summary.topics else ""
    output.result(f"  {summary.title}{topics}")


def _first(names: Sequence[str]) -> str:
    return f"{names[0]} +{len(names) - 1}" if len(names) > 1 else names[0]


def _as_json(summary: Summary, issues: Sequence[str]) -> dict[str, Any]:
    return {
        "slug": summary.slug,
        "title": summary.title,
        "published": str(summary.published),
        "citation": summary.citation,
        "doi": summary.doi,
        "topics": list(summary.topics),
        "research_type": summary.research_type,
        "blurb": summary.blurb,
        "words": summary.words,
        "issues": list(issues),
    }
