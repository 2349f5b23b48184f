"""The two senders that are in this project: `newsletter send`, and the C client beside the sink."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.native import program
from benchmarks.place import ISSUE, NEWSLETTER, Place
from benchmarks.sendings import Sending, send


@dataclass(frozen=True, slots=True)
class Newsletter:
    """`newsletter send MONTH --yes`, a process with a new ledger each time."""

    place: Place
    connections: int
    durability: str

    def __str__(self) -> str:
        return f"newsletter, {self.durability}, {self.connections} connections"

    def __call__(self, readers: int, delay: int = 0) -> Sending:
        """Send to the list of the place, which has so many readers."""
        self.place.forget()
        return send(self._command, readers, cwd=self.place.root, delay=delay)

    def _command(self, port: int) -> list[str | Path]:
        self.place.settings(port=port, connections=self.connections, durability=self.durability)
        return [NEWSLETTER, "send", ISSUE, "--yes"]


@dataclass(frozen=True, slots=True)
class Client:
    """The C client, with the bytes of one of our messages."""

    place: Place
    connections: int

    def __str__(self) -> str:
        return f"C client, {self.connections} connections"

    def __call__(self, messages: int, delay: int = 0) -> Sending:
        """Send the same message so many times."""
        stuffed = self.place.root / "stuffed.eml"
        if not stuffed.exists():
            text = self.place.message.read_bytes()
            stuffed.write_bytes(re.sub(rb"(?m)^\.", b"..", text))
        command = partial(self._command, messages=messages, file=stuffed)
        return send(command, messages, cwd=self.place.root, delay=delay)

    def _command(self, port: int, messages: int, file: Path) -> list[str | Path]:
        return [program("client"), str(port), str(self.connections), str(messages), file]
