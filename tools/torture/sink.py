"""A mail server in a process of its own that writes down each message before it says 250.

    python -m tools.torture.sink JOURNAL COUNTER SEED

It prints its port. A line of the journal is `recipient message-id`; COUNTER holds, as eight
octets in the machine's order, how many whole messages have arrived. Its 250 comes late sometimes.
"""

from __future__ import annotations

import asyncio
import contextlib
import mmap
import os
import random
import re
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

SHARE_LATE = 0.2
LATEST_SECONDS = 0.05
_HELLO = b"250-torture\r\n250-PIPELINING\r\n250 SMTPUTF8\r\n"
_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]*>)", re.MULTILINE | re.IGNORECASE)


@dataclass(slots=True)
class Book:
    """Where messages are written down."""

    journal: int
    counter: mmap.mmap
    chance: random.Random
    count: int = 0

    def take(self, recipient: str, message: bytes) -> None:
        """Write a message down; one write, so that no line is ever half."""
        found = _MESSAGE_ID.search(message)
        name = found[1].decode() if found else "none"
        os.write(self.journal, f"{recipient} {name}\n".encode())
        self.count += 1
        self.counter[:8] = struct.pack("=Q", self.count)

    def delay(self) -> float:
        """Return after how many seconds the 250 comes."""
        late = self.chance.random() < SHARE_LATE
        return self.chance.uniform(0, LATEST_SECONDS) if late else 0.0


async def converse(book: Book, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve one connection."""
    writer.write(b"220 torture ESMTP\r\n")
    recipient = ""
    while line := await reader.readline():
        verb = line[:4].upper()
        if verb == b"EHLO":
            writer.write(_HELLO)
        elif verb == b"RCPT":
            recipient = line.decode().partition("<")[2].partition(">")[0]
            writer.write(b"250 2.1.5 Ok\r\n")
        elif verb == b"DATA":
            writer.write(b"354 go ahead\r\n")
            book.take(recipient, await reader.readuntil(b"\r\n.\r\n"))
            if seconds := book.delay():
                await asyncio.sleep(seconds)
            writer.write(b"250 2.0.0 taken\r\n")
        elif verb == b"QUIT":
            writer.write(b"221 2.0.0 bye\r\n")
            return
        else:
            writer.write(b"250 2.0.0 Ok\r\n")


async def serve(book: Book) -> None:
    """Serve until the process is ended."""

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await converse(book, reader, writer)
        writer.close()

    server = await asyncio.start_server(guarded, "127.0.0.1", 0, limit=1 << 24)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - its caller reads it
    await server.serve_forever()


def main() -> None:
    """Run the server."""
    journal, counter, seed = sys.argv[1:]
    with Path(counter).open("r+b") as shared:
        book = Book(
            journal=os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
            counter=mmap.mmap(shared.fileno(), 8),
            chance=random.Random(int(seed)),  # noqa: S311 - delays, not secrets
        )
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(serve(book))


if __name__ == "__main__":
    main()
