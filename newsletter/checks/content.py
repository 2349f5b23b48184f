"""Rules about what was written: the summaries, and the words around them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.checks.dossier import Dossier, Use
from newsletter.content.issue import Issue
from newsletter.content.month import Month
from newsletter.content.summary import Passage, Summary
from newsletter.content.topics import Vocabulary
from newsletter.errors import Level, Problem

USUAL_COUNT = range(2, 4)
"""Two or three summaries make an issue."""

# ISO 26324: the prefix is "10." and the registrant's code, maybe subdivided; the suffix may hold
# any graphic character, also the < > ( ) ; of the SICI kind.
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s\x00-\x20\x7f-\x9f]+")
_DOI_INSIDE = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+")
_TRAILING = ".,;:"

# What a writer leaves behind for later. Neither inside a longer word nor inside an address.
_UNFINISHED = (
    (re.compile(r"(?<![\w/.@#-])(?:TK(?:TK)*|TODO|FIXME|XXX)(?![\w/.@-]\w|\w)"), Level.ERROR),
    (re.compile(r"\blorem ipsum\b", re.IGNORECASE), Level.ERROR),
    (re.compile(r"\?{3,}"), Level.WARNING),
    # A warning only: inside a quotation it is the ordinary sign of an omission.
    (re.compile(r"\[\s*(?:\.\.\.|…)\s*\]"), Level.WARNING),
)


def summary_incomplete(dossier: Dossier, _issue: Issue) -> Iterator[Problem]:
    """Find a summary that was cut off, is empty, or lacks its Practice Implications."""
    for summary in dossier.summaries:
        if summary.incomplete is not None:
            yield Problem(
                message=f"'{summary.title}' is incomplete: {summary.incomplete}",
                file=summary.file,
                line=summary.lines.get("incomplete"),
                hint="complete the text, then delete the line 'incomplete'",
            )
        if not summary.body.text.strip():
            yield _at(summary.body, f"'{summary.title}' has no text")
        if summary.implications is None:
            yield Problem(
                message=f"'{summary.title}' has no Practice Implications",
                file=summary.file,
                hint="end the file with a heading '## Practice Implications' and a text under it",
            )
        elif not summary.implications.text.strip():
            yield _at(
                summary.implications,
                f"the Practice Implications of '{summary.title}' are empty",
            )


def unfinished_text(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find TK, TODO, ???, lorem ipsum and [...]."""
    for passage in passages(dossier, issue):
        for number, line in enumerate(passage.text.split("\n"), passage.line):
            for pattern, level in _UNFINISHED:
                if match := pattern.search(line):
                    yield Problem(
                        message=f"unfinished text: '{match[0]}' in \"{_around(line, match)}\"",
                        file=passage.file,
                        line=number,
                        level=level,
                    )


def doi_malformed(dossier: Dossier, _issue: Issue) -> Iterator[Problem]:
    """Find a `doi` that doi.org would not know."""
    for summary in dossier.summaries:
        if summary.doi is None or _is_doi(summary.doi):
            continue
        inside = _DOI_INSIDE.search(summary.doi)
        yield Problem(
            message=f"'{summary.doi}' is no DOI",
            file=summary.file,
            line=summary.lines.get("doi"),
            hint=f"write {_bare(inside[0])}" if inside else "a DOI looks like 10.1037/pst0000317",
        )


