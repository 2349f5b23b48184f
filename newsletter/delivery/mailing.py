"""A mailing from its first run to its last: freeze, send, end; each step goes on where it was."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from newsletter.audience.list.listfile import Member
from newsletter.audience.selection import Selection
from newsletter.basics.outcome import State
from newsletter.basics.tokens import Key
from newsletter.delivery.answers.breakers import Breakers
from newsletter.delivery.answers.policy import Stop, latest_due
from newsletter.delivery.books import Books
from newsletter.delivery.feed import Feed
from newsletter.delivery.lane import Ending
from newsletter.delivery.letters import Letters, preflight
from newsletter.delivery.pace import Pace
from newsletter.delivery.run import Run
from newsletter.delivery.settling import Settling
from newsletter.delivery.supply import Supply
from newsletter.message.content import Content
from newsletter.settings.timing import Timing
from newsletter.settings.values import Rate
from newsletter.state.ledger import Ledger, Records, RunLedger
from newsletter.state.values import Mailing, MailingState
from newsletter.transport.base import Transport

EXIT_NOT_FINISHED = 75
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""SIGHUP: the terminal's window was closed; under nohup it is ignored, and stays so."""

_TOGETHER = 2.0
"""Seconds after a SIGHUP in which another signal belongs to the same end of a session."""


