"""What becomes of deliveries: outcomes turned into settlements, for the next commit.

Compiled by mypyc.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable

from newsletter.basics.outcome import Outcome, State, Verdict
from newsletter.delivery.answers.breakers import Breakers
from newsletter.delivery.answers.policy import (
    CLOSED_AT_DOT,
    Stop,
    given_up,
    is_content_refused,
    retry_after,
    state_after,
)
from newsletter.settings.timing import Timing
from newsletter.state.values import Delivery, Settlement


class Settling:
    """Gathers the settlements of a run; `accepted` counts the acceptances so far.

    A refusal at RCPT counts once the server has accepted messages that began after it: until then
    it is held back, in memory, and the delivery stays as it was in the ledger. What is held back
    when a run is stopped counts for nobody. `connections` bounds how many messages are on their
    way; `jitter` gives numbers in [0, 1) that spread retries.
    """

    def __init__(
        self,
        *,
        breakers: Breakers,
        connections: int,
        timing: Timing,
        jitter: Callable[[], float],
    ) -> None:
        self.accepted = 0
        self._moved: Counter[State] = Counter()
        # On each connection one body may be on its way, and one recipient taken already.
        self._under_way = 2 * connections
        self._held = deque[tuple[int, Settlement]]()
        """What is held back, each with the number of acceptances before it."""
        self._stopped = False
        self._breakers = breakers
        self._jitter = jitter
        self._timing = timing
        self._waiting: list[Settlement] = []
        self._closed_at_dot: Counter[int] = Counter()
        self._content: list[Settlement] = []

    def moved(self) -> Counter[State]:
        """Return how many deliveries went into each state so far."""
        moved = Counter(self._moved)
        moved[State.ACCEPTED] = self.accepted
        return moved

    def exclude(self) -> None:
        """Note that a delivery was excluded before its message left."""
        self._moved[State.EXCLUDED] += 1

    @property
    def empty(self) -> bool:
        """Whether nothing waits to be committed."""
        return not self._waiting

    def take(self) -> list[Settlement]:
        """Return what waits to be committed, once."""
        waiting, self._waiting = self._waiting, []
        return waiting

    def settle(
        self, delivery: Delivery, outcome: Outcome, now: float
    ) -> tuple[Verdict, Stop | None]:
        """Settle an attempt; return the verdict that holds and why to stop, or None."""
        if outcome.verdict is Verdict.ACCEPTED:
            self._waiting.append(Settlement(delivery.id, State.ACCEPTED, outcome, now))
            self.accepted += 1
            if not self._stopped:
                if self._content:
                    self._content.clear()
                if self._held:
                    self._prove(self.accepted - self._under_way)
            return Verdict.ACCEPTED, self._breakers.note(outcome, delivery.address)
        return self._settle_other(delivery, outcome, now)

    def _settle_other(
        self, delivery: Delivery, outcome: Outcome, now: float
    ) -> tuple[Verdict, Stop | None]:
        final = given_up(outcome, delivery.first_deferred_at, now, self._timing)
        outcome = self._weighed(delivery, final)
        due = None
        if outcome.verdict is Verdict.DEFERRED:
            due = now + retry_after(delivery.attempts + 1, self._jitter(), self._timing)
        settlement = Settlement(delivery.id, state_after(outcome.verdict), outcome, now, due)
        if self._breakers.awaits_proof(outcome):
            self._held.append((self.accepted, settlement))
        else:
            self._count(settlement)
        stop = self._breakers.note(outcome, delivery.address)
        self._stopped = self._stopped or stop is not None
        if is_content_refused(outcome):
            self._content.append(settlement)
        if self._stopped:
            self._take_content_back()
        return outcome.verdict, stop

    def close(self, *, ended: bool) -> Stop | None:
        """Decide about what is held back; return why it must not count, or None.

        `ended` says that the run came to its end by itself.
        """
        held = [settlement for _, settlement in self._held]
        unproved = [each.outcome for each in (*held, *self._content)]
        stop = self._breakers.at_the_end(unproved) if ended else None
        if ended and stop is None:
            self._prove(self.accepted + 1)
            return None
        self._waiting += [_undone(each) for each in held]
        self._held.clear()
        if stop is not None:
            self._take_content_back()
        return stop

    def _prove(self, accepted: int) -> None:
        """Let refusals count that came before so many acceptances."""
        while self._held and self._held[0][0] < accepted:
            self._count(self._held.popleft()[1])

    def _count(self, settlement: Settlement) -> None:
        self._waiting.append(settlement)
        self._moved[settlement.state] += 1

    def _weighed(self, delivery: Delivery, outcome: Outcome) -> Outcome:
        """Make the third 421 to the same delivery's dot a deferral."""
        if outcome.verdict is not Verdict.UNTOUCHED or outcome.code == 0:
            return outcome
        self._closed_at_dot[delivery.id] += 1
        if self._closed_at_dot[delivery.id] < CLOSED_AT_DOT:
            return outcome
        return Outcome(
            Verdict.DEFERRED, outcome.code, outcome.enhanced, outcome.text, outcome.phase
        )

    def _take_content_back(self) -> None:
        """Take refusals of the message back, of which nothing was accepted since."""
        text = "the server refused the message itself; not held against the address"
        for each in self._content:
            outcome = Outcome(Verdict.UNTOUCHED, text=text)
            self._waiting.append(Settlement(each.delivery, State.PENDING, outcome, each.at))
            self._moved[State.REFUSED] -= 1
            self._moved[State.PENDING] += 1
        self._content.clear()


def _undone(each: Settlement) -> Settlement:
    """Return what becomes of a delivery whose refusal does not count: it is pending again."""
    said = each.outcome
    outcome = Outcome(Verdict.UNTOUCHED, said.code, said.enhanced, said.text, said.phase)
    return Settlement(each.delivery, State.PENDING, outcome, each.at)
