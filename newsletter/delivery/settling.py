"""What becomes of deliveries: outcomes turned into settlements, for the next commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final

from newsletter.delivery.policy import (
    CLOSED_AT_DOT,
    Breakers,
    Stop,
    given_up,
    is_bad_address,
    is_content_refused,
    retry_after,
    state_after,
)
from newsletter.outcome import Outcome, State, Verdict
from newsletter.state.ledger import Delivery, Settlement

_FEW: Final = 2
"""So many unknown addresses and no known one may happen in a short run."""


class Settling:
    """Gathers the settlements of a run; `accepted` counts the acceptances so far.

    `jitter` gives numbers in [0, 1) that spread retries.
    """

    def __init__(self, *, breakers: Breakers, jitter: Callable[[], float]) -> None:
        self.accepted = 0
        self._moved: Counter[State] = Counter()
        self._bad: list[tuple[Delivery, Outcome]] = []
        self._breakers = breakers
        self._jitter = jitter
        self._waiting: list[Settlement] = []
        self._closed_at_dot: Counter[int] = Counter()
        self._content: list[int] = []
        self._content_stop = False

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

    @property
    def bad_addresses(self) -> tuple[tuple[Delivery, Outcome], ...]:
        """Deliveries whose address the server does not know.

        None of them where it knew nobody at all: a broken relay says so of everybody.
        """
        broken = len(self._bad) > _FEW and not self.accepted
        return () if broken else tuple(self._bad)

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
            if self._content and not self._content_stop:
                self._content.clear()
            return Verdict.ACCEPTED, self._breakers.note(outcome)
        return self._settle_other(delivery, outcome, now)

    def _settle_other(
        self, delivery: Delivery, outcome: Outcome, now: float
    ) -> tuple[Verdict, Stop | None]:
        outcome = self._weighed(delivery, given_up(outcome, delivery.first_deferred_at, now))
        due = None
        if outcome.verdict is Verdict.DEFERRED:
            due = now + retry_after(delivery.attempts + 1, self._jitter())
        if is_bad_address(outcome):
            self._bad.append((delivery, outcome))
        state = state_after(outcome.verdict)
        self._waiting.append(Settlement(delivery.id, state, outcome, now, due))
        self._moved[state] += 1
        stop = self._breakers.note(outcome)
        self._watch_content(delivery, outcome, stop, now)
        return outcome.verdict, stop

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

    def _watch_content(
        self, delivery: Delivery, outcome: Outcome, stop: Stop | None, now: float
    ) -> None:
        """Take refusals back that were the content's fault: the streak, and later ones."""
        if is_content_refused(outcome):
            self._content.append(delivery.id)
        self._content_stop = self._content_stop or (stop is not None and stop.content)
        if not self._content_stop:
            return
        text = "the server refused the message itself; not held against the address"
        for each in self._content:
            self._waiting.append(
                Settlement(each, State.PENDING, Outcome(Verdict.UNTOUCHED, text=text), now)
            )
            self._moved[State.REFUSED] -= 1
            self._moved[State.PENDING] += 1
        self._content.clear()
