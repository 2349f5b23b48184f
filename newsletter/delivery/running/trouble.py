"""What a run does about a server that refuses it, cannot serve it, or asks for less.

Compiled by mypyc.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from newsletter.basics.outcome import Reply
from newsletter.delivery.answers.policy import Remedy, Stop, after_loss, hint_of, is_too_fast
from newsletter.delivery.lane import Clock
from newsletter.delivery.lanes import Lanes, Trouble
from newsletter.delivery.settling import Settling
from newsletter.delivery.supply import Supply
from newsletter.delivery.wake import Wake
from newsletter.smtp.events import Lost


@dataclass(frozen=True, slots=True)
class GaveUp:
    """A server could not be used for so long that a run ends; `reason` is its last trouble."""

    reason: str


class Troubles:
    """Slows a run down, or says that it has to end; `tell` takes a sentence for people."""

    def __init__(
        self,
        lanes: Lanes,
        supply: Supply,
        settling: Settling,
        wake: Wake,
        clock: Clock,
        tell: Callable[[str], None],
    ) -> None:
        self._lanes = lanes
        self._supply = supply
        self._settling = settling
        self._wake = wake
        self._clock = clock
        self._tell = tell

    def heed(self, reply: Reply) -> None:
        """Go slower where a reply asks for that."""
        if is_too_fast(reply):
            told = self._supply.slow_down(reply, self._settling.accepted)
            if told:
                self._tell(told)

    def after_loss(self, lost: Lost, *, accepted: bool) -> Stop | GaveUp | None:
        """Take in that a lane is gone; return why the run has to end, or None.

        `accepted` says whether the lane had taken a message.
        """
        if accepted and lost.reply is not None:
            self.heed(lost.reply)
        remedy = after_loss(lost, accepted=accepted)
        if remedy is Remedy.STOP:
            return Stop(lost.reason, hint_of(lost))
        self._wake.within(0.0)
        return self._slow_down(lost.reason) if remedy is Remedy.SLOW_DOWN else None

    def _slow_down(self, reason: str) -> GaveUp | None:
        trouble = self._lanes.trouble(self._clock.steady())
        if trouble is Trouble.BEGINS:
            self._tell(f"{reason}; trying again for a minute")
        return GaveUp(reason) if trouble is Trouble.TOO_LONG else None
