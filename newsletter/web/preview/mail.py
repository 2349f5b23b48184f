"""The message as a mail program reads it: parsed back out of its MIME.

Nothing here knows how the message was made, so what the page shows is what would be sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum


class Scheme(StrEnum):
    """The colours that the reader's device asks for."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A message in its parts: `raw` as sent, `headers` unfolded and decoded, in their order.

    `html` and `text` are the decoded bodies, "" where the message has no such part.
    """

    raw: bytes
    headers: tuple[tuple[str, str], ...]
    html: str
    text: str

    def header(self, name: str) -> str:
        """Return the first value of a header, or nothing."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def weight(self) -> int:
        """Bytes of HTML, as Gmail counts them against its clip."""
        return len(self.html.encode())


def read_mail(raw: bytes) -> Mail:
    """Parse a message with the standard library."""
    message = message_from_bytes(raw, policy=policy.default)
    return Mail(
        raw=raw,
        headers=tuple((name, _one_line(value)) for name, value in message.items()),
        html=_body(message, "html"),
        text=_body(message, "plain"),
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    text: str = part.get_content()
    return text.replace("\r\n", "\n")


def _one_line(value: str) -> str:
    return " ".join(str(value).split())


_STYLE = re.compile(r"(<style\b[^>]*>)(.*?)(</style>)", re.IGNORECASE | re.DOTALL)
_META = re.compile(
    r"(<meta\b[^>]*\bname=[\"'](?:supported-)?color-schemes?[\"'][^>]*\bcontent=[\"'])[^\"']*",
    re.IGNORECASE,
)
_FEATURE = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)", re.IGNORECASE)
_PROPERTY = re.compile(r"(?<![\w-])((?:supported-)?color-schemes?)\s*:\s*[^;}\"']+", re.IGNORECASE)

# A feature that always holds and one that never does stand in for the reader's wish: that works
# in every browser, whatever the editor's own device prefers.
_ALWAYS = "(min-width:0px)"
_NEVER = "(min-width:99999px)"


def in_scheme(html: str, scheme: Scheme) -> str:
    """Return the HTML as a device that asks for light or dark shows it.

    Only style blocks and the two metas change: words of the author that look like CSS stay.
    """

    def feature(match: re.Match[str]) -> str:
        return _ALWAYS if match[1].lower() == scheme else _NEVER

    def style(match: re.Match[str]) -> str:
        css = _FEATURE.sub(feature, match[2])
        return match[1] + _PROPERTY.sub(rf"\1:{scheme}", css) + match[3]

    return _META.sub(rf"\g<1>{scheme}", _STYLE.sub(style, html))
