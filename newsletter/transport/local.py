"""A mail server on this machine that keeps what it takes in a Maildir: for rehearsals.

aiosmtpd on 127.0.0.1, at a port that the system chooses, in a thread of its own. It answers as a
real server does, relays nothing, and ends with the block that opened it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

from newsletter.basics.private import OWN_FILE, private_folder

_HOST = "127.0.0.1"


class _Keeper:
    """Writes each message as a file of its own, with the envelope on top (RFC 5321, 4.4)."""

    def __init__(self, folder: Path) -> None:
        for part in ("tmp", "new", "cur"):
            private_folder(folder / part)
        self._folder = folder
        self._count = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802 - aiosmtpd's name
        self._count += 1
        name = f"{self._count:09}.rehearsal"
        recipient = ", ".join(envelope.rcpt_tos)
        head = f"Return-Path: <{envelope.mail_from}>\nDelivered-To: {recipient}\n"
        draft = self._folder / "tmp" / name
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT, OWN_FILE), "wb") as file:
            file.write(head.encode("utf-8") + envelope.content.replace(b"\r\n", b"\n"))
        draft.rename(self._folder / "new" / name)
        return f"250 2.0.0 kept as {name}"


@contextlib.contextmanager
def local_server(folder: Path) -> Iterator[int]:
    """Run the server while the block runs, and yield its port; mail lands in `folder`/new."""
    keeper = _Keeper(folder)
    loop = asyncio.new_event_loop()

    def session() -> SMTP:
        return SMTP(
            keeper,
            hostname="rehearsal.localhost",
            enable_SMTPUTF8=True,
            loop=loop,
            ident="rehearsal",
        )

    server = loop.run_until_complete(loop.create_server(session, _HOST, 0))
    thread = threading.Thread(target=loop.run_forever, name="rehearsal mail server", daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    # Sessions end with their clients' QUIT; those still open after a second are cancelled.
    current = asyncio.current_task()
    tasks = [task for task in asyncio.all_tasks() if task is not current]
    await asyncio.wait(tasks, timeout=1) if tasks else None
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
