"""Links: which an email may have, where they are in running text, how they are written."""

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
    """Return a URL with all characters percent-encoded that RFC 3986, 2 does not allow."""
    from urllib.parse import quote

    return quote(url.strip(), safe="!#$%&'()*+,/:;=?@[]~")


def is_allowed_url(url: str) -> bool:
    """Return whether an email may have a URL: http, https or mailto, not relative."""
    return _ALLOWED_URL.match(url) is not None


def leads_nowhere(url: str) -> str:
    """Return what is wrong with a link whose URL is not allowed."""
    return f"the link to '{url}' has no place to lead to from an email"


def find_urls(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of web addresses in running text, without punctuation after them."""
    for match in _WRITTEN_URL.finditer(text):
        if len(match[0]) > _LONGEST_WRITTEN_URL:
            continue
        url = without_end(match[0], _URL_ENDS)
        if is_allowed_url(url):
            yield match.start(), match.start() + len(url)


def without_end(text: str, ends: str, pairs: Collection[str] = BRACKETS) -> str:
    """Return an address without the end of the sentence around it.

    Removed are the marks in `ends`, and closing brackets beyond the opened ones; `pairs` are an
    opening and a closing bracket each. The time grows evenly with the text.
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
