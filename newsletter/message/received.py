"""A message read back out of its bytes, as a mail program reads it.

Nothing here knows how a message was made, so what is shown, checked and built is what is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
from functools import cached_property


@dataclass(frozen=True)
class Received:
    """A message of two parts at most; what is read of it is read once, when it is first used."""

    octets: bytes

    @cached_property
    def headers(self) -> EmailMessage:
        """The header fields, unfolded and decoded; None for one that is not there."""
        from email import policy  # slow to import, and a build needs bodies only

        return BytesHeaderParser(policy=policy.default).parsebytes(self.octets)

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """Name and value of each header field, the value on one line, in their order."""
        return tuple((name, _one_line(value)) for name, value in self.headers.items())

    def header(self, name: str) -> str:
        """Return the first value of a header on one line, or nothing."""
        return _one_line(self.headers[name] or "")

    @property
    def html(self) -> str:
        r"""The HTML part, decoded, with `\n` line ends; empty where there is none."""
        return self._bodies.get("html", "")

    @property
    def text(self) -> str:
        r"""The plain text part, decoded, with `\n` line ends; empty where there is none."""
        return self._bodies.get("plain", "")

    @cached_property
    def _bodies(self) -> dict[str, str]:
        # Not policy.default, which parses the fields of each part: that takes ten times as long.
        parts = message_from_bytes(self.octets).walk()
        return {part.get_content_subtype(): _decoded(part) for part in parts}


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):  # a multipart
        return ""
    text = payload.decode(part.get_content_charset("utf-8"), "replace")
    return text.replace("\r\n", "\n")


def _one_line(value: str) -> str:
    return " ".join(str(value).split())
