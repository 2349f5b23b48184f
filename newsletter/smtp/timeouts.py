"""How long a server may take, and the timer that notices when it took longer.

Compiled by mypyc.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from newsletter.basics.outcome import Phase

# RFC 5321, 4.5.3.2, in seconds
TIMEOUTS: Final[dict[Phase, float]] = {
    Phase.GREETING: 300,
    Phase.EHLO: 300,
    Phase.STARTTLS: 120,
    Phase.AUTH: 120,
    Phase.MAIL: 300,
    Phase.RCPT: 300,
    Phase.DATA: 120,
    Phase.DOT: 600,
    Phase.RSET: 60,
    Phase.QUIT: 2,
}
CONNECT_SECONDS: Final = 30.0


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
