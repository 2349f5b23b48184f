"""How fast: messages in any window, connections at once, and waits while there is trouble.

Times are monotonic seconds.

Compiled by mypyc.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import inf
from typing import Final

from newsletter.settings.timing import Timing
from newsletter.settings.values import Rate

_MOMENT: Final = 1.0
"""Seconds in which complaints count as one, and nothing is begun."""
_CALM: Final = 15.0
"""Seconds without a complaint after which the speed doubles."""
_SLOWEST: Final = 8
"""So many times slower than before the first complaint, at the most."""


class Brake:
    """Goes slower for a while after the server said that it is too fast, and recovers.

    A complaint stops everything for a moment and then halves the speed at which messages were
    accepted; each calm spell doubles it, until it is free again.
    """

    def __init__(self, now: float) -> None:
        self.is_on = False
        self._since, self._accepted = now, 0
        self._gap = self._least = 0.0
        self._free_at = self._calm_at = self._now = now

    def press(self, now: float, accepted: int) -> bool:
        """Note a complaint, after so many acceptances in all; return whether it is a new one."""
        if self.is_on and now - self._since < _MOMENT:
            return False
        seconds = now + _MOMENT - self._since
        usual = seconds / max(1, accepted - self._accepted)
        if not self.is_on:
            self._least = usual
        self._gap = min(_SLOWEST * self._least, 2 * max(usual, self._gap))
        self._since, self._accepted, self.is_on = now, accepted, True
        self._free_at, self._calm_at = now + _MOMENT, now + _MOMENT + _CALM
        return True

    def wait(self, now: float) -> float:
        """Return the seconds until the next message may begin; 0 where one may."""
        self._now = now
        while self.is_on and now >= self._calm_at:
            self._gap, self._calm_at = self._gap / 2, self._calm_at + _CALM
            self.is_on = self._gap > self._least
        return max(0.0, self._free_at - now) if self.is_on else 0.0

    def take(self) -> None:
        """Note that a message begins, of which `wait` has said that it may."""
        self._free_at = max(self._now, self._free_at) + self._gap


class Pace:
    """Gives out places: at most N in any window, for each rate, over all connections together.

    The windows slide. A place is taken before a message begins, and is free again one window
    after the message has ended: so the server, too, sees at most N in any window, however long
    each is on its way. `ages` are how many seconds ago earlier runs ended theirs, oldest first.
    """

    def __init__(self, rates: Sequence[Rate], *, ages: Sequence[float] = (), now: float) -> None:
        self._windows = [(rate.seconds, deque[float](maxlen=rate.count)) for rate in rates]
        self._under_way = 0
        self._brake = Brake(now)
        for seconds, ended in self._windows:
            # A clock set back must not make a place look taken in the future.
            ended.extend(now - max(0.0, age) for age in ages if age < seconds)

    @property
    def limited(self) -> bool:
        """Whether there is anything to ask: rates, or a server that asked for less."""
        return bool(self._windows) or self._brake.is_on

    def slow_down(self, now: float, accepted: int) -> bool:
        """Go slower for a while: see Brake.press."""
        return self._brake.press(now, accepted)

    def free(self, now: float) -> float:
        """Return how many places are free; infinity where there is no limit."""
        slowed = 0.0 if self._brake.wait(now) else 1.0
        return min(self._free(now), slowed if self._brake.is_on else inf)

    def _free(self, now: float) -> float:
        self._forget(now)
        used = self._under_way
        return min((_count(ended) - len(ended) - used for _, ended in self._windows), default=inf)

    def wait(self, now: float) -> float:
        """Return the seconds until a place may be free; 0 where one is."""
        slowed = self._brake.wait(now)
        if self._free(now) > 0:
            return slowed
        full = (
            # Those under way end now at the earliest.
            (ended[0] if ended else now) + seconds - now
            for seconds, ended in self._windows
            if len(ended) + self._under_way >= _count(ended)
        )
        return max(slowed, *full)

    def take(self) -> None:
        """Take a place, of which `wait` has said that it is free."""
        self._under_way += 1
        if self._brake.is_on:
            self._brake.take()

    def end(self, now: float) -> None:
        """Note that a message which took a place has ended, whatever came of it."""
        self._under_way -= 1
        for _, ended in self._windows:
            ended.append(now)

    def _forget(self, now: float) -> None:
        for seconds, ended in self._windows:
            while ended and ended[0] + seconds <= now:
                ended.popleft()


def _count(ended: deque[float]) -> int:
    return ended.maxlen or 0


class Patience:
    """How long to wait before the next connection while the server is in trouble."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._since: float | None = None
        self._until = 0.0
        self._next = timing.first_wait

    @property
    def troubled(self) -> bool:
        """Whether there was trouble and no acceptance since."""
        return self._since is not None

    def wait(self, now: float) -> float:
        """Return the seconds until a connection may be tried; 0 where one may."""
        return max(0.0, self._until - now)

    def trouble(self, now: float) -> bool:
        """Note trouble; return whether it is time to give up.

        What several connections meet at the same time is one trouble.
        """
        if self._since is None:
            self._since = now
        if now < self._until:
            return False
        if now - self._since >= self._timing.trouble_limit:
            return True
        self._until = now + self._next
        self._next = min(self._timing.longest_wait, self._next * 2)
        return False

    def relief(self) -> None:
        """Forget the trouble: a message was accepted."""
        self._since, self._until, self._next = None, 0.0, self._timing.first_wait


class Room:
    """How many connections the server takes at once: `most`, or fewer for a while."""

    def __init__(self, most: int, timing: Timing) -> None:
        self._most = most
        self._taken = most
        self._crowded = timing.crowded
        self._until = 0.0

    def full(self, taken: int, now: float) -> None:
        """Note that the server took so many connections and no more."""
        self._taken, self._until = taken, now + self._crowded

    def at(self, now: float) -> int:
        """Return how many connections there may be."""
        return self._taken if now < self._until else self._most

    def wait(self, now: float) -> float:
        """Return the seconds until there may be more; 0 where nothing is held back."""
        return max(0.0, self._until - now)


def seconds_needed(messages: int, rates: Sequence[Rate]) -> float:
    """Return how long the rates alone make a mailing last, in seconds (0 without rates).

    So many messages as a window holds go at once, and the next ones a whole window later.
    """
    return max((max(0, messages - 1) // r.count * r.seconds for r in rates), default=0.0)
