"""One run of a mailing: lanes that send, and turns that commit.

What happens within one turn of the event loop is gathered and committed together:

    events -> settlements, lanes that are ready
    turn   -> one commit: outcomes of the past, marks of what is about to leave
           -> only then the bodies of the marked ones leave, each with the next offer

So a crash leaves at most one uncertain delivery per lane, and a commit serves many messages.

Compiled by mypyc.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable

from newsletter.basics.outcome import Outcome, Phase, State, Verdict
from newsletter.delivery.answers.policy import (
    CLOSING,
    NO_SMTPUTF8,
    Stop,
    judge,
    lost_body,
    refused_mail,
    too_large,
)
from newsletter.delivery.books import Books
from newsletter.delivery.lane import Clock, Ending, Lane
from newsletter.delivery.lanes import Lanes
from newsletter.delivery.letters import Letters
from newsletter.delivery.running.bodies import Glances, Leaving, release
from newsletter.delivery.running.finish import Finish
from newsletter.delivery.running.trouble import GaveUp, Troubles
from newsletter.delivery.running.turns import NextTurn
from newsletter.delivery.settling import Settling
from newsletter.delivery.supply import Supply
from newsletter.delivery.wake import Wake
from newsletter.settings.timing import Timing
from newsletter.smtp.events import Answered, Event, Lost, Noticed, Opened, Ready
from newsletter.state.values import Delivery
from newsletter.transport.base import Transport


class Run:
    """Sends what a ledger holds of a mailing; call `run` once."""

    def __init__(  # noqa: PLR0913 - what a run is a function of
        self,
        *,
        books: Books,
        supply: Supply,
        letters: Letters,
        transport: Transport,
        settling: Settling,
        connections: int,
        timing: Timing,
        clock: Clock,
        watch: Callable[[Counter[State]], None],
        tell: Callable[[str], None],
        heed: Callable[[], Stop | None],
    ) -> None:
        self._books = books
        self._supply = supply
        self._letters = letters
        self._transport = transport
        self._settling = settling
        self._idle = timing.idle
        self._clock = clock
        self._glances = Glances(settling, watch, timing)
        self._tell = tell
        self._leavers = Leaving(heed, timing)
        self._lanes = Lanes(transport, connections, timing, self._on_event)
        self._ready: list[Lane] = []
        self._next_turn = NextTurn(clock, self._turn)
        self._wake = Wake(self._fill)
        self._finish = Finish()
        self._troubles = Troubles(self._lanes, supply, settling, self._wake, clock, tell)

    async def run(self) -> Ending:
        """Send until nothing is left to do now, or until something stops it."""
        loop = asyncio.get_running_loop()
        self._finish.guard(loop, lambda: self._abort_all(self._lanes))
        loop.call_soon(self._fill)
        await self._finish.over.wait()
        self._wake.cancel()
        await self._transport.finish()
        stop = self._settling.close(ended=not self._finish.stopping)
        if stop is not None:
            self._finish.because(stop)
        await self._books.close(self._clock.wall())
        self._glances.show()
        return self._finish.ending(self._settling.moved(), self._books.failure)

    def interrupt(self, signal: int) -> None:
        """Begin nothing more and finish what is on its way; a second time, stop at once."""
        if self._finish.signal:
            for lane in self._lanes:
                self._on_event(lane, Lost(Phase.DOT, "stopped by hand before the answer"))
            self._turn()
            return
        self._finish.signal = signal
        if any(lane.body is not None for lane in self._lanes):
            self._tell("finishing what is on its way; a second time stops at once")
        self._begin_to_stop()

    # Lanes

    def _fill(self) -> None:
        """Give idle lanes work, open as many more as there is work for, or end."""
        for lane in self._lanes:
            if lane.idle:
                self._give(lane)
        if not self._finish.stopping:
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
        self._supply.take_back(lane)
        self._lanes.abort(lane)

    def _abort_all(self, lanes: Iterable[Lane]) -> None:
        for lane in lanes:
            self._abort(lane)

    # Events

    def _on_event(self, lane: Lane, event: Event) -> None:
        if lane.gone:
            return
        match event:
            case Answered():
                self._on_answer(lane, event)
            case Ready():
                self._ready.append(lane)
                self._next_turn.ask()
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
            # About the sender, not about the reader, who stays where they were.
            self._abort(lane)
            self._after_loss(refused_mail(reply), accepted=lane.accepted)
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
            self._troubles.heed(reply)
        self._settle(delivery, outcome)
        if lane.offered is None and reply.code != CLOSING:
            self._give(lane)

    def _on_loss(self, lane: Lane, lost: Lost) -> None:
        if lane.body is not None:
            delivery, lane.body = lane.body, None
            self._settle(delivery, lost_body(lost))
        self._abort(lane)
        self._after_loss(lost, accepted=lane.accepted)

    def _after_loss(self, lost: Lost, *, accepted: bool) -> None:
        why = self._troubles.after_loss(lost, accepted=accepted)
        if why is not None:
            self._halt(why)
        self._end_if_done()

    def _give(self, lane: Lane) -> None:
        """Offer the next delivery to an idle lane; without one the lane waits or leaves."""
        delivery = self._next_for(lane)
        if delivery is not None and lane.channel is not None:
            lane.offered = delivery
            lane.channel.offer(self._letters.envelope(delivery))
        elif self._finish.stopping or not 0 < self._supply.wait <= self._idle:
            self._lanes.leave(lane)
            self._end_if_done()

    def _next_for(self, lane: Lane) -> Delivery | None:
        """Return a delivery that the lane may begin now; where only a place lacks, come back."""
        while not self._finish.stopping:
            delivery = self._supply.next()
            if delivery is None:
                if self._supply.wait:
                    self._wake.within(self._supply.wait)
                return None
            if not delivery.address.needs_smtputf8 or "SMTPUTF8" in lane.extensions:
                return delivery
            self._settle(delivery, NO_SMTPUTF8)
        return None

    def _settle(self, delivery: Delivery, outcome: Outcome) -> None:
        self._next_turn.ask()
        self._supply.ended()
        verdict, stop = self._settling.settle(delivery, outcome, self._next_turn.now)
        if verdict is Verdict.UNTOUCHED:
            self._supply.again(delivery)
        if stop is not None:
            self._halt(stop)

    def _turn(self) -> None:
        """Commit, and only then let the marked bodies leave."""
        self._next_turn.done()
        stop = self._leavers.perhaps(self._next_turn.now)
        if stop is not None:
            self._halt(stop)
        ready, self._ready = self._ready, []
        if self._finish.stopping:
            self._abort_all(ready)
            ready = []
        marks = [lane.offered.id for lane in ready if lane.offered is not None]
        marked = self._books.turn(marks, self._next_turn.now)
        if self._books.failure is not None:
            # Nothing more may leave; whose body is on its way is still heard out.
            self._abort_all(ready)
            self._begin_to_stop()
            return
        # All of them first: what is marked counts as on its way, even if one of them stops the run.
        leaving = [lane for lane in ready if self._begin_body(lane, marked)]
        for lane in leaving:
            lane.offered = self._next_for(lane)
        release(leaving, self._letters)
        self._glances.perhaps(self._next_turn.now)
        self._end_if_done()

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

    def _halt(self, why: Stop | GaveUp) -> None:
        self._finish.because(why)
        self._begin_to_stop()

    def _begin_to_stop(self) -> None:
        """Begin nothing more: there is a stop, a signal, a ledger or a server that fails."""
        self._finish.stopping = True
        for lane in self._lanes:
            if lane.offered is not None and lane.channel is not None and lane.channel.withdraw():
                self._supply.take_back(lane)
        self._end_if_done()

    def _end_if_done(self) -> None:
        """Let lanes go that have nothing to do any more; without any, the run is over."""
        left = not self._finish.stopping and self._supply.is_left
        if self._finish.stopping:
            for lane in self._lanes:
                if lane.body is None:
                    self._abort(lane) if lane.offered is not None else self._lanes.leave(lane)
        elif not left and not self._lanes.any_busy:
            # Nobody can come back, either: what is idle or still opens may go.
            self._lanes.leave_all()
        if len(self._lanes) or self._next_turn.is_set or not self._settling.empty:
            return
        if not left:
            self._finish.over.set()
        elif not self._wake.is_set:
            self._wake.within(0.0)
