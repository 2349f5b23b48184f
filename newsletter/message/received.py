"""A message read back from its bytes, as a mail program reads it.

The preview, the checks and the build read messages in this way, so they see what is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
from functools import cached_property


@dataclass(frozen=True)
class Received:
    """A message of at most two parts; headers and bodies are parsed at their first use."""

    octets: bytes

    @cached_property
    def headers(self) -> EmailMessage:
        """The header fields, unfolded and decoded; a missing one is None."""
        from email import policy  # slow to import, and a build needs bodies only

        return BytesHeaderParser(policy=policy.default).parsebytes(self.octets)

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """Name and value of each header field, the value on one line, in their order."""
        return tuple((name, _one_line(value)) for name, value in self.headers.items())

    def header(self, name: str) -> str:
        """Return the first value of a header on one line, or ""."""
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
        # policy.default would parse the fields of each part and take ten times as long.
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
