"""One timer of an event loop that keeps the earliest of the times it was set for.

Compiled by mypyc.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Wake:
    """Calls `action` once when it is due; setting it again can only make that sooner."""

    def __init__(self, action: Callable[[], None]) -> None:
        self._action = action
        self._handle: asyncio.Handle | None = None
        self._when = 0.0

    @property
    def is_set(self) -> bool:
        """Whether the action is still to come."""
        return self._handle is not None

    def within(self, seconds: float) -> None:
        """Call the action after so many seconds, or sooner if that was asked for before."""
        loop = asyncio.get_running_loop()
        when = loop.time() + seconds
        if self._handle is None or when < self._when:
            self.cancel()
            self._handle, self._when = loop.call_at(when, self._ring), when

    def cancel(self) -> None:
        """Do not call the action."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _ring(self) -> None:
        self._handle = None
        self._action()
