"""What a connection says about a body of which a part never left."""

from __future__ import annotations

import asyncio

import pytest

from newsletter.address import Address
from newsletter.delivery.policy import lost_body
from newsletter.outcome import Envelope, Verdict
from newsletter.settings import Scheme, TransportUrl
from newsletter.smtp.events import Answered, Event, Lost, Opened, Ready
from newsletter.transport.smtp import SmtpTransport
from tests.hostile import CLOSE, RESET, Action, hostile

ENVELOPE = Envelope(Address("news", "example.org"), Address("ada", "example.org"))
LARGE = [b"a line of a message that no buffer holds\r\n" * 1000] * 1000


def last_event(port: int, parts: list[bytes]) -> Event:
    """Deliver one message and return what came of it."""

    async def main() -> Event:
        done: asyncio.Future[Event] = asyncio.get_running_loop().create_future()

        def listen(event: Event) -> None:
            match event:
                case Opened():
                    channel.offer(ENVELOPE)
                case Ready():
                    channel.deliver(parts, None)
                case Answered() | Lost() if not done.done():
                    done.set_result(event)
                case _:
                    pass

        url = TransportUrl(scheme=Scheme.SMTP, host="127.0.0.1", port=port)
        transport = SmtpTransport(url, None)
        channel = transport.open(listen)
        event = await asyncio.wait_for(done, 20)
        channel.abort()
        await transport.finish()
        return event

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("action", "verdict"),
    [
        ("552 5.3.4 too big", Verdict.REFUSED),
        ("452 4.3.1 no room", Verdict.DEFERRED),
        ("421 4.3.2 closing", Verdict.UNTOUCHED),
        ("250 2.0.0 fine", Verdict.UNTOUCHED),
        (b"nonsense\r\n", Verdict.UNTOUCHED),
        (CLOSE, Verdict.UNTOUCHED),
        (RESET, Verdict.UNTOUCHED),
    ],
)
def test_a_body_cut_off_in_its_middle_is_not_uncertain_and_its_dot_never_leaves(
    action: Action, verdict: Verdict
) -> None:
    with hostile(lambda phase, *_: action if phase == "body" else None) as server:
        event = last_event(server.port, LARGE)
    assert isinstance(event, Lost)
    assert event.unsent
    assert lost_body(event).verdict is verdict
    assert server.journal == []


@pytest.mark.parametrize("action", [CLOSE, RESET, [b"250 2.0", CLOSE]])
def test_a_whole_body_without_an_answer_is_uncertain(action: Action) -> None:
    with hostile(lambda phase, *_: action if phase == "dot" else None) as server:
        event = last_event(server.port, [b"short\r\n"])
    assert isinstance(event, Lost)
    assert lost_body(event).verdict is Verdict.UNCERTAIN
    assert len(server.journal) == 1
