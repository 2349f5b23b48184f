"""What a connection says about a body of which a part never left."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import cast

import pytest
import uvloop

from newsletter.basics.address import Address
from newsletter.basics.outcome import Envelope, Phase, Verdict
from newsletter.delivery.answers.policy import lost_body
from newsletter.settings.timing import ServerTiming
from newsletter.settings.values import Scheme, TransportUrl
from newsletter.smtp.connection import Connection
from newsletter.smtp.events import Answered, Event, Lost, Opened, Ready
from newsletter.smtp.opening import Tls
from newsletter.smtp.session import Session
from newsletter.transport.smtp import SmtpTransport
from tests.hostile import CLOSE, HANG, RESET, Action, hostile

ENVELOPE = Envelope(Address("news", "example.org"), Address("ada", "example.org"))
Loop = Callable[[], asyncio.AbstractEventLoop]
LARGE = [b"a line of a message that no buffer holds\r\n" * 1000] * 1000


def last_event(
    port: int,
    parts: list[bytes],
    loop: Loop = asyncio.new_event_loop,
    timing: ServerTiming = ServerTiming(),
) -> Event:
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
        transport = SmtpTransport(url, None, timing=timing)
        channel = transport.open(listen)
        event = await asyncio.wait_for(done, 20)
        channel.abort()
        await transport.finish()
        return event

    with asyncio.Runner(loop_factory=loop) as runner:
        return runner.run(main())


@pytest.mark.parametrize(
    "loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"]
)
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
    action: Action, verdict: Verdict, loop: Loop
) -> None:
    with hostile(lambda phase, *_: action if phase == "body" else None) as server:
        event = last_event(server.port, LARGE, loop)
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


@pytest.mark.parametrize(
    "loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"]
)
def test_a_server_that_takes_nothing_more_of_a_body_is_left_before_its_dot_is_due(
    loop: Loop,
) -> None:
    with hostile(lambda phase, *_: HANG if phase == "body" else None) as server:
        event = last_event(server.port, LARGE, loop, ServerTiming(standstill=0.3))
    assert event == Lost(
        Phase.DOT, "the server has taken nothing more of the message for 0 s", unsent=True
    )
    assert server.journal == []


STEP = 100_000
"""So many octets are read before the rest of a body may be written."""


class SlowReader:
    """A server that reads a body in two goes, each once it is told to."""

    def __init__(self) -> None:
        self.begin = threading.Event()
        self.rest = threading.Event()
        self.has_read = threading.Event()
        self.has_answered = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self.where: tuple[str, int] = self._listener.getsockname()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with self._listener, self._listener.accept()[0] as peer:
            peer.sendall(b"220 slow\r\n")
            peer.recv(1000)
            peer.sendall(b"250-slow\r\n250 PIPELINING\r\n")
            self._read(peer, b"DATA\r\n", 1)
            peer.sendall(b"250 Ok\r\n250 Ok\r\n354 go\r\n")
            self.begin.wait(10)
            self._read(peer, b"", STEP)
            self.has_read.set()
            self.rest.wait(10)
            self._read(peer, b"\r\n.\r\n", 1)
            peer.sendall(b"250 2.0.0 taken\r\n")
            self.has_answered.set()

    def _read(self, peer: socket.socket, until: bytes, least: int) -> None:
        read, end = 0, b""
        while read < least or until not in end:
            data = peer.recv(min(65536, least - read) if not until else 65536)
            if not data:
                return
            read, end = read + len(data), end[-10:] + data


async def stalled(transport: asyncio.Transport) -> int:
    """Wait until nothing moves any more; return how many octets wait."""
    sizes = [-1]
    while len(sizes) < 6 or len(set(sizes[-5:])) > 1:
        await asyncio.sleep(0.01)
        sizes.append(transport.get_write_buffer_size())
    return sizes[-1]


async def written_to_its_dot(octets: int, after: Envelope) -> tuple[int, Event | None]:
    """Deliver so many octets over a full socket; return what waits still, and the answer.

    The answer is None where what waits is not just a part of what follows the dot.
    """
    server = SlowReader()
    ready, done = asyncio.Event(), asyncio.Event()
    heard: list[Event] = []

    def listen(event: Event) -> None:
        heard.append(event)
        {Opened: lambda: connection.offer(ENVELOPE), Ready: ready.set}.get(type(event), done.set)()

    session = Session(hello="here", tls=Tls.NONE)
    connection = Connection(session, listen, host="here", context=None, encrypted=False)
    client = socket.create_connection(server.where)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32768)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_connection(
        lambda: cast("asyncio.Protocol", connection), sock=client
    )
    await ready.wait()
    connection.deliver([b"x" * (octets - 2) + b"\r\n"], after)
    await stalled(transport)
    server.begin.set()
    await asyncio.to_thread(server.has_read.wait, 10)
    waits = await stalled(transport)
    server.rest.set()
    if 0 < waits <= len(f".MAIL FROM:<{after.sender}>RCPT TO:<{after.recipient}>DATA") + 8:
        # The loop is busy, as in a commit: writing and reading wait until it is not.
        server.has_answered.wait(0.5)
        await asyncio.wait_for(done.wait(), 10)
    connection.abort()
    return waits, heard[2] if len(heard) > 2 else None


def test_an_answer_while_only_the_next_commands_wait_is_one_to_the_whole_message() -> None:
    after = Envelope(Address("n" * 60, "news.example.org"), Address("a" * 60, "example.org"))

    async def main() -> Event | None:
        octets = 600_000
        for _ in range(40):
            waits, event = await written_to_its_dot(octets, after)
            if event is not None:
                return event
            octets += 40 - waits
        return None

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        event = runner.run(main())
    assert isinstance(event, Answered)
    assert event.reply.code == 250
