"""The header fields of one message, folded here.

The standard library's SMTP policy turns a long List-Unsubscribe into RFC 2047 words, and the
one-click button vanishes (cpython issue 85725). So each field is folded here, only where its
syntax allows it. Values come from data, names never do.

Compiled by mypyc.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final
from urllib.parse import quote

from newsletter.basics.address import Address
from newsletter.basics.controls import CONTROLS, SEPARATORS
from newsletter.message.encode import encoded_words, header_text

_LINE: Final = 76
# RFC 5322, 3.2.3, with spaces between
_ATOMS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_CONTROLS: Final = re.compile(f"[{CONTROLS}{SEPARATORS}]+")


def unstructured(name: str, text: str) -> bytes:
    """Return a field of free text (RFC 5322, 3.2.5)."""
    return field(name, header_text(_one_line(text), used=len(name) + 2))


def mailbox(name: str, display: str, address: Address) -> bytes:
    """Return a field that holds one mailbox (RFC 5322, 3.4); `display` may be empty."""
    used = len(name) + 2
    if not display:
        return field(name, str(address))
    return field(name, _join(_phrase(_one_line(display), used=used), f"<{address}>", used=used))


def plain_recipient(name: str, address: Address) -> bytes | None:
    """Return To for one reader, or None where it needs quoting, encoding or folding.

    A quick way for nearly every reader; `mailbox` is the general one.
    """
    field = f"To: {name} <{address.local}@{address.domain}>\r\n"
    if len(field) > _LINE + len("\r\n") or not (field.isascii() and _are_words(name)):
        return None
    return field.encode("ascii")


def _are_words(text: str) -> bool:
    return text.replace(" ", "").isalnum() and text == text.strip() and "  " not in text


def list_id(title: str, identifier: str) -> bytes:
    """Return List-Id (RFC 2919, 3): a phrase and the identifier in angle brackets."""
    return field("List-Id", _join(_phrase(title, used=9), f"<{identifier}>", used=9))


def list_about(contact: Address, archive_url: str | None) -> bytes:
    """Return List-Archive, List-Help and List-Owner (RFC 2369), and List-Post NO (3.4 there)."""
    write_to = f"<mailto:{quote(str(contact), safe='@+')}>"
    archive = field("List-Archive", f"<{archive_url}>") if archive_url else b""
    return (
        archive
        + field("List-Help", write_to)
        + field("List-Owner", write_to)
        + field("List-Post", "NO")
    )


def date(moment: datetime) -> bytes:
    """Return Date (RFC 5322, 3.3), in UTC."""
    return field("Date", format_datetime(moment.astimezone(UTC)))


def message_id(issue: str, token: str, domain: str) -> str:
    """Return a Message-ID with its angle brackets (RFC 5322, 3.6.4)."""
    return f"<{issue}.{token}@{domain}>"


def list_unsubscribe(https_url: str | None, mailto_url: str) -> bytes:
    """Return List-Unsubscribe (RFC 2369, 3.2), and List-Unsubscribe-Post with an https URL.

    The field is folded after the comma only, so that the URLs stay whole. One-click (RFC 8058,
    3.1) needs https; it comes first, for the leftmost URL is preferred (RFC 2369, 2).
    """
    if https_url is None:
        return field("List-Unsubscribe", f"<{mailto_url}>")
    return field("List-Unsubscribe", f"<{https_url}>,\r\n <{mailto_url}>") + field(
        "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
    )


def field(name: str, value: str) -> bytes:
    """Return one field with its line end; non-ASCII stays only in an SMTPUTF8 address."""
    return f"{name}: {value}\r\n".encode()


def _one_line(text: str) -> str:
    """Replace line ends and controls by spaces; encoded words must not carry them either."""
    return _CONTROLS.sub(" ", text)


def _phrase(text: str, *, used: int) -> str:
    """Return a display name: atoms, a quoted string, or encoded words (RFC 2047, 5 (3))."""
    if text.isascii() and text.isprintable() and "=?" not in text and len(text) + used < _LINE:
        if _ATOMS.fullmatch(text) and text == " ".join(text.split()):
            return text
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        if len(escaped) + 2 + used <= _LINE:
            return f'"{escaped}"'
    return encoded_words(text, used=used)


def _join(phrase: str, angle: str, *, used: int) -> str:
    last = len(phrase) - phrase.rfind("\n") - 1
    here = last + (used if "\n" not in phrase else 0)
    return f"{phrase} {angle}" if here + 1 + len(angle) <= _LINE else f"{phrase}\r\n {angle}"
