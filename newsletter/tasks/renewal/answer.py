"""The answer to a renewal: an express consent, with what the person had been shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from newsletter.audience.list.basis import Basis
from newsletter.audience.register.alias import ERASED_AND_RESTORED, is_alias
from newsletter.audience.register.consent import Consent
from newsletter.audience.register.event import Event, Kind
from newsletter.audience.suppression.book import SuppressionBook
from newsletter.basics.address import Address
from newsletter.basics.errors import fail
from newsletter.state.ledger import Ledger
from newsletter.tasks.renewal.message import shown_text
from newsletter.workspace import Workspace

_LONGEST: Final = 2_000


def agree(
    workspace: Workspace,
    ledger: Ledger,
    book: SuppressionBook,
    address: Address,
    *,
    source: str,
    reason: str,
) -> None:
    """Record that somebody gave an express consent; `source` is the way, `reason` their words.

    Raises NewsletterError for somebody who is suppressed: a restore says why they are mailed again.
    """
    suppression = book.of(address)
    if suppression is not None:
        raise fail(
            f"{address} is suppressed: {suppression}; nothing was recorded",
            hint=f'first newsletter subscribers restore {address} --reason "..."',
        )
    if is_alias(address.key):
        raise fail(ERASED_AND_RESTORED, hint="give their address")
    now = datetime.now(UTC)
    wording = shown_text(workspace)[:_LONGEST]
    consent = Consent(basis=Basis.EXPRESS, source=source, wording=wording, at=now)
    event = Event(
        address=address,
        kind=Kind.RENEW,
        reason=reason,
        source=source,
        at=now,
        evidence={"consent": consent.as_json()},
    )
    ledger.people.add([event])
