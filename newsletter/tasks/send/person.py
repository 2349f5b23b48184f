"""The person who sends: news, questions and waits for them, as values.

`newsletter.cli.send` puts the values into words on a terminal; tests have a person of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from newsletter.basics.errors import Problem
from newsletter.basics.outcome import State
from newsletter.delivery.answers.policy import Stop
from newsletter.delivery.mailing import Result
from newsletter.settings.values import Settings
from newsletter.smtp.auth import Credentials
from newsletter.state.values import Mailing
from newsletter.tasks.send.plan import Plan

if TYPE_CHECKING:  # a mailing that goes on is not checked, and the checks are slow to import
    from newsletter.checks.override import Judgement

Watch = Callable[[Counter[State]], None]
"""Takes how many deliveries this run has moved into each state so far."""
Tell = Callable[[str], None]
"""Takes a sentence."""


class Left(Exception):  # noqa: N818 - what happened
    """A signal came at a question or a wait, while nothing was being sent."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence."""

    text: str
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check found that does not stop the mailing."""

    warnings: tuple[Problem, ...]
    judged: Judgement


@dataclass(frozen=True, slots=True)
class NothingDue:
    """A mailing that nobody can be sent to now."""

    plan: Plan
    mailing: Mailing
    counts: Mapping[State, int]


News = Note | Checked | Plan | NothingDue | Result
"""A sentence; findings of the check; the plan; nothing to send; the result of a run."""


@dataclass(frozen=True, slots=True)
class SendTo:
    """A question: send it to so many readers, now or `at` a time."""

    readers: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class LastSeconds:
    """A question: begin, after so many seconds in which a yes can be taken back."""

    seconds: float


@dataclass(frozen=True, slots=True)
class GoOn:
    """A question: go on with the readers who are `left`, although the run stopped."""

    stop: Stop
    left: int


Question = SendTo | LastSeconds | GoOn


@dataclass(frozen=True, slots=True)
class ItsTime:
    """The time of `--at`."""

    issue: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NextRound:
    """The begin of the next round, after the result of the last."""

    result: Result
    at: datetime


Wait = ItsTime | NextRound


class Person(Protocol):
    """Whoever sends a mailing."""

    def tell(self, news: News) -> None:
        """Show the news."""

    def confirm(self, question: Question) -> bool:
        """Return whether they agree; raises Left, and WrongUsage where nobody can be asked."""

    def wait(self, wait: Wait) -> None:
        """Return at the moment, by the wall clock; raises Left."""

    def progress(self, total: int) -> AbstractContextManager[tuple[Watch, Tell]]:
        """Follow a run of so many messages while the block runs."""

    def credentials(self, settings: Settings) -> Credentials | None:
        """Return user and password, None where no user is set; raises as `confirm` does."""
