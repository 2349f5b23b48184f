"""What a peer sends: the list, the two bodies with places for a reader, the ready message."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Self

SENDER = "news@example.org"
FROM = f"Practice Notes <{SENDER}>"
SUBJECT = "Practice Notes, November 2026"
CONNECTIONS = 20


@dataclass(frozen=True, slots=True)
class Reader:
    """A line of the list."""

    email: str
    first_name: str
    token: str

    def fill(self, body: str) -> str:
        """Put this reader into a body. A plain replacement: no template engine is faster."""
        return body.replace("{{first_name}}", self.first_name).replace("{{token}}", self.token)

    def unsubscribing(self) -> dict[str, str]:
        """Return the header fields that a newsletter must have (RFC 8058)."""
        return {
            "List-Unsubscribe": f"<https://news.example.org/u/{self.token}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }


@dataclass(frozen=True, slots=True)
class Material:
    """The folder that the benchmark laid out, and the words of the command line."""

    port: int
    folder: Path
    raw: bool
    text: str
    html: str
    message: bytes

    @classmethod
    def from_command_line(cls) -> Self:
        """Read what `PORT FOLDER KIND` names."""
        port, name, kind = sys.argv[1:]
        folder = Path(name)
        return cls(
            port=int(port),
            folder=folder,
            raw=kind == "raw",
            text=(folder / "body.txt").read_text(encoding="utf-8"),
            html=(folder / "body.html").read_text(encoding="utf-8"),
            message=(folder / "message.eml").read_bytes(),
        )

    def readers(self) -> Iterator[Reader]:
        """Read the list."""
        with (self.folder / "list.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield Reader(**row)

    def build(self, reader: Reader) -> EmailMessage:
        """Make this reader's message with the standard library."""
        message = EmailMessage()
        message["From"] = FROM
        message["To"] = reader.email
        message["Subject"] = SUBJECT
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain="example.org")
        for name, value in reader.unsubscribing().items():
            message[name] = value
        message.set_content(reader.fill(self.text))
        message.add_alternative(reader.fill(self.html), subtype="html")
        return message
