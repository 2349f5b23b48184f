"""Rules about the article behind a summary: its DOI, its citation, its year."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

from newsletter.basics.errors import Level, Problem
from newsletter.checks.dossier import Dossier
from newsletter.content.issue.issue import Issue
from newsletter.content.summary.summary import Summary
from newsletter.content.text.links import BRACKETS, without_end

# ISO 26324: the prefix is "10." and the registrant's code, maybe subdivided; the suffix may hold
# any graphic character, also the < > ( ) ; of the SICI kind.
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s\x00-\x20\x7f-\x9f]+")
_DOI_INSIDE = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+")
# In running text a DOI is known by what stands before it, or by its own beginning.
_DOI_WRITTEN = re.compile(
    r"(?:https?://[\w.-]*doi\.org/|\bdoi\s*+:?\s*)?(?<![\w.])(10\.\d{4,9}(?:\.\d+)*/\S+)",
    re.IGNORECASE,
)
_ENDS = ".,;:'\"’”»"  # noqa: RUF001
_PAIRS = (*BRACKETS, "<>")
# (2026), (2026a), (2026, March), (in press); the first one is the article's (APA 7, 9.13).
_YEAR = re.compile(r"\(\s*((?:1[89]|20)\d\d)[a-z]?(?:\s*,\s*([^()\d]{3,20}?)[\s\d\u2013-]*)?\s*\)")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("jan january", "feb february", "mar march", "apr april", "may", "jun june"),
            *("jul july", "aug august", "sep sept september", "oct october", "nov november"),
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}


def citation_missing(dossier: Dossier, _issue: Issue) -> Iterator[Problem]:
    """Find a summary that does not say which article it is about."""
    for summary in dossier.summaries:
        if summary.citation is None:
            yield Problem(
                message=f"'{summary.title}' has no citation",
                file=summary.file,
                line=summary.lines.get("title"),
                hint='citation: "Author, A. (2026). Title. Journal, 1(2), 3-4."',
                level=Level.WARNING,
            )


def doi_malformed(dossier: Dossier, _issue: Issue) -> Iterator[Problem]:
    """Find a `doi` that doi.org would not know."""
    for summary in dossier.summaries:
        if summary.doi is None or _is_doi(summary.doi):
            continue
        inside = _DOI_INSIDE.search(unquote(summary.doi))
        yield Problem(
            message=f"'{summary.doi}' is no DOI",
            file=summary.file,
            line=summary.lines.get("doi"),
            hint=f"write {_bare(inside[0])}" if inside else "a DOI looks like 10.1037/pst0000317",
        )


def doi_differs(dossier: Dossier, _issue: Issue) -> Iterator[Problem]:
    """Find a citation whose DOI is another one than the summary's `doi`, or the only one."""
    for summary in dossier.summaries:
        written = written_doi(summary.citation, summary.doi)
        if written is None:
            continue
        line = summary.lines.get("citation")
        if summary.doi is None:
            yield Problem(
                message=f"the citation has the DOI {written}, and the summary has no doi",
                file=summary.file,
                line=line,
                hint=f"add the line: doi: {written}",
                level=Level.INFO,
            )
        elif (key := doi_key(summary.doi)) is not None and doi_key(written) != key:
            where = f" (line {summary.lines['doi']})" if "doi" in summary.lines else ""
            yield Problem(
                message=f"the citation says {written}, the doi{where} says {summary.doi}",
                file=summary.file,
                line=line,
                hint="one of the two is another article's: look both up at https://doi.org/",
            )


def citation_year(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find a citation that is newer than the issue it stands in."""
    for summary in dossier.summaries:
        match = _YEAR.search(" ".join((summary.citation or "").split()))
        if match is None:
            continue
        month = _MONTHS.get((match[2] or "").strip(" .").split(" ")[0].lower(), 0)
        if (int(match[1]), month) > (issue.month.year, issue.month.month if month else 0):
            yield Problem(
                message=f"the citation of '{summary.title}' is of {match[0].strip('() ')}, "
                f"later than this issue ({issue.month.name})",
                file=summary.file,
                line=summary.lines.get("citation"),
                hint="right for an article that is online before its volume; else mend the year",
                level=Level.WARNING,
            )


def written_doi(citation: str | None, doi: str | None) -> str | None:
    """Return the DOI that stands in a citation, or None; `doi` where it is that one.

    A DOI may hold nearly anything, also what ends a sentence or a bracket: where the one that is
    expected stands there, it is believed.
    """
    if not citation:
        return None
    match = _DOI_WRITTEN.search(citation)
    if match is None:
        return None
    found = unquote(match[1])
    if doi is not None and (key := doi_key(doi)):
        rest = found.casefold().removeprefix(key)
        if rest != found.casefold() and not rest.strip(_ENDS + ")]}>"):
            return doi
    return _bare(found)


@lru_cache(maxsize=20_000)  # each summary is held against all that went out
def doi_key(doi: str | None) -> str | None:
    """Two DOIs are one when they differ in case only (ISO 26324; DOI Handbook, 2.4)."""
    if doi is None:
        return None
    inside = _DOI_INSIDE.search(unquote(doi))
    return _bare(inside[0]).casefold() if inside else None


def article(summary: Summary) -> str | None:
    """Return what tells one article from another: the DOI, that of the citation if need be."""
    return doi_key(summary.doi) or doi_key(written_doi(summary.citation, None))


def _is_doi(text: str) -> bool:
    return _DOI.fullmatch(text) is not None and _bare(text) == text


def _bare(found: str) -> str:
    """Return a DOI without what a web address or a sentence adds: `?src=x`, a full stop."""
    return without_end(re.sub(r"\?[\w.~-]+=.*", "", found), _ENDS, _PAIRS)
