"""A knock at the door: whether a server would take this mailing, without sending anything."""

from __future__ import annotations

import asyncio

from newsletter.delivery.policy import too_large
from newsletter.smtp.events import Event, Lost, Opened
from newsletter.transport.base import Transport


def probe(transport: Transport, octets: int) -> str | None:
    """Connect, encrypt and log in, and take leave; return what is in the way, or None.

    `octets` is what a message has without the reader's values.
    """

    async def main() -> str | None:
        heard: asyncio.Future[Opened | Lost] = asyncio.get_running_loop().create_future()

        def listen(event: Event) -> None:
            if isinstance(event, Opened | Lost) and not heard.done():
                heard.set_result(event)

        channel = transport.open(listen)
        answer = await heard
        if isinstance(answer, Opened):
            channel.quit()
        await transport.finish()
        return _in_the_way(answer, octets)

    return asyncio.run(main())


def _in_the_way(answer: Opened | Lost, octets: int) -> str | None:
    if isinstance(answer, Lost):
        return answer.reason
    stop = too_large(octets, answer.extensions)
    return None if stop is None else stop.reason
