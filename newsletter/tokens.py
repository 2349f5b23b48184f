"""Tokens: what a reader's mail carries instead of her address.

    unsubscribe token   base32 of  delivery id (5 octets) | HMAC-SHA-256 (10 octets)   24 letters
    bounce token        the same shape under another label, for the envelope sender (VERP)
    message token       base32 of an HMAC-SHA-256 over mailing and subscriber          16 letters

The delivery id finds the row in the ledger without an index and without an address in any URL
or log; the HMAC (80 bits) over the purpose, the mailing and the id makes it unguessable.
Tokens never expire. Keys rotate: the newest one signs, all of them verify.

Delivery id 0 stands for no delivery: a build, a preview, a test. Such a token never acts.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_ID_OCTETS = 5
_MAC_OCTETS = 10
_LETTERS = 24
_WRITTEN = re.compile(r"(?<![a-z2-7])[a-z2-7]{24}(?![a-z2-7])")

NO_DELIVERY = 0


class Purpose(StrEnum):
    """What a token is for; each has HMACs of its own."""

    UNSUBSCRIBE = "unsubscribe"
    BOUNCE = "bounce"


@dataclass(frozen=True, slots=True)
class Key:
    """A secret of 32 octets."""

    secret: bytes

    @classmethod
    def fresh(cls) -> Key:
        """Return a new random key."""
        return cls(secrets.token_bytes(32))


@dataclass(frozen=True, slots=True)
class Signer:
    """Makes the tokens of one mailing: `mailing` is its ledger id (a UUID's text)."""

    key: Key
    mailing: str

    def token(self, purpose: Purpose, delivery: int) -> str:
        """Return the token of a delivery, 24 lower-case letters and digits."""
        number = delivery.to_bytes(_ID_OCTETS, "big")
        mac = _mac(self.key, purpose, self.mailing, number)
        return base64.b32encode(number + mac).decode("ascii").lower()

    def message_token(self, subscriber_key: str) -> str:
        """Return what makes a Message-ID unique and the same for every attempt."""
        text = f"message\0{self.mailing}\0{subscriber_key}".encode()
        mac = hmac.digest(self.key.secret, text, hashlib.sha256)[:_MAC_OCTETS]
        return base64.b32encode(mac).decode("ascii").lower()


def read_delivery(token: str) -> int | None:
    """Return the delivery id that a token claims, or None where it is no token at all."""
    if len(token) != _LETTERS:
        return None
    try:
        return int.from_bytes(base64.b32decode(token.upper())[:_ID_OCTETS], "big")
    except ValueError:
        return None


def verify(token: str, purpose: Purpose, mailing: str, keys: Sequence[Key]) -> bool:
    """Return whether one of the keys made this token for this mailing."""
    delivery = read_delivery(token)
    if delivery is None:
        return False
    return any(
        hmac.compare_digest(Signer(key, mailing).token(purpose, delivery), token.lower())
        for key in keys
    )


def find_tokens(text: str) -> tuple[str, ...]:
    """Return everything in a text that has a token's form: a bare one, a subject, a whole URL."""
    return tuple(dict.fromkeys(_WRITTEN.findall(text.lower())))


def _mac(key: Key, purpose: Purpose, mailing: str, number: bytes) -> bytes:
    text = b"\0".join((purpose.value.encode(), mailing.encode(), number))
    return hmac.digest(key.secret, text, hashlib.sha256)[:_MAC_OCTETS]
