"""The person who sends, on a terminal: values become words, questions and a countdown."""

from __future__ import annotations

import contextlib
import functools
import signal
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

import click

from newsletter.cli.send import words
from newsletter.cli.status.command import status_json
from newsletter.cli.terminal import output, password
from newsletter.cli.terminal.progress import progress
from newsletter.cli.terminal.waiting import undone, wait_until, zone_name
from newsletter.settings.values import Settings
from newsletter.smtp.auth import Credentials
from newsletter.tasks.send.person import (
    Checked,
    GoOn,
    ItsTime,
    LastSeconds,
    Left,
    News,
    NextRound,
    Note,
    NothingDue,
    Over,
    Planned,
    Question,
    SendTo,
    Tell,
    Wait,
    Watch,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtTerminal:
    """Whoever sits at the terminal, or a job without one; see `Person`.

    `yes` was said on the command line; `stays` is as in the order.
    """

    yes: bool
    stays: bool
    as_json: bool

    def tell(self, news: News) -> None:
        """See Person."""
        match news:
            case Note(text, is_warning):
                output.say(text, style="yellow" if is_warning else None)
            case Checked(warnings, judged):
                words.show_check(warnings, judged)
            case Planned(plan, at):
                words.show_plan(plan, at, now=datetime.now(UTC), zone=zone_name())
            case NothingDue(plan, mailing, counts):
                words.nothing_now(plan, mailing, counts)
                if self.as_json:
                    output.json_result(status_json(mailing, counts))
            case Over(result):
                with contextlib.suppress(OSError):  # a terminal that went away: no other exit code
                    words.report(result, datetime.now(UTC), stays=self.stays)
                if self.as_json:
                    output.json_result(status_json(result.mailing, result.counts))

    def confirm(self, question: Question) -> bool:
        """See Person."""
        with _left():
            match question:
                case SendTo():
                    return self.yes or _confirm_sending(question)
                case LastSeconds():
                    return self.yes or not undone()
                case GoOn():
                    return _confirm_going_on(question)

    def wait(self, wait: Wait) -> None:
        """See Person."""
        match wait:
            case ItsTime(issue, at):
                wait_until(at, functools.partial(words.goes_off, issue, at))
            case NextRound(result, at):
                wait_until(at, functools.partial(words.stays_until, result, at))

    def progress(self, total: int) -> AbstractContextManager[tuple[Watch, Tell]]:
        """See Person."""
        return progress(total)

    def credentials(self, settings: Settings) -> Credentials | None:
        """See Person."""
        with _left():
            return password.credentials(settings)


@contextlib.contextmanager
def _left() -> Iterator[None]:
    """Raise Left for Ctrl-C at a question, and end its line."""
    try:
        yield
    except click.Abort:
        output.say()
        raise Left(signal.SIGINT) from None


def _confirm_sending(question: SendTo) -> bool:
    output.say()
    return output.confirm(words.send_to(question.readers, question.at), flag="--yes")


def _confirm_going_on(question: GoOn) -> bool:
    if not (sys.stdin.isatty() and output.console().is_terminal):
        return False  # nobody would see the question
    output.say(f"It has stopped: {question.stop.reason}.", style="yellow")
    left = words.people(question.left)
    return output.confirm(f"Go on all the same, with {left} left?", flag="--keep-going")
