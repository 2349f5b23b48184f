"""How fast: at most N messages in any window, for each rate, over all connections together.

Times are monotonic seconds. The windows slide: a place is free again when the message that took
it is older than the window.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from newsletter.settings import Rate


class Pace:
    """Gives out places. `ages` are how many seconds ago earlier runs took theirs, oldest first."""

    def __init__(self, rates: Sequence[Rate], *, ages: Sequence[float] = (), now: float) -> None:
        self._windows = [(rate.seconds, deque[float](maxlen=rate.count)) for rate in rates]
        for seconds, taken in self._windows:
            # A clock set back must not make a place look taken in the future.
            taken.extend(now - max(0.0, age) for age in ages if age < seconds)

    def take(self, now: float) -> float:
        """Take a place and return 0, or return the seconds until one is free."""
        wait = 0.0
        for seconds, taken in self._windows:
            if len(taken) == taken.maxlen:
                wait = max(wait, taken[0] + seconds - now)
        if wait <= 0:
            for _, taken in self._windows:
                taken.append(now)
            return 0.0
        return wait


class Patience:
    """How long to wait before the next connection while the server is in trouble."""

    FIRST = 0.5
    LONGEST = 30.0
    LIMIT = 60.0
    """Seconds of trouble without one acceptance after which a run gives up (exit 75)."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._wait = self.FIRST

    @property
    def troubled(self) -> bool:
        """Whether there was trouble and no acceptance since."""
        return self._since is not None

    def trouble(self, now: float) -> float | None:
        """Note trouble; return the seconds to wait, or None when it is time to give up."""
        if self._since is None:
            self._since = now
        if now - self._since >= self.LIMIT:
            return None
        wait, self._wait = self._wait, min(self.LONGEST, self._wait * 2)
        return wait

    def relief(self) -> None:
        """Forget the trouble: a message was accepted."""
        self._since, self._wait = None, self.FIRST


def seconds_needed(messages: int, rates: Sequence[Rate]) -> float:
    """Return how long the rates alone make a mailing last, in seconds (0 without rates)."""
    return max((max(0, messages - r.count) * r.seconds / r.count for r in rates), default=0.0)
