"""The sending itself: one run, and with `--wait` one after the other until nobody is left."""

from __future__ import annotations

import contextlib
import functools
import gc
import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from newsletter.basics.outcome import State
from newsletter.cli.send.words import people, report, stays_until
from newsletter.cli.status.command import status_json
from newsletter.cli.terminal import output
from newsletter.cli.terminal.progress import progress
from newsletter.cli.terminal.waiting import Ended, wait_until
from newsletter.delivery.mailing import Course, Result
from newsletter.delivery.rounds import next_round
from newsletter.tasks.send.course import begin, exclude_who_left, go_on, take_up
from newsletter.tasks.send.guard import refuse_recorded
from newsletter.tasks.send.plan import waiting

if TYPE_CHECKING:
    from newsletter.cli.send.ready import Ready
    from newsletter.cli.send.wishes import Wishes
    from newsletter.state.ledger import Mailing
    from newsletter.state.sqlite import SqliteLedger
    from newsletter.transport.base import Transport
    from newsletter.workspace import Workspace


def send_rounds(
    workspace: Workspace,
    ledger: SqliteLedger,
    ready: Ready,
    transport: Transport,
    wishes: Wishes,
) -> int:
    """Send what is left now, and what falls due while it stays; return the exit code."""
    mailing = _mailing(workspace, ledger, ready, waited=wishes.at is not None)
    course = Course(
        transport=transport,
        connections=workspace.settings.delivery.connections,
        rates=workspace.settings.delivery.rate,
        limit=wishes.limit,
        keep_going=wishes.keep_going,
        patient=wishes.stays,
    )
    gc.freeze()  # as in Intake.read: what was made of the freeze stays, too
    signal = 0
    while True:
        result = _round(workspace, ledger, mailing, course)
        mailing = result.mailing
        if _goes_on_all_the_same(result, course):
            course = replace(course, keep_going=True)
            exclude_who_left(workspace, ledger)
            continue
        moment = next_round(result, datetime.now(UTC)) if wishes.stays else None
        if moment is None:
            break
        try:
            wait_until(moment, functools.partial(stays_until, result, moment))
        except Ended as ended:
            signal = ended.exit_code
            break
        exclude_who_left(workspace, ledger)
    with contextlib.suppress(OSError):  # a terminal that went away changes no exit code
        report(result, datetime.now(UTC), stays=wishes.stays)
    if wishes.as_json:
        output.json_result(status_json(result.mailing, result.counts))
    return signal or result.exit_code


def _goes_on_all_the_same(result: Result, course: Course) -> bool:
    """Ask whoever sits there, where so many were refused or deferred that the run stopped.

    A run with a limit is a trial: it ends as it is.
    """
    stop = result.ending.stop
    if stop is None or not stop.asks or course.limit is not None or result.ending.signal:
        return False
    if not (sys.stdin.isatty() and output.console().is_terminal):
        return False  # nobody would see the question
    output.say(f"It has stopped: {stop.reason}.", style="yellow")
    left = people(result.counts[State.PENDING])
    try:
        return output.confirm(f"Go on all the same, with {left} left?", flag="--keep-going")
    except click.Abort:
        output.say()
        return False


def _mailing(workspace: Workspace, ledger: SqliteLedger, ready: Ready, *, waited: bool) -> Mailing:
    """Return the mailing, begun now if it was not before.

    After a wait it may have been, by another process; then that one is gone on with. Else the
    list counts as it is after the wait.
    """
    begun = ledger.mailing(ready.plan.issue)
    mailing = take_up(workspace, ledger, begun, output.say) if begun is not None else None
    if mailing is not None:
        return mailing
    if ready.content is None:
        raise RuntimeError("an issue without a mailing has been checked before")
    refuse_recorded(workspace, ready.plan.issue, ledger)
    today = datetime.now().astimezone().date()
    intake = None if waited else ready.intake
    return begin(workspace, ledger, ready.content, ready.sources, today, ready.overrides, intake)


def _round(workspace: Workspace, ledger: SqliteLedger, mailing: Mailing, course: Course) -> Result:
    number = waiting(ledger, mailing)
    total = number if course.limit is None else min(course.limit, number)
    with progress(total) as (watch, tell):
        return go_on(workspace, ledger, mailing, course, watch, tell)
