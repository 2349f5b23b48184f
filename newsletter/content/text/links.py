"""Links: which may stand in an email, where they are in running text, how they are written."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from html import escape

_ALLOWED_URL = re.compile(r"(?:https?://[^/?#]|mailto:.)", re.IGNORECASE)
_WRITTEN_URL = re.compile(r"https?://[^\s<>\"\u201c\u201d]+", re.IGNORECASE)
_URL_ENDS = ".,;:!?'\u2019*_"
BRACKETS = ("()", "[]", "{}")
_LONGEST_WRITTEN_URL = 2_000  # longer ones stay text
WHOLE_ADDRESS = "write the whole address, with https:// or mailto: before it"
"""The hint for a link that no email can have."""


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


def leads_nowhere(url: str) -> str:
    """Return what is wrong with a link whose URL is not allowed."""
    return f"the link to '{url}' has no place to lead to from an email"


def find_urls(text: str) -> Iterator[tuple[int, int]]:
    """Yield where web addresses stand in running text, without the punctuation after them."""
    for match in _WRITTEN_URL.finditer(text):
        if len(match[0]) > _LONGEST_WRITTEN_URL:
            continue
        url = without_end(match[0], _URL_ENDS)
        if is_allowed_url(url):
            yield match.start(), match.start() + len(url)


def without_end(text: str, ends: str, pairs: Collection[str] = BRACKETS) -> str:
    """Return an address without what ends the sentence around it.

    That are the marks in `ends`, and brackets that close more than is opened; `pairs` are of an
    opening and a closing one. Each character is looked at once.
    """
    lone = {pair[1]: text.count(pair[1]) - text.count(pair[0]) for pair in pairs}
    end = len(text)
    while end:
        last = text[end - 1]
        if lone.get(last, 0) > 0:
            lone[last] -= 1
        elif last not in ends:
            break
        end -= 1
    return text[:end]
