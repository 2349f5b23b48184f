"""Lines that give a page of the blog its structure: months, "Practice Implications", head, foot."""

from __future__ import annotations

import calendar
import re

from newsletter.content.month import Month

_MONTHS = tuple(name.lower() for name in calendar.month_name[1:])
_SPELLED = "|".join(rf"{name[:3]}(?:{name[3:]})?" for name in _MONTHS) + "|sept"
_MONTH = re.compile(
    rf"({_SPELLED})\.?(?:\s*[/&\u2013-]\s*(?:{_SPELLED})\.?)?,?\s+((?:19|20)\d\d)\s*:?",
    re.IGNORECASE,
)
_IMPLICATIONS = re.compile(r"practice\s+implications?\s*[:.\u2013—-]?", re.IGNORECASE)
_IMPLICATIONS_INLINE = re.compile(r"practice\s+implications?\s*[:\u2013—]\s*(?=\S)", re.IGNORECASE)
_WHOLE = "practice implications:"
_FURNITURE = re.compile(
    r"type of research|topics|this month\s*(\.\.\.|…)|…?\s*i blog about .*",
    re.IGNORECASE | re.DOTALL,
)
_HEAD = re.compile(
    r"type of research|this month\s*(?:\.\.\.|…)|…\s*i blog about .*",
    re.IGNORECASE | re.DOTALL,
)
_CLEAR = "(clear)"
_ALL_TOPICS = re.compile(r"\ball topics\b", re.IGNORECASE)
_MONTHLY = re.compile(r"\bmonthly summary of\b", re.IGNORECASE)
_ARTICLES = re.compile(r"\bresearch articles\b", re.IGNORECASE)
# `*+` never backtracks, so the time grows evenly with the line.
_PAGER = r"[\W\d_]*+(?:(?:first|previous|prev|next|last|current)(?:\s+page)?|(?<=\s)page)?[\W\d_]*+"
_LONGEST_MONTH = 100
"""Characters of a month heading."""
_FOOT = re.compile(
    rf"{_PAGER}|{_PAGER}next\b.*|pages?|archives?|back to top|load more"
    r"|share(?: this)?\s*:?|contact(?: us)?|follow us.*|posted (?:by|on|in) .*"
    r"|leave a (?:comment|reply)|(?:©|\(c\)|copyright\b).*|all rights reserved\.?",
    re.IGNORECASE | re.DOTALL,
)

LOOKED_FOR = "a month heading such as 'February 2021' and the line 'Practice Implications'"


def month(text: str) -> Month | None:
    """Return the month of a line that is a month heading, or None.

    Of two months (`July/August 2021`) it is the first.
    """
    stripped = text.strip()
    match = _MONTH.fullmatch(stripped) if len(stripped) <= _LONGEST_MONTH else None
    if match is None:
        return None
    names = [name[:3] for name in _MONTHS]
    return Month(int(match[2]), names.index(match[1][:3].lower()) + 1)


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
    stripped = text.strip()
    return bool(_FURNITURE.fullmatch(stripped)) or _ends_with_clear(stripped)


def is_head(text: str) -> bool:
    """Whether a line occurs only in the blog's head, above its months."""
    stripped = text.strip()
    if _ends_with_clear(stripped) and _ALL_TOPICS.search(stripped[: -len(_CLEAR)]):
        return True
    return bool(_HEAD.fullmatch(stripped))


def _ends_with_clear(text: str) -> bool:
    return text[-len(_CLEAR) :].lower() == _CLEAR


def is_opening(text: str) -> bool:
    """Whether a line may begin the blog's head."""
    if text.strip().lower() == "blog":
        return True
    monthly = _MONTHLY.search(text)
    return monthly is not None and _ARTICLES.search(text, monthly.end()) is not None


def is_foot(text: str) -> bool:
    """Whether a line may begin the foot of a web page: a pager, "Contact us"."""
    return bool(_FOOT.fullmatch(text.strip()))
