"""The italics of a reference in APA style: the journal and volume, or the book.

The style is that of the Publication Manual, seventh edition, chapter 9:

    Authors (Year). Title. Journal, 12(3), 45-61. https://doi.org/...
    Authors (Year). Title. Journal. Advance online publication.
    Authors (Year). Title. In A. Editor (Ed.), Book (2nd ed., pp. 1-20). Publisher.
    Authors (Year). Book (2nd ed.). Publisher.

References are written in many ways. Where two readings are possible nothing is set in italics.
"""

from __future__ import annotations

import re
from itertools import pairwise

Span = tuple[int, int]
"""Start and end of a stretch of text."""

_YEAR = re.compile(
    r"\((?:c(?:a|irca)?\.?\s*)?(?:\d{4}[a-z]?\b|in\s+press|in\s+preparation|n\.\s?d\.)[^()]{0,60}\)"
    r"\s?[.,:]?\s+",
    re.IGNORECASE,
)
_END = r"[.?!]"
_CLOSING = r"[\"'\u2019\u201d\u00bb)\]*]*"
_BREAK = re.compile(rf"{_END}{_CLOSING}\s+(?=\S)")
_DASH = r"[-\u2010-\u2015\u2212]"
_PAGE = r"[A-Za-z]{0,3}\d+[A-Za-z]?(?:\.\d+)?"
_PAGES = rf"(?:(?:pp?|s)\.\s?)?{_PAGE}(?:\s?{_DASH}\s?{_PAGE})?"
_ARTICLE = r"(?:article|art\.|no\.|nr\.)\s?(?:id\s|no\.\s?|number\s)?[A-Za-z]?[\w.-]*\d\w*"
_PART = r"(?:\s(?:suppl(?:ement)?|pt|part)\.?\s?\d*)"
_REMARK = r"(?:advance online publication|pmid:?\s\d+|\(original work published \d{4}\))"
_WHERE = rf"(?:[,:]\s?(?:{_PAGES}|{_ARTICLE}))"
_VOLUME = re.compile(
    rf",\s(?:vol(?:ume|\.)?\s)?(?P<number>\d{{1,5}}[A-Za-z]?(?P<double>\s?[{_DASH[1:-1]}/]\s?\d{{1,5}})?)"
    rf"{_PART}?(?P<issue>\s?\([^()]{{1,40}}\))?(?:,\s?suppl(?:ement)?\.?\s?\d*)?"
    rf"(?P<where>{_WHERE}*)\.?\s*(?:{_REMARK}\.?\s*)?\Z",
    re.IGNORECASE,
)
_ARTICLE_ONLY = re.compile(rf",\s{_ARTICLE}\.?\s*\Z", re.IGNORECASE)
_DANGLING = re.compile(r",\s+\Z")  # the DOI follows at once
_AHEAD = re.compile(
    r"[.,]\s(?:advance online publication|online first|epub ahead of print|in press)\.?\s*\Z",
    re.IGNORECASE,
)
_EDITED = re.compile(
    rf"{_END}{_CLOSING}\s+in:?\s(?P<editors>[^()]{{2,400}})"
    r"\((?:eds?|hrsg|hg|dirs?|coords?)\.?\)[,:.]?\s+",
    re.IGNORECASE,
)
_PAGES_OF_BOOK = re.compile(r"\s\([^()]*\b(?:pp?|s)\.\s?[^()]*\)", re.IGNORECASE)
_EDITION = re.compile(
    r"\s\((?:\d+(?:st|nd|rd|th)\sed\.|(?:rev|revised|updated)\.?\sed\.)[^()]*\)", re.IGNORECASE
)
_PERIODICAL = re.compile(
    r"\b(?:journal|zeitschrift|tijdschrift|revue|revista|rivista|quarterly)\b", re.IGNORECASE
)
_NO_PERIODICAL = re.compile(r"\b(?:press|publish\w*|books?|verlag|editions?)\b", re.IGNORECASE)
_LOWER_NAMES = re.compile(r"(?:[a-z]{1,3}[A-Z]|npj\s)")  # eLife, npj Mental Health
_LETTER = re.compile(r"\s[a-z]")
_NUMBERED = re.compile(r"\w\(|\d\s*:\s*\w*\d")  # a volume in another notation
_LONGEST = 160

# Words of journals' names, abbreviated after ISO 4: a full stop after one ends no title.
_ABBREVIATED = frozenset(
    re.findall(
        r"\w+",
        """
        j am br brit can eur int scand z ann annu arch acta adv bull proc rev rep res q abnorm acad
        adolesc anal appl assoc behav biol clin cogn cognit commun compr consult couns counsel curr
        dev dis disord educ emot eval exp fam gen geriatr gerontol hum inst integr med ment nat
        natl nerv neurol neuropsychol neurosci nurs opin pediatr percept pers pract psych psychiat
        psychiatr psychoanal psychol psychopathol psychopharmacol psychosom psychother rehabil sci
        soc stud subst suppl ther treat univ
        """,
    )
)
_UNABBREVIATED = frozenset({"child", "community", "group", "health", "psychiatry", "trauma"})
_YEARS = range(1900, 2100)


