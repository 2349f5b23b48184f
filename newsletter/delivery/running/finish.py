"""How a run ends: by a stop, a signal, a server that cannot be used, an error, or by itself.

Compiled by mypyc.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from newsletter.basics.outcome import State
from newsletter.delivery.answers.policy import Stop
from newsletter.delivery.lane import Ending
from newsletter.delivery.running.trouble import GaveUp


class Finish:
    """What ends a run; once `stopping`, nothing new may begin, and `over` is set at its very end.

    Of several stops the first one counts.
    """

    def __init__(self) -> None:
        self.stopping = False
        self.signal = 0
        self.over = asyncio.Event()
        self._stop: Stop | None = None
        self._gave_up = ""
        self._failure: BaseException | None = None

    def because(self, why: Stop | GaveUp) -> None:
        """Note why the run has to end."""
        self.stopping = True
        if isinstance(why, Stop):
            self._stop = self._stop or why
        else:
            self._gave_up = why.reason

    def fail(self, error: BaseException) -> None:
        """End at once, because of an error of our own."""
        self._failure = error
        self.stopping = True
        self.over.set()

    def guard(self, loop: asyncio.AbstractEventLoop, abandon: Callable[[], None]) -> None:
        """End the run at an error of our own; network failures arrive as events of a channel."""

        def on_exception(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            error = _own_error(context)
            if error is not None:
                self.fail(error)
                abandon()
            elif context.get("exception") is None:
                loop.default_exception_handler(context)

        loop.set_exception_handler(on_exception)

    def ending(self, moved: Mapping[State, int], failure: BaseException | None) -> Ending:
        """Return how the run ended; raise the error that ended it, or the ledger's `failure`."""
        error = self._failure or failure
        if error is not None:
            raise error
        return Ending(stop=self._stop, signal=self.signal, gave_up=self._gave_up, moved=moved)


def _own_error(context: dict[str, Any]) -> Exception | None:
    """Return the error of our own that an event loop reports, or None: a network's is no error."""
    error = context.get("exception")
    of_the_network = isinstance(error, OSError) and "transport" in context
    return error if isinstance(error, Exception) and not of_the_network else None
