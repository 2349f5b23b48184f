"""Rules about the HTML's structure: for screen readers, and for fingers on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from newsletter.basics.errors import Level, Problem
from newsletter.checks.dossier import Dossier
from newsletter.checks.reading.looks import Looks
from newsletter.checks.reading.texts import in_templates
from newsletter.content.issue.issue import Issue

TARGET = 24
"""CSS pixels of a link that stands alone (WCAG 2.2, 2.5.8)."""
BUTTON = 44
"""CSS pixels of a button (WCAG 2.2, 2.5.5)."""
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = frozenset({"td", "th", "p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "center"})
_SHOWN = 3


def heading_order(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find headings that skip a level or are empty, and an email without the one h1."""
    if dossier.message is None:
        return
    headings = list(dossier.message.root.iter(*_HEADINGS))
    firsts = [each for each in headings if each.tag == "h1"]
    if len(firsts) != 1:
        told = "no h1" if not firsts else f"{len(firsts)} h1"
        yield _of_template(
            dossier, issue, f"the email has {told}: one names it, an h2 each summary", r"<h1\b"
        )
    before = 0
    for heading in headings:
        tag = str(heading.tag)
        level, words = int(tag[1]), " ".join(heading.text_content().split())
        if not words and heading.find(".//img[@alt]") is None:
            yield _of_template(dossier, issue, f"an {tag} is empty", rf"<{tag}\b")
        elif before and level > before + 1:
            yield _of_template(
                dossier,
                issue,
                f"after an h{before} comes the {tag} '{words[:60]}': a level is skipped",
                rf"<{tag}\b",
            )
        before = level


def language(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find an email that does not say its language where programs keep it."""
    if dossier.message is None:
        return
    wanted = dossier.settings.newsletter.language
    root = dossier.message.root
    said = root.get("lang") or ""
    inside = any(each.get("lang") for each in root.iterdescendants() if each.tag != "head")
    if not said and not inside:
        message = "the email does not say its language: screen readers guess"
    elif said and said.lower() != wanted.lower():
        message = f"the email says that its language is '{said}'; the settings say '{wanted}'"
    else:
        return
    yield _of_template(
        dossier,
        issue,
        message,
        r"<mjml\b",
        hint='<mjml lang="{{ newsletter.language | attr }}">',
    )


def layout_tables(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find tables that only lay things out and do not say so: they are read out as tables."""
    if dossier.message is None:
        return
    count = sum(
        1
        for table in dossier.message.root.iter("table")
        if table.get("role") not in {"presentation", "none"} and not _is_data(table)
    )
    if count:
        yield _of_template(
            dossier,
            issue,
            f'{count} layout table{"s" if count > 1 else ""} without role="presentation": '
            "screen readers read them out cell by cell",
            r"<table\b",
        )


def small_targets(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find links that stand alone and are too small for a finger."""
    if dossier.message is None:
        return
    looks = Looks(dossier.message.root)
    told: dict[tuple[float, int], str] = {}
    texts: dict[HtmlElement, str] = {}
    for link in dossier.message.root.iter("a"):
        words = " ".join(link.text_content().split())
        if not words or not link.get("href") or not _stands_alone(link, words, texts):
            continue
        least = BUTTON if looks.is_button(link) else TARGET
        height = looks.height(link)
        if height is not None and height < least:
            told.setdefault((height, least), words)
    for (height, least), words in list(told.items())[:_SHOWN]:
        what = "button" if least == BUTTON else "link"
        yield _of_template(
            dossier,
            issue,
            f"the {what} '{words[:40]}' is {height:g} px high; fingers need {least}",
            re.escape(words),
            hint="give it padding, with display:inline-block",
        )


def _is_data(table: HtmlElement) -> bool:
    return next(table.iter("th", "caption"), None) is not None


def _stands_alone(link: HtmlElement, words: str, texts: dict[HtmlElement, str]) -> bool:
    """Whether a link is a line of its own; one in a sentence may be as high as the line.

    `texts` are those of the blocks that were read before: one may hold many links.
    """
    block = next((up for up in link.iterancestors() if up.tag in _BLOCKS), None)
    if block is None:
        return False
    if block not in texts:
        texts[block] = " ".join(block.text_content().split())
    return texts[block] == words


def _of_template(
    dossier: Dossier,
    issue: Issue,
    message: str,
    pattern: str,
    *,
    hint: str | None = None,
) -> Problem:
    file, line = in_templates(dossier, pattern)
    return Problem(
        message=message, file=file or issue.file, line=line, hint=hint, level=Level.WARNING
    )
