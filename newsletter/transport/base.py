"""The protocols between a mailing and a way out.

A channel takes one message at a time. The mailing offers an envelope, gets Ready, commits the
mark, and only then writes the body; `then` is offered together with it. A channel reports the
events of newsletter.smtp.events.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from newsletter.basics.outcome import Envelope
from newsletter.smtp.events import Event

Listener = Callable[[Event], None]


class Channel(Protocol):
    """An open way out; after Lost it cannot be used."""

    def offer(self, envelope: Envelope) -> None:
        """Begin with one recipient; Ready or Answered follows."""

    def ask(self, envelope: Envelope) -> None:
        """Ask whether one recipient would be taken, without a message; Answered follows.

        With the phase RSET it is a yes. Afterwards the channel takes no messages.
        """

    def deliver(self, parts: Sequence[bytes], then: Envelope | None) -> None:
        """Write the body; Answered follows, then the events of `then` if it was given."""

    def withdraw(self) -> bool:
        """Drop a `then` that has not begun; return whether there was one."""

    def quit(self) -> None:
        """End the conversation in order (QUIT); no more events."""

    def abort(self) -> None:
        """Close at once, without ending a message; no more events."""


class Transport(Protocol):
    """Opens channels."""

    @property
    def name(self) -> str:
        """The name in messages: `smtp.example.org:587`, `maildir outbox`."""

    def open(self, listener: Listener) -> Channel:
        """Begin to open a channel; `listener` gets Opened or Lost in a later turn of the loop."""

    async def finish(self) -> None:
        """Wait, for seconds at most, until every channel is closed that has quit."""
