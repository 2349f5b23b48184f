"""A message before its mailing is frozen: for a build, a preview, a check, a test.

Its date and tokens derive from the issue and the content's digest: the same content gives the
same bytes. The tokens belong to no delivery and change nothing.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from newsletter.audience.list.subscriber import Subscriber
from newsletter.basics.address import Address
from newsletter.basics.tokens import NO_DELIVERY, Key, Purpose, Signer
from newsletter.message.content import Content
from newsletter.message.template import Personal, envelope_sender, message_template

SAMPLE_READER = Subscriber(
    Address("ada.sample", "example.org"),
    "Ada Sample",
    {
        "email": "ada.sample@example.org",
        "name": "Ada Sample",
        "first_name": "Ada",
        "last_name": "Sample",
    },
)
"""A made-up reader, where none of the list is chosen."""


def draft_date(issue: str) -> datetime:
    """Return noon UTC on the first day of an issue's month."""
    return datetime(int(issue[:4]), int(issue[5:7]), 1, 12, tzinfo=UTC)


def draft_sender(content: Content) -> Address:
    """Return MAIL FROM in the mailing's form: VERP where a bounce address is configured."""
    return envelope_sender(content, _signer(content).token(Purpose.BOUNCE, NO_DELIVERY))


def draft_message(
    content: Content,
    reader: Subscriber = SAMPLE_READER,
    *,
    date: datetime | None = None,
    marked: str = "",
) -> bytes:
    """Return the message as a reader would get it (CRLF line ends, 7-bit)."""
    signer = _signer(content)
    moment = date or draft_date(content.issue)
    personal = Personal(
        reader.address,
        reader.name,
        reader.fields,
        signer.message_maker()(f"{reader.address.key} {marked}{moment.isoformat()}"),
        signer.token(Purpose.UNSUBSCRIBE, NO_DELIVERY),
    )
    return b"".join(message_template(content, moment, marked=marked).message(personal))


def _signer(content: Content) -> Signer:
    digest = content.digest
    return Signer(Key(hashlib.sha256(digest.encode("ascii")).digest()), digest)
