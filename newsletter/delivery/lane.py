"""What a run works with: its lanes, the clock, the letters, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from newsletter.delivery.policy import Stop
from newsletter.outcome import Envelope, Outcome
from newsletter.state.ledger import Delivery
from newsletter.transport.base import Channel


class Clock(Protocol):
    """The two times: `wall` in seconds since 1970 for the ledger, `steady` for waiting."""

    def wall(self) -> float:
        """Return the seconds since 1970."""

    def steady(self) -> float:
        """Return monotonic seconds."""


class Letters(Protocol):
    """Makes a delivery's envelope and message."""

    @property
    def size(self) -> int:
        """Octets of a message without the reader's values."""

    def envelope(self, delivery: Delivery) -> Envelope:
        """Return MAIL FROM and RCPT TO."""

    def parts(self, delivery: Delivery) -> Sequence[bytes]:
        """Return the message's bytes in parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a run ended: `stop` says why it did not go on, `signal` which one ended it (or 0).

    `gave_up` is why the server could not be used for the moment, or empty. `bad_addresses` are
    deliveries whose addresses the server does not know.
    """

    stop: Stop | None
    signal: int
    gave_up: str
    bad_addresses: tuple[tuple[Delivery, Outcome], ...]


@dataclass(slots=True, eq=False)
class Lane:
    """A channel with the delivery whose body is on its way and the one that is offered next."""

    channel: Channel | None = None
    body: Delivery | None = None
    offered: Delivery | None = None
    extensions: dict[str, str] = field(default_factory=dict)
    opened: bool = False
    accepted: bool = False
    gone: bool = False

    @property
    def busy(self) -> bool:
        """Whether anybody's message is with it."""
        return self.body is not None or self.offered is not None

    @property
    def idle(self) -> bool:
        """Whether it is open and has nothing to do."""
        return self.opened and not self.busy
