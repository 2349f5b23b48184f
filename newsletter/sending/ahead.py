"""What is found out before a mailing goes off later: it must not fail when nobody looks."""

from __future__ import annotations

from datetime import UTC, datetime

from newsletter.delivery.letters import Letters
from newsletter.delivery.mailing import draft_mailing
from newsletter.delivery.probe import probe
from newsletter.errors import fail
from newsletter.message.content import Content
from newsletter.transport.base import Transport
from newsletter.workspace import Workspace


def try_out(workspace: Workspace, content: Content, transport: Transport) -> None:
    """Knock at the mail server with a mailing's size; nothing is sent. Raises NewsletterError."""
    draft = draft_mailing(content, sources="", now=datetime.now(UTC))
    why = probe(transport, Letters(content, draft, workspace.keys()[0]).size)
    if why is not None:
        raise fail(
            f"the mailing could not go off now: {why}", hint="mend this, then run this again"
        )
