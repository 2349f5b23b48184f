"""Rules about the email as a whole: its weight, its styles, its subject and preheader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from newsletter.basics import gmail
from newsletter.basics.errors import Level, Problem
from newsletter.checks.dossier import Dossier
from newsletter.checks.reading.stylesheet import blocks
from newsletter.checks.reading.texts import in_templates, plain_words, setting_place
from newsletter.content.issue.issue import Issue
from newsletter.content.text.characters import display_width

SUBJECT = 70
"""Columns of a subject that a computer's mail program shows; a telephone shows about 40."""
PREHEADER = range(40, 91)

_LETTERS = re.compile(r"[^\W\d_]{2,}")
_REPLY = re.compile(r"\s*(?:re|fwd?|aw|wg|sv|vs|tr)\s*:", re.IGNORECASE)
_MARKS = re.compile(r"[!?！？]{2,}|!.*!|！.*！")  # noqa: RUF001 - full-width marks
_FEW = 3


def size(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Weigh the HTML part, decoded, as the reader with the longest values gets it."""
    if dossier.message is None or dossier.heaviest is None:
        return
    weight = dossier.heaviest
    says = f"the HTML of the email is {weight / 1000:.0f} KB"
    if weight > gmail.TOO_LARGE:
        level, message = Level.ERROR, f"{says}: Gmail will cut it off at about 102 KB"
    elif weight > gmail.LARGE:
        level, message = Level.WARNING, f"{says}, near the 102 KB where Gmail cuts it off"
    else:
        level, message = Level.INFO, f"{says}; Gmail shows up to 102 KB"
    yield Problem(
        message=message,
        file=issue.file,
        line=issue.lines.get("summaries"),
        hint=None if level is Level.INFO else "shorten a summary, or leave one for the next issue",
        level=level,
    )


def styles(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find styles that make Gmail drop all of them: too many, or an at-rule within another."""
    if dossier.message is None:
        return
    blocks = dossier.message.styles
    total = sum(len(block.encode()) for block in blocks)
    file, line = in_templates(dossier, r"<(?:mj-)?style\b")
    if total > gmail.STYLES:
        yield Problem(
            message=f"the styles have {total / 1000:.1f} KB: over 16 KB Gmail drops all of them",
            file=file or issue.file,
            line=line,
            hint="what an element needs belongs into its style attribute; <style> is for dark "
            "colours and phones",
            level=Level.WARNING,
        )
    for block in blocks:
        nested = nested_at_rule(block)
        if nested is not None:
            outer, inner = nested
            file, line = in_templates(dossier, re.escape(inner), (".mjml", ".css"))
            yield Problem(
                message=f"{inner} stands within {outer}: Gmail drops all styles for it",
                file=file or issue.file,
                line=line,
                hint="write it as one condition, or give it a <style> of its own",
                level=Level.WARNING,
            )


def nested_at_rule(css: str) -> tuple[str, str] | None:
    """Return the names of an at-rule and of one inside it, or None."""
    return next(
        (
            (outer.keyword, block.keyword)
            for block in blocks(css)
            if block.keyword
            for outer in block.above
            if outer.keyword
        ),
        None,
    )


def subject(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find a subject that is cut off, in capitals, or begins like a reply."""
    if dossier.message is None:
        return
    text = dossier.message.subject
    file, line = _subject_place(dossier, issue)
    width = display_width(text)
    words = _LETTERS.findall(text)
    cased = [word for word in words if word.upper() != word.lower()]
    found = []
    if width > SUBJECT:
        found.append(
            (
                f"the subject has {width} characters: most programs show {SUBJECT}, phones 40",
                f'what matters belongs into its beginning: "{text[:40].rstrip()}…"',
            )
        )
    if len(cased) >= _FEW and all(word == word.upper() for word in cased):
        found.append(("the subject is all in capitals", "filters and readers take it for a shout"))
    if _MARKS.search(text):
        found.append(("the subject has more than one ! or ?", "one will do, or none"))
    if _REPLY.match(text):
        found.append((f"the subject begins like an answer: '{text.split(':')[0]}:'",
                      "readers and filters take that for a trick"))  # fmt: skip
    for message, hint in found:
        yield Problem(message=message, file=file, line=line, hint=hint, level=Level.WARNING)


def preheader(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find a preheader that is cut off, says little, or says the subject again."""
    if dossier.message is None:
        return
    text = dossier.preheader.strip()
    line = issue.lines.get("preheader")
    width = display_width(text)
    if text and plain_words(text) == plain_words(dossier.message.subject):
        message, level = "the preheader says what the subject says", Level.WARNING
        hint = "it stands right behind the subject: say what is in the issue"
    elif not text:
        message, level = "there is no preheader", Level.WARNING
        hint = "preheader: what is in the issue, in one line"
    elif width >= PREHEADER.stop and issue.preheader is not None:
        message = f"the preheader has {width} characters: after about 90 it is cut off"
        level, hint = Level.WARNING, "shorten it"
    elif width < PREHEADER.start:
        message = f"the preheader has {width} characters; there is room for 40 to 90"
        level, hint = Level.INFO, "say what is in the issue"
    else:
        return
    yield Problem(message=message, file=issue.file, line=line, hint=hint, level=level)


def _subject_place(dossier: Dossier, issue: Issue) -> tuple[Path, int | None]:
    """Return where the subject was written: in the issue, or in the settings."""
    if issue.subject is not None:
        return issue.file, issue.lines.get("subject")
    file, line = setting_place(dossier.settings, "newsletter.subject")
    return (issue.file, None) if line is None else (file, line)
