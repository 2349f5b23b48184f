"""Links: which may stand in an email, where they are in running text, how they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

_ALLOWED_URL = re.compile(r"(?:https?://[^/?#]|mailto:.)", re.IGNORECASE)
_WRITTEN_URL = re.compile(r"https?://[^\s<>\"\u201c\u201d]+", re.IGNORECASE)
_URL_ENDS = ".,;:!?'\u2019*_"
_LONGEST_WRITTEN_URL = 2_000  # longer ones stay text


def linked(url: str, words: str) -> str:
    """Return a link as HTML: both parts escaped, the URL percent-encoded where it must be."""
    return f'<a href="{escape(safe_url(url))}">{escape(words, quote=False)}</a>'


def safe_url(url: str) -> str:
    """Return a URL with everything percent-encoded that may not stand in one (RFC 3986, 2)."""
    from urllib.parse import quote

    return quote(url.strip(), safe="!#$%&'()*+,/:;=?@[]~")


def is_allowed_url(url: str) -> bool:
    """Return whether a URL may stand in an email: http, https or mailto, and not relative."""
    return _ALLOWED_URL.match(url) is not None


def find_urls(text: str) -> Iterator[tuple[int, int]]:
    """Yield where web addresses stand in running text, without the punctuation after them."""
    for match in _WRITTEN_URL.finditer(text):
        if len(match[0]) > _LONGEST_WRITTEN_URL:
            continue
        end = match.end()
        while end > match.start() and _ends_sentence(text[match.start() : end]):
            end -= 1
        if is_allowed_url(text[match.start() : end]):
            yield match.start(), end


def _ends_sentence(url: str) -> bool:
    last = url[-1]
    return last in _URL_ENDS or any(
        last == closing and url.count(closing) > url.count(opening)
        for opening, closing in ("()", "[]", "{}")
    )
