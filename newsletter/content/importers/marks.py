"""The two lines by which a page of the blog is known: a month, and "Practice Implications"."""

from __future__ import annotations

import re

from newsletter.content.month import Month

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTH = re.compile(rf"({'|'.join(_MONTHS)}),?\s+((?:19|20)\d\d)\s*:?", re.IGNORECASE)
_IMPLICATIONS = re.compile(r"practice\s+implications?\s*[:.\u2013—-]?", re.IGNORECASE)
_IMPLICATIONS_INLINE = re.compile(r"practice\s+implications?\s*[:\u2013—]\s*(?=\S)", re.IGNORECASE)
_WHOLE = "practice implications:"
_FURNITURE = re.compile(
    r"type of research|topics|this month\s*(\.\.\.|…)|…?\s*i blog about .*|.*\(clear\)",
    re.IGNORECASE | re.DOTALL,
)

LOOKED_FOR = "a month heading such as 'February 2021' and the line 'Practice Implications'"


def month(text: str) -> Month | None:
    """Return the month that a heading names: the whole line, no month within a sentence."""
    match = _MONTH.fullmatch(text.strip())
    return Month(int(match[2]), _MONTHS.index(match[1].lower()) + 1) if match else None


def is_implications(text: str) -> bool:
    """Whether a line is the heading "Practice Implications"."""
    return bool(_IMPLICATIONS.fullmatch(text.strip()))


def after_implications(text: str) -> str | None:
    """Return what follows "Practice Implications:" on the same line; None without it."""
    match = _IMPLICATIONS_INLINE.match(text)
    return text[match.end() :] if match else None


def is_cut_implications(text: str) -> bool:
    """Whether a page's last line is the beginning of "Practice Implications"."""
    return _WHOLE.startswith(" ".join(text.casefold().split()))


def is_cut_month(text: str) -> bool:
    """Whether a page's last line is the beginning of a month heading, as `Febru` or `May 20`."""
    folded = " ".join(text.casefold().split())
    return any(
        name.startswith(folded) or re.fullmatch(rf"{name},? ?(1|19\d?|2|20\d?)?", folded)
        for name in _MONTHS
    )


def is_furniture(text: str) -> bool:
    """Whether a line belongs to the blog's head: its filters, "This month..."."""
    return bool(_FURNITURE.fullmatch(text.strip()))
