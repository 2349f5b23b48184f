"""Summary files: read with all their problems, and written."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from newsletter.basics.errors import NewsletterError, Problem
from newsletter.basics.files import read_text, shown
from newsletter.content.doi import Doi
from newsletter.content.frontmatter.frontmatter import Fields, passage
from newsletter.content.frontmatter.quote import in_quotes, item, one_line, value
from newsletter.content.frontmatter.split import Parts, split
from newsletter.content.passage import Passage
from newsletter.content.summary.summary import Summary

KEYS = (
    *("title", "published", "citation", "doi", "topics", "research_type", "blurb", "author"),
    "incomplete",
)
HEADING = "Practice Implications"

# An ATX heading (CommonMark 4.2), or the words alone on a line in bold type.
_HEADING = re.compile(
    r"(?: {0,3}\#{1,6}[ \t]+[*_]*|[ \t]*(?P<bold>\*\*|__))"
    r"practice\s++implications\s*+:?\s*+(?(bold)(?P=bold)|[*_]*+)\s*+:?[ \t]*+\#*+[ \t]*+",
    re.IGNORECASE,
)


def read_summary(file: Path, root: Path) -> tuple[Summary | None, tuple[Problem, ...]]:
    """Read `summaries/SLUG.md`: the summary, or None where it has an error; and its problems."""
    name = shown(file, root)
    try:
        return _read(read_text(file, name), name)
    except NewsletterError as error:
        return None, error.problems


@lru_cache(maxsize=10_000)  # the preview reads the library at each save, and usually one changed
def _read(text: str, name: Path) -> tuple[Summary | None, tuple[Problem, ...]]:
    parts = split(text, name)
    fields = Fields.of(parts, name)
    summary = _summary(fields, parts, name)
    problems = tuple(sorted(fields.problems, key=lambda each: each.line or 0))
    return (None if fields.failed else summary), problems


def _summary(fields: Fields, parts: Parts, name: Path) -> Summary | None:
    fields.only(KEYS)
    title = fields.required("title", '"What clients remember"')
    published = fields.month("published", "2026-11")
    body, implications = _cut(parts, name)
    for each in filter(None, (body, implications)):
        fields.bounded("", each)
    doi = fields.text("doi", strict=True)
    rest = {key: fields.text(key) for key in ("research_type", "blurb", "author", "incomplete")}
    citation, topics = fields.text("citation", strict=True), fields.texts("topics")
    if title is None or published is None:
        return None
    return Summary(
        slug=unicodedata.normalize("NFC", name.stem),
        file=name,
        title=title,
        published=published,
        body=body,
        implications=implications,
        citation=citation,
        doi=Doi.read(doi) if doi else None,
        topics=tuple(dict.fromkeys(topics)),
        lines=fields.lines,
        **rest,
    )


def _cut(parts: Parts, name: Path) -> tuple[Passage, Passage | None]:
    rows = parts.body.split("\n")
    at = next((n for n, row in enumerate(rows) if _HEADING.fullmatch(row)), None)
    if at is None:
        return passage(parts.body, name, parts.body_line), None
    before, after = "\n".join(rows[:at]), "\n".join(rows[at + 1 :])
    implications = passage(after, name, parts.body_line + at + 1)
    return passage(before, name, parts.body_line), implications if implications.text else None


def dump_summary(summary: Summary) -> str:
    """Return the text of a summary's file; reading it again gives the same values."""
    topics = ", ".join(item(topic) for topic in summary.topics)
    fields = {
        "title": value(summary.title),
        "published": str(summary.published),
        "citation": in_quotes(one_line(summary.citation)) if summary.citation else None,
        "doi": value(summary.doi) if summary.doi else None,
        "topics": f"[{topics}]" if topics else None,
        "research_type": value(summary.research_type) if summary.research_type else None,
        "blurb": value(summary.blurb) if summary.blurb else None,
        "author": value(summary.author) if summary.author else None,
        "incomplete": value(summary.incomplete) if summary.incomplete else None,
    }
    head = "".join(f"{key}: {text}\n" for key, text in fields.items() if text is not None)
    text = f"---\n{head}---\n{summary.body.text.strip()}\n"
    if summary.implications is not None:
        text += f"\n## {HEADING}\n\n{summary.implications.text.strip()}\n"
    return text
