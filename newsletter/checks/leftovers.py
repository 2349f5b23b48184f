"""Rules about what a writer leaves behind for later: TK, TODO, ???, [...]."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.checks.dossier import Dossier
from newsletter.checks.texts import around, passages, rows
from newsletter.content.issue import Issue
from newsletter.errors import Level, Problem

# Neither inside a longer word nor inside an address; not a person's initials ("Okafor, TK", "TK
# Okafor"), a Roman number ("vol. XXX"), a karyotype, the German insurer ("bei der TK").
_MARKS = (
    r"(?<![\w/.,@#&-])(?:TK(?:TK)+|TO[ -]?DO(?=\s*:|\b(?! list))|FIXME"
    r"|(?<!, )(?<!\bder )(?<!\bdie )(?<!\bzur )TK"
    r"|(?<!vol\. )(?<!volume )(?<!chapter )(?<!part )(?<!Band )(?<!tome )(?<!Kapitel )XXX+)"
    r"(?![\w/@-]|\.\w)"
)
_INITIALS = re.compile(r"TK\.? (?=[A-Z][a-z])")
_DEFINED = re.compile(r"\b[Tt]\w*[ -][Kk]\w*\s+\(TK\)")
_PATTERNS = (
    (re.compile(_MARKS), Level.ERROR),
    (re.compile(r"[(\[:]\s*(?:TBA|TBC|TBD)\b(?=\s*(?:[)\].;]|$))"), Level.ERROR),
    (re.compile(r"\blorem ipsum\b", re.IGNORECASE), Level.ERROR),
    # What a template or a program leaves in brackets to be filled in.
    (
        re.compile(
            r"\[\s*(?:citation|citation needed|ref|refs|reference|references|insert[^\]\n]{0,40}"
            r"|add [^\]\n]{0,40}|your [^\]\n]{0,30}|name|date|title|author|authors|year|doi|link"
            r"|url|tk|todo|x+|placeholder)\s*\](?![(\[:])",
            re.IGNORECASE,
        ),
        Level.ERROR,
    ),
    (re.compile(r"(?<![\w.])xxx+(?![\w.])"), Level.WARNING),
    (re.compile(r"\?{3,}"), Level.WARNING),
    # A warning only: inside a quotation it is the ordinary sign of an omission.
    (re.compile(r"\[\s*(?:\.\.\.|…)\s*\]"), Level.WARNING),
)
_SHOWN = 40
_QUOTED = re.compile(r"“[^”\n]*”|„[^“”\n]*[“”]|«[^»\n]*»|\"[^\"\n]*\"|^>.*$", re.MULTILINE)
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")


def unfinished_text(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find TK, TODO, ???, lorem ipsum and [...]."""
    for passage in passages(dossier, issue):
        is_defined = _DEFINED.search(passage.text) is not None
        for number, row in rows(passage):
            for pattern, level in _PATTERNS:
                match = _find(pattern, row)
                if match is None or (is_defined and match[0] == "TK"):
                    continue
                mark = match[0].strip(":( ")
                yield Problem(
                    message=f"unfinished text: '{mark[:_SHOWN]}{'…' if mark[_SHOWN:] else ''}' in "
                    f'"{around(row, match.start(), min(match.end(), match.start() + _SHOWN))}"',
                    file=passage.file,
                    line=number,
                    hint="write what is missing, or take it out",
                    level=level,
                )
                break


def _find(pattern: re.Pattern[str], row: str) -> re.Match[str] | None:
    """Return the first find that no quotation explains."""
    code = [match.span() for match in _CODE.finditer(row)] if "`" in row else []
    for match in pattern.finditer(row):
        if any(start <= match.start() < end for start, end in code):
            continue
        if _INITIALS.match(row, match.start()) and not row.isupper():
            continue
        if not match[0].strip("?[]. …") and _is_quoted(row, match):
            continue
        return match
    return None


def _is_quoted(row: str, match: re.Match[str]) -> bool:
    """Whether it stands among other words of a quotation: an omission, a client's `Why???`."""
    return any(
        quote.start() < match.start() < quote.end() and re.search(r"\w", quote[0])
        for quote in _QUOTED.finditer(row)
    )
