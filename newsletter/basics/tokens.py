"""Tokens: they identify a reader's delivery in a mail or a URL without the address.

    unsubscribe token   base32 of the delivery id (40 bits), then 16 letters of a MAC    24 letters
    bounce token        the same shape under another label, for the envelope sender (VERP)
    message token       16 letters of a MAC over mailing and subscriber; kept in the ledger

The delivery id is the row's id in the ledger, so neither an index nor an address in a URL or log
is needed. The MAC makes a token unguessable: keyed BLAKE2b (RFC 7693, 2.9) over the purpose, the
mailing and the id, 16 letters of five bits each. One MAC yields letters for four consecutive
ids, a quarter each, because a token is made for every message.
Tokens never expire. Keys rotate: the newest one signs, all of them verify.

Delivery id 0 means no delivery: a build, a preview, a test. Such a token changes nothing.

Compiled by mypyc.
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
from itertools import product
from typing import Final

_ID_OCTETS: Final = 5
_ID_LETTERS: Final = 8
_MAC_LETTERS: Final = 16
_LETTERS: Final = _ID_LETTERS + _MAC_LETTERS
_PER_MAC: Final = hashlib.blake2b.MAX_DIGEST_SIZE // _MAC_LETTERS
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz234567"  # RFC 4648, 6, in lower case
# 256 octets to 32 letters: each as likely as the other
_LETTER_OF: Final = _ALPHABET.encode("ascii") * 8
_PAIRS: Final = [first + second for first, second in product(_ALPHABET, repeat=2)]  # ten bits each
_WRITTEN: Final = re.compile(r"(?<![a-z2-7])[a-z2-7]{24}(?![a-z2-7])")

NO_DELIVERY: Final = 0


class Purpose(StrEnum):
    """What a token is for; it is part of what the MAC covers."""

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


class Maker:
    """Makes the tokens of one purpose in one mailing, four at a time."""

    def __init__(self, secret: bytes, label: bytes) -> None:
        self._keyed = hashlib.blake2b(label, key=secret)
        self._block = -1
        self._tokens: list[str] = []

    def __call__(self, delivery: int) -> str:
        """Return the token of a delivery."""
        block = delivery // _PER_MAC
        if block != self._block:
            self._tokens = self._made(block)
            self._block = block
        return self._tokens[delivery % _PER_MAC]

    def _made(self, block: int) -> list[str]:
        mac = self._keyed.copy()
        mac.update(block.to_bytes(_ID_OCTETS, "big"))
        macs = _mac_letters(mac.digest())
        first = block * _PER_MAC  # the four differ in their last ten bits only
        high = (
            f"{_PAIRS[first >> 30 & 1023]}{_PAIRS[first >> 20 & 1023]}{_PAIRS[first >> 10 & 1023]}"
        )
        low = first & 1023
        return [
            f"{high}{_PAIRS[low]}{macs[:16]}",
            f"{high}{_PAIRS[low + 1]}{macs[16:32]}",
            f"{high}{_PAIRS[low + 2]}{macs[32:48]}",
            f"{high}{_PAIRS[low + 3]}{macs[48:]}",
        ]


class MessageMaker:
    """Makes the message tokens of one mailing."""

    def __init__(self, secret: bytes, label: bytes) -> None:
        self._mac = hashlib.blake2b(label, key=secret, digest_size=_MAC_LETTERS)

    def __call__(self, subscriber_key: str) -> str:
        """Return the token of a Message-ID: unique, and the same for every attempt."""
        mac = self._mac.copy()
        mac.update(subscriber_key.encode())
        return _mac_letters(mac.digest())


@dataclass(frozen=True, slots=True)
class Signer:
    """Makes the tokens of one mailing: `mailing` is its ledger id (a UUID's text)."""

    key: Key
    mailing: str

    def token(self, purpose: Purpose, delivery: int) -> str:
        """Return the token of a delivery, 24 lower-case letters and digits."""
        return self.maker(purpose)(delivery)

    def maker(self, purpose: Purpose) -> Maker:
        """Return the maker of this mailing's tokens for a purpose."""
        return Maker(self.key.secret, f"{purpose}\0{self.mailing}\0".encode())

    def message_maker(self) -> MessageMaker:
        """Return the maker of tokens for Message-IDs, from `Address.key`."""
        return MessageMaker(self.key.secret, f"message\0{self.mailing}\0".encode())


def read_delivery(token: str) -> int | None:
    """Return the delivery id in a token, not verified; None for a text of another form."""
    if len(token) != _LETTERS or not token.isascii():
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
        hmac.compare_digest(made, token.lower())
        for key in keys
        for made in (
            Signer(key, mailing).token(purpose, delivery),
            _of_version_0_1(key, purpose, mailing, delivery),
        )
    )


def find_tokens(text: str) -> tuple[str, ...]:
    """Return all parts of a text (a subject, a URL) that have a token's form, in lower case."""
    return tuple(dict.fromkeys(_WRITTEN.findall(text.lower())))


def _mac_letters(octets: bytes) -> str:
    return octets.translate(_LETTER_OF).decode("ascii")


def _of_version_0_1(key: Key, purpose: Purpose, mailing: str, delivery: int) -> str:
    """Return the token as version 0.1 made it; links in its mails must still work."""
    number = delivery.to_bytes(_ID_OCTETS, "big")
    text = b"\0".join((purpose.encode(), mailing.encode(), number))
    mac = hmac.digest(key.secret, text, "sha256")[:10]
    return base64.b32encode(number + mac).decode("ascii").lower()
