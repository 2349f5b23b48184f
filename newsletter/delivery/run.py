"""One run of a mailing: lanes that send, and turns that commit.

What happens within one turn of the event loop is gathered and committed together:

    events -> settlements, lanes that are ready
    turn   -> one commit: outcomes of the past, marks of what is about to leave
           -> only then the bodies of the marked ones leave, each with the next offer

So a crash leaves at most one uncertain delivery per lane, and a commit serves many messages.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from newsletter.delivery.books import Books
from newsletter.delivery.feed import Feed
from newsletter.delivery.lane import Clock, Ending, Lane
from newsletter.delivery.lanes import Lanes, Trouble
from newsletter.delivery.letters import Letters
from newsletter.delivery.pace import Pace
from newsletter.delivery.policy import (
    Course,
    Stop,
    after_loss,
    hint_of,
    is_too_fast,
    judge,
    lost_body,
    too_large,
)
from newsletter.delivery.settling import Settling
from newsletter.delivery.supply import Supply
from newsletter.delivery.wake import Wake
from newsletter.outcome import Outcome, Phase, Reply, State, Verdict
from newsletter.smtp.events import Answered, Event, Lost, Noticed, Opened, Ready
from newsletter.state.ledger import Delivery, Ledger
from newsletter.transport.base import Transport

_IDLE_SECONDS: Final = 20.0
"""A lane that has no place for longer than this takes leave; servers dislike idlers."""
_GLANCE: Final = 0.05
"""Seconds in which whoever watches is told once."""
_CLOSING: Final = 421


class Run:
    """Sends what a ledger holds of a mailing; call `run` once."""

    def __init__(  # noqa: PLR0913 - what a run is a function of
        self,
        *,
        ledger: Ledger,
        feed: Feed,
        letters: Letters,
        transport: Transport,
        pace: Pace,
        settling: Settling,
        connections: int,
        clock: Clock,
        watch: Callable[[Counter[State]], None],
        tell: Callable[[str], None],
    ) -> None:
        self._books = Books(ledger, settling)
        self._supply = Supply(feed, pace, clock)
        self._letters = letters
        self._transport = transport
        self._settling = settling
        self._clock = clock
        self._watch = watch
        self._watched = 0.0
        self._tell = tell
        self._lanes = Lanes(transport, connections, self._on_event)
        self._ready: list[Lane] = []
        self._turning = False
        self._now = clock.wall()
        self._wake = Wake(self._fill)
        self._stopping = False
        self._stop: Stop | None = None
        self._signal = 0
        self._gave_up = ""
        self._failure: BaseException | None = None
        self._over = asyncio.Event()

    async def run(self) -> Ending:
        """Send until nothing is left to do now, or until something stops it."""
        self._loop = loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._on_exception)
        loop.call_soon(self._fill)
        await self._over.wait()
        self._wake.cancel()
        await self._transport.finish()
        await self._books.close(self._clock.wall())
        self._show()
        failure = self._failure or self._books.failure
        if failure is not None:
            raise failure
        return Ending(
            stop=self._stop,
            signal=self._signal,
            gave_up=self._gave_up,
            bad_addresses=self._settling.bad_addresses,
        )

    def interrupt(self, signal: int) -> None:
        """Begin nothing more and finish what is on its way; a second time, stop at once."""
        if self._signal:
            for lane in self._lanes:
                self._on_event(lane, Lost(Phase.DOT, "stopped by hand before the answer"))
            self._turn()
            return
        self._signal = signal
        if any(lane.body is not None for lane in self._lanes):
            self._tell("finishing what is on its way; a second time stops at once")
        self._begin_to_stop()

    # Lanes

    def _fill(self) -> None:
        """Give idle lanes work, open as many more as there is work for, or end."""
        for lane in self._lanes:
            if lane.idle:
                self._give(lane)
        if not self._stopping:
            now = self._clock.steady()
            self._lanes.open(self._supply.at_hand(self._lanes.most(now)), now)
            wait = max(self._supply.until_place(), self._lanes.wait(now))
            if wait:
                self._wake.within(wait)
        self._end_if_done()

    def _abort(self, lane: Lane) -> None:
        """Close without a dot; what was offered goes back, untouched."""
        if lane in self._ready:
            self._ready.remove(lane)
        self._put_back(lane)
        self._lanes.abort(lane)

    def _put_back(self, lane: Lane) -> None:
        """Take back what a lane was offered, untouched."""
        if lane.offered is not None:
            self._supply.ended()
            self._supply.again(lane.offered)
            lane.offered = None

    # Events

    def _on_event(self, lane: Lane, event: Event) -> None:
        if lane.gone:
            return
        match event:
            case Answered():
                self._on_answer(lane, event)
            case Ready():
                self._ready.append(lane)
                if not self._turning:
                    self._schedule_turn()
            case Opened():
                self._on_opened(lane, event)
            case Lost():
                self._on_loss(lane, event)
            case Noticed(words):
                self._tell(words)
            case _:
                pass

    def _on_opened(self, lane: Lane, opened: Opened) -> None:
        lane.opened = True
        lane.extensions = opened.extensions
        stop = too_large(self._letters.size, opened.extensions)
        if stop is not None:
            self._halt(stop)
        else:
            self._give(lane)

    def _on_answer(self, lane: Lane, answered: Answered) -> None:
        phase, reply = answered.phase, answered.reply
        if phase is Phase.DOT:
            delivery, lane.body = lane.body, None
        elif phase is Phase.MAIL:
            # About the sender, not about the reader: she stays where she was.
            reason = f"the server takes no mail from us: {reply}"
            self._abort(lane)
            self._after_loss(Lost(phase, reason, reply), accepted=lane.accepted)
            return
        else:
            delivery, lane.offered = lane.offered, None
        if delivery is None:
            return
        outcome = judge(phase, reply)
        if outcome.verdict is Verdict.ACCEPTED:
            lane.accepted = True
            if self._lanes.relief():
                self._wake.within(0.0)
        else:
            self._heed(reply)
        self._settle(delivery, outcome)
        if lane.offered is None and reply.code != _CLOSING:
            self._give(lane)

    def _on_loss(self, lane: Lane, lost: Lost) -> None:
        if lane.body is not None:
            delivery, lane.body = lane.body, None
            self._settle(delivery, lost_body(lost))
        self._abort(lane)
        self._after_loss(lost, accepted=lane.accepted)

    def _after_loss(self, lost: Lost, *, accepted: bool) -> None:
        if accepted and lost.reply is not None:
            self._heed(lost.reply)
        match after_loss(lost, accepted=accepted):
            case Course.STOP:
                self._halt(Stop(lost.reason, hint_of(lost)))
            case Course.RECONNECT:
                self._wake.within(0.0)
            case Course.SLOW_DOWN:
                self._slow_down(lost.reason)
        self._end_if_done()

    def _slow_down(self, reason: str) -> None:
        self._wake.within(0.0)
        match self._lanes.trouble(self._clock.steady()):
            case Trouble.BEGINS:
                self._tell(f"{reason}; trying again for a minute")
            case Trouble.TOO_LONG:
                self._gave_up = reason
                self._begin_to_stop()
            case Trouble.CROWDED | Trouble.LASTS:
                pass

    def _heed(self, reply: Reply) -> None:
        """Go slower where a reply asks for that."""
        if is_too_fast(reply):
            told = self._supply.slow_down(reply, self._settling.accepted)
            if told:
                self._tell(told)

    # Deliveries

    def _give(self, lane: Lane) -> None:
        """Offer the next delivery to an idle lane; without one the lane waits or leaves."""
        delivery = self._next_for(lane)
        if delivery is not None and lane.channel is not None:
            lane.offered = delivery
            lane.channel.offer(self._letters.envelope(delivery))
        elif self._stopping or not 0 < self._supply.wait <= _IDLE_SECONDS:
            self._lanes.leave(lane)
            self._end_if_done()

    def _next_for(self, lane: Lane) -> Delivery | None:
        """Return a delivery that the lane may begin now; where only a place lacks, come back."""
        while not self._stopping:
            delivery = self._supply.next()
            if delivery is None:
                if self._supply.wait:
                    self._wake.within(self._supply.wait)
                return None
            if not delivery.address.needs_smtputf8 or "SMTPUTF8" in lane.extensions:
                return delivery
            text = "the address needs SMTPUTF8, which the server does not offer"
            self._settle(delivery, Outcome(Verdict.REFUSED, 0, "5.6.7", text, Phase.RCPT))
        return None

    def _settle(self, delivery: Delivery, outcome: Outcome) -> None:
        if not self._turning:
            self._schedule_turn()
        self._supply.ended()
        verdict, stop = self._settling.settle(delivery, outcome, self._now)
        if verdict is Verdict.UNTOUCHED:
            self._supply.again(delivery)
        if stop is not None:
            self._halt(stop)

    # Turns

    def _schedule_turn(self) -> None:
        self._turning = True
        self._now = self._clock.wall()
        self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        """Commit, and only then let the marked bodies leave."""
        self._turning = False
        ready, self._ready = self._ready, []
        if self._stopping:
            for lane in ready:
                self._abort(lane)
            ready = []
        marks = [lane.offered.id for lane in ready if lane.offered is not None]
        marked = self._books.turn(marks, self._now)
        if self._books.failure is not None:
            # Nothing more may leave; whose body is on its way is still heard out.
            for lane in ready:
                self._abort(lane)
            self._begin_to_stop()
            return
        # All of them first: what is marked counts as on its way, even if one of them stops the run.
        leaving = [lane for lane in ready if self._begin_body(lane, marked)]
        self._release(leaving)
        if not 0 <= self._now - self._watched < _GLANCE:
            self._watched = self._now
            self._show()
        self._end_if_done()

    def _show(self) -> None:
        with contextlib.suppress(OSError):  # a terminal that went away stops no mailing
            self._watch(self._settling.moved())

    def _begin_body(self, lane: Lane, marked: frozenset[int]) -> bool:
        delivery, lane.offered = lane.offered, None
        if delivery is None:
            return False
        if delivery.id not in marked:
            # Suppressed since it was read: the server waits for a body that must not go.
            self._supply.ended()
            self._settling.exclude()
            self._abort(lane)
            self._wake.within(0.0)
            return False
        lane.body = delivery
        return True

    def _release(self, lanes: list[Lane]) -> None:
        """Let bodies leave, each with the next offer.

        What they are made of is made first: a body on its way empties the processor's caches.
        """
        for lane in lanes:
            lane.offered = self._next_for(lane)
        letters = self._letters
        bodies = [letters.parts(lane.body) for lane in lanes if lane.body is not None]
        offers = [
            None if lane.offered is None else letters.envelope(lane.offered) for lane in lanes
        ]
        for number, lane in enumerate(lanes):
            if lane.channel is not None:
                lane.channel.deliver(bodies[number], offers[number])

    # The end

    def _halt(self, stop: Stop) -> None:
        self._stop = self._stop or stop
        self._begin_to_stop()

    def _begin_to_stop(self) -> None:
        """Begin nothing more: there is a stop, a signal, a ledger or a server that fails."""
        self._stopping = True
        for lane in self._lanes:
            if lane.offered is not None and lane.channel is not None and lane.channel.withdraw():
                self._put_back(lane)
        self._end_if_done()

    def _fail(self, error: BaseException) -> None:
        """End at once, because of an error of our own."""
        self._failure = error
        self._stopping = True
        for lane in self._lanes:
            self._abort(lane)
        self._over.set()

    def _on_exception(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """End the run at an error of our own; what a network does is told in events."""
        error = context.get("exception")
        of_the_network = isinstance(error, OSError) and "transport" in context
        if isinstance(error, Exception) and not of_the_network:
            self._fail(error)
        elif error is None:
            loop.default_exception_handler(context)

    def _end_if_done(self) -> None:
        """Let lanes go that have nothing to do any more; without any, the run is over."""
        left = not self._stopping and self._supply.is_left
        if self._stopping:
            for lane in self._lanes:
                if lane.body is None:
                    self._abort(lane) if lane.offered is not None else self._lanes.leave(lane)
        elif not left and not self._lanes.any_busy:
            # Nobody can come back, either: what is idle or still opens may go.
            for lane in self._lanes:
                self._lanes.leave(lane)
        if len(self._lanes) or self._turning or not self._settling.empty:
            return
        if not left:
            self._over.set()
        elif not self._wake.is_set:
            self._wake.within(0.0)
