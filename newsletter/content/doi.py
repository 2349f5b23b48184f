"""DOIs: read, compared, and found in running text.

ISO 26324: `10.`, the registrant's code, maybe subdivided, a slash, and any graphic characters,
among them the `<`, `>`, `(`, `)`, `;` of a SICI.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, unquote

from newsletter.content.text.links import BRACKETS, without_end

RESOLVER = "https://doi.org/"
EXAMPLE = "a DOI looks like 10.1037/pst0000317"
_NUMBER = r"10\.\d{4,9}(?:\.\d+)*"
_DOI = re.compile(rf"{_NUMBER}/\S+")
_BEFORE = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)(?=10\.)", re.IGNORECASE)
WRITTEN = re.compile(
    r"(?:(?:https?://)?\b(?:dx\.)?doi\.org/|\bdoi:?\s*)?"
    rf"(?P<doi>\b{_NUMBER}(?:/|%2F)\S+)",
    re.IGNORECASE,
)
"""A DOI in running text, with `doi:` or an address before it; the end is not trimmed yet."""
_QUERY = re.compile(r"\?[\w.~-]+=.*")
_ENDS = ".,;:'\"\u2019\u201d\u00bb"
_PAIRS = (*BRACKETS, "<>")


class Doi(str):
    """A DOI without the resolver's address; maybe not valid."""

    __slots__ = ()

    @classmethod
    def read(cls, text: str) -> Doi:
        """Return a DOI without what people put before it: `https://doi.org/`, `doi:`."""
        return cls(_BEFORE.sub("", text.strip(), count=1))

    @property
    def is_valid(self) -> bool:
        """Whether the whole text has the form of a DOI."""
        return _DOI.fullmatch(self) is not None and _bare(self) == self

    @property
    def inside(self) -> Doi | None:
        """The DOI in the text, without the rest of a web address or a sentence; or None."""
        found = _DOI.search(unquote(self))
        return Doi(_bare(found[0])) if found else None

    @property
    def url(self) -> str:
        """The resolver's address of it; `<`, `>`, `#` and the like are percent-encoded."""
        return RESOLVER + self.encoded

    @property
    def encoded(self) -> str:
        """The text, percent-encoded for an address."""
        return quote(self, safe="/:;()-._~,@!$&'*+=")


@lru_cache(maxsize=20_000)  # each summary is compared with all that were mailed
def doi_key(doi: Doi | None) -> str | None:
    """Return what two spellings of a DOI share: case is folded (ISO 26324; DOI Handbook, 2.4)."""
    inside = doi.inside if doi is not None else None
    return inside.casefold() if inside else None


def in_prose(text: str) -> str:
    """Return a DOI without what ends the sentence or the emphasis around it."""
    return without_end(text, _ENDS + "!?\u2026*_\u2018", _PAIRS)


def written_in(citation: str | None, expected: Doi | None) -> Doi | None:
    """Return the DOI in a citation, or None; `expected` if the citation holds it.

    A DOI may hold nearly any character, also one that ends a sentence or a bracket, so `expected`
    decides where its end is.
    """
    text = citation or ""
    # `31.10.2020/2` is a date.
    found_all = (each for each in WRITTEN.finditer(text) if text[each.start("doi") - 1] != ".")
    match = next(found_all, None)
    if match is None:
        return None
    found = unquote(match["doi"])
    if expected is not None and (key := doi_key(expected)):
        rest = found.casefold().removeprefix(key)
        if rest != found.casefold() and not rest.strip(_ENDS + ")]}>"):
            return expected
    return Doi(_bare(found))


def _bare(found: str) -> str:
    return without_end(_QUERY.sub("", found), _ENDS, _PAIRS)
