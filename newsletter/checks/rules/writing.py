"""Rules about how a text was typed: fields, braces, HTML, bullets, the opening."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.basics.errors import Level, Problem, did_you_mean
from newsletter.checks.dossier import Dossier
from newsletter.checks.reading.texts import found, passages, setting_place, without_code
from newsletter.content.issue.issue import Issue
from newsletter.content.passage import Passage

_READER = re.compile(r"\{\{-?\s*reader\s*\.\s*(\w+)")
_SINGLE = re.compile(
    r"(?<![{\\])\{\s*(?:reader\s*\.\s*\w[^{}\n]*|(?:title|month|number|blurbs)\s*)\}+"
)
# The elements that people write in a text; others are seen in the preview.
_TAG = re.compile(
    r"(?<!\\)</?(a|b|big|blockquote|br|center|div|em|font|h[1-6]|hr|i|img|li|ol|p|small|span"
    r"|script|strong|style|su[bp]|svg|table|t[dhr]|u|ul|iframe)(?:\s+[\w-]+\s*=[^<>]*)?\s*/?>",
    re.IGNORECASE,
)
_MARKDOWN = {
    **dict.fromkeys(("b", "strong"), "write **words** for bold"),
    **dict.fromkeys(("i", "em"), "write *words* for italics"),
    "a": "write [words](https://example.org) for a link",
    **dict.fromkeys(("br", "p", "div"), "leave an empty line between paragraphs"),
    **dict.fromkeys(("li", "ul", "ol"), 'begin each line of a list with "- "'),
}
# What Word and its kin paste: the bullet itself (two of them from a symbol font), then a tab.
_BULLET = re.compile(r"[ \t]*(?:[•‣▪●◦○■·\uf0b7\uf0a7]\s*|[o§\u2013\u2014]\t\s*)(?=\S)")


def reader_field(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find a reader's field that no column of the list fills."""
    columns = dossier.readers.columns if dossier.readers else None
    if columns is None:
        return
    known = {"email", *columns}
    if known & {"first_name", "last_name"}:
        known.add("name")
    for text in _around_summaries(dossier, issue):
        for line, match in found(_READER, text):
            if match[1] not in known:
                yield Problem(
                    message=f"the list has no column '{match[1]}': every reader gets the fallback",
                    file=text.file,
                    line=line,
                    hint=did_you_mean(match[1], sorted(known))
                    or f"its columns are {', '.join(filter(None, columns))}",
                    level=Level.WARNING,
                )


def braces(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find single braces where double ones were meant."""
    for text in _around_summaries(dossier, issue):
        for line, match in found(_SINGLE, text):
            inside = match[0].strip("{}").strip()
            yield Problem(
                message=f"'{match[0]}' is sent as it stands: a field has two braces on each side",
                file=text.file,
                line=line,
                hint=f"write {{{{ {inside} }}}}",
                level=Level.WARNING,
            )


def raw_html(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find HTML, which readers see as it is written; the first tag of a line is reported."""
    for text in passages(dossier, issue):
        for number, row in enumerate(text.text.split("\n"), text.line):
            if tag := _TAG.search(without_code(row)):
                yield Problem(
                    message=f"HTML is shown as it is written: '{tag[0]}'",
                    file=text.file,
                    line=number,
                    hint=_MARKDOWN.get(tag[1].lower()),
                    level=Level.INFO,
                )


def pasted_bullets(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find bullets that a word processor made; the first of each text is reported."""
    for text in passages(dossier, issue):
        for number, row in enumerate(text.text.split("\n"), text.line):
            if bullet := _BULLET.match(row):
                yield Problem(
                    message=f"the bullet '{bullet[0].strip()}' makes no list: "
                    "the lines run into one paragraph",
                    file=text.file,
                    line=number,
                    hint='write "- " in its place, and an empty line before the first',
                    level=Level.WARNING,
                )
                break


def opening(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find an issue that opens with a sentence of whole titles."""
    bare = [summary for summary in dossier.summaries if not summary.blurb]
    if issue.introduction is None and bare and "blurbs" in dossier.settings.newsletter.lead:
        yield Problem(
            message="the opening names the titles: write an introduction or blurbs",
            file=issue.file,
            hint=f"a line 'blurb: what it is about' in {bare[0].file.as_posix()}, or a sentence "
            "below the second --- of the issue",
            level=Level.WARNING,
        )


def _around_summaries(dossier: Dossier, issue: Issue) -> Iterator[Passage]:
    """Yield the texts in which a reader's field may stand: the introduction and the subject."""
    if issue.introduction is not None:
        yield issue.introduction
    if issue.subject is not None:
        yield Passage(text=issue.subject, file=issue.file, line=issue.lines.get("subject", 1))
    elif own := dossier.settings.newsletter.subject:
        file, line = setting_place(dossier.settings, "newsletter.subject")
        yield Passage(text=own, file=file, line=line or 1)
