"""The password or token taken out of a server's words, in every form that was sent.

Some servers repeat the command: `535 5.7.8 authentication failed: AUTH PLAIN AGFkYQ...`.

Compiled by mypyc.
"""

from __future__ import annotations

import base64
import re
from typing import Final
from urllib.parse import quote

HIDDEN: Final = b"[hidden]"
_SHORT: Final = 4
"""A secret of fewer octets is hidden only where it is a whole word."""
_BEGINNING: Final = 8
"""Letters of base64 that identify the secret: a server may cut it off."""
_REST: Final = rb"[A-Za-z0-9+/_=-]*"
"""The rest of the base64."""


class Hidden:
    """Replaces a secret in octets; an empty one replaces nothing."""

    def __init__(self, secret: str = "") -> None:
        plain = secret.encode("utf-8", "surrogatepass")
        whole = {plain, quote(secret, safe="", errors="replace").encode()} if secret else set()
        coded = set(_coded(plain)) if secret else set()
        self._needles = sorted({each.lower() for each in whole | coded})
        forms = [_word(each) if len(each) < _SHORT else re.escape(each) for each in whole]
        forms += [re.escape(each) + _REST for each in coded]
        # The longest first: a regex takes the first alternative that matches.
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
    """Return how base64 of a secret begins, wherever the secret stands in the encoded text.

    Three octets become four letters, so there are three alignments; letters that also depend on
    the octets before or after the secret are left out.
    """
    found = []
    for before in range(3):
        octets = b"\0" * before + plain
        letters = base64.b64encode(octets)[: len(octets) * 8 // 6][-(-before * 8 // 6) :]
        letters = letters[:_BEGINNING]
        if len(letters) >= _SHORT:
            found += [letters, letters.translate(bytes.maketrans(b"+/", b"-_"))]
    return found
