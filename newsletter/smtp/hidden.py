"""What must not show in a server's words: the password or token, in every form that was sent.

Some servers repeat what they were told: `535 5.7.8 authentication failed: AUTH PLAIN AGFkYQ...`.

Compiled by mypyc.
"""

from __future__ import annotations

import base64
import re
from typing import Final
from urllib.parse import quote

HIDDEN: Final = b"[hidden]"
_SHORT: Final = 4
"""Fewer octets than this are hidden only where they are a word."""
_BEGINNING: Final = 8
"""So many letters of base64 tell it, also where a server cuts it off."""
_REST: Final = rb"[A-Za-z0-9+/_=-]*"
"""What base64 may go on with."""


class Hidden:
    """Takes a secret out of octets; without one it changes nothing."""

    def __init__(self, secret: str = "") -> None:
        plain = secret.encode("utf-8", "surrogatepass")
        whole = {plain, quote(secret, safe="", errors="replace").encode()} if secret else set()
        coded = set(_coded(plain)) if secret else set()
        self._needles = sorted({each.lower() for each in whole | coded})
        forms = [_word(each) if len(each) < _SHORT else re.escape(each) for each in whole]
        forms += [re.escape(each) + _REST for each in coded]
        # The longest first: of two that begin alike, the regex takes the first that fits.
        forms.sort(key=len, reverse=True)
        self._forms: Final = re.compile(b"|".join(forms), re.IGNORECASE)

    def out_of(self, octets: bytes) -> bytes:
        """Return the octets without the secret."""
        lower = octets.lower()
        for needle in self._needles:
            if needle in lower:
                return self._forms.sub(HIDDEN, octets)
        return octets

    def out_of_text(self, text: str) -> str:
        """Return the text without the secret."""
        return self.out_of(text.encode("utf-8", "replace")).decode("utf-8", "replace")


def _word(short: bytes) -> bytes:
    return rb"(?<!\w)" + re.escape(short) + rb"(?!\w)"


def _coded(plain: bytes) -> list[bytes]:
    """Return how base64 of a secret begins, anywhere in a text, without its uncertain ends.

    Three octets become four letters, so there are three ways to fall into step; the letters that
    also depend on what stands before or behind are left out.
    """
    found = []
    for before in range(3):
        octets = b"\0" * before + plain
        letters = base64.b64encode(octets)[: len(octets) * 8 // 6][-(-before * 8 // 6) :]
        letters = letters[:_BEGINNING]
        if len(letters) >= _SHORT:
            found += [letters, letters.translate(bytes.maketrans(b"+/", b"-_"))]
    return found