def already_sent(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find a summary, or another one of the same article, that readers know already."""
    seen: dict[str, Summary] = {}
    for place, summary in enumerate(dossier.summaries):
        line = issue.lines.get(f"summaries.{place}", issue.lines.get("summaries"))
        for use in _earlier(dossier, issue, summary):
            what = "" if use.summary == summary.slug else f" as '{use.summary}' (the same DOI)"
            yield Problem(
                message=f"'{summary.slug}' {'went out' if use.sent else 'stands'} in "
                f"{'issue' if use.sent else 'the draft'} {use.issue}{what}",
                file=issue.file,
                line=line,
                level=Level.ERROR if use.sent else Level.WARNING,
            )
        twin = seen.setdefault(_doi_key(summary.doi) or f"slug {summary.slug}", summary)
        if twin is not summary:
            yield Problem(
                message=f"'{summary.slug}' and '{twin.slug}' are about the same article "
                "(the same DOI)"
                if twin.slug != summary.slug
                else f"'{summary.slug}' stands twice in this issue",
                file=issue.file,
                line=line,
            )


def unknown_topic(dossier: Dossier, _issue: Issue) -> Iterator[Problem]:
    """Find topics and research types that are in neither vocabulary."""
    known = dossier.vocabularies
    for summary in dossier.summaries:
        torn = _torn(summary.topics, known.topics)
        if torn is not None:
            name = known.topics.resolve(", ".join(summary.topics[torn.start : torn.stop]))
            yield Problem(
                message=f"the topic '{name}' was taken for {len(torn)} topics",
                file=summary.file,
                line=summary.lines.get("topics"),
                hint=f'this name has commas: put it in quotes, ["{name}"]',
                level=Level.WARNING,
            )
        tags = [
            (f"topics.{number}", "topic", name, known.topics)
            for number, name in enumerate(summary.topics)
            if torn is None or number not in torn
        ]
        if summary.research_type is not None:
            tags.append(
                ("research_type", "research type", summary.research_type, known.research_types)
            )
        for place, word, name, vocabulary in tags:
            if vocabulary.names and vocabulary.resolve(name) is None:
                yield Problem(
                    message=f"'{name}' is no {word} of topics.toml",
                    file=summary.file,
                    line=summary.lines.get(place, summary.lines.get(place.partition(".")[0])),
                    hint=vocabulary.did_you_mean(name),
                    level=Level.WARNING,
                )


def _torn(topics: tuple[str, ...], known: Vocabulary) -> range | None:
    """Return which topics are one name of the vocabulary that its commas tore apart."""
    for start in range(len(topics)):
        for stop in range(len(topics), start + 1, -1):
            if known.resolve(", ".join(topics[start:stop])) is not None:
                return range(start, stop)
    return None


def summary_count(_dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find an issue of fewer than two or more than three summaries."""
    count = len(issue.summaries)
    if count not in USUAL_COUNT:
        yield Problem(
            message=f"the issue has {count} summar{'y' if count == 1 else 'ies'}; "
            "two or three are usual",
            file=issue.file,
            line=issue.lines.get("summaries"),
            level=Level.WARNING,
        )


def issue_month(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find an issue whose month is over or far ahead, and a summary newer than its issue."""
    went_out = any(use.sent and use.issue == issue.slug for use in dossier.uses)
    ahead = _months(issue.month) - _months(dossier.today)
    if (ahead < 0 or ahead > 1) and not went_out:
        yield Problem(
            message=f"this is the issue of {issue.month.name}, and it is {dossier.today.name} now",
            file=issue.file,
            hint="a slip in the year? the file's name is the month" if ahead > 0 else None,
            level=Level.WARNING if ahead > 0 else Level.INFO,
        )
    for summary in dossier.summaries:
        if summary.published > issue.month:
            yield Problem(
                message=f"'{summary.title}' is of {summary.published.name}, "
                f"later than this issue ({issue.month.name})",
                file=summary.file,
                line=summary.lines.get("published"),
                level=Level.WARNING,
            )


def _months(month: Month) -> int:
    return month.year * 12 + month.month


def _is_doi(text: str) -> bool:
    return _DOI.fullmatch(text) is not None and _bare(text) == text


def _bare(found: str) -> str:
    """Return a DOI without what a web address or a sentence adds: `?src=x`, a full stop."""
    return re.sub(r"\?[\w.~-]+=.*", "", found).rstrip(_TRAILING)


def _doi_key(doi: str | None) -> str | None:
    """Two DOIs are one when they differ in case only (ISO 26324; DOI Handbook, 2.4)."""
    if doi is None:
        return None
    inside = _DOI_INSIDE.search(doi)
    return _bare(inside[0]).casefold() if inside else None


def _earlier(dossier: Dossier, issue: Issue, summary: Summary) -> Iterator[Use]:
    """Where it went out before, or stands in a draft of an earlier month."""
    doi = _doi_key(summary.doi)
    for use in dossier.uses:
        same = use.summary == summary.slug or (doi is not None and _doi_key(use.doi) == doi)
        if same and use.issue != issue.slug and (use.sent or use.issue < issue.slug):
            yield use


def passages(dossier: Dossier, issue: Issue) -> Iterator[Passage]:
    """Every text that an author wrote, with its place."""
    if issue.introduction is not None:
        yield issue.introduction
    for key, text in (("subject", issue.subject), ("preheader", issue.preheader)):
        if text is not None:
            yield Passage(text=text, file=issue.file, line=issue.lines.get(key, 1))
    for announcement in issue.announcements:
        yield Passage(
            text=announcement.title, file=announcement.text.file, line=announcement.text.line
        )
        yield announcement.text
    for summary in dossier.summaries:
        for key, text in (
            ("title", summary.title),
            ("citation", summary.citation),
            ("blurb", summary.blurb),
        ):
            if text is not None:
                yield Passage(text=text, file=summary.file, line=summary.lines.get(key, 1))
        yield summary.body
        if summary.implications is not None:
            yield summary.implications


def _around(line: str, match: re.Match[str], width: int = 30) -> str:
    """Return the words about a find, at most `width` characters to either side."""
    start, end = max(0, match.start() - width), match.end() + width
    before = "…" if start else ""
    after = "…" if end < len(line) else ""
    return f"{before}{line[start:end].strip()}{after}"


def _at(passage: Passage, message: str) -> Problem:
    return Problem(message=message, file=passage.file, line=passage.line)
