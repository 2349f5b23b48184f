"""A Maildir on disk as a way out: each message is a file of its own in `new/`.

The file is written in `tmp/`, synced and renamed, so `new/` only ever holds whole messages. Its
name follows from the message alone, so that a second attempt would not make a second file.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from newsletter.basics.outcome import Envelope, Phase, Reply
from newsletter.basics.private import OWN_FILE, private_folder
from newsletter.smtp.events import Answered, Event, Lost, Opened, Ready
from newsletter.transport.base import Channel, Listener, LocalChannel


class MaildirTransport:
    """Writes into the Maildir at `path`, which is made (mode 0700) if it is not there."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def name(self) -> str:
        """The folder."""
        return f"maildir {self._path}"

    def open(self, listener: Listener) -> Channel:
        """Make the folders and be ready."""
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


class _Maildir(LocalChannel):
    def __init__(self, path: Path, listener: Listener, first: Event) -> None:
        self._path = path
        super().__init__(listener)
        self.tell(first)

    def offer(self, envelope: Envelope) -> None:  # noqa: ARG002 - the message names its reader
        self.tell(Ready())

    def deliver(self, parts: Sequence[bytes], then: Envelope | None) -> None:
        try:
            name = self._write(b"".join(parts))
            reply = Reply(250, "2.0.0", f"written as {name}")
        except OSError as error:
            reply = Reply(451, "4.3.0", f"not written: {error.strerror or error}")
        self.tell(Answered(Phase.DOT, reply))
        if then is not None:
            self.offer(then)

    def _write(self, message: bytes) -> str:
        # A Maildir holds messages with the line ends of its system.
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
