"""Messages kept in memory: a way out that leads nowhere, to try a run on.

What it answers to a recipient is set in `answers`: a reply to RCPT or to the dot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from newsletter.basics.outcome import Envelope, Phase, Reply
from newsletter.smtp.events import Answered, Opened, Ready
from newsletter.transport.base import Channel, Listener, LocalChannel

ACCEPTED = Reply(250, "2.0.0", "kept in memory")


@dataclass(slots=True)
class MemoryTransport:
    """Keeps (recipient, message) in `messages`, in the order of acceptance."""

    answers: Mapping[str, tuple[Phase, Reply]] = field(default_factory=dict)
    messages: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """It has no address."""
        return "memory"

    def open(self, listener: Listener) -> Channel:
        """Be ready."""
        return _Memory(self, listener)

    async def finish(self) -> None:
        """Return at once: nothing is open."""


class _Memory(LocalChannel):
    def __init__(self, store: MemoryTransport, listener: Listener) -> None:
        self._store = store
        super().__init__(listener)
        self._recipient = ""
        self.tell(Opened({"SMTPUTF8": ""}))

    def offer(self, envelope: Envelope) -> None:
        self._recipient = str(envelope.recipient)
        phase, reply = self._store.answers.get(self._recipient, (Phase.DOT, ACCEPTED))
        self.tell(Ready() if phase is Phase.DOT else Answered(phase, reply))

    def deliver(self, parts: Sequence[bytes], then: Envelope | None) -> None:
        _, reply = self._store.answers.get(self._recipient, (Phase.DOT, ACCEPTED))
        if reply.code == ACCEPTED.code:
            self._store.messages.append((self._recipient, b"".join(parts)))
        self.tell(Answered(Phase.DOT, reply))
        if then is not None:
            self.offer(then)
