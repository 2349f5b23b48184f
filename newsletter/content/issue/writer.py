"""Fields of an issue's file changed: every other byte stays.

    edited(data, Edit(...), name) -> data

The result is read back and compared with the form that was asked for before it is returned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from newsletter.basics.controls import NO_BLANKS, NONCHARACTERS, SEPARATORS, SURROGATES
from newsletter.basics.errors import Level, NewsletterError, Problem, fail
from newsletter.content.issue.file import NO_SUMMARIES
from newsletter.content.issue.form import (
    FIELDS,
    LINES,
    NEWS,
    Form,
    FormRead,
    News,
    one_line,
    read_form,
    several_lines,
)
from newsletter.content.issue.news_edit import with_news
from newsletter.content.issue.summaries_edit import set_summaries
from newsletter.content.issue.text_edit import with_introduction, with_line

MOST_SUMMARIES = 100
MOST_NEWS = 50
LONGEST = {
    "subject": 1_000,
    "preheader": 1_000,
    "number": 20,
    "title": 1_000,
    "url": 2_000,
    "text": 20_000,
    "introduction": 50_000,
}
"""Characters."""

# Characters that no text of an email can hold; tab and line end are allowed.
_UNSENDABLE = re.compile(f"[{NO_BLANKS}{SEPARATORS}{SURROGATES}{NONCHARACTERS}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """The fields to be changed; None leaves one as it is."""

    summaries: tuple[str, ...] | None = None
    subject: str | None = None
    preheader: str | None = None
    number: str | None = None
    announcements: tuple[tuple[int | None, News], ...] | None = None
    introduction: str | None = None


class FieldError(NewsletterError):
    """Values that cannot be written; the `key` of each problem names its field."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The field of each problem."""
        return tuple(problem.key for problem in self.problems)


def edited(data: bytes, edit: Edit, name: Path) -> bytes:
    """Return an issue's file with some fields changed.

    Raises FieldError for values that cannot be written, another NewsletterError where the file
    cannot be read or edited.
    """
    before = read_form(data, name)
    edit = _tidied(edit)
    _refuse(edit, before, name)
    text = data.decode("utf-8")
    for key in LINES:
        value = getattr(edit, key)
        if value is not None and value != getattr(before.form, key):
            text = with_line(text, key, value, name)
    if edit.announcements is not None:
        text = with_news(text, before.form.announcements, edit.announcements, name)
    if edit.introduction is not None and edit.introduction != before.form.introduction:
        text = with_introduction(text, edit.introduction, name)
    written = text.encode("utf-8")
    if edit.summaries is not None and edit.summaries != before.form.summaries:
        written = set_summaries(written, edit.summaries, name)
    _verify(written, before, wanted(before.form, edit), name)
    return written


def wanted(form: Form, edit: Edit) -> Form:
    """Return a form with an edit's fields in it."""
    new = {key: value for key in FIELDS if (value := getattr(edit, key)) is not None}
    if edit.announcements is not None:
        new["announcements"] = tuple(news for _, news in edit.announcements)
    return replace(form, **new)


def _tidied(edit: Edit) -> Edit:
    """Return the edit with its texts as they read back: no blanks around, NFC."""
    new: dict[str, Any] = {key: _trim(text) for key in LINES if (text := getattr(edit, key))}
    if edit.introduction is not None:
        new["introduction"] = several_lines(edit.introduction)
    if edit.announcements is not None:
        new["announcements"] = tuple(
            (was, News(title=_trim(news.title), text=several_lines(news.text), url=_trim(news.url)))
            for was, news in edit.announcements
        )
    return replace(edit, **new)


def _trim(text: str) -> str:
    # `_refuse` reports a line end within.
    text = text.strip()
    return text if "\n" in text or "\r" in text else one_line(text)


def _refuse(edit: Edit, before: FormRead, name: Path) -> None:
    """Raise FieldError for values that no file can hold."""
    told = [(field, words) for field, text in _texts(edit) if (words := _unfit(field, text))]
    found = [Problem(message=words, file=name, key=field) for field, words in told]
    found += [
        _locked(field, before, name)
        for field in sorted(before.locked)
        if getattr(edit, field) is not None
    ]
    found += [
        Problem(message=words, file=name, key=field) for field, words in _miscounted(edit, before)
    ]
    if found:
        raise FieldError(*found)


def _texts(edit: Edit) -> list[tuple[str, str]]:
    texts = [(key, getattr(edit, key)) for key in (*LINES, "introduction")]
    for number, (_, news) in enumerate(edit.announcements or ()):
        texts += [(f"announcements.{number}.{key}", getattr(news, key)) for key in NEWS]
    return [(field, text) for field, text in texts if text is not None]


def _miscounted(edit: Edit, before: FormRead) -> Iterator[tuple[str, str]]:
    kept = [was for was, _ in edit.announcements or () if was is not None]
    there = len(before.form.announcements)
    if len(set(kept)) < len(kept) or any(not 0 <= was < there for was in kept):
        yield "announcements", "an announcement is named that is not there"
    if len(edit.announcements or ()) > MOST_NEWS:
        yield "announcements", f"{MOST_NEWS} announcements are the most"
    if len(edit.summaries or ()) > MOST_SUMMARIES:
        yield "summaries", f"{MOST_SUMMARIES} summaries are the most"


def _unfit(field: str, text: str) -> str | None:
    key = field.rpartition(".")[2]
    if len(text) > LONGEST[key]:
        return f"the {key} has {len(text):,} characters; {LONGEST[key]:,} are the most"
    if key not in {"text", "introduction"} and ("\n" in text or "\r" in text):
        return f"the {key} is one line: take the line break out"
    if unsendable := _UNSENDABLE.search(text):
        code = ord(unsendable[0])
        return f"the {key} holds a character that cannot be sent (U+{code:04X}): take it out"
    return None


def _locked(field: str, before: FormRead, name: Path) -> Problem:
    own = [problem.line for at, problem in before.problems if at.split(".")[0] == field]
    line = own[0] if own else before.lines.get(field)
    message = f"{field} is written in a way that cannot be edited here"
    return Problem(message=message, file=name, line=line, hint="edit it in the file", key=field)


def _verify(data: bytes, before: FormRead, form: Form, name: Path) -> None:
    """Raise NewsletterError if the file does not read back as `form`, or has a new error."""
    after = read_form(data, name)
    if after.form != form:
        raise fail("the file is written in a way that cannot be edited here", file=name)
    # Without their lines: those of `after` are of a file that was never written.
    had = [replace(problem, line=None) for _, problem in before.problems]
    found = []
    for problem in (replace(problem, line=None) for _, problem in after.problems):
        if problem in had:
            had.remove(problem)
        elif problem.level is Level.ERROR and problem.message != NO_SUMMARIES:
            found.append(problem)
    if found:
        raise FieldError(*found)
