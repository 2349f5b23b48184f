"""A compiled issue: the part of its messages that does not depend on the reader."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.render.slots.slots import Slotted


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledIssue:
    """An issue ready to be made into messages.

    `digest` is the SHA-256 (hexadecimal) of subject, preheader, HTML and text with their slots:
    the same input gives the same digest. `summaries` are slug and DOI of each, in order.
    """

    issue: str
    summaries: tuple[tuple[str, str | None], ...]
    subject: Slotted
    preheader: str
    html: Slotted
    text: Slotted
    digest: str
