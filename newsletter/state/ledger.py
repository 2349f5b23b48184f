"""The ledger's values and the protocol that a database must keep.

The promise (docs/architecture.md): a delivery is in exactly one state. It is marked `attempting`,
and the mark is committed, before its body leaves. What was accepted is never sent again, what
is uncertain never by itself, and nothing disappears.

Compiled by mypyc.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from newsletter.audience.list.listfile import Member
from newsletter.audience.suppression.suppression import Suppression, SuppressionEvent
from newsletter.basics.address import Address
from newsletter.basics.errors import NewsletterError
from newsletter.basics.outcome import Outcome, Phase, State
from newsletter.basics.value import Value
from newsletter.message.content import Content


class LedgerUnusable(NewsletterError):  # noqa: N818
    """The ledger cannot be written: full, read-only, locked. Nothing more may leave."""


class LedgerGone(LedgerUnusable):
    """The ledger's file was deleted or replaced: to try again would write where nobody looks."""


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
    to `last` are the ids of its deliveries.
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


class Ledger(Protocol):
    """The only truth about who got what."""

    def identity(self) -> tuple[str, int]:
        """Return the ledger's id and its epoch, which counts how often senders began and ended."""

    def mailing(self, issue: str) -> Mailing | None:
        """Return the mailing of an issue."""

    def mailings(self) -> Sequence[Mailing]:
        """Return all mailings, the oldest first."""

    def mailed_summaries(self) -> Mapping[str, Sequence[tuple[str, str | None]]]:
        """Return slug and DOI of the summaries of each mailing, by its issue."""

    def content(self, mailing: Mailing) -> Content:
        """Return a mailing's frozen content."""

    def gather(self, members: Iterable[tuple[Member, str]], fields: Sequence[str]) -> None:
        """Keep an audience aside for `freeze`, each member with their message token.

        Of their fields only the named ones are kept. Nobody else sees any of it, and it is gone
        with the connection; what was gathered before makes room.
        """

    def freeze(self, draft: Mailing, content: Content) -> Mailing:
        """Write a mailing and the whole audience that was gathered for it, or nothing.

        The draft's id does not count; the returned mailing has the ledger's.
        """

    def counts(self, mailing: Mailing) -> dict[State, int]:
        """Return how many deliveries are in each state, every state named."""

    def waiting(self, mailing: Mailing, *, due: float) -> int:
        """Return how many can be sent to: the pending, and the deferred that are due by then."""

    def set_state(self, mailing: Mailing, state: MailingState, at: datetime) -> Mailing:
        """Move a mailing on; the first `sending` sets started_at, `finished` finished_at."""

    def nobody_got(self, mailing: Mailing) -> bool:
        """Return whether nobody can have got a mailing.

        That is where all are pending or excluded, and none ever was uncertain.
        """

    def withdraw(self, mailing: Mailing) -> bool:
        """Forget a mailing that nobody can have got, with its deliveries; return whether it was."""

    def exclude_suppressed(self) -> int:
        """Exclude who is waiting in any mailing and suppressed by now; return how many."""

    def recover(self, mailing: Mailing, at: datetime) -> int:
        """Settle what a dead run left `attempting`; return how many deliveries that were.

        Those that were set aside as they were then, the others as uncertain.
        """

    def reconcile(self, mailing: Mailing, at: datetime) -> int:
        """Make uncertain whose mark the ledger has lost; return how many.

        That is a delivery which waits here, and whose mark in the witness is later than its last
        entry: the ledger, or its log, is older than what was sent. Raises LedgerUnusable where
        rows of the mailing are missing.
        """

    def confirm(self, mailing: Mailing) -> None:
        """Raise LedgerGone where the ledger has lost marks by the end of a run."""

    def forget_marks(self, mailing: Mailing) -> None:
        """Delete the marks of a mailing that was withdrawn."""

    def attend(self, mailing: Mailing) -> None:
        """Write each mark of a mailing to its witness, too, from now on until `release`."""

    def pending(self, mailing: Mailing, *, after: int, limit: int) -> Sequence[Delivery]:
        """Return pending deliveries with an id above `after`, by id."""

    def deferred(self, mailing: Mailing, *, due: float, limit: int) -> Sequence[Delivery]:
        """Return deferred deliveries that are due by then, the longest due first."""

    def delivery(self, mailing: Mailing, address: Address) -> Delivery | None:
        """Return the delivery of a mailing to an address, whatever its state."""

    def bring_forward(self, mailing: Mailing, now: float, latest: float) -> int:
        """Make due now what is deferred until after `latest`; return how many that are.

        The clock was ahead when they were deferred. All three times are in seconds since 1970.
        """

    def next_due(self, mailing: Mailing) -> float | None:
        """Return when the next deferred delivery falls due, in seconds since 1970."""

    def turn(
        self, settlements: Sequence[Settlement], marks: Sequence[int], at: float
    ) -> frozenset[int]:
        """Commit outcomes and marks together; return the marks that hold.

        A mark holds if the delivery was pending or deferred and its address is not suppressed;
        a suppressed one becomes excluded. Raises LedgerUnusable, and then nothing is written.
        """

    def reserve(self, connections: int) -> None:
        """Take room on the disk for what a run over so many connections may have to set aside.

        Raises LedgerUnusable where there is none: then nothing may leave.
        """

    def release(self) -> None:
        """Give back the room in which nothing was set aside, and close the witness."""

    def set_aside(self, settlements: Sequence[Settlement]) -> None:
        """Keep outcomes that `turn` cannot write anywhere else, for the next `recover`."""

    def presume(self, mailing: Mailing, most: int, at: datetime) -> None:
        """Record tries that a dead run may have begun, of those who wait: the rates count them.

        None of them was marked, so nothing but an offer can have left. `most` is how many.
        """

    def attempted_since(self, moment: float) -> Sequence[float]:
        """Return when the attempts since a moment were, in order: what the rates have used."""

    def records(self, mailing: Mailing, states: Sequence[State] = ()) -> Iterator[Record]:
        """Yield a mailing's deliveries by address; all, or those in some states."""

    def history(self, address: Address) -> Sequence[tuple[str, Record]]:
        """Return every delivery to an address with its issue, the oldest first."""

    def attempts(self, delivery: int) -> Sequence[Attempt]:
        """Return the attempts at a delivery that were not accepted, the oldest first."""

    def refusals(self, mailing: Mailing) -> Sequence[Refusal]:
        """Return the deliveries of a mailing that are refused, each with its last answer."""

    def override(self, mailing: Mailing, overrides: Sequence[Override], at: datetime) -> None:
        """Record what the check found and the editor let through."""

    def overrides(self, mailing: Mailing) -> Sequence[Override]:
        """Return what was overridden when a mailing was frozen."""

    def resolve(self, mailing: Mailing, state: State, why: str, at: datetime) -> int:
        """Move all uncertain deliveries to accepted or pending; return how many."""

    def find_by_token(self, token: str) -> Address | None:
        """Return whom an unsubscribe or bounce token names; None for one of no key of ours."""

    def suppress(self, suppression: Suppression) -> None:
        """Record that an address must not be mailed; it counts at the next mark."""

    def restore(self, address: Address, *, reason: str, source: str, at: datetime) -> None:
        """Record that an address may be mailed again."""

    def add_event(self, event: SuppressionEvent) -> None:
        """Record an event as it was written elsewhere."""

    def suppression_events(self) -> Sequence[SuppressionEvent]:
        """Return every event, the oldest first."""

    def close(self) -> None:
        """Release the database."""
