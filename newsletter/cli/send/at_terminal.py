"""The person who sends, on a terminal: values become sentences, questions and a countdown."""

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
from newsletter.cli.terminal.waiting import undone, wait_until
from newsletter.cli.terminal.zone import zone_name
from newsletter.delivery.mailing import Result
from newsletter.settings.values import Settings
from newsletter.smtp.auth import Credentials
from newsletter.tasks.send import person
from newsletter.tasks.send.order import Order
from newsletter.tasks.send.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class AtTerminal:
    """The person who gave an order, at a terminal or by a job; `yes` is `--yes`. See Person.

    `again` is the command that goes on with the mailing, where `newsletter send` is not the one.
    """

    order: Order
    yes: bool
    as_json: bool
    again: str | None = None

    def tell(self, news: person.News) -> None:
        """See Person."""
        match news:
            case person.Note(text, is_warning):
                output.say(text, style="yellow" if is_warning else None)
            case person.Checked(warnings, judged):
                words.show_check(warnings, judged)
            case Plan():
                words.show_plan(news, self.order.at, now=datetime.now(UTC), zone=zone_name())
            case person.NothingDue(plan, mailing, counts):
                words.nothing_now(plan, mailing, counts)
                if self.as_json:
                    output.json_result(status_json(mailing, counts))
            case Result():
                with contextlib.suppress(OSError):  # a closed terminal changes no exit code
                    now, stays = datetime.now(UTC), self.order.stays
                    words.report(news, now, stays=stays, again=self.again)
                if self.as_json:
                    output.json_result(status_json(news.mailing, news.counts))

    def confirm(self, question: person.Question) -> bool:
        """See Person."""
        with _left():
            match question:
                case person.SendTo():
                    return self.yes or _confirm_sending(question)
                case person.LastSeconds(seconds):
                    return self.yes or not undone(seconds)
                case person.GoOn():
                    return _confirm_going_on(question)

    def wait(self, wait: person.Wait) -> None:
        """See Person."""
        match wait:
            case person.ItsTime(issue, at):
                wait_until(at, functools.partial(words.goes_off, issue, at))
            case person.NextRound(result, at):
                wait_until(at, functools.partial(words.stays_until, result, at))

    def progress(self, total: int) -> AbstractContextManager[tuple[person.Watch, person.Tell]]:
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
        raise person.Left(signal.SIGINT) from None


def _confirm_sending(question: person.SendTo) -> bool:
    output.say()
    return output.confirm(words.send_to(question.readers, question.at), flag="--yes")


def _confirm_going_on(question: person.GoOn) -> bool:
    if not (sys.stdin.isatty() and output.console().is_terminal):
        return False  # nobody would see the question
    output.say(f"It has stopped: {question.stop.reason}.", style="yellow")
    left = words.people(question.left)
    return output.confirm(f"Go on all the same, with {left} left?", flag="--keep-going")
