"""Rules about what a writer leaves behind for later: TK, TODO, ???, [...]."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.checks.dossier import Dossier
from newsletter.checks.texts import around, passages, rows
from newsletter.content.issue import Issue
from newsletter.errors import Level, Problem

# Neither inside a longer word nor inside an address, nor a person's initials: "Okafor, TK",
# "TK Okafor", "T.K.".
_MARKS = (
    r"(?<![\w/.@#&-])(?:TK(?:TK)+|TO[ -]?DO(?=\s*:|\b(?! list))|FIXME|XXX+|TBD|TBC|TBA"
    r"|(?<!, )TK)(?![\w/@-]|\.\w)"
)
_INITIALS = re.compile(r"(?:TK|TBC|TBA)\.? (?=[A-Z][a-z])")
_PATTERNS = (
    (re.compile(_MARKS), Level.ERROR),
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
_QUOTED = re.compile(r"“[^”\n]*”|„[^“”\n]*[“”]|«[^»\n]*»|\"[^\"\n]*\"|^>.*$", re.MULTILINE)
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")


def unfinished_text(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find TK, TODO, ???, lorem ipsum and [...]."""
    for passage in passages(dossier, issue):
        for number, row in rows(passage):
            for pattern, level in _PATTERNS:
                if match := _find(pattern, row):
                    yield Problem(
                        message=f"unfinished text: '{match[0]}' in "
                        f'"{around(row, match.start(), match.end())}"',
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
        if _INITIALS.match(row, match.start()) and not _is_shouted(row):
            continue
        if match[0].strip("[] ") in {"...", "…"} and _is_quoted(row, match.start()):
            continue
        return match
    return None


def _is_quoted(row: str, at: int) -> bool:
    """Whether a place lies within quotation marks: there [...] is an omission."""
    return any(match.start() < at < match.end() for match in _QUOTED.finditer(row))


def _is_shouted(row: str) -> bool:
    return row.isupper()
