"""What is found out before a mailing goes off later: it must not fail when nobody looks."""

from __future__ import annotations

from datetime import UTC, datetime

from newsletter.audience.audience import Audience
from newsletter.delivery.letters import Letters, preflight
from newsletter.delivery.mailing import draft_mailing
from newsletter.delivery.probe import probe
from newsletter.errors import fail
from newsletter.message.content import Content
from newsletter.transport.base import Transport
from newsletter.workspace import Workspace


def try_out(
    workspace: Workspace, content: Content, audience: Audience | None, transport: Transport
) -> None:
    """Try every reader's message, and knock at the mail server; nothing is sent or kept.

    `audience` None leaves the messages out: those of a mailing that was begun have been made.
    Raises NewsletterError.
    """
    key = workspace.keys()[0]
    draft = draft_mailing(content, sources="", now=datetime.now(UTC))
    for _ in preflight(audience or (), content, draft, key):
        pass
    why = probe(transport, Letters(content, draft, key).size)
    if why is not None:
        raise fail(
            f"the mailing could not go off now: {why}", hint="mend this, then run this again"
        )
