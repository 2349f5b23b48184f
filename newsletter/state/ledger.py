"""The protocols that a database must keep, in three parts, and what it raises.

The promise (docs/architecture.md): a delivery is in exactly one state. It is marked `attempting`,
and the mark is committed, before its body leaves. What was accepted is never sent again, what
is uncertain never by itself, and nothing disappears.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from newsletter.audience.list.listfile import Member
from newsletter.audience.register.choice import Choice
from newsletter.audience.register.event import Event
from newsletter.audience.selection import Selection
from newsletter.basics.address import Address
from newsletter.basics.errors import NewsletterError
from newsletter.basics.outcome import State
from newsletter.message.content import Content
from newsletter.state.values import (
    Attempt,
    Delivery,
    Mailing,
    MailingState,
    Override,
    Record,
    Refusal,
    Settlement,
)


class LedgerUnusable(NewsletterError):  # noqa: N818
    """The ledger cannot be written: full, read-only, locked. Nothing more may leave."""


class LedgerGone(LedgerUnusable):
    """The ledger's file was deleted or replaced: to try again would write where nobody looks."""


class RunLedger(Protocol):
    """What a run needs: the deliveries that wait, their marks and outcomes, and guards of both."""

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

    def presume(self, mailing: Mailing, most: int, at: datetime) -> None:
        """Record tries that a dead run may have begun, of those who wait: the rates count them.

        None of them was marked, so nothing but an offer can have left. `most` is how many.
        """

    def bring_forward(self, mailing: Mailing, now: float, latest: float) -> int:
        """Make due now what is deferred until after `latest`; return how many that are.

        The clock was ahead when they were deferred. All three times are in seconds since 1970.
        """

    def reserve(self, connections: int) -> None:
        """Take room on the disk for what a run over so many connections may have to set aside.

        Raises LedgerUnusable where there is none: then nothing may leave.
        """

    def attend(self, mailing: Mailing) -> None:
        """Write each mark of a mailing to its witness, too, from now on until `release`."""

    def attempted_since(self, moment: float) -> Sequence[float]:
        """Return when the attempts since a moment were, in order: what the rates have used."""

    def pending(self, mailing: Mailing, *, after: int, limit: int) -> Sequence[Delivery]:
        """Return pending deliveries with an id above `after`, by id."""

    def deferred(self, mailing: Mailing, *, due: float, limit: int) -> Sequence[Delivery]:
        """Return deferred deliveries that are due by then, the longest due first."""

    def next_due(self, mailing: Mailing) -> float | None:
        """Return when the next deferred delivery falls due, in seconds since 1970."""

    def waiting(self, mailing: Mailing, *, due: float) -> int:
        """Return how many can be sent to: the pending, and the deferred that are due by then."""

    def turn(
        self, settlements: Sequence[Settlement], marks: Sequence[int], at: float
    ) -> frozenset[int]:
        """Commit outcomes and marks together; return the marks that hold.

        A mark holds if the delivery was pending or deferred and its address is not suppressed;
        a suppressed one becomes excluded. Raises LedgerUnusable, and then nothing is written.
        """

    def set_aside(self, settlements: Sequence[Settlement]) -> None:
        """Keep outcomes that `turn` cannot write anywhere else, for the next `recover`."""

    def release(self) -> None:
        """Give back the room in which nothing was set aside, and close the witness."""

    def confirm(self, mailing: Mailing) -> None:
        """Raise LedgerGone where the ledger has lost marks by the end of a run."""


class People(Protocol):
    """The register: what happened to each person, and its effect on the deliveries that wait."""

    def add(self, events: Iterable[Event]) -> None:
        """Record events, all or none, each as it comes.

        A suppression among them counts at the next mark.
        """

    def weighed(self) -> Sequence[Event]:
        """Return every event by which somebody is or is not suppressed, the oldest first."""

    def history(self, address: Address) -> Sequence[Event]:
        """Return every event of a person, the oldest first."""

    def imports(self) -> Iterator[Event]:
        """Yield every event of an import, the oldest first: where a consent came from."""

    def imports_of(self, keys: Sequence[str]) -> Sequence[Event]:
        """Return the events of imports of at most 500 people, by `Address.key`, as `imports`."""

    def choices(self) -> Mapping[str, Choice]:
        """Return what people chose, by `Address.key`."""

    def exclude_waiting(self) -> int:
        """Exclude waiting deliveries whose address is suppressed by now; return how many."""

    def erase(self, gone: Address, erased: Event) -> None:
        """Put the alias that `erased` is about in a person's place, in every row, all or none.

        Their deliveries that wait are excluded; answers of servers, reasons and evidence are
        emptied. Until `finish_erasure` the event has "unfinished" among its evidence.
        """

    def scrub(self) -> None:
        """Rewrite the database so that it holds no earlier value of any row."""

    def finish_erasure(self, alias: Address) -> None:
        """Note that nothing is left of who was erased outside the ledger either."""

    def names(self, address: Address) -> Sequence[str]:
        """Return the names under which a person was mailed, and the one that they chose."""


