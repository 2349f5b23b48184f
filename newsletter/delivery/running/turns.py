"""When the next turn of a run is: at the end of the event loop's turn, once for all its events.

Compiled by mypyc.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from newsletter.delivery.lane import Clock


class NextTurn:
    """Calls `action` once for all that asked for a turn; `now` is its time, since 1970."""

    def __init__(self, clock: Clock, action: Callable[[], None]) -> None:
        self.is_set = False
        self.now = clock.wall()
        self._clock = clock
        self._action = action
        self._loop = asyncio.get_running_loop()

    def ask(self) -> None:
        """Have a turn at the end of this one of the event loop."""
        if not self.is_set:
            self.is_set = True
            self.now = self._clock.wall()
            self._loop.call_soon(self._action)

    def done(self) -> None:
        """Note that the turn is taken: `ask` sets the next one."""
        self.is_set = False
