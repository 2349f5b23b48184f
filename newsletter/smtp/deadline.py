"""The timer that notices when a server takes longer than it may.

Compiled by mypyc.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Deadline:
    """Calls `missed` once its moment has passed.

    It is put off with every reply, and to make a timer each time would cost more than the reply:
    a deadline put off is compared when the old timer rings, one put forward gets a new timer.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, missed: Callable[[], None]) -> None:
        self._loop = loop
        self._missed = missed
        self._at = 0.0
        self._rings = 0.0
        self._timer: asyncio.Handle | None = None

    def set(self, seconds: float) -> None:
        """Put the deadline so many seconds from now."""
        self._at = self._loop.time() + seconds
        if self._timer is None or self._rings > self._at:
            self._start()

    def stop(self) -> None:
        """Forget the deadline."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start(self) -> None:
        self.stop()
        self._rings = self._at
        self._timer = self._loop.call_at(self._rings, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        if self._loop.time() < self._at:
            self._start()
        else:
            self._missed()
