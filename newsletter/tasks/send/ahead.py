"""The mail server is asked, without a message, whether it would take a mailing."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from newsletter.audience.audience import Audience
from newsletter.audience.registered import Register
from newsletter.audience.selection import Selection
from newsletter.audience.suppression.record import FILE_NAME, read_record
from newsletter.audience.suppression.suppression import in_force
from newsletter.basics.address import Address
from newsletter.basics.errors import fail
from newsletter.basics.files import shown
from newsletter.basics.outcome import Envelope
from newsletter.delivery.answers.policy import Stop
from newsletter.delivery.letters import Letters
from newsletter.delivery.probe import MOST_ASKED, probe
from newsletter.message.content import Content
from newsletter.message.draft import draft_sender
from newsletter.message.template import message_template
from newsletter.state.ledger import Ledger
from newsletter.state.values import Mailing
from newsletter.transport.base import Transport
from newsletter.workspace import Workspace


def try_out(
    workspace: Workspace,
    ledger: Ledger,
    content: Content,
    mailing: Mailing | None,
    transport: Transport,
    today: date,
    selection: Selection | None = None,
) -> None:
    """Ask the mail server whether it takes a mailing's size, sender and first readers.

    Nothing is sent. `mailing` is None where it is not begun; then its readers are those of the
    list, or of the `selection`. Raises NewsletterError for a no.
    """
    if mailing is None:
        stop = in_the_way(workspace, content, transport, today, selection)
    else:
        letters = Letters(content, mailing, workspace.keys()[0])
        left = ledger.run.pending(mailing, after=0, limit=MOST_ASKED)
        stop = probe(transport, letters.size, [letters.envelope(each) for each in left])
    if stop is not None:
        raise fail(f"the mailing could not go off now: {stop.reason}", hint=stop.hint)


def in_the_way(
    workspace: Workspace,
    content: Content,
    transport: Transport,
    today: date,
    selection: Selection | None = None,
) -> Stop | None:
    """Return why the mail server would not take an issue that is not begun, or None."""
    size = message_template(content, datetime.now(UTC)).octets
    sender = draft_sender(content)
    readers = _first_readers(workspace, today, selection)
    return probe(transport, size, [Envelope(sender, each) for each in readers])


def _first_readers(
    workspace: Workspace, today: date, selection: Selection | None
) -> Sequence[Address]:
    """Return a few readers who may be mailed."""
    if workspace.settings.database.exists():
        with workspace.ledger() as ledger:
            audience = workspace.audience(ledger, today, selection)
    else:
        # A test makes neither a ledger nor a key.
        record = read_record(workspace.root / FILE_NAME, shown=Path(FILE_NAME))
        record.require_whole()
        file = workspace.settings.subscribers_file
        name = shown(file, workspace.root)
        audience = Audience(
            file,
            shown=name,
            register=Register(suppressed=in_force(record.events)),
            today=today,
            selection=selection,
        )
    with contextlib.closing(iter(audience)) as members:
        mailable = (each.subscriber.address for each in members if each.excluded is None)
        return list(itertools.islice(mailable, MOST_ASKED))
