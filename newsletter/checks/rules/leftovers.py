"""The rule about text that is still to be written: TK, TODO, ???, [...]."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.basics.errors import Level, Problem
from newsletter.checks.dossier import Dossier
from newsletter.checks.reading.texts import around, code_spans, is_within, passages, rows
from newsletter.content.issue.issue import Issue

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
_OPENING = re.compile('[“„«"]')
_CLOSING = {"“": "”", "„": "“”", "«": "»", '"': '"'}


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
    """Return the first find that is neither code, nor initials, nor an omission in a quotation."""
    code = code_spans(row) if "`" in row else []
    quoted: list[tuple[int, int]] | None = None
    for match in pattern.finditer(row):
        if is_within(code, match.start()):
            continue
        if _INITIALS.match(row, match.start()) and not row.isupper():
            continue
        if not match[0].strip("?[]. …"):
            quoted = _quotations(row) if quoted is None else quoted
            if is_within(quoted, match.start() - 1):  # behind the mark that opens it
                continue
        return match
    return None


def _quotations(row: str) -> list[tuple[int, int]]:
    """Return where quotations with words stand, each without the mark that closes it.

    Among other words `???` and `[...]` are an omission, or a client's `Why???`.
    """
    if row.startswith(">"):
        return [(0, len(row))]
    spans = []
    ahead: dict[str, int] = {}  # where each closing mark stands next, the length for nowhere
    at = 0
    while opened := _OPENING.search(row, at):
        at = opened.end()
        for mark in _CLOSING[opened[0]]:
            if ahead.get(mark, -1) < at:
                next_one = row.find(mark, at)
                ahead[mark] = len(row) if next_one < 0 else next_one
        end = min(ahead[mark] for mark in _CLOSING[opened[0]])
        if end == len(row):
            continue
        if re.search(r"\w", row[opened.start() : end]):
            spans.append((opened.start(), end))
        at = end + 1
    return spans
