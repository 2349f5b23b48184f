"""`newsletter status`: what the ledger says about who got it."""

from __future__ import annotations

import csv
import itertools
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from newsletter.basics.address import BadAddress, parse_address
from newsletter.basics.errors import Problem, WrongUsage, fail
from newsletter.basics.outcome import State, server_words
from newsletter.cli.terminal import output

if TYPE_CHECKING:
    from newsletter.state.sqlite import SqliteLedger
    from newsletter.state.standing import Standing
    from newsletter.state.values import Mailing, Record

_COLUMNS = ("email", "state", "code", "enhanced", "text", "attempts", "at", "message_id")


@click.command
@click.argument("month", required=False)
@click.option("--json", "as_json", is_flag=True, help="State and counts as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="A line a reader, in the server's own words.")
@click.option("--reader", metavar="ADDRESS", help="Every attempt to reach this reader.")
@click.pass_context
def command(
    context: click.Context, month: str | None, as_json: bool, as_csv: bool, reader: str | None
) -> None:
    """Say where a mailing stands; without MONTH, where all of them do.

    "Accepted" means that a mail server took responsibility for the message. `--reader` answers
    "did Ada get it?", attempt by attempt.
    """
    from newsletter.state.guards.lock import holder
    from newsletter.state.parts import as_one, summed
    from newsletter.tasks.send.only_sender import lock_file
    from newsletter.workspace import open_workspace

    workspace = open_workspace(context.obj)
    if (as_csv or reader) and month is None:
        option = "--csv" if as_csv else f"--reader {reader}"
        raise WrongUsage(
            Problem(message=f"{option} needs the issue", hint=f"newsletter status 2026-11 {option}")
        )
    if month is not None:
        workspace.issue_file(month)
    with workspace.ledger() as ledger:
        if month is None:
            _all(ledger, as_json=as_json)
            return
        parts = ledger.records.parts(month)
        if not parts:
            workspace.issue(month)
            _never(month, workspace.standing(month), as_json=as_json)
        elif reader is not None:
            _reader(ledger, parts, reader, as_json=as_json)
        elif as_csv:
            _csv(ledger, parts)
        elif as_json:
            output.json_result(status_json(as_one(parts), summed(ledger.records, parts)))
        else:
            _one(ledger, parts, holder(lock_file(workspace)))


def status_json(mailing: Mailing, counts: Mapping[State, int]) -> dict[str, Any]:
    """Return the object of `--json`, whose keys are documented and stay."""
    from newsletter.audience.selection import where_of

    return {
        "issue": mailing.issue,
        "state": mailing.state.value,
        "where": where_of(mailing.selection),
        "counts": {state.value: count for state, count in counts.items()},
        "started_at": _written(mailing.started_at),
        "finished_at": _written(mailing.finished_at),
    }


def _never(month: str, standing: Standing, *, as_json: bool) -> None:
    from newsletter.state.standing import Standing

    if as_json:
        counts = dict.fromkeys((state.value for state in State), 0)
        nothing = {"counts": counts, "started_at": None, "finished_at": None}
        output.json_result({"issue": month, "state": standing.value, "where": [], **nothing})
    elif standing is Standing.RECORDED:
        output.say(f"{month} is in mailings.csv, but this ledger does not know of it.")
    else:
        output.say(f"{month} has not been sent.")
        output.next_step(f"newsletter check {month}")


def _one(ledger: SqliteLedger, parts: Sequence[Mailing], sender: str | None) -> None:
    from newsletter.cli.terminal.progress import in_words
    from newsletter.state.parts import as_one, summed

    mailing, counts = as_one(parts), summed(ledger.records, parts)
    due = min(filter(None, map(ledger.run.next_due, parts)), default=None)
    facts = [
        ("Issue", f"{mailing.issue}, {mailing.state}{f' by {sender}' if sender else ''}"),
        ("Begun", _local(mailing.started_at)),
        ("Finished", _local(mailing.finished_at)),
    ]
    if mailing.selection is not None:
        facts.insert(1, ("Where", str(mailing.selection)))
    for each in parts[1:]:
        counted = in_words(ledger.records.counts(each), waiting=True)
        facts.append(("Topped up", f"{_local(each.frozen_at)}: {counted}"))
    if due is not None:
        facts.append(("Next due", _local(datetime.fromtimestamp(due, UTC))))
    facts += [
        ("Overridden", f"{each.rule}: {each.message} ({each.reason})")
        for each in ledger.records.overrides(parts[0])
    ]
    output.facts(facts)
    output.table(
        ("state", "readers"),
        [(str(state), f"{count:,}") for state, count in counts.items() if count],
        right=("readers",),
    )
    trouble = [State.REFUSED, State.UNCERTAIN, State.DEFERRED]
    rows = [
        (each.email, each.state.value, server_words(each.code, each.enhanced, each.text))
        for part in parts
        for each in ledger.records.of(part, trouble)
    ]
    if rows:
        output.table(("reader", "state", "what the server said"), rows[:20])
        if len(rows) > 20:  # noqa: PLR2004 - a screenful
            output.say(f"and {len(rows) - 20:,} more: newsletter status {mailing.issue} --csv")
    left = counts[State.PENDING] + counts[State.DEFERRED] + counts[State.ATTEMPTING]
    if sender is not None:
        output.next_step(f"newsletter status {mailing.issue}")
    elif left:
        output.next_step(f"newsletter send {mailing.issue}")
    elif counts[State.UNCERTAIN]:
        output.next_step(f"newsletter resolve {mailing.issue}")
    else:
        output.next_step("newsletter summaries --unused")


def _all(ledger: SqliteLedger, *, as_json: bool) -> None:
    from newsletter.cli.terminal.progress import in_words
    from newsletter.state.parts import as_one, by_issue, summed

    issues = by_issue(ledger.records.mailings()).values()
    mailings = [(as_one(parts), summed(ledger.records, parts)) for parts in issues]
    if as_json:
        output.json_result([status_json(each, counts) for each, counts in mailings])
        return
    if not mailings:
        output.say("Nothing has been sent from here yet.")
    else:
        output.table(
            ("issue", "state", "begun", "readers"),
            [
                (
                    each.issue,
                    str(each.state),
                    _local(each.started_at),
                    in_words(counts, waiting=True),
                )
                for each, counts in mailings
            ],
        )
    last = mailings[-1][0].issue if mailings else None
    output.next_step(f"newsletter status {last}" if last else "newsletter rehearse")


def _csv(ledger: SqliteLedger, parts: Sequence[Mailing]) -> None:
    from newsletter.audience.list.formulas import guard_formula
    from newsletter.message.headers import message_id

    domain = ledger.records.content(parts[0]).sender.address.domain
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for each in itertools.chain.from_iterable(map(ledger.records.of, parts)):
        writer.writerow(
            [
                guard_formula(each.email),
                each.state.value,
                each.code or "",
                each.enhanced,
                guard_formula(each.text),
                each.attempts,
                _written(each.at) or "",
                message_id(parts[0].issue, each.message_token, domain),
            ]
        )


def _reader(ledger: SqliteLedger, parts: Sequence[Mailing], text: str, *, as_json: bool) -> None:
    from newsletter.cli.status.reader_story import answer, sentences, story_json, tries
    from newsletter.message.headers import message_id

    mailing = parts[0]
    record = _record(ledger, parts[-1], text)
    attempts = tries(record, ledger.records.attempts(record.id))
    domain = ledger.records.content(mailing).sender.address.domain
    name = message_id(mailing.issue, record.message_token, domain)
    if as_json:
        output.json_result({"issue": mailing.issue, **story_json(record, attempts, name)})
        return
    output.result(f"{record.email}, {mailing.issue}")
    output.result(answer(record), style="bold")
    for sentence in sentences(attempts):
        output.result(f"  {sentence}")
    output.result(f"Message-ID {name}", style="dim")
    verb = "resolve" if record.state.value == "uncertain" else "status"
    output.next_step(f"newsletter {verb} {mailing.issue}")


def _record(ledger: SqliteLedger, mailing: Mailing, text: str) -> Record:
    """Return a reader's delivery; raise NewsletterError where the mailing has none."""
    try:
        address = parse_address(text)
    except BadAddress as bad:
        raise WrongUsage(Problem(message=f"'{text}' is no address: {bad}")) from None
    for issue, record in ledger.records.history(address):
        if issue == mailing.issue:
            return record
    raise fail(
        f"{address} did not get {mailing.issue}: it was not on the list at the last freeze,"
        f" {_local(mailing.frozen_at)}",
        hint=f"newsletter subscribers show {address}",
    )


def _written(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


def _local(moment: Any) -> str:
    return "not yet" if moment is None else f"{moment.astimezone():%Y-%m-%d %H:%M}"
