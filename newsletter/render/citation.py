"""A citation with its DOI linked, once; the words stay as they were written."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from urllib.parse import quote

from newsletter.content.characters import display_width, wrap
from newsletter.content.links import find_urls, linked
from newsletter.content.markdown import Rich

RESOLVER = "https://doi.org/"
_BLANKS = re.compile(r"[ \t\n]+")
_BEFORE = r"(?:https?://(?:dx\.)?doi\.org/|\bdoi:\s*)?"


def doi_url(doi: str) -> str:
    """Return where a DOI leads; `<`, `>`, `#` and the like of a SICI are percent-encoded."""
    return RESOLVER + _encoded(doi)


def _encoded(doi: str) -> str:
    return quote(doi, safe="/:;()-._~,@!$&'*+=")


def render_citation(
    citation: str | None, doi: str | None, *, measure: Callable[[str], int] = display_width
) -> Rich | None:
    """Return citation and DOI as HTML and text, or None where there is neither.

    A DOI that stands in the citation is linked there; else it follows it.
    """
    words = _BLANKS.sub(" ", citation or "").strip()
    if not words and not doi:
        return None
    span = _span(words, doi)
    if span is None and doi:
        words = f"{words} {RESOLVER}{doi}".strip()
        span = len(words) - len(RESOLVER + doi), len(words)
    return Rich(_html(words, span, doi), _text(words, doi, measure))


def _span(words: str, doi: str | None) -> tuple[int, int] | None:
    if doi:
        match = re.search(_BEFORE + re.escape(doi), words, re.IGNORECASE)
        return match.span() if match else None
    return next(find_urls(words), None)


def _html(words: str, span: tuple[int, int] | None, doi: str | None) -> str:
    if span is None:
        return escape(words, quote=False)
    start, end = span
    url = doi_url(doi) if doi else words[start:end]
    before, after = escape(words[:start], quote=False), escape(words[end:], quote=False)
    return f"{before}{linked(url, words[start:end])}{after}"


def _text(words: str, doi: str | None, measure: Callable[[str], int]) -> str:
    lines = wrap(words, measure=measure)
    if not doi or re.search(rf"doi\.org/{re.escape(_encoded(doi))}", words, re.IGNORECASE):
        return lines
    return f"{lines}\n{doi_url(doi)}".lstrip("\n")
