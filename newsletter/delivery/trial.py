"""One message to one address, outside any mailing: a test."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from newsletter.basics.outcome import Envelope, Outcome, Phase, Verdict
from newsletter.delivery.answers.policy import judge, lost_body
from newsletter.smtp.events import Answered, Event, Lost, Opened, Ready
from newsletter.transport.base import Channel, Transport


@dataclass(slots=True)
class _Trial:
    envelope: Envelope
    message: bytes
    done: asyncio.Future[Outcome]
    channel: Channel | None = None
    began: bool = False

    def on_event(self, event: Event) -> None:
        if self.done.done() or self.channel is None:
            return
        match event:
            case Opened():
                self.channel.offer(self.envelope)
            case Ready():
                self.began = True
                self.channel.deliver([self.message], None)
            case Answered(phase=phase, reply=reply):
                self.done.set_result(judge(phase, reply))
            case Lost():
                self.done.set_result(_lost(event, began=self.began))
            case _:
                pass


def _lost(lost: Lost, *, began: bool) -> Outcome:
    if began and lost.phase is Phase.DOT:
        return lost_body(lost)
    code, enhanced = (lost.reply.code, lost.reply.enhanced) if lost.reply else (0, "")
    return Outcome(Verdict.REFUSED, code, enhanced, lost.reason, lost.phase)


def send_one(transport: Transport, envelope: Envelope, message: bytes) -> Outcome:
    """Send a message now and return what came of it; nothing is written down."""
    return asyncio.run(try_one(transport, envelope, message))


async def try_one(
    transport: Transport, envelope: Envelope, message: bytes, patience: float | None = None
) -> Outcome:
    """Send a message within the running loop; after `patience` seconds without an end, give up."""
    trial = _Trial(envelope, message, asyncio.get_running_loop().create_future())
    trial.channel = transport.open(trial.on_event)
    try:
        async with asyncio.timeout(patience):
            outcome = await trial.done
    except TimeoutError:
        trial.channel.abort()
        verdict = Verdict.UNCERTAIN if trial.began else Verdict.REFUSED
        return Outcome(verdict, text=f"{transport.name} did not answer within {patience:.0f} s")
    except asyncio.CancelledError:
        trial.channel.abort()
        raise
    trial.channel.quit()
    await transport.finish()
    return outcome
