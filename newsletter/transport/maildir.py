"""A Maildir on disk as a way out: each message is a file of its own in `new/`.

The file is written in `tmp/`, synced and renamed, so `new/` holds whole messages only. Its name is
a hash of the message: a second attempt makes no second file.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from newsletter.basics.outcome import Envelope, Phase, Reply
from newsletter.basics.private import OWN_FILE, private_folder
from newsletter.smtp.events import Answered, Event, Lost, Opened, Ready
from newsletter.transport.base import Channel, Listener


class MaildirTransport:
    """Writes into the Maildir at `path`, which is made (mode 0700) if it is not there."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def name(self) -> str:
        """The folder."""
        return f"maildir {self._path}"

    def open(self, listener: Listener) -> Channel:
        """Make the folders and open the channel."""
        first: Event = Opened({"SMTPUTF8": "", "SIZE": ""})
        try:
            for part in ("tmp", "new", "cur"):
                private_folder(self._path / part)
        except OSError as error:
            reason = f"{self.name} cannot be made: {error.strerror or error}"
            first = Lost(Phase.GREETING, reason, fatal=True)
        return _Maildir(self._path, listener, first)

    async def finish(self) -> None:
        """Return at once: nothing is open."""


class _Maildir:
    """A channel whose events come in a later turn of the loop, and none after its end."""

    def __init__(self, path: Path, listener: Listener, first: Event) -> None:
        self._path = path
        self._listener: Listener | None = listener
        self._tell(first)

    def offer(self, envelope: Envelope) -> None:  # noqa: ARG002 - the message names its reader
        self._tell(Ready())

    def ask(self, envelope: Envelope) -> None:  # noqa: ARG002 - a Maildir takes every recipient
        self._tell(Answered(Phase.RSET, Reply(250, "2.0.0", "Ok")))

    def deliver(self, parts: Sequence[bytes], then: Envelope | None) -> None:
        try:
            name = self._write(b"".join(parts))
            reply = Reply(250, "2.0.0", f"written as {name}")
        except OSError as error:
            reply = Reply(451, "4.3.0", f"not written: {error.strerror or error}")
        self._tell(Answered(Phase.DOT, reply))
        if then is not None:
            self.offer(then)

    def withdraw(self) -> bool:
        return False  # `then` has begun at once

    def quit(self) -> None:
        self._listener = None

    def abort(self) -> None:
        self._listener = None

    def _tell(self, event: Event) -> None:
        asyncio.get_running_loop().call_soon(self._told, event)

    def _told(self, event: Event) -> None:
        if self._listener is not None:
            self._listener(event)

    def _write(self, message: bytes) -> str:
        # Files of a Maildir have the system's line ends.
        octets = message.replace(b"\r\n", b"\n")
        name = f"{hashlib.sha256(message).hexdigest()[:32]}.newsletter"
        draft = self._path / "tmp" / name
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWN_FILE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self._path / "new" / name)
        return name
