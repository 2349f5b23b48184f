"""Spans between two marks of a text, such as comments, found in one pass.

A pattern such as `<!--.*?-->` scans to the end of the text for each mark that is not closed; here
a missing closing mark is searched for once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

Span = tuple[int, int]
_MOST_OPEN = 20


def enclosed(
    text: str, opening: re.Pattern[str], closing: Mapping[str, re.Pattern[str]]
) -> Iterator[Span]:
    """Yield start and end of each span with its marks; none lies in another.

    `closing` maps the first group of `opening`, in lower case, to the pattern that closes it. An
    opening mark that is not closed is skipped.
    """
    ahead: dict[str, re.Match[str] | None] = {}
    at = 0
    while opened := opening.search(text, at):
        at, kind = opened.end(), opened[1].lower()
        known = ahead.get(kind)
        if kind not in ahead or (known is not None and known.start() < at):
            ahead[kind] = known = closing[kind].search(text, at)
        if known is not None:
            yield opened.start(), known.end()
            at = known.end()


def replaced(text: str, spans: Iterator[Span], new: Callable[[str], str]) -> str:
    """Return a text with each span replaced by `new` of it."""
    parts, last = [], 0
    for start, end in spans:
        parts += [text[last:start], new(text[start:end])]
        last = end
    return "".join([*parts, text[last:]])


_COMMENT = re.compile("(<!--)")
_COMMENT_END = {"<!--": re.compile("-->")}


def without_comments(html: str) -> str:
    """Return HTML, or MJML, without its comments."""
    if "<!--" not in html:
        return html
    return replaced(html, enclosed(html, _COMMENT, _COMMENT_END), lambda _: "")


def matched(text: str, opening: re.Pattern[str], whole: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Yield each match of `whole` at the places where `opening` matches.

    After twenty failures it stops: each of them scans the rest of the text.
    """
    at = failed = 0
    while failed < _MOST_OPEN and (opened := opening.search(text, at)):
        match = whole.match(text, opened.start())
        if match is None:
            failed += 1
            at = opened.end()
        else:
            yield match
            at = match.end()
