"""The message template: pre-encoded segments with gaps, filled per reader.

    From, Reply-To, To*, Subject(*), Date, Message-ID*          (* a gap)
    List-Id, List-Unsubscribe*, List-Unsubscribe-Post
    List-Archive, List-Help, List-Owner, List-Post
    Feedback-ID, Auto-Submitted, MIME-Version
    Content-Type: multipart/alternative
    ├── text/plain; charset=utf-8, quoted-printable, with gaps
    └── text/html;  charset=utf-8, quoted-printable, with gaps

Made once for a mailing; for each reader only the gaps are filled. A gap in a body is on
soft-broken lines of its own, so that a value cannot lengthen another line.

Compiled by mypyc.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Final, cast
from urllib.parse import quote

from newsletter.basics.address import Address
from newsletter.message import headers
from newsletter.message.content import Content
from newsletter.message.encode import quoted_printable, quoted_printable_slot
from newsletter.render.slots.slots import Context, Slot, Slotted, fill

_BARE: Final = re.compile(rb"(?<!\r)\n|\r(?!\n)")
_SOFT_BREAK: Final = b"=\r\n"
_GAP: Final = "\0"  # in place of the token while a field is written

_WORD: Final = 70
"""A value of fewer characters fits on a line of its own."""
_LONG: Final = 1024
"""A piece of at least so many octets is a part of its own; shorter ones are joined."""


class Personal:
    """What differs from reader to reader: their fields and the tokens of their delivery."""

    def __init__(
        self,
        address: Address,
        name: str,
        fields: dict[str, str],
        message_token: str,
        unsubscribe_token: str,
    ) -> None:
        self.address: Final = address
        self.name: Final = name
        self.fields: Final = fields
        self.message_token: Final = message_token
        self.unsubscribe_token: Final = unsubscribe_token


Encoder = Callable[[Personal], bytes]


class Pattern:
    """A run of octets with gaps; an int among `pieces` is a gap, the number of its value."""

    def __init__(self, pieces: Sequence[bytes | int]) -> None:
        self._pieces = [piece if isinstance(piece, bytes) else b"" for piece in pieces]
        self._gaps = [(at, piece) for at, piece in enumerate(pieces) if isinstance(piece, int)]
        self.octets: Final = sum(map(len, self._pieces))

    def filled(self, values: list[bytes]) -> bytes:
        """Return the run as one part."""
        pieces = self._pieces.copy()
        for at, number in self._gaps:
            pieces[at] = values[number]
        return b"".join(pieces)


class MessageTemplate:
    """A mailing's message: `runs` in order, each either octets or a pattern with gaps.

    Long octets are the same object in every message and never copied. `encoders` make the values,
    each called once for a message, however many gaps it fills.
    """

    def __init__(
        self, runs: list[bytes | Pattern], encoders: list[Encoder], issue: str, domain: str
    ) -> None:
        self._runs = runs
        self._encoders = encoders
        self._issue = issue
        self._domain = domain

    @property
    def octets(self) -> int:
        """The length of a message without the reader's values."""
        return sum(len(run) if isinstance(run, bytes) else run.octets for run in self._runs)

    def message(self, reader: Personal) -> list[bytes]:
        """Return the parts of one reader's message, ready for the wire.

        The bytes are 7-bit (but for an SMTPUTF8 address in To) with CRLF line ends only, end in
        CRLF, and have no line that begins with a dot. Raises ValueError for a bare CR or LF
        (SMTP smuggling, CVE-2023-51764).
        """
        values = self.values(reader)
        return [run if isinstance(run, bytes) else run.filled(values) for run in self._runs]

    def values(self, reader: Personal) -> list[bytes]:
        """Return the values of the gaps. Raises ValueError for a bare CR or LF."""
        return [encode(reader) for encode in self._encoders]

    def message_id(self, message_token: str) -> str:
        """Return the Message-ID of a delivery, the same for every attempt."""
        return headers.message_id(self._issue, message_token, self._domain)


def message_template(content: Content, date: datetime, *, marked: str = "") -> MessageTemplate:
    """Return the template of a mailing; `marked` is put before the subject ("[TEST] ")."""
    domain = content.sender.address.domain
    boundary = f"=_{content.digest[:32]}"  # quoted-printable never yields "=_"
    pieces: list[bytes | Encoder] = [
        headers.mailbox("From", content.sender.name, content.sender.address),
        headers.mailbox("Reply-To", "", content.reply_to) if content.reply_to else b"",
        _to,
        _subject(content, marked),
        headers.date(date),
        *_message_id(content.issue, domain),
        headers.list_id(content.list_title, content.list_id),
        *_list_unsubscribe(content),
        headers.list_about(content.contact, content.archive_url),
        headers.field("Feedback-ID", f"{content.issue}:{content.list_id}:newsletter:{domain}"),
        headers.field("Auto-Submitted", "auto-generated"),  # RFC 3834, 5
        headers.field("MIME-Version", "1.0"),
        headers.field("Content-Type", f'multipart/alternative;\r\n boundary="{boundary}"'),
        b"\r\n",
        _part_start(boundary, "text/plain"),
        *_body(content, content.text),
        b"\r\n",
        _part_start(boundary, "text/html"),
        *_body(content, content.html),
        f"\r\n--{boundary}--\r\n".encode("ascii"),
    ]
    return _template(pieces, content.issue, domain)


