"""The letters of one mailing: from its frozen content, a delivery's envelope and message.

Compiled by mypyc.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from newsletter.audience.list.listfile import Member
from newsletter.audience.list.subscriber import Subscriber
from newsletter.basics.errors import NewsletterError, Problem
from newsletter.basics.outcome import Envelope
from newsletter.basics.tokens import Key, Purpose, Signer
from newsletter.message.content import Content
from newsletter.message.template import Personal, envelope_sender, message_template
from newsletter.state.values import Delivery, Mailing

_MOST_PROBLEMS: Final = 20
_NO_TOKEN: Final = "a" * 24
"""For a delivery that has no number yet."""


class Unmakeable(NewsletterError):  # noqa: N818
    """Some readers' messages cannot be made; each is named with their line in the list."""


class Letters:
    """Makes messages of a mailing; nothing of the workspace is read."""

    def __init__(self, content: Content, mailing: Mailing, key: Key) -> None:
        self._content = content
        signer = Signer(key, mailing.uuid)
        self._unsubscribe_token = signer.maker(Purpose.UNSUBSCRIBE)
        self._bounce_token = signer.maker(Purpose.BOUNCE)
        self._template = message_template(content, mailing.frozen_at)
        self.size = self._template.octets

    def envelope(self, delivery: Delivery) -> Envelope:
        """Return MAIL FROM, with the delivery's bounce token if configured, and RCPT TO."""
        sender = self._content.sender.address
        if self._content.bounces_address is not None:
            sender = envelope_sender(self._content, self._bounce_token(delivery.id))
        return Envelope(sender, delivery.address)

    def parts(self, delivery: Delivery) -> list[bytes]:
        """Return the message's bytes in parts."""
        return self._template.message(
            Personal(
                delivery.address,
                delivery.name,
                delivery.fields,
                delivery.message_token,
                self._unsubscribe_token(delivery.id),
            )
        )

    def values(self, who: Subscriber, message_token: str) -> list[bytes]:
        """Return what differs in a reader's message. Raises ValueError where it cannot be made."""
        return self._template.values(
            Personal(who.address, who.name, who.fields, message_token, _NO_TOKEN)
        )


def preflight(
    members: Iterable[Member], content: Content, mailing: Mailing, key: Key
) -> Iterator[tuple[Member, str]]:
    """Yield each member with their message token, once their message could be made.

    All of them are made before anything is frozen; raises Unmakeable, at the end, that names every
    member (up to twenty) whose message cannot be.
    """
    letters = Letters(content, mailing, key)
    token_of = Signer(key, mailing.uuid).message_maker()
    problems: list[Problem] = []
    for member in members:
        who = member.subscriber
        token = token_of(who.address.key)
        if member.excluded is None and len(problems) < _MOST_PROBLEMS:
            try:
                letters.values(who, token)
            except ValueError as error:
                problems.append(
                    Problem(message=f"the message cannot be made: {error}", line=member.line)
                )
        yield member, token
    if problems:
        raise Unmakeable(*problems)
