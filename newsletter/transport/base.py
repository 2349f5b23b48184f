"""The seam between a mailing and a way out.

A channel takes one message at a time. The mailing offers an envelope, hears Ready, commits the
mark, and only then lets the body leave; `then` is offered in the same breath. What a channel has
to say are the session's events: Opened, Ready, Answered, Lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from newsletter.basics.outcome import Envelope, Phase, Reply
from newsletter.smtp.events import Answered, Event

Listener = Callable[[Event], None]


class Channel(Protocol):
    """One way out, opened; after Lost it is gone."""

    def offer(self, envelope: Envelope) -> None:
        """Begin with one recipient; Ready or Answered follows."""

    def ask(self, envelope: Envelope) -> None:
        """Ask whether one recipient would be taken, without a message; Answered follows.

        At RSET it is a yes. A channel that was asked takes no messages.
        """

    def deliver(self, parts: Sequence[bytes], then: Envelope | None) -> None:
        """Let the body leave; Answered follows, then the events of `then` if it was given."""

    def withdraw(self) -> bool:
        """Take back a `then` that has not begun; return whether there was one."""

    def quit(self) -> None:
        """Take leave politely; no more events."""

    def abort(self) -> None:
        """Close at once, without ending a message; no more events."""


class Transport(Protocol):
    """Opens channels."""

    @property
    def name(self) -> str:
        """How a person knows it: `smtp.example.org:587`, `maildir outbox`."""

    def open(self, listener: Listener) -> Channel:
        """Begin to open a channel; Opened or Lost is told to `listener`, later."""

    async def finish(self) -> None:
        """Wait a moment until every channel that took leave is closed."""


class LocalChannel:
    """What channels without a network share: events come in a later turn, and none after the end.

    A subclass offers and delivers.
    """

    def __init__(self, listener: Listener) -> None:
        self._listener: Listener | None = listener

    def ask(self, envelope: Envelope) -> None:  # noqa: ARG002 - everybody is taken
        """Say yes."""
        self.tell(Answered(Phase.RSET, Reply(250, "2.0.0", "Ok")))

    def withdraw(self) -> bool:
        """Take nothing back: `then` begins at once."""
        return False

    def quit(self) -> None:
        """Take leave; there is nobody to tell."""
        self._listener = None

    def abort(self) -> None:
        """Close at once."""
        self._listener = None

    def tell(self, event: Event) -> None:
        """Let the listener hear of an event in a later turn of the loop."""
        asyncio.get_running_loop().call_soon(self._told, event)

    def _told(self, event: Event) -> None:
        if self._listener is not None:
            self._listener(event)
