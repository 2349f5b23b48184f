"""Yields the next delivery when the rate limits allow one.

Compiled by mypyc.
"""

from __future__ import annotations

from newsletter.basics.outcome import Reply
from newsletter.delivery.feed import Feed
from newsletter.delivery.lane import Clock, Lane
from newsletter.delivery.pace import Pace
from newsletter.state.values import Delivery


class Supply:
    """Hands out deliveries, each with a place in every rate.

    `wait` is how many seconds the one who asked last has to wait for a place; 0 where there was
    one, or nobody was left to need it.
    """

    def __init__(self, feed: Feed, pace: Pace, clock: Clock) -> None:
        self.wait = 0.0
        self._feed = feed
        self._pace = pace
        self._clock = clock

    def next(self) -> Delivery | None:
        """Return a delivery that may begin now; say `ended` or `put_back` later."""
        self.wait = 0.0
        limited = self._pace.limited
        if limited and self._feed.ahead(1):
            self.wait = self._pace.wait(self._clock.steady())
            if self.wait > 0:
                return None
        delivery = self._feed.next()
        if limited and delivery is not None:
            self._pace.take()
        return delivery

    def ended(self) -> None:
        """Note that a try has ended: its place is free again one window later."""
        if self._pace.limited:
            self._pace.end(self._clock.steady())

    def again(self, delivery: Delivery) -> None:
        """Take a delivery back whose try changed nothing."""
        self._feed.put_back(delivery)

    def take_back(self, lane: Lane) -> None:
        """Take back what a lane was offered, untouched."""
        if lane.offered is not None:
            self.ended()
            self.again(lane.offered)
            lane.offered = None

    @property
    def is_left(self) -> bool:
        """Whether anybody is left to be sent to."""
        return self._feed.ahead(1) > 0

    def at_hand(self, most: int) -> float:
        """Return how many may begin now, up to `most`."""
        return min(self._feed.ahead(most), self._pace.free(self._clock.steady()))

    def until_place(self) -> float:
        """Return the seconds until there may be a place."""
        return self._pace.wait(self._clock.steady())

    def slow_down(self, reply: Reply, accepted: int) -> str:
        """Go slower because of a reply; return what to tell about it, or nothing."""
        if not self._pace.slow_down(self._clock.steady(), accepted):
            return ""
        return f"the server asks for less ({reply}): slower for a while"
