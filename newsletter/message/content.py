"""Everything a message is made of, in one value that a mailing freezes.

This value, the mailing's id and date, and a reader determine the bytes of the reader's message;
no file of the workspace is read again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from newsletter.basics.address import Address, parse_address
from newsletter.render.compiled import CompiledIssue
from newsletter.render.slots.slots import Context, Slot, Slotted, plain
from newsletter.settings.values import Mailbox, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A compiled issue and the settings that its headers show.

    `summaries` are slug and DOI of each, frozen because the issue's file may change later.
    """

    issue: str
    summaries: tuple[tuple[str, str | None], ...]
    subject: Slotted
    html: Slotted
    text: Slotted
    sender: Mailbox
    reply_to: Address | None
    contact: Address
    archive_url: str | None
    list_title: str
    list_id: str
    unsubscribe_mailto: Address
    unsubscribe_url: str | None
    bounces_address: Address | None

    def to_json(self) -> str:
        """Return the canonical text: the same content gives the same characters."""
        return json.dumps(_plain(self), ensure_ascii=True, sort_keys=True, separators=(",", ":"))

    @property
    def digest(self) -> str:
        """The SHA-256 of the canonical text, hexadecimal."""
        return hashlib.sha256(self.to_json().encode("ascii")).hexdigest()

    @property
    def fields(self) -> tuple[str, ...]:
        """The reader's fields that the slots use, sorted."""
        slotted = (*self.subject, *self.html, *self.text)
        names = {part.name for part in slotted if isinstance(part, Slot)}
        return tuple(sorted(n.removeprefix("reader.") for n in names if n.startswith("reader.")))


def content_of(compiled: CompiledIssue, settings: Settings) -> Content:
    """Put a compiled issue and its settings together."""
    news = settings.newsletter
    return Content(
        issue=compiled.issue,
        summaries=compiled.summaries,
        subject=compiled.subject,
        html=compiled.html,
        text=compiled.text,
        sender=news.sender,
        reply_to=news.reply_to,
        contact=news.contact or news.reply_to or news.sender.address,
        archive_url=news.site_url,
        list_title=news.title,
        list_id=news.list_id,
        unsubscribe_mailto=settings.unsubscribe_mailto,
        unsubscribe_url=settings.unsubscribe_url,
        bounces_address=settings.bounces_address,
    )


def content_from_json(text: str) -> Content:
    """Return what `to_json` wrote."""
    raw: dict[str, Any] = json.loads(text)
    return Content(
        issue=raw["issue"],
        summaries=tuple((slug, doi) for slug, doi in raw["summaries"]),
        subject=_slotted(raw["subject"]),
        html=_slotted(raw["html"]),
        text=_slotted(raw["text"]),
        sender=Mailbox(name=raw["sender_name"], address=parse_address(raw["sender"])),
        reply_to=_address(raw["reply_to"]),
        contact=parse_address(raw["contact"]),
        archive_url=raw["archive_url"],
        list_title=raw["list_title"],
        list_id=raw["list_id"],
        unsubscribe_mailto=parse_address(raw["unsubscribe_mailto"]),
        unsubscribe_url=raw["unsubscribe_url"],
        bounces_address=_address(raw["bounces_address"]),
    )


def _plain(content: Content) -> dict[str, Any]:
    return {
        "issue": content.issue,
        "summaries": [list(each) for each in content.summaries],
        "subject": plain(content.subject),
        "html": plain(content.html),
        "text": plain(content.text),
        "sender_name": content.sender.name,
        "sender": str(content.sender.address),
        "reply_to": _text(content.reply_to),
        "contact": str(content.contact),
        "archive_url": content.archive_url,
        "list_title": content.list_title,
        "list_id": content.list_id,
        "unsubscribe_mailto": str(content.unsubscribe_mailto),
        "unsubscribe_url": content.unsubscribe_url,
        "bounces_address": _text(content.bounces_address),
    }


def _slotted(parts: list[str | list[str]]) -> Slotted:
    return tuple(p if isinstance(p, str) else Slot(p[0], p[1], Context(p[2])) for p in parts)


def _text(address: Address | None) -> str | None:
    return None if address is None else str(address)


def _address(text: str | None) -> Address | None:
    return None if text is None else parse_address(text)
