"""What a run works with: its lanes and the clock; and how it ended.

Compiled by mypyc.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from newsletter.basics.outcome import State
from newsletter.delivery.answers.policy import Stop
from newsletter.smtp.events import Event
from newsletter.state.values import Delivery
from newsletter.transport.base import Channel


class Clock(Protocol):
    """The two times: `wall` in seconds since 1970 for the ledger, `steady` for waiting."""

    def wall(self) -> float:
        """Return the seconds since 1970."""

    def steady(self) -> float:
        """Return monotonic seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a run ended: `stop` says why it did not go on, `signal` which one ended it (or 0).

    `gave_up` is why the server could not be used for the moment, or empty. `moved` counts how many
    deliveries the run moved into each state.
    """

    stop: Stop | None
    signal: int
    gave_up: str
    moved: Mapping[State, int]


class Lane:
    """A channel with the delivery whose body is on its way and the one that is offered next.

    `hear` takes each event of its channel.
    """

    def __init__(self, hear: Callable[[Lane, Event], None]) -> None:
        self._hear = hear
        self.channel: Channel | None = None
        self.body: Delivery | None = None
        self.offered: Delivery | None = None
        self.extensions: dict[str, str] = {}
        self.opened = False
        self.accepted = False
        self.gone = False

    def tell(self, event: Event) -> None:
        """Pass an event on."""
        self._hear(self, event)

    @property
    def busy(self) -> bool:
        """Whether it has a delivery, offered or with its body on its way."""
        return self.body is not None or self.offered is not None

    @property
    def idle(self) -> bool:
        """Whether it is open and has nothing to do."""
        return self.opened and not self.busy
