"""How fast: messages in any window, connections at once, and waits while there is trouble.

Times are monotonic seconds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import inf

from newsletter.settings import Rate


class Pace:
    """Gives out places: at most N in any window, for each rate, over all connections together.

    The windows slide. A place is taken before a message begins, and is free again one window
    after the message has ended: so the server, too, sees at most N in any window, however long
    each is on its way. `ages` are how many seconds ago earlier runs ended theirs, oldest first.
    """

    def __init__(self, rates: Sequence[Rate], *, ages: Sequence[float] = (), now: float) -> None:
        self._windows = [(rate.seconds, deque[float](maxlen=rate.count)) for rate in rates]
        self._under_way = 0
        for seconds, ended in self._windows:
            # A clock set back must not make a place look taken in the future.
            ended.extend(now - max(0.0, age) for age in ages if age < seconds)

    @property
    def limited(self) -> bool:
        """Whether there are any rates."""
        return bool(self._windows)

    def free(self, now: float) -> float:
        """Return how many places are free; infinity without rates."""
        self._forget(now)
        used = self._under_way
        return min((_count(ended) - len(ended) - used for _, ended in self._windows), default=inf)

    def wait(self, now: float) -> float:
        """Return the seconds until a place may be free; 0 where one is."""
        if self.free(now) > 0:
            return 0.0
        return max(
            # Those under way end now at the earliest.
            (ended[0] if ended else now) + seconds - now
            for seconds, ended in self._windows
            if len(ended) + self._under_way >= _count(ended)
        )

    def take(self) -> None:
        """Take a place, of which `wait` has said that it is free."""
        self._under_way += 1

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

    FIRST = 0.5
    LONGEST = 30.0
    LIMIT = 60.0
    """Seconds of trouble without one acceptance after which a run gives up (exit 75)."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._until = 0.0
        self._next = self.FIRST

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
        if now - self._since >= self.LIMIT:
            return True
        self._until, self._next = now + self._next, min(self.LONGEST, self._next * 2)
        return False

    def relief(self) -> None:
        """Forget the trouble: a message was accepted."""
        self._since, self._until, self._next = None, 0.0, self.FIRST


class Room:
    """How many connections the server takes at once: `most`, or fewer for a while."""

    AGAIN = 30.0
    """Seconds after which one more is tried."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = most
        self._until = 0.0

    def full(self, taken: int, now: float) -> None:
        """Note that the server took so many connections and no more."""
        self._taken, self._until = taken, now + self.AGAIN

    def at(self, now: float) -> int:
        """Return how many connections there may be."""
        return self._taken if now < self._until else self._most

    def wait(self, now: float) -> float:
        """Return the seconds until there may be more; 0 where nothing is held back."""
        return max(0.0, self._until - now)


def seconds_needed(messages: int, rates: Sequence[Rate]) -> float:
    """Return how long the rates alone make a mailing last, in seconds (0 without rates)."""
    return max((max(0, messages - r.count) * r.seconds / r.count for r in rates), default=0.0)
