"""An issue as a test sends it: as one reader would get it, to any address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from newsletter.audience.list.subscriber import Subscriber
from newsletter.audience.register.alias import is_alias
from newsletter.audience.suppression.book import SuppressionBook
from newsletter.basics.address import Address
from newsletter.basics.errors import fail
from newsletter.basics.outcome import Envelope
from newsletter.message.content import Content
from newsletter.message.draft import SAMPLE_READER, draft_message, draft_sender
from newsletter.tasks.message import find_reader, issue_content
from newsletter.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Specimen:
    """An issue, the reader whose values fill its slots, and the Date of its messages."""

    content: Content
    reader: Subscriber
    now: datetime

    def to(self, address: Address) -> tuple[Envelope, bytes]:
        """Return the message to an address: marked [TEST], with a token that never acts."""
        reader = Subscriber(address, "", self.reader.fields)
        date = self.now.astimezone(UTC)
        message = draft_message(self.content, reader, date=date, marked="[TEST] ")
        return Envelope(draft_sender(self.content), address), message


def specimen(workspace: Workspace, slug: str, as_email: str | None, now: datetime) -> Specimen:
    """Return an issue as a reader of the list would get it, or a sample reader.

    Raises NewsletterError.
    """
    content, _ = issue_content(workspace, slug)
    reader = find_reader(workspace, as_email, today=now.date()) if as_email else SAMPLE_READER
    return Specimen(content, reader, now)


def refuse_erased(workspace: Workspace, address: Address) -> None:
    """Raise NewsletterError where an address is that of somebody who was erased."""
    with workspace.known_ledger() as ledger:
        if ledger is None:
            return
        book = SuppressionBook(ledger.people, workspace.root, workspace.keys())
    gone = book.of(address)
    if gone is not None and is_alias(gone.address.key):
        raise fail(
            f"{address} was erased on {gone.since}: no test goes there",
            hint=f'first newsletter subscribers restore {address} --reason "..."',
        )
