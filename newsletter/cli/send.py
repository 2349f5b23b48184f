"""`newsletter send`: to everybody, once."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli import output
from newsletter.cli.boundary import INTERRUPTED
from newsletter.errors import CheckFailed, Level, Problem, WrongUsage, fail

if TYPE_CHECKING:
    from newsletter.delivery.mailing import Result
    from newsletter.message.content import Content
    from newsletter.sending import Plan
    from newsletter.state.ledger import Mailing
    from newsletter.state.sqlite import SqliteLedger
    from newsletter.workspace import Workspace


@click.command
@click.argument("month", required=False)
@click.option("--dry-run", is_flag=True, help="Show what would happen, and do nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--limit", type=click.IntRange(min=1), help="Send to N readers at the most.")
@click.option("--keep-going", is_flag=True, help="Do not stop when many are refused or deferred.")
@click.option(
    "--this-ledger-is-right", "trusted", is_flag=True, help="Send from a restored or copied ledger."
)
@click.option("--json", "as_json", is_flag=True, help="End with the counts as JSON.")
@click.pass_context
def command(
    context: click.Context,
    month: str | None,
    dry_run: bool,
    yes: bool,
    limit: int | None,
    keep_going: bool,
    trusted: bool,
    as_json: bool,
) -> None:
    """Send an issue to everybody on the list, once.

    Run it again to go on with a mailing that was interrupted: nobody gets it twice. The exit code
    is 0 when everybody's mail server accepted it, 75 when there is more to do later, 1 when
    something needs you.
    """
    from newsletter.sending import refuse_doubtful, refuse_recorded, the_only_sender
    from newsletter.workspace import open_workspace

    workspace = open_workspace(context.obj)
    slug = month or _named(workspace)
    workspace.transport_url()
    if not workspace.settings.database.exists():
        # A new ledger would only lie in the way of the right one.
        refuse_recorded(workspace, slug)
    with workspace.ledger() as ledger:
        if dry_run:
            if not trusted:
                refuse_doubtful(workspace, ledger)
            _prepare(workspace, ledger, slug, ledger.mailing(slug))
            output.next_step(f"newsletter send {slug}")
            return
        with the_only_sender(workspace, ledger, trusted=trusted):
            code = _send(
                workspace,
                ledger,
                slug,
                yes=yes,
                limit=limit,
                keep_going=keep_going,
                as_json=as_json,
            )
    context.exit(code)


def _named(workspace: Workspace) -> str:
    """Ask for the issue by name: what goes to everybody is never guessed."""
    drafts = [each for each in workspace.issue_slugs() if workspace.sent_state(each) is None]
    listed = ", ".join(drafts[-5:])
    raise WrongUsage(
        Problem(
            message="which issue? What goes to everybody is named",
            hint=f"newsletter send {drafts[-1]}" if len(drafts) == 1 else f"drafts: {listed}",
        )
    )


def _send(
    workspace: Workspace,
    ledger: SqliteLedger,
    month: str,
    *,
    yes: bool,
    limit: int | None,
    keep_going: bool,
    as_json: bool,
) -> int:
    from newsletter.cli.password import credentials
    from newsletter.cli.progress import progress
    from newsletter.cli.status import status_json
    from newsletter.delivery.mailing import Course
    from newsletter.sending import go_on, take_up

    begun = ledger.mailing(month)
    plan, content = _prepare(
        workspace, ledger, month, take_up(workspace, ledger, begun) if begun else None
    )
    if plan.mailing is not None and not plan.to_send:
        return _nothing_now(ledger, plan, plan.mailing, as_json=as_json)
    if not plan.to_send:
        raise fail("nobody would get it", hint="newsletter subscribers check says why")
    transport = workspace.transport(credentials(workspace.settings))
    readers = _people(plan.to_send if limit is None else min(limit, plan.to_send))
    try:
        if not yes and not output.confirm(f"Send it to {readers} now?", flag="--yes"):
            output.say("Nothing was sent.")
            return 1
    except click.Abort:
        output.say("\nNothing was sent.")
        return INTERRUPTED
    mailing = plan.mailing or _begin(workspace, ledger, content)
    course = Course(
        transport=transport,
        connections=workspace.settings.delivery.connections,
        rates=workspace.settings.delivery.rate,
        limit=limit,
        keep_going=keep_going,
    )
    total = plan.to_send if limit is None else min(limit, plan.to_send)
    with progress(total) as (watch, tell):
        result = go_on(workspace, ledger, mailing, course, watch, tell)
    _report(result)
    if as_json:
        output.json_result(status_json(result.mailing, result.counts))
    return result.exit_code


def _prepare(
    workspace: Workspace, ledger: SqliteLedger, month: str, mailing: Mailing | None
) -> tuple[Plan, Content | None]:
    """Find out what sending would do, and say it; raise where it must not be done."""
    from newsletter.sending import plan_first, plan_next, refuse_recorded

    if mailing is not None:
        plan = plan_next(workspace, ledger, mailing)
        _show(plan)
        return plan, None
    refuse_recorded(workspace, month)
    content = _checked(workspace, month)
    plan = plan_first(workspace, ledger, content, _today())
    _show(plan)
    return plan, content


def _checked(workspace: Workspace, month: str) -> Content:
    from newsletter.proof import count_readers, prove

    today = _today()
    readers = count_readers(workspace, today)
    proof = prove(workspace, month, readers=readers, today=today)
    errors = proof.report.of(Level.ERROR)
    if proof.content is None or errors:
        raise CheckFailed(*(finding.as_problem() for finding in errors))
    warnings = proof.report.of(Level.WARNING)
    output.problems(finding.as_problem() for finding in warnings)
    return proof.content


def _begin(workspace: Workspace, ledger: SqliteLedger, content: Content | None) -> Mailing:
    from newsletter.sending import begin

    if content is None:
        raise RuntimeError("an issue without a mailing has been checked before")
    sources = workspace.sources(workspace.issue(content.issue))
    mailing, _ = begin(workspace, ledger, content, sources, _today())
    return mailing


def _show(plan: Plan) -> None:
    """Say what will happen, one fact a line."""
    excluded = ", ".join(f"{count:,} {kind}" for kind, count in plan.excluded.most_common())
    facts = [
        ("Issue", plan.issue),
        ("Subject", plan.subject),
        ("From", plan.sender),
        ("Through", plan.transport),
        ("To", _people(plan.to_send) + (f" ({plan.done:,} done before)" if plan.done else "")),
        ("Excluded", excluded or "nobody"),
        ("Takes", plan.duration),
    ]
    if plan.not_before is not None:
        facts.insert(5, ("Later", f"{_people(plan.later)}, deferred{_until(plan.not_before)}"))
    if plan.problems:
        facts.append(("List", f"{len(plan.problems):,} problems: newsletter subscribers check"))
    output.facts(facts)
    if plan.mailing is not None and plan.to_send:
        output.say("This mailing was begun before; it goes on with what was frozen then.")
    if plan.changed and plan.to_send:
        output.say(
            "Files of this issue have changed since; the mailing does not follow them.",
            style="yellow",
        )


def _nothing_now(ledger: SqliteLedger, plan: Plan, mailing: Mailing, *, as_json: bool) -> int:
    from newsletter.cli.progress import in_words
    from newsletter.cli.status import status_json
    from newsletter.delivery.mailing import exit_code
    from newsletter.outcome import State

    counts = ledger.counts(mailing)
    if plan.not_before is not None:
        output.say(f"Nothing to send yet: {_people(plan.later)} deferred{_until(plan.not_before)}.")
    else:
        when = f" on {mailing.finished_at:%Y-%m-%d}" if mailing.finished_at else ""
        output.say(f"Nothing to send: {mailing.issue} went out{when}: {in_words(counts)}.")
    if as_json:
        output.json_result(status_json(mailing, counts))
    verb = "resolve" if counts[State.UNCERTAIN] else "status"
    output.next_step(f"newsletter {verb} {mailing.issue}")
    return exit_code(counts)


def _until(moment: datetime) -> str:
    return f" until {moment.astimezone():%H:%M on %Y-%m-%d}"


def _report(result: Result) -> None:
    from newsletter.cli.progress import in_words
    from newsletter.outcome import State

    counts, ending, issue = result.counts, result.ending, result.mailing.issue
    if ending.stop is not None:
        output.say(f"Stopped: {ending.stop.reason}", style="bold red")
        output.say(f"  Hint: {ending.stop.hint}", style="dim")
    elif ending.gave_up:
        output.say(f"Paused: {ending.gave_up}", style="yellow")
    elif ending.signal:
        output.say("Interrupted.", style="yellow")
    left = counts[State.PENDING]
    output.say(f"{issue}: {in_words(counts)}" + (f", {left:,} still to send." if left else "."))
    if ending.bad_addresses and ending.stop is None:
        number = len(ending.bad_addresses)
        what = (
            f"{number:,} addresses do not exist; they are"
            if number > 1
            else "1 address does not exist; it is"
        )
        output.say(f"{what} suppressed now.")
    if counts[State.UNCERTAIN]:
        output.say(
            f"{counts[State.UNCERTAIN]:,} uncertain: the connection was lost after the message may"
            f" have been taken. newsletter resolve {issue} decides."
        )
    if result.next_due is not None:
        due = result.next_due.astimezone()
        output.say(f"The deferred ones can be tried again from {due:%H:%M on %Y-%m-%d}.")
    again = left or counts[State.DEFERRED]
    output.next_step(f"newsletter {'send' if again else 'status'} {issue}")


def _people(number: int) -> str:
    return f"{number:,} reader{'' if number == 1 else 's'}"


def _today() -> Any:
    return datetime.now().astimezone().date()
