"""Rules about the summaries, their topics, and their use in other issues."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from newsletter.basics.errors import Level, Problem
from newsletter.checks.dossier import Dossier, Use
from newsletter.checks.reading.texts import plain_words, prose, text_of
from newsletter.checks.rules.articles import article
from newsletter.content.compose import FEWEST, MOST
from newsletter.content.doi import doi_key
from newsletter.content.issue.issue import Issue
from newsletter.content.passage import Passage
from newsletter.content.summary.summary import Summary
from newsletter.content.text.characters import display_width
from newsletter.content.topics import Vocabulary, unknown_name

LONG = 1_800
"""Characters of a paragraph, about 300 words: a screen and a half of a phone without a pause."""
LONG_WIDE = 700
"""The same for scripts whose characters are words or syllables."""
VERY_LONG = 1.4
"""From so many times that length on, about 420 words, it is a warning."""

_MOST_TORN = 30
"""Topics of a summary that are searched for names that were split at their commas."""
_HEADING = re.compile(
    r"^[ \t]*(?:#{1,6}|\*\*|__).*practice\s+implications", re.MULTILINE | re.IGNORECASE
)
_NO_PARAGRAPH = re.compile(r"\s*(?:[-*+>|#]|\d+[.)]\s|```)")


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
            yield _without_implications(dossier, summary)
        elif not summary.implications.text.strip():
            yield _at(
                summary.implications,
                f"the Practice Implications of '{summary.title}' are empty",
            )


def _without_implications(dossier: Dossier, summary: Summary) -> Problem:
    """Return the problem, at a heading without a text, or at the end of the file without one."""
    source = text_of(dossier, summary.file)
    heading = _HEADING.search(source)
    if heading is not None:
        line = source.count("\n", 0, heading.end()) + 1
        return Problem(
            message=f"the Practice Implications of '{summary.title}' are empty",
            file=summary.file,
            line=line,
            hint="write below the heading what the study means for practice",
        )
    return Problem(
        message=f"'{summary.title}' has no Practice Implications",
        file=summary.file,
        line=summary.body.line + summary.body.text.count("\n"),
        hint="end the file with a heading '## Practice Implications' and a text under it",
    )


def title_repeated(dossier: Dossier, _issue: Issue) -> Iterator[Problem]:
    """Find a title that another summary of the issue or the library has, too."""
    held = {summary.slug for summary in dossier.summaries}
    for number, summary in enumerate(dossier.summaries):
        others = (*dossier.summaries[:number], *dossier.library)
        twin = next(
            (
                other
                for other in others
                if other.slug != summary.slug and _plain(other.title) == _plain(summary.title)
            ),
            None,
        )
        if twin is None or (twin.slug in held and twin not in dossier.summaries[:number]):
            continue
        sent = next(
            (use.issue for use in dossier.uses if use.summary == twin.slug and use.sent), ""
        )
        where = "in this issue" if twin.slug in held else "in the library"
        yield Problem(
            message=f"the title '{summary.title}' stands twice {where}: also in "
            f"{twin.file.as_posix()}{f', which went out in {sent}' if sent else ''}",
            file=summary.file,
            line=summary.lines.get("title"),
            hint="is it the same article? else give one of them another title",
            level=Level.ERROR if twin.slug in held else Level.WARNING,
        )


def long_paragraph(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find paragraphs that are too long to be read to their end on a phone."""
    for passage in prose(dossier, issue):
        line = passage.line
        for block in passage.text.split("\n\n"):
            text = block.strip("\n")
            screens = _screens(text)
            if screens > 1 and not _NO_PARAGRAPH.match(text):
                yield Problem(
                    message=f"this paragraph has {_length(text)}: {_begin(text)}",
                    file=passage.file,
                    line=line + block.count("\n", 0, len(block) - len(block.lstrip("\n"))),
                    hint="an empty line where a new thought begins makes it two",
                    level=Level.WARNING if screens > VERY_LONG else Level.INFO,
                )
            line += block.count("\n") + 2


def _screens(text: str) -> float:
    """Return how many times as long as `LONG` a paragraph is."""
    is_wide = display_width(text) > len(text) * 1.5
    return len(text) / (LONG_WIDE if is_wide else LONG)


def _length(text: str) -> str:
    words = len(text.split())
    return f"{words} words" if len(text) < words * 20 else f"{len(text)} characters"


def _begin(text: str) -> str:
    return f'"{" ".join(text[:40].split())}…"'


_plain = lru_cache(maxsize=20_000)(plain_words)  # titles are compared with the whole library


def already_sent(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find a summary, or another one of the same article, that readers have got already."""
    seen: dict[str, Summary] = {}
    for number, summary in enumerate(dossier.summaries):
        line = issue.lines.get(f"summaries.{number}", issue.lines.get("summaries"))
        for use in _earlier(dossier, issue, summary):
            what = "" if use.summary == summary.slug else f" as '{use.summary}' (the same DOI)"
            yield Problem(
                message=f"'{summary.slug}' {'went out' if use.sent else 'stands'} in "
                f"{'issue' if use.sent else 'the draft'} {use.issue}{what}",
                file=issue.file,
                line=line,
                hint="take it out, or say with ignore why readers get it again",
                level=Level.ERROR if use.sent else Level.WARNING,
            )
        twin = seen.setdefault(article(summary) or f"slug {summary.slug}", summary)
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
        for key, word, name, vocabulary in tags:
            if vocabulary.names and vocabulary.resolve(name) is None:
                line = summary.lines.get(key, summary.lines.get(key.partition(".")[0]))
                hint = vocabulary.did_you_mean(name)
                yield unknown_name(name, word, file=summary.file, line=line, hint=hint)


def _torn(topics: tuple[str, ...], known: Vocabulary) -> range | None:
    """Return which topics are one name of the vocabulary, split at its commas."""
    topics = topics[:_MOST_TORN]
    for start in range(len(topics)):
        for stop in range(len(topics), start + 1, -1):
            if known.resolve(", ".join(topics[start:stop])) is not None:
                return range(start, stop)
    return None


def summary_count(_dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find an issue of fewer than two or more than three summaries."""
    count = len(issue.summaries)
    if not FEWEST <= count <= MOST:
        yield Problem(
            message=f"the issue has {count} summar{'y' if count == 1 else 'ies'}; "
            "two or three are usual",
            file=issue.file,
            line=issue.lines.get("summaries"),
            level=Level.WARNING,
        )


def _earlier(dossier: Dossier, issue: Issue, summary: Summary) -> Iterator[Use]:
    """Yield where it went out before, or is in a draft of an earlier month."""
    doi = article(summary)
    for use in dossier.uses:
        same = use.summary == summary.slug or (doi is not None and doi_key(use.doi) == doi)
        if same and use.issue != issue.slug and (use.sent or use.issue < issue.slug):
            yield use


def _at(passage: Passage, message: str) -> Problem:
    return Problem(message=message, file=passage.file, line=passage.line)
