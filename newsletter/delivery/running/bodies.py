"""How marked bodies leave, and what is done a few times a second beside that.

Compiled by mypyc.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable

from newsletter.basics.outcome import State
from newsletter.delivery.answers.policy import Stop
from newsletter.delivery.lane import Lane
from newsletter.delivery.letters import Letters
from newsletter.delivery.settling import Settling
from newsletter.settings.timing import Timing


def release(lanes: list[Lane], letters: Letters) -> None:
    """Let the bodies of lanes leave, each with what the lane is offered next.

    What they are made of is made first: a body on its way empties the processor's caches.
    """
    bodies = [letters.parts(lane.body) for lane in lanes if lane.body is not None]
    offers = [None if lane.offered is None else letters.envelope(lane.offered) for lane in lanes]
    for number, lane in enumerate(lanes):
        if lane.channel is not None:
            lane.channel.deliver(bodies[number], offers[number])


class Glances:
    """Tells `watch` how many deliveries went into each state, a few times a second."""

    def __init__(
        self, settling: Settling, watch: Callable[[Counter[State]], None], timing: Timing
    ) -> None:
        self._settling = settling
        self._watch = watch
        self._watched = 0.0
        self._glance = timing.glance

    def perhaps(self, now: float) -> None:
        """Tell, if the last time is a moment ago; `now` is in seconds since 1970."""
        if not 0 <= now - self._watched < self._glance:
            self._watched = now
            self.show()

    def show(self) -> None:
        """Tell now."""
        with contextlib.suppress(OSError):  # a terminal that went away stops no mailing
            self._watch(self._settling.moved())


class Leaving:
    """Calls `heed` a few times a second; it returns why to stop, or None."""

    def __init__(self, heed: Callable[[], Stop | None], timing: Timing) -> None:
        self._heed = heed
        self._heeded = 0.0
        self._glance = timing.glance

    def perhaps(self, now: float) -> Stop | None:
        """Call it, if the last time is a moment ago; `now` is in seconds since 1970."""
        if 0 <= now - self._heeded < self._glance:
            return None
        self._heeded = now
        return self._heed()