def italic_spans(reference: str) -> tuple[Span, ...]:
    """Return the spans in italics of a reference without its DOI or web address."""
    year = _YEAR.search(reference)
    if year is None:
        return ()
    start = year.end()
    if edited := _EDITED.search(reference, start):
        found = _book_of_chapter(reference, edited.end())
    else:
        found = _journal(reference, start) or _book(reference, start)
    return () if found is None else (found,)


def _book_of_chapter(text: str, begin: int) -> Span | None:
    """Return the book that begins after `In A. Editor (Ed.),`."""
    pages = _PAGES_OF_BOOK.search(text, begin)
    if pages:
        return _title(text, begin, pages.start())
    edition = _EDITION.search(text, begin)
    if edition:
        return _title(text, begin, edition.start())
    breaks = [match.start() for match in _BREAK.finditer(text, begin)]
    return _title(text, begin, breaks[0]) if len(breaks) == 1 else None


def _book(text: str, start: int) -> Span | None:
    """Return the title of a whole book with an edition; without one it may be an article."""
    edition = _EDITION.search(text, start)
    return _title(text, start, edition.start()) if edition else None


def _title(text: str, start: int, end: int) -> Span | None:
    words = text[start:end]
    return (start, end) if words.strip() and "(" not in words else None


def _journal(text: str, start: int) -> Span | None:
    for match in re.finditer(r",\s", text[start:]):
        comma = start + match.start()
        volume = _VOLUME.match(text, comma)
        if volume:
            name = _name(text, start, comma)
            return _with_volume(text, name, volume) if name else None
    bare = (
        _ARTICLE_ONLY.search(text, start)
        or _AHEAD.search(text, start)
        or _DANGLING.search(text, start)
    )
    if bare:
        return _name(text, start, bare.start())
    end = len(text.rstrip(" .,;"))
    name = _name(text, start, end)
    return name if name and _is_periodical(text[slice(*name)]) else None


def _with_volume(text: str, name: Span, volume: re.Match[str]) -> Span | None:
    """Return the journal and its volume, the journal alone, or None where that is uncertain."""
    is_journal = _is_periodical(text[slice(*name)])
    if volume["double"] and not (volume["issue"] or volume["where"]):
        return name if is_journal else None  # pages without a volume
    is_year = volume["number"].isdigit() and int(volume["number"]) in _YEARS
    if is_journal or volume["issue"] or (volume["where"] and not is_year):
        return name[0], volume.end("number")
    return None


def _name(text: str, start: int, end: int) -> Span | None:
    """Return the name that ends at `end`, after the title's last full stop; None if uncertain."""
    bounds = [start, *(m.end() for m in _BREAK.finditer(text, start, end) if _begins(text, m)), end]
    pieces = list(pairwise(bounds))
    if len(pieces) == 1:
        return None  # there is no title before it
    first = len(pieces) - 1
    while first > 0 and _is_abbreviated(text[slice(*pieces[first - 1])]):
        first -= 1
    # A single word before the name may be the title's end, or the journal's beginning.
    if first == 0 or (first > 1 and len(text[slice(*pieces[first - 1])].split()) == 1):
        return None
    name = text[pieces[first][0] : end]
    return (pieces[first][0], end) if _is_name(name) else None


def _begins(text: str, match: re.Match[str]) -> bool:
    """Whether a sentence begins after a full stop; not in `vs. medication`, `f. Psychologie`."""
    at = match.end()
    if _LETTER.fullmatch(text[max(0, match.start() - 2) : match.start()]):
        return False
    return not text[at].islower() or _LOWER_NAMES.match(text, at) is not None


def _is_abbreviated(piece: str) -> bool:
    words = piece.casefold().replace(".", " ").split()
    if words in (["lancet"], ["the", "lancet"]):  # "The Lancet. Psychiatry" is a journal
        return True
    known = _ABBREVIATED | _UNABBREVIATED
    return bool(words) and words[-1] in _ABBREVIATED and known.issuperset(words)


def _is_name(name: str) -> bool:
    return (
        1 < len(name) <= _LONGEST
        and any(character.isalpha() for character in name)
        and not re.search(r"https?:|\bdoi\b|[\[\]?!\"\u201c\u201d]|\d{4}\)", name)
        and not _NUMBERED.search(name)
        and not re.match(r"(?:in|retrieved|available)[\s:]", name, re.IGNORECASE)
    )


def _is_periodical(name: str) -> bool:
    return bool(_PERIODICAL.search(name)) and not _NO_PERIODICAL.search(name)