class SystemClock:
    """The machine's two clocks."""

    wall = staticmethod(time.time)
    steady = staticmethod(time.monotonic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How a mailing is to be sent: the way out and its limits, `limit` for this run alone.

    `patient` says that the sender stays for those who are deferred, however many they are.
    """

    transport: Transport
    connections: int
    rates: Sequence[Rate]
    limit: int | None
    keep_going: bool
    patient: bool = False
    timing: Timing = Timing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a run left its mailing. `next_due` is when a deferred one may be tried again.

    `suppressed` counts the addresses that were suppressed at its end.
    """

    mailing: Mailing
    ending: Ending
    counts: dict[State, int]
    next_due: datetime | None
    suppressed: int = 0

    @property
    def exit_code(self) -> int:
        """The exit code of `send`: a signal, a stop, unfinished work, bad ends, in this order."""
        if self.ending.signal:
            return 128 + self.ending.signal
        if self.ending.stop is not None:
            return 1
        return exit_code(self.counts)


def exit_code(counts: dict[State, int]) -> int:
    """Return what the states of a mailing's deliveries alone say."""
    if counts[State.PENDING] or counts[State.DEFERRED] or counts[State.ATTEMPTING]:
        return EXIT_NOT_FINISHED
    return 1 if counts[State.REFUSED] or counts[State.UNCERTAIN] else 0


def draft_mailing(
    content: Content, *, sources: str, now: datetime, selection: Selection | None = None
) -> Mailing:
    """Return a mailing that is in no ledger yet: its id is 0, and its tokens are its own."""
    return Mailing(
        id=0,
        uuid=str(uuid.uuid4()),
        issue=content.issue,
        state=MailingState.FROZEN,
        digest=content.digest,
        sources=sources,
        frozen_at=now.replace(microsecond=0),
        started_at=None,
        finished_at=None,
        selection=selection,
    )


def freeze(
    records: Records,
    content: Content,
    members: Iterable[Member],
    *,
    key: Key,
    sources: str,
    now: datetime,
    selection: Selection | None = None,
) -> Mailing:
    """Write down content and audience, whole or not at all.

    What differs in each reader's message is made once before.
    """
    draft = draft_mailing(content, sources=sources, now=now, selection=selection)
    records.gather(preflight(members, content, draft, key), content.fields)
    return records.freeze(draft, content)


def send(
    ledger: Ledger,
    mailing: Mailing,
    *,
    key: Key,
    course: Course,
    watch: Callable[[Counter[State]], None],
    tell: Callable[[str], None] = lambda _: None,
    heed: Callable[[], Stop | None] = lambda: None,
) -> Result:
    """Send what is left of a mailing; the caller holds the sending lock.

    `watch` takes how many went into which state so far, `tell` a sentence about the server;
    `heed` looks who has left meanwhile, and returns why to stop where that cannot be known.
    Raises LedgerUnusable where the ledger cannot be written any more, or where there is no room
    on the disk for the answers that it could not take.
    """
    now = datetime.now(UTC)
    ledger.run.recover(mailing, now)
    latest = latest_due(now.timestamp(), course.timing)
    ledger.run.bring_forward(mailing, now.timestamp(), latest)
    ledger.run.reserve(course.connections)
    try:
        ledger.run.attend(mailing)
        if mailing.state is MailingState.SENDING and course.rates:
            # A dead run did not record what it had offered: at most one delivery a connection.
            ledger.run.presume(mailing, course.connections, now)
        breakers = _breakers(ledger.records, mailing, course)
        mailing = ledger.records.set_state(mailing, MailingState.SENDING, now)
        letters = Letters(ledger.records.content(mailing), mailing, key)
        ending = _run_loop(ledger.run, mailing, letters, course, breakers, (watch, tell), heed)
        return _close(ledger, mailing, ending, course.timing)
    finally:
        ledger.run.release()


def _breakers(records: Records, mailing: Mailing, course: Course) -> Breakers:
    begun = mailing.started_at is not None
    return Breakers(
        connections=course.connections,
        keep_going=course.keep_going,
        patient=course.patient,
        accepted_before=begun and records.counts(mailing)[State.ACCEPTED] > 0,
    )


def _close(ledger: Ledger, mailing: Mailing, ending: Ending, timing: Timing) -> Result:
    now = time.time()
    ledger.run.bring_forward(mailing, now, latest_due(now, timing))
    counts = ledger.records.counts(mailing)
    unfinished = counts[State.PENDING] or counts[State.DEFERRED] or counts[State.ATTEMPTING]
    state = MailingState.PAUSED if unfinished else MailingState.FINISHED
    mailing = ledger.records.set_state(mailing, state, datetime.now(UTC))
    due = ledger.run.next_due(mailing)
    return Result(
        mailing=mailing,
        ending=ending,
        counts=counts,
        next_due=None if due is None else datetime.fromtimestamp(due, UTC),
    )


def _run_loop(
    ledger: RunLedger,
    mailing: Mailing,
    letters: Letters,
    course: Course,
    breakers: Breakers,
    hear: tuple[Callable[[Counter[State]], None], Callable[[str], None]],
    heed: Callable[[], Stop | None],
) -> Ending:
    clock = SystemClock()

    async def main() -> Ending:
        timing = course.timing
        settling = Settling(
            breakers=breakers,
            connections=course.connections,
            timing=timing,
            jitter=random.random,
        )
        feed = Feed(ledger, mailing, clock=clock, timing=timing, limit=course.limit)
        run = Run(
            books=Books(ledger, settling, timing),
            supply=Supply(feed, _pace(ledger, course.rates, clock), clock),
            letters=letters,
            transport=course.transport,
            settling=settling,
            connections=course.connections,
            timing=timing,
            clock=clock,
            watch=hear[0],
            tell=hear[1],
            heed=heed,
        )
        with _signals(run.interrupt):
            return await run.run()

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(main())


def _pace(ledger: RunLedger, rates: Sequence[Rate], clock: SystemClock) -> Pace:
    """Rebuild the windows from the attempts of earlier runs, of all mailings."""
    wall = clock.wall()
    longest = max((rate.seconds for rate in rates), default=0)
    ages = [wall - at for at in ledger.attempted_since(wall - longest)] if rates else []
    return Pace(rates, ages=ages, now=clock.steady())


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def hastens(first: int, second: int, seconds: float) -> bool:
    """Whether a signal that comes so long after the first one means: stop at once.

    SIGHUP never does. A terminal that is closed sends it twice, by the kernel to the foreground
    and by the shell to its jobs; systemd sends it beside SIGTERM, in either order.
    """
    if second == signal.SIGHUP:
        return False
    return first != signal.SIGHUP or seconds > _TOGETHER


@contextlib.contextmanager
def _signals(interrupt: Callable[[int], None]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    nohup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    heard = [each for each in _SIGNALS if each is not signal.SIGHUP or not nohup]
    first: list[tuple[int, float]] = []

    def hear(number: int) -> None:
        now = time.monotonic()
        if not first or hastens(first[0][0], number, now - first[0][1]):
            interrupt(number)
        first.append((number, now))

    for each in heard:
        loop.add_signal_handler(each, hear, int(each))
    try:
        yield
    finally:
        for each in heard:
            loop.remove_signal_handler(each)
        if first:  # the process ends: a second SIGHUP must not cut short what it writes down
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
