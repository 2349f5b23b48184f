"""References on the blog: which block is one, and the DOI in it.

A reference begins with its authors, then the year in parentheses (APA, 7th edition, 9.7 to
9.17). A sentence may have both ("Bordin (1979) held that ..."), but the words before its year are
no list of names, or a verb follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from newsletter.content.doi import Doi, in_prose

_YEAR = re.compile(
    r"\((?:(?:19|20)\d\d[a-z]?(?:\s*[,;/\u2013—-]\s*[^()]{0,60})?"
    r"|in[\s-]press[^()]{0,20}|n\.\s?d\.|forthcoming|submitted[^()]{0,30}|accepted[^()]{0,30}"
    r"|under\s+review|advance\s+online[^()]{0,20})\)",
    re.IGNORECASE,
)
_LETTER = r"[^\W\d_]"
_NAME = rf"{_LETTER}[\w'\u2019\u2018`.\u2010\u2011-]*"
_SURNAME = rf"(?:{_NAME}\s+){{0,3}}{_NAME}"
_FIRST_AUTHOR = re.compile(
    rf"{_SURNAME},\s*(?P<initial>{_LETTER})(?:\.|\b(?=[,\s]|$))"  # Varga, M.
    rf"|{_NAME}\s+(?P<plain>{_LETTER})\.(?:\s?-?{_LETTER}\.)*\s*[,&(]"  # Varga M.,
)
_WORD = re.compile(r"[^\s,;&()\[\]…/]+")
_PARTICLES_WORDS = (
    "al am an and aus behalf bin da das de del della den der des di do dos du e ed eds el et for"
    " from i ibn ii iii in iv jr la las le los of on others our st sr ten ter the u und van vom"
    " von with y zu zum zur"
)
_PARTICLES = frozenset(_PARTICLES_WORDS.split())
_LISTED = re.compile(
    r"\d+\s?\(\d+[^)]{0,12}\)|,\s*\d+,\s*e?\d+\s?[-\u2010\u2013—]\s?\d+|"
    r"advance\s+online|online\s+first|in\s+press|\bdoi\b|\bjournal\b",
    re.IGNORECASE,
)
_CUT_YEAR = re.compile(r"(?<!\s)\s*\((?:\d{1,4}[^()]{0,60}\)?)?\Z")
_CUT_WORD = re.compile(r"(?<=\S)\s+[a-z]\w{0,2}\Z")
LONGEST = 4000
"""Characters of a reference; some have a hundred authors."""
_LONGEST_WITHOUT_YEAR = 600

_DOI = re.compile(r"(?<![\d.])10\s?\.\s?(\d{4,9}(?:\.\d+)*)\s?/\s?(?=\S)")
_TOKEN = re.compile(r"[^\s\"“”«»]+")
_GLUED = re.compile(
    r"[.,;)\]]*(?:Advance|Epub|PMID|PMCID|Retrieved|Online First|https?:|\[|[?#]).*", re.DOTALL
)
_NEXT = re.compile(r"\s([\w.;()/:<>-]*\d[\w.;()/:<>-]*)")
_BARE_DOI = re.compile(
    r"(?:(?:https?://)?(?:dx\.)?doi(?:\.org/|\s*:|\s)\s*|https?://\S*)10\s?\.\s?\d{4,9}\s?/\S.*",
    re.IGNORECASE,
)
_HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2011\u2013\u2212", "-"))


def is_citation(text: str) -> bool:
    """Whether a block is a whole reference."""
    if len(text) > LONGEST:
        return False
    year = _YEAR.search(text)
    if year and _names(text[: year.start()]):
        return _title_follows(text[year.end() :], has_initials=_has_first_author(text))
    if _BARE_DOI.match(text):
        return len(text) < _LONGEST_WITHOUT_YEAR
    if len(text) >= _LONGEST_WITHOUT_YEAR:
        return False
    if _has_first_author(text):
        return bool(_LISTED.search(text) or _DOI.search(text))
    return bool(_DOI.search(text) and _LISTED.search(text))


def begins(text: str) -> bool:
    """Whether a block that may be cut off begins as a reference does."""
    return _has_first_author(text) or is_citation(text) or is_bare_doi(text)


def could_begin(text: str) -> bool:
    """Whether the words at the end of a page may begin a list of authors.

    The last word, or the year, may be cut off: `Tran T, et a`, `Institute for Lamps. (201`.
    """
    head = _CUT_YEAR.sub("", text)
    head = _CUT_WORD.sub("", head) if head == text else head
    return begins(text) or (len(text) < _LONGEST_WITHOUT_YEAR and _names(head))


def is_bare_doi(text: str) -> bool:
    """Whether a line is nothing but a DOI or an address that holds one."""
    return bool(_BARE_DOI.fullmatch(text)) and len(text.split()) <= 4  # noqa: PLR2004 - 'doi: 10. 5555/ x'


def doi(text: str, links: Iterable[str] = ()) -> Doi | None:
    """Return the DOI in a reference, or else in the targets of its links, or None.

    A DOI may hold nearly any character (DOI Handbook, 2.2.2), also `<`, `;` and parentheses:
    older ones hold a SICI (ANSI/NISO Z39.56).
    """
    found = (_first_doi(each) for each in (text, *links))
    return next((each for each in found if each), None)


def _first_doi(text: str) -> Doi | None:
    for match in _DOI.finditer(text):
        token = _TOKEN.match(text, match.end())
        if token is None:
            continue
        raw = token[0]
        following = _NEXT.match(text, token.end())
        if following and _is_split(raw, following[1], text[following.end() :]):
            raw += following[1]
        suffix = _trimmed(raw)
        if re.search(r"\w", suffix):
            return Doi(f"10.{match[1]}/{suffix}")
    return None


def _is_split(token: str, following: str, rest: str) -> bool:
    """Whether a space divides a DOI: `10.5555/ab.cd. 2020.17`, `10.5555/abc- 123`."""
    if _GLUED.search(token):
        return False
    if token[-1] in "/-_:":
        return True
    if token[-1] != ".":
        return False
    last = re.split(r"[./]", token[:-1])[-1]
    is_number = bool(re.fullmatch(r"\d[\d.]{3,}\.?", following))
    return is_number and (not any(c.isdigit() for c in last) or not rest.strip(" .)]"))


def _trimmed(raw: str) -> str:
    text = _GLUED.sub("", raw)
    if "%" in text:
        text = unquote(text)
    return in_prose(text.translate(_HYPHENS))


def _has_first_author(text: str) -> bool:
    match = _FIRST_AUTHOR.match(text)
    if match is None:
        return False
    initial = match["initial"] or match["plain"]
    return not initial.islower() and _names(match[0])


def _names(head: str) -> bool:
    """Whether words are a list of people or an organisation: capitals, initials, particles."""
    words = [word.strip(".'\u2019\u2018\"“”*") for word in _WORD.findall(head)]
    words = [word for word in words if word]
    small = [
        word
        for word in words
        if word[0].islower()
        and not re.match(r"[a-z]{1,2}['\u2019\u2010\u2011-]\w", word)  # d'Arc, al-Said
    ]
    if any(word not in _PARTICLES for word in small) or re.search(r"[!?]|\d{3}", head):
        return False
    capitals = len(words) - len(small)
    return capitals > 0 and len(small) <= capitals + 2


def _title_follows(tail: str, *, has_initials: bool) -> bool:
    """Whether the text after the year is a title, not the verb of a sentence."""
    rest = tail.lstrip()
    if not rest:
        return has_initials
    if rest[0] in ".:":
        return True
    listed = bool(_DOI.search(rest) or _LISTED.search(rest[:_LONGEST_WITHOUT_YEAR]))
    if rest[0] in ",;":
        return has_initials or (listed and len(rest) < _LONGEST_WITHOUT_YEAR)
    begins_title = not rest[0].islower()
    return (has_initials and begins_title) or (listed and len(rest) < _LONGEST_WITHOUT_YEAR)