def unsubscribe_urls(content: Content) -> tuple[str | None, str]:
    """Return the https URL (None where none is configured) and the mailto URL without the token.

    The token is the end of both, so everything before it is the same for all readers.
    """
    mailto = quote(str(content.unsubscribe_mailto), safe="@+")
    https = f"{content.unsubscribe_url.rstrip('/')}/" if content.unsubscribe_url else None
    return https, f"mailto:{mailto}?subject=unsubscribe-"


def envelope_sender(content: Content, bounce_token: str) -> Address:
    """Return MAIL FROM: VERP where a bounce address is configured, else the plain sender."""
    bounces = content.bounces_address
    if bounces is None:
        return content.sender.address
    return Address(f"{bounces.local}+{bounce_token}", bounces.domain)


def _subject(content: Content, marked: str) -> bytes | Encoder:
    parts = content.subject
    if not any(isinstance(part, Slot) for part in parts):
        return headers.unstructured("Subject", marked + "".join(str(part) for part in parts))
    return lambda reader: _whole(
        headers.unstructured("Subject", marked + fill(parts, lambda slot: _value(slot, reader)))
    )


def _to(reader: Personal) -> bytes:
    plain = headers.plain_recipient(reader.name, reader.address)
    return plain or _whole(headers.mailbox("To", reader.name, reader.address))


def _message_id(issue: str, domain: str) -> list[bytes | Encoder]:
    field = headers.field("Message-ID", headers.message_id(issue, _GAP, domain))
    before, after = field.split(_GAP.encode("ascii"))
    return [before, lambda reader: reader.message_token.encode("ascii"), after]


def _part_start(boundary: str, kind: str) -> bytes:
    return (
        f"--{boundary}\r\n"
        f"Content-Type: {kind}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode("ascii")


def _list_unsubscribe(content: Content) -> list[bytes | Encoder]:
    https, mailto = unsubscribe_urls(content)
    written = headers.list_unsubscribe(https and f"{https}{_GAP}", f"{mailto}{_GAP}")
    first, *rest = written.split(_GAP.encode("ascii"))
    return [first, *(piece for after in rest for piece in (_token, after))]


def _body(content: Content, text: Slotted) -> list[bytes | Encoder]:
    https, mailto = unsubscribe_urls(content)
    pieces: list[bytes | Encoder] = []
    for part in text:
        if isinstance(part, str):
            pieces.append(quoted_printable(part))
            continue
        if part.name == "unsubscribe":
            url = quoted_printable_slot(_escaped(https or mailto, part.context))
            pieces += [_SOFT_BREAK, url, _SOFT_BREAK, _token]
        else:
            pieces += [_SOFT_BREAK, _field(part)]
        pieces.append(_SOFT_BREAK)
    return pieces


def _token(reader: Personal) -> bytes:
    return reader.unsubscribe_token.encode("ascii")


@cache
def _field(slot: Slot) -> Encoder:
    name = slot.name.removeprefix("reader.")
    fallback = quoted_printable_slot(_escaped(slot.fallback, slot.context))

    def encode(reader: Personal) -> bytes:
        value = reader.fields.get(name)
        if not value:
            return fallback
        if value.isalnum() and value.isascii() and len(value) < _WORD:
            return value.encode("ascii")  # nothing to escape, whatever the context
        return quoted_printable_slot(_escaped(value, slot.context))

    return encode


def _value(slot: Slot, reader: Personal) -> str:
    value = reader.fields.get(slot.name.removeprefix("reader."), "") or slot.fallback
    return _escaped(value, slot.context)


def _escaped(value: str, context: Context) -> str:
    match context:
        case Context.TEXT:
            return value
        case Context.HTML | Context.WHOLE_URL:
            return html.escape(value, quote=True)
        case Context.URL:
            return quote(value, safe="")


def _whole(field: bytes) -> bytes:
    """Return a header field made of a reader's values. Raises ValueError for a bare line end."""
    if _BARE.search(field):
        raise ValueError("a reader's value holds a bare line end")
    return field


def _template(pieces: list[bytes | Encoder], issue: str, domain: str) -> MessageTemplate:
    """Gather pieces into runs and number the gaps. Raises ValueError for a bare line end."""
    numbers: dict[Encoder, int] = {}
    runs: list[bytes | Pattern] = []
    short: list[bytes | int] = []
    for piece in _joined(pieces):
        if not isinstance(piece, bytes):
            short.append(numbers.setdefault(piece, len(numbers)))
        elif len(piece) < _LONG:
            short.append(piece)
        else:
            runs += [_run(short), piece]
            short = []
    runs.append(_run(short))
    return MessageTemplate([run for run in runs if run], list(numbers), issue, domain)


def _run(pieces: list[bytes | int]) -> bytes | Pattern:
    if any(isinstance(piece, int) for piece in pieces):
        return Pattern(pieces)
    return b"".join(piece for piece in pieces if isinstance(piece, bytes))


def _joined(pieces: list[bytes | Encoder]) -> Iterator[bytes | Encoder]:
    """Yield octets between two gaps as one piece."""
    for is_octets, group in groupby(pieces, lambda piece: isinstance(piece, bytes)):
        if not is_octets:
            yield from group
            continue
        octets = b"".join(cast("Iterator[bytes]", group))
        if _BARE.search(octets):
            raise ValueError("the message holds a bare line end")
        yield octets
