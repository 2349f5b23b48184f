"""The ledger's values: mailings, deliveries, what becomes of them, and what is shown of them.

Compiled by mypyc.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from newsletter.audience.selection import Selection
from newsletter.basics.address import Address
from newsletter.basics.outcome import Outcome, Phase, State
from newsletter.basics.value import Value


class MailingState(StrEnum):
    """Where a mailing stands."""

    FROZEN = "frozen"
    SENDING = "sending"
    PAUSED = "paused"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """An issue being sent. Times are in UTC; `frozen_at` is also every message's Date.

    `sources` is the digest of the files it was made of, to notice when they change later; `first`
    to `last` are the ids of its deliveries. `selection` is None where it is for the whole list.
    `part` is 1 for what everybody on the list got, and counts the top-ups from 2.
    """

    id: int
    uuid: str
    issue: str
    state: MailingState
    digest: str
    sources: str
    frozen_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    first: int = 1
    last: int = 0
    selection: Selection | None = None
    part: int = 1


class Delivery(Value):
    """One mailing to one subscriber, as the sender needs it.

    `first_deferred_at` is in seconds since 1970, None where no server said "later" yet.
    """

    def __init__(
        self,
        number: int,
        address: Address,
        name: str,
        fields: dict[str, str],
        message_token: str,
        attempts: int,
        first_deferred_at: float | None,
    ) -> None:
        self.id: Final = number
        self.address: Final = address
        self.name: Final = name
        self.fields: Final = fields
        self.message_token: Final = message_token
        self.attempts: Final = attempts
        self.first_deferred_at: Final = first_deferred_at

    def parts(self) -> tuple[object, ...]:
        """See Value."""
        who = (self.id, self.address, self.name, self.fields)
        return *who, self.message_token, self.attempts, self.first_deferred_at


class Settlement(Value):
    """What becomes of a delivery: its state, the outcome, when (seconds since 1970), due when."""

    def __init__(
        self, delivery: int, state: State, outcome: Outcome, at: float, due: float | None = None
    ) -> None:
        self.delivery: Final = delivery
        self.state: Final = state
        self.outcome: Final = outcome
        self.at: Final = at
        self.due: Final = due

    def parts(self) -> tuple[object, ...]:
        """See Value."""
        return self.delivery, self.state, self.outcome, self.at, self.due


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row of `status --csv`: a delivery and its last attempt in the server's own words."""

    id: int
    mailing: int
    email: str
    state: State
    code: int | None
    enhanced: str
    text: str
    attempts: int
    at: datetime | None
    message_token: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A delivery that was refused: whom it was for, when (seconds since 1970), and the answer."""

    address: Address
    at: float
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that was not accepted: when, what it led to, and the server's answer.

    `code` is 0 where there was no reply.
    """

    at: datetime
    state: State
    phase: Phase
    code: int
    enhanced: str
    text: str


@dataclass(frozen=True, slots=True)
class Override:
    """An error of the check that the editor let through: what it said, and the editor's reason."""

    rule: str
    message: str
    reason: str
