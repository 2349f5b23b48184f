"""Rules about the email as it leaves."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy

from newsletter.checks.dossier import Dossier
from newsletter.content.issue import Issue
from newsletter.errors import Level, Problem

LARGE = 80_000
TOO_LARGE = 100_000
"""Bytes of HTML. Gmail shows about 102 KB of a message and hides the rest behind a link,
with the unsubscribe link in it."""


def size(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Weigh the HTML part, decoded, after splicing."""
    if dossier.message is None:
        return
    weight = html_weight(dossier.message)
    says = f"the HTML of the email is {weight / 1000:.0f} KB"
    if weight > TOO_LARGE:
        level, message = Level.ERROR, f"{says}: Gmail will cut it off at about 102 KB"
    elif weight > LARGE:
        level, message = Level.WARNING, f"{says}, near the 102 KB where Gmail cuts it off"
    else:
        level, message = Level.INFO, f"{says}; Gmail shows up to 102 KB"
    yield Problem(
        message=message,
        file=issue.file,
        line=issue.lines.get("summaries"),
        hint=None if level is Level.INFO else "shorten a summary, or leave one for the next issue",
        level=level,
    )


def html_weight(message: bytes) -> int:
    """Return the bytes of a message's HTML part as a mail program sees them: decoded."""
    html = message_from_bytes(message, policy=policy.SMTP).get_body(("html",))
    return 0 if html is None else len(html.get_payload(decode=True) or b"")
