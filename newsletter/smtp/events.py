"""The events of a conversation, and of every other channel.

Opened, then for each message    Ready -> Answered (at the dot)
Answered (at MAIL, RCPT or DATA, where it was refused)
and at any time                  Noticed, Lost

Compiled by mypyc.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from newsletter.basics.outcome import Phase, Reply
from newsletter.basics.value import Value


@dataclass(frozen=True, slots=True)
class Opened:
    """The server is ready for mail; `extensions` are EHLO's keywords with their parameters."""

    extensions: dict[str, str]


@dataclass(frozen=True, slots=True)
class StartTls:
    """The connection is to be encrypted now; then call `tls_started`."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The server waits for the body of what was offered."""


class Answered(Value):
    """A reply ended an attempt: a reply to the dot that of the body, any other that offered."""

    def __init__(self, phase: Phase, reply: Reply) -> None:
        self.phase: Final = phase
        self.reply: Final = reply

    def parts(self) -> tuple[object, ...]:
        """See Value."""
        return self.phase, self.reply


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something about the server that the editor should read; it is reported once."""

    words: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The conversation is over. `reply` is the reply that ended it, if one did.

    `unsent` says that a part of the body provably never left (only a connection knows), `fatal`
    that another connection would end the same way: no TLS, a bad certificate, no way to log in.
    `hint` says what to do, where that does not follow from the phase and the reply.
    `too_soon` says that the server refused what came before its answer to a dot: it says nothing
    about sender, reader or message, and another connection, which waits, is served.
    """

    phase: Phase
    reason: str
    reply: Reply | None = None
    unsent: bool = False
    fatal: bool = False
    too_soon: bool = False
    hint: str = ""


Event = Opened | StartTls | Ready | Answered | Noticed | Lost


def too_early(event: Event) -> Event:
    """Return what an event means that came before all of the body was written: the end."""
    if not isinstance(event, Answered | Lost):
        return event
    if isinstance(event, Lost) and event.reply is None:
        return replace(event, unsent=True)
    reason = f"the server answered in the middle of the message: {event.reply}"
    return Lost(Phase.DOT, reason, event.reply, unsent=True)
