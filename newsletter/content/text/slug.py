"""The slug of a new summary: its month and its title in plain letters."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from newsletter.content.month import Month

LONGEST = 60
"""Letters of the title; the cut falls between words."""

# Letters that NFKD does not decompose, in their usual ASCII spelling.
_SPELLED = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "\u0131": "i"}
)


def slug_of(title: str, month: Month) -> str:
    """Return `YYYY-MM-words-of-the-title`: lower-case ASCII letters, digits and hyphens.

    A title with none of those gets eight hexadecimal digits of its SHA-256 instead.
    """
    spelled = unicodedata.normalize("NFKD", title.casefold().translate(_SPELLED))
    ascii_only = re.sub(r"['\u2019`]", "", spelled).encode("ascii", "ignore").decode("ascii")
    words = re.findall(r"[a-z0-9]+", ascii_only)
    text = words[0][:LONGEST] if words else _digest(title)
    for word in words[1:]:
        if len(text) + len(word) >= LONGEST:
            break
        text = f"{text}-{word}"
    return f"{month}-{text}"


def _digest(title: str) -> str:
    text = unicodedata.normalize("NFC", title)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
