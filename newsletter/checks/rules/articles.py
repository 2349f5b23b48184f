"""Rules about the article behind a summary: its DOI, its citation, its year."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.basics.errors import Level, Problem
from newsletter.checks.dossier import Dossier
from newsletter.content.doi import EXAMPLE, doi_key, written_in
from newsletter.content.issue.issue import Issue
from newsletter.content.summary.summary import Summary

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
        if summary.doi is None or summary.doi.is_valid:
            continue
        inside = summary.doi.inside
        yield Problem(
            message=f"'{summary.doi}' is no DOI",
            file=summary.file,
            line=summary.lines.get("doi"),
            hint=f"write {inside}" if inside else EXAMPLE,
        )


def doi_differs(dossier: Dossier, _issue: Issue) -> Iterator[Problem]:
    """Find a citation whose DOI is another one than the summary's `doi`, or the only one."""
    for summary in dossier.summaries:
        written = written_in(summary.citation, summary.doi)
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


def article(summary: Summary) -> str | None:
    """Return what tells one article from another: the DOI, that of the citation if need be."""
    return doi_key(summary.doi) or doi_key(written_in(summary.citation, None))
