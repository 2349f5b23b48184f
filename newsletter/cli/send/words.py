"""The sentences of `newsletter send`: the check, the plan, the end of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.basics.outcome import State
from newsletter.basics.times import span
from newsletter.cli.terminal import output
from newsletter.cli.terminal.progress import in_words
from newsletter.tasks.send.again import worth_again
from newsletter.tasks.send.appointment import spoken

if TYPE_CHECKING:
    from newsletter.basics.errors import Problem
    from newsletter.checks.override import Judgement
    from newsletter.delivery.lane import Ending
    from newsletter.delivery.mailing import Result
    from newsletter.state.values import Mailing
    from newsletter.tasks.send.plan import Plan


_NOES = (State.REFUSED, State.DEFERRED, State.UNCERTAIN)


def people(number: int) -> str:
    """Return `1 reader`, `812 readers`."""
    return f"{number:,} reader{'' if number == 1 else 's'}"


def show_check(warnings: Sequence[Problem], judged: Judgement) -> None:
    """Print what the check found that does not stop the mailing."""
    output.problems(warnings)
    for each in judged.overridden:
        output.say(f"Overridden: {each.message} ({each.rule}: {each.silenced})", style="yellow")
    for rule in judged.unneeded:
        output.say(f"The check '{rule}' found no error: nothing to override.", style="dim")
    output.say()


def show_plan(plan: Plan, at: datetime | None, *, now: datetime, zone: str | None) -> None:
    """Print what will happen, a fact a line; `zone` is the name of this machine's time zone."""
    excluded = ", ".join(f"{count:,} {kind}" for kind, count in plan.excluded.most_common())
    excluded_fact = ("Excluded", excluded or "nobody")
    facts = [
        ("Issue", plan.issue),
        ("Subject", plan.subject),
        ("From", plan.sender),
        ("Through", plan.transport),
        ("To", _readers(plan)),
        excluded_fact,
        ("Takes", plan.duration),
    ]
    if plan.where:
        facts.insert(4, ("Where", plan.where))
    if at is not None:
        is_news = zone is not None and zone.rpartition("/")[2] != at.tzname()
        named = f", {zone}" if is_news else ""
        facts.append(("Goes off", f"{spoken(at)}{named}, in {span((at - now).total_seconds())}"))
    if plan.not_before is not None:
        facts.insert(
            facts.index(excluded_fact),
            ("Later", f"{people(plan.later)}, deferred{_until(plan.not_before)}"),
        )
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


def _readers(plan: Plan) -> str:
    """Return how many it goes to: `12 readers joined since 2026-11-01`."""
    if plan.joined_since is not None:
        return f"{people(plan.to_send)} joined since {plan.joined_since}"
    return people(plan.to_send) + (f" ({plan.done:,} done before)" if plan.done else "")


def nothing_now(plan: Plan, mailing: Mailing, counts: Mapping[State, int]) -> None:
    """Print why there is nothing to send, and when there will be."""
    if plan.not_before is not None:
        output.say(f"Nothing to send yet: {people(plan.later)} deferred{_until(plan.not_before)}.")
    else:
        when = f" on {mailing.finished_at:%Y-%m-%d}" if mailing.finished_at else ""
        output.say(f"Nothing to send: {mailing.issue} went out{when}: {in_words(counts)}.")
    verb = "resolve" if counts[State.UNCERTAIN] else "status"
    output.next_step(f"newsletter {verb} {mailing.issue}")


def report(result: Result, now: datetime, *, stays: bool, again: str | None = None) -> None:
    """Print how a run ended, what is left, and when to run the command again.

    `again` is a command that goes on with it, where `newsletter send` is not the one.
    """
    counts, issue = result.counts, result.mailing.issue
    _ending(result, is_clean=not counts[State.UNCERTAIN])
    left = counts[State.PENDING]
    told = f"{issue}: {in_words(counts)}" + (f", {left:,} still to send." if left else ".")
    output.say(told, style=None if result.exit_code else "green")
    if result.suppressed:
        many = f"{result.suppressed:,} addresses do not exist; they are"
        one = "1 address does not exist; it is"
        output.say(f"{many if result.suppressed > 1 else one} suppressed now.")
    if counts[State.UNCERTAIN]:
        output.say(
            f"{counts[State.UNCERTAIN]:,} uncertain: the connection was lost after the message may"
            f" have been taken. newsletter resolve {issue} decides."
        )
    _again(result, now, stays=stays)
    unfinished = left or counts[State.DEFERRED]
    verb = "send" if unfinished else "resolve" if counts[State.UNCERTAIN] else "status"
    output.next_step(again if unfinished and again else f"newsletter {verb} {issue}")


def send_to(readers: int, at: datetime | None) -> str:
    """Return the question whether to send it."""
    when = "now" if at is None else f"on {spoken(at)}"
    return f"Send it to {people(readers)} {when}?"


def goes_off(issue: str, at: datetime, left: str) -> str:
    """Return the line of the wait for `--at`."""
    return f"{issue} goes off in {left} ({at:%H:%M %Z}). Ctrl-C: nothing is sent."


def stays_until(result: Result, moment: datetime, left: str) -> str:
    """Return the line of the wait for the next round."""
    what = f"{result.counts[State.DEFERRED]:,} deferred, the next due"
    if result.ending.gave_up:
        what = "The server is tried again"
    return f"{what} in {left} ({moment.astimezone():%H:%M}). Ctrl-C leaves; nothing is lost."


def _ending(result: Result, *, is_clean: bool) -> None:
    ending = result.ending
    if ending.stop is not None:
        output.say(f"Stopped: {ending.stop.reason}", style="bold red")
        output.say(f"  Hint: {ending.stop.hint}", style="dim")
        if marked := _marked(ending):
            output.say(f"Before that, this run marked {marked}.")
    elif ending.gave_up:
        output.say(f"Paused: {ending.gave_up}", style="yellow")
    elif ending.signal:
        finished = "; what was on its way has been finished" if is_clean else ""
        output.say(f"Interrupted{finished}.", style="yellow")


def _marked(ending: Ending) -> str:
    """Return how many a run has refused, deferred or made uncertain; "" for none."""
    noes = [f"{ending.moved[state]:,} {state}" for state in _NOES if ending.moved[state]]
    return " and ".join(noes)


def _again(result: Result, now: datetime, *, stays: bool) -> None:
    when = worth_again(result, now)
    if result.ending.gave_up:
        marked = _marked(result.ending)
        told = f"this run marked {marked} before" if marked else "nobody was marked for this"
        output.say(f"Run it again in a few minutes; {told}.")
    due = result.next_due
    if due is not None and due > now and (when is None or when >= due or result.ending.gave_up):
        hint = "" if stays else "; with --wait it stays for them"
        output.say(f"The deferred ones can be tried again from {_clock(due)}{hint}.")


def _until(moment: datetime) -> str:
    return f" until {_clock(moment)}"


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone():%H:%M on %Y-%m-%d}"
