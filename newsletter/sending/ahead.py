"""What is found out before a mailing goes off later: it must not fail when nobody looks."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from newsletter.audience.audience import Audience
from newsletter.delivery.letters import Letters, preflight
from newsletter.delivery.probe import probe
from newsletter.errors import fail
from newsletter.message.content import Content
from newsletter.state.ledger import Mailing, MailingState
from newsletter.transport.base import Transport
from newsletter.workspace import Workspace


def try_out(
    workspace: Workspace, content: Content, audience: Audience | None, transport: Transport
) -> None:
    """Make every reader's message, and knock at the mail server; nothing is sent or kept.

    `audience` None leaves the messages out: those of a mailing that was begun have been made.
    Raises NewsletterError.
    """
    now = datetime.now(UTC)
    key = workspace.keys()[0]
    draft = Mailing(
        id=0,
        uuid=str(uuid.uuid4()),
        issue=content.issue,
        state=MailingState.FROZEN,
        digest=content.digest,
        sources="",
        frozen_at=now,
        started_at=None,
        finished_at=None,
    )
    for _ in preflight(audience or (), content, draft, key):
        pass
    why = probe(transport, Letters(content, draft, key).size)
    if why is not None:
        raise fail(
            f"the mailing could not go off now: {why}", hint="mend this, then run this again"
        )