class Records(Protocol):
    """The mailings from their freeze to their end, and what is shown or decided about each."""

    def mailing(self, issue: str) -> Mailing | None:
        """Return the mailing of an issue; of one that was topped up, the first part."""

    def parts(self, issue: str) -> Sequence[Mailing]:
        """Return the mailing of an issue and its top-ups, in their order."""

    def mailings(self) -> Sequence[Mailing]:
        """Return all mailings, the oldest first; each top-up is one of its own."""

    def mailed_summaries(self) -> Mapping[str, Sequence[tuple[str, str | None]]]:
        """Return slug and DOI of the summaries of each mailing, by its issue."""

    def content(self, mailing: Mailing) -> Content:
        """Return a mailing's frozen content."""

    def gather(self, members: Iterable[tuple[Member, str]], fields: Sequence[str]) -> None:
        """Keep an audience aside for `freeze`, each member with their message token.

        Of their fields only the named ones are kept. Nobody else sees any of it, and it is gone
        with the connection; what was gathered before makes room.
        """

    def newcomers(self, parts: Sequence[Mailing], members: Iterable[Member]) -> Iterator[Member]:
        """Yield the members who are in none of the parts, by their `Address.key`."""

    def freeze(self, draft: Mailing, content: Content) -> Mailing:
        """Write a mailing and the whole audience that was gathered for it, or nothing.

        The draft's id does not count; the returned mailing has the ledger's. A part after the
        first leaves out whoever is in another part of the issue.
        """

    def set_state(self, mailing: Mailing, state: MailingState, at: datetime) -> Mailing:
        """Move a mailing on; the first `sending` sets started_at, `finished` finished_at."""

    def nobody_got(self, mailing: Mailing) -> bool:
        """Return whether nobody can have got a mailing.

        That is where all are pending or excluded, and none ever was uncertain.
        """

    def withdraw(self, mailing: Mailing) -> bool:
        """Forget a mailing that nobody can have got, with its deliveries and their marks.

        Returns whether it was.
        """

    def selection(self, issue: str) -> Selection | None:
        """Return for whom an issue was begun, also where that mailing was withdrawn since."""

    def counts(self, mailing: Mailing) -> dict[State, int]:
        """Return how many deliveries are in each state, every state named."""

    def is_untried(self, mailing: Mailing) -> bool:
        """Return whether a delivery waits that was never tried."""

    def of(self, mailing: Mailing, states: Sequence[State] = ()) -> Iterator[Record]:
        """Yield a mailing's deliveries by address; all, or those in some states."""

    def delivery(self, mailing: Mailing, address: Address) -> Delivery | None:
        """Return the delivery of a mailing to an address, whatever its state."""

    def history(self, address: Address) -> Sequence[tuple[str, Record]]:
        """Return every delivery to an address with its issue, the oldest first."""

    def attempts(self, delivery: int) -> Sequence[Attempt]:
        """Return the attempts at a delivery that were not accepted, the oldest first."""

    def refusals(self, mailing: Mailing) -> Sequence[Refusal]:
        """Return the deliveries of a mailing that are refused, each with its last answer."""

    def resolve(self, mailing: Mailing, state: State, why: str, at: datetime) -> int:
        """Move all uncertain deliveries to accepted or pending; return how many.

        Those of readers who were erased become excluded instead of pending, and are not counted.
        """

    def override(self, mailing: Mailing, overrides: Sequence[Override], at: datetime) -> None:
        """Record what the check found and the editor let through."""

    def overrides(self, mailing: Mailing) -> Sequence[Override]:
        """Return what was overridden when a mailing was frozen."""

    def find_by_token(self, token: str) -> Address | None:
        """Return whom an unsubscribe or bounce token names; None for one of no key of ours."""


class Ledger(Protocol):
    """The only truth about who got what."""

    @property
    def run(self) -> RunLedger:
        """What a run needs."""

    @property
    def people(self) -> People:
        """Who they are, and who must not be mailed."""

    @property
    def records(self) -> Records:
        """The mailings, and what came of them."""

    def identity(self) -> tuple[str, int]:
        """Return the ledger's id and its epoch, which counts how often senders began and ended."""

    def close(self) -> None:
        """Release the database."""
