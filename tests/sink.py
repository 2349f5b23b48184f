"""A mail server that does as it is told, and keeps a journal of what it took.

It runs in a thread of its own on 127.0.0.1. Its answers are those of a good server unless a
function says otherwise: each gets what it decides about and returns a reply line, DROP to close
the connection, or HANG to say nothing any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

DROP = "drop"
HANG = "hang"

Answer = Callable[[str], str]
DotAnswer = Callable[[str, int], str]


def _ok(_: str) -> str:
    return "250 2.1.0 Ok"


def _taken(_: str, number: int) -> str:
    return f"250 2.0.0 Ok: queued as {number}"


@dataclass(slots=True)
class Sink:
    """The server's behaviour, and what it saw.

    `journal` holds (recipient, message) of every message that was answered 250; `attempted` the
    recipients of every whole message that arrived, whatever the answer; `most_open` how many
    connections there were at once.
    """

    extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "SMTPUTF8")
    greeting: Callable[[int], str] = lambda _: "220 sink ESMTP"
    hello: str | None = None
    mail: Answer = _ok
    rcpt: Answer = _ok
    data: Answer = lambda _: "354 go ahead"
    dot: DotAnswer = _taken
    delay: float = 0.0
    port: int = 0
    journal: list[tuple[str, bytes]] = field(default_factory=list)
    attempted: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    open: int = 0
    most_open: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def recipients(self) -> list[str]:
        return [recipient for recipient, _ in self.journal]


class _Gone(Exception):  # noqa: N818
    pass


@contextlib.contextmanager
def running(sink: Sink) -> Iterator[Sink]:
    """Run the server while the block runs."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(_start(sink), loop).result(timeout=10)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _start(sink: Sink) -> asyncio.Server:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sink.connections += 1
        sink.open += 1
        sink.most_open = max(sink.most_open, sink.open)
        try:
            with contextlib.suppress(_Gone, ConnectionError, asyncio.IncompleteReadError):
                await _converse(sink, reader, writer)
        finally:
            sink.open -= 1
            writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", sink.port, limit=1 << 24)


async def _stop(server: asyncio.Server) -> None:
    server.close()
    current = asyncio.current_task()
    tasks = [task for task in asyncio.all_tasks() if task is not current]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _converse(sink: Sink, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _say(writer, sink.greeting(sink.connections))
    recipient = ""
    while line := (await reader.readline()).decode().strip():
        sink.commands.append(line)
        verb, _, rest = line.partition(" ")
        match verb.upper():
            case "EHLO":
                lines = ("sink", *sink.extensions)
                text = "\r\n".join(f"250-{each}" for each in lines[:-1])
                await _say(writer, sink.hello or f"{text}\r\n250 {lines[-1]}")
            case "MAIL":
                recipient = ""
                await _say(writer, sink.mail(_path(rest)))
            case "RCPT":
                reply = sink.rcpt(_path(rest))
                recipient = _path(rest) if reply.startswith("2") else ""
                await _say(writer, reply)
            case "DATA":
                reply = sink.data(recipient) if recipient else "503 5.5.1 no valid recipients"
                await _say(writer, reply)
                if reply.startswith("354"):
                    await _message(sink, reader, writer, recipient)
            case "QUIT":
                await _say(writer, "221 2.0.0 bye")
                return
            case "RSET":
                await _say(writer, "250 2.0.0 Ok")
            case _:
                await _say(writer, "502 5.5.2 unknown command")


async def _message(
    sink: Sink, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, recipient: str
) -> None:
    octets = await reader.readuntil(b"\r\n.\r\n")
    sink.attempted.append(recipient)
    if sink.delay:
        await asyncio.sleep(sink.delay)
    reply = sink.dot(recipient, len(sink.attempted))
    if reply.startswith("2"):
        sink.journal.append((recipient, octets[:-3]))
    await _say(writer, reply)


async def _say(writer: asyncio.StreamWriter, reply: str) -> None:
    if reply == DROP:
        writer.transport.abort()
        raise _Gone
    if reply == HANG:
        await asyncio.sleep(3600)
    writer.write(f"{reply}\r\n".encode())
    await writer.drain()
    if reply.startswith("421"):
        raise _Gone


def _path(text: str) -> str:
    match = re.search(r"<(.*?)>", text)
    return match[1] if match else ""
