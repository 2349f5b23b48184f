"""The lanes of a run: how many there are, when another may be opened, and how one ends.

A lane is a channel with the delivery whose body is on its way and the one that is offered next.

Compiled by mypyc.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum

from newsletter.delivery.lane import Lane
from newsletter.delivery.pace import Patience, Room
from newsletter.settings.timing import Timing
from newsletter.smtp.events import Event
from newsletter.transport.base import Transport


class Trouble(StrEnum):
    """What a server's "not now" means for the lanes."""

    CROWDED = "crowded"
    """Other lanes are served: this one was too many."""
    BEGINS = "begins"
    LASTS = "lasts"
    TOO_LONG = "too long"
    """There was no acceptance for so long that the run should be given up."""


class Lanes:
    """The open lanes; `hear` takes each event of their channels."""

    def __init__(
        self,
        transport: Transport,
        connections: int,
        timing: Timing,
        hear: Callable[[Lane, Event], None],
    ) -> None:
        self._transport = transport
        self._hear = hear
        self._all: dict[Lane, None] = {}
        self._room = Room(connections, timing)
        self._patience = Patience(timing)

    def __iter__(self) -> Iterator[Lane]:
        return iter(tuple(self._all))

    def __len__(self) -> int:
        return len(self._all)

    @property
    def any_busy(self) -> bool:
        """Whether one of them has a delivery."""
        return any(lane.busy for lane in self._all)

    def most(self, now: float) -> int:
        """Return how many there may be: with trouble, one probes for all."""
        if self._patience.troubled:
            return 0 if self._patience.wait(now) else 1
        return self._room.at(now)

    def wait(self, now: float) -> float:
        """Return the seconds until there may be more; 0 where nothing is held back."""
        return self._patience.wait(now) or self._room.wait(now)

    def open(self, work: float, now: float) -> None:
        """Open as many lanes as there is work for, and room."""
        opening = sum(not lane.opened for lane in self._all)
        while len(self._all) < self.most(now) and opening < work:
            lane = Lane(self._hear)
            self._all[lane] = None
            lane.channel = self._transport.open(lane.tell)
            opening += 1

    def leave(self, lane: Lane) -> None:
        """Close a lane that has no delivery."""
        self._remove(lane)
        if lane.channel is None:
            return
        if lane.opened:
            lane.channel.quit()
        else:
            lane.channel.abort()

    def leave_all(self) -> None:
        """Close all lanes; none has a delivery."""
        for lane in self:
            self.leave(lane)

    def abort(self, lane: Lane) -> None:
        """Close without a dot."""
        self._remove(lane)
        if lane.channel is not None:
            lane.channel.abort()

    def _remove(self, lane: Lane) -> None:
        lane.gone = True
        self._all.pop(lane, None)

    def trouble(self, now: float) -> Trouble:
        """Note that a server said "not now" to a lane which is gone."""
        if any(lane.opened for lane in self._all):
            self._room.full(len(self._all), now)
            return Trouble.CROWDED
        begins = not self._patience.troubled
        if self._patience.trouble(now):
            return Trouble.TOO_LONG
        return Trouble.BEGINS if begins else Trouble.LASTS

    def relief(self) -> bool:
        """Note an acceptance; return whether that ended a trouble."""
        if not self._patience.troubled:
            return False
        self._patience.relief()
        return True
