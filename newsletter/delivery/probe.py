"""Whether a server would take a mailing: asked with its envelopes, without sending anything."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from newsletter.basics.outcome import Envelope, Outcome, Phase
from newsletter.delivery.answers.breakers import Breakers
from newsletter.delivery.answers.policy import Stop, hint_of, judge, refused_mail, too_large
from newsletter.smtp.events import Answered, Event, Lost, Opened
from newsletter.transport.base import Channel, Transport

MOST_ASKED = 3
"""So many readers are asked for: a no to one may be about them, the same no to three is not."""


def probe(transport: Transport, octets: int, envelopes: Sequence[Envelope]) -> Stop | None:
    """Connect, log in, and try MAIL and RCPT until a recipient is taken; return what is in the way.

    `octets` is what a message has without the reader's values. Each try ends with RSET, none with
    DATA. Without envelopes the connection alone is tried.
    """

    async def main() -> Stop | None:
        inquiry = _Inquiry(octets, list(envelopes[:MOST_ASKED]), asyncio.Future())
        inquiry.channel = transport.open(inquiry.on_event)
        stop = await inquiry.done
        if inquiry.opened:
            inquiry.channel.quit()
        await transport.finish()
        return stop

    return asyncio.run(main())


@dataclass(slots=True)
class _Inquiry:
    octets: int
    left: list[Envelope]
    done: asyncio.Future[Stop | None]
    channel: Channel | None = None
    opened: bool = False
    noes: list[Outcome] = field(default_factory=list)

    def on_event(self, event: Event) -> None:
        if self.done.done() or self.channel is None:
            return
        match event:
            case Opened():
                self.opened = True
                self._next(self.channel, too_large(self.octets, event.extensions))
            case Answered(phase=Phase.RSET):
                self.done.set_result(None)
            case Answered(phase=Phase.MAIL, reply=reply):
                lost = refused_mail(reply)
                self.done.set_result(Stop(lost.reason, hint_of(lost)))
            case Answered(phase=phase, reply=reply):
                self.noes.append(judge(phase, reply))
                self._next(self.channel, _breakers().at_the_end(self.noes))
            case Lost():
                self.opened = False
                self.done.set_result(Stop(event.reason, hint_of(event)))
            case _:
                pass

    def _next(self, channel: Channel, stop: Stop | None) -> None:
        """Ask for the next one; at an obstacle, or after the last one, be done."""
        if stop is None and self.left:
            channel.ask(self.left.pop(0))
        else:
            self.done.set_result(stop)


def _breakers() -> Breakers:
    return Breakers(connections=1, keep_going=True)
