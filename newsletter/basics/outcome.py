"""What one attempt led to: the vocabulary that transports and the ledger share.

Compiled by mypyc.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from newsletter.basics.address import Address
from newsletter.basics.value import Value


class State(StrEnum):
    """Where a delivery stands (docs/glossary.md)."""

    PENDING = "pending"
    ATTEMPTING = "attempting"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    EXCLUDED = "excluded"


class Verdict(StrEnum):
    """What an attempt says about its delivery."""

    ACCEPTED = "accepted"
    """The server took responsibility: 250 to the final dot (RFC 5321, 4.2.5)."""
    DEFERRED = "deferred"
    """A 4xx for this recipient or this message: another attempt is due later."""
    REFUSED = "refused"
    """A 5xx for this recipient or this message: final."""
    UNCERTAIN = "uncertain"
    """Lost after the body may have left (RFC 1047): never sent again without the editor's word."""
    UNTOUCHED = "untouched"
    """Nothing of the message left, and the server said nothing against it: back to pending."""


class Phase(StrEnum):
    """The step of the conversation that a reply, or the lack of one, belongs to."""

    GREETING = "greeting"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    DOT = "dot"
    RSET = "RSET"
    QUIT = "QUIT"


def server_words(code: int | None, enhanced: str, text: str) -> str:
    """Return a server's answer on one line: `550 5.1.1 no such user`; without a code, the text."""
    return " ".join(filter(None, (str(code or ""), enhanced, text)))


class Reply(Value):
    """A server's reply: `code`, `enhanced` (RFC 3463, "5.1.1" or ""), `text` (its words)."""

    def __init__(self, code: int, enhanced: str, text: str) -> None:
        self.code: Final = code
        self.enhanced: Final = enhanced
        self.text: Final = text

    def parts(self) -> tuple[object, ...]:
        """See Value."""
        return self.code, self.enhanced, self.text

    def __str__(self) -> str:
        return server_words(self.code, self.enhanced, self.text)


class Outcome(Value):
    """The end of one attempt.

    `code` is the reply code (0 where there was none), `enhanced` the RFC 3463 code such as
    "5.1.1" or "", `text` the server's words on one line, or the program's where there are none.
    """

    def __init__(
        self,
        verdict: Verdict,
        code: int = 0,
        enhanced: str = "",
        text: str = "",
        phase: Phase = Phase.DOT,
    ) -> None:
        self.verdict: Final = verdict
        self.code: Final = code
        self.enhanced: Final = enhanced
        self.text: Final = text
        self.phase: Final = phase

    def parts(self) -> tuple[object, ...]:
        """See Value."""
        return self.verdict, self.code, self.enhanced, self.text, self.phase

    def __str__(self) -> str:
        return server_words(self.code, self.enhanced, self.text)


class Envelope(Value):
    """MAIL FROM and RCPT TO of one message."""

    def __init__(self, sender: Address, recipient: Address) -> None:
        self.sender: Final = sender
        self.recipient: Final = recipient

    def parts(self) -> tuple[object, ...]:
        """See Value."""
        return self.sender, self.recipient
