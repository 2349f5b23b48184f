"""The message that one reader gets, or got: what build shows, a test sends, a mailing froze."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from newsletter.audience.list.subscriber import Subscriber
from newsletter.basics.address import BadAddress, parse_address
from newsletter.basics.errors import Problem, WrongUsage, did_you_mean, fail
from newsletter.basics.files import shown
from newsletter.message.content import Content, content_of
from newsletter.message.draft import SAMPLE_READER, draft_message
from newsletter.state.standing import held
from newsletter.workspace import Workspace

if TYPE_CHECKING:
    from newsletter.state.ledger import Ledger
    from newsletter.state.values import Mailing


@dataclass(frozen=True, slots=True)
class Frozen:
    """An issue's mailing and the content that it froze."""

    mailing: Mailing
    content: Content

    @property
    def message(self) -> bytes:
        """What a sample reader would get of it (RFC 5322, CRLF)."""
        return draft_message(self.content, date=self.mailing.frozen_at)


def frozen_issue(workspace: Workspace, slug: str) -> Frozen | None:
    """Return what a mailing has frozen of an issue, or None.

    None also where nobody can have got it: the next `send` takes the files as they are then.
    """
    with workspace.known_ledger() as ledger:
        mailing = ledger and held(ledger, slug)
        return Frozen(mailing, ledger.records.content(mailing)) if ledger and mailing else None


def issue_content(workspace: Workspace, slug: str) -> tuple[Content, datetime | None]:
    """Return an issue's content, and its date where a mailing has frozen it.

    Of a frozen issue it is the frozen content, not that of the files. Raises NewsletterError.
    """
    frozen = frozen_issue(workspace, slug)
    if frozen is not None:
        return frozen.content, frozen.mailing.frozen_at
    compiled = workspace.compile(workspace.issue(slug))
    return content_of(compiled, workspace.settings), None


def issue_message(workspace: Workspace, slug: str, as_email: str | None, *, today: date) -> bytes:
    """Return the message for a reader of the list, or for a sample reader.

    Of an issue that a mailing has frozen, it is exactly the message that the reader is sent.
    """
    if as_email is not None:
        with workspace.known_ledger() as ledger:
            parts = ledger.records.parts(slug) if ledger and held(ledger, slug) else ()
            for each in parts:
                if ledger and (sent := _frozen(workspace, ledger, each, as_email)):
                    return sent
    content, moment = issue_content(workspace, slug)
    reader = find_reader(workspace, as_email, today=today) if as_email else SAMPLE_READER
    return draft_message(content, reader, date=moment)


def find_reader(workspace: Workspace, email: str, *, today: date) -> Subscriber:
    """Return a reader of the list by their address; raise NewsletterError with the nearest one."""
    from newsletter.audience.audience import Audience

    try:
        wanted = parse_address(email).key
    except BadAddress as error:
        raise WrongUsage(Problem(message=f"'{email}' is no address: {error}")) from None
    name = shown(workspace.settings.subscribers_file, workspace.root)
    keys: list[str] = []
    audience = Audience(
        workspace.settings.subscribers_file,
        shown=name,
        today=today,
        answers=workspace.settings.subscribers_columns,
    )
    with contextlib.closing(iter(audience)) as members:
        for member in members:
            if member.subscriber.address.key == wanted:
                return member.subscriber
            keys.append(member.subscriber.address.key)
    raise fail(f"{email} is not on the list", file=name, hint=did_you_mean(email, keys))


def _frozen(workspace: Workspace, ledger: Ledger, mailing: Mailing, as_email: str) -> bytes | None:
    """Return what a reader of a mailing gets, or None for anybody else."""
    from newsletter.delivery.letters import Letters

    try:
        delivery = ledger.records.delivery(mailing, parse_address(as_email))
    except BadAddress:
        return None
    if delivery is None:
        return None
    letters = Letters(ledger.records.content(mailing), mailing, workspace.keys()[0])
    return b"".join(letters.parts(delivery))
