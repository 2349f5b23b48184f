"""Issue files read: `issues/YYYY-MM.md`, or `YYYY-MM-word.md` for an extra one."""

from __future__ import annotations

import dataclasses
import re
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from newsletter.basics.address import BadAddress, parse_address
from newsletter.basics.errors import Level, NewsletterError, Problem, did_you_mean, fail
from newsletter.basics.files import read_text, shown
from newsletter.content.frontmatter.frontmatter import Fields, passage
from newsletter.content.frontmatter.split import Parts, split
from newsletter.content.issue.issue import Announcement, Issue
from newsletter.content.month import Month, parse_month

FOLDER = "issues"
NO_SUMMARIES = "the issue has no summaries"
KEYS = (
    *("summaries", "subject", "preheader", "number", "template", "publish", "ignore"),
    "announcements",
)

_SLUG = re.compile(r"([0-9]{4}-[0-9]{2})(?:-[a-z0-9]+)*")
_TEMPLATE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
# A reader's field, as an introduction may hold one.
_SLOT = re.compile(r"\{\{\s*(?:reader\b|unsubscribe\b)")


def month_of(slug: str) -> Month | None:
    """Return the month that an issue's slug begins with, or None for another text."""
    match = _SLUG.fullmatch(slug)
    return parse_month(match[1]) if match else None


def issue_slugs(root: Path) -> tuple[str, ...]:
    """Return the slugs of the issues in a workspace's folder, the oldest first."""
    stems = (file.stem for file in (root / FOLDER).glob("*.md"))
    return tuple(sorted(stem for stem in stems if month_of(stem)))


def wrong_slug(slug: str) -> NewsletterError:
    """Return the error for a name that no issue can have."""
    return fail(
        f"'{slug}' is no name of an issue",
        hint="YYYY-MM, or YYYY-MM-word for an extra one: 2026-11, 2026-11-correction",
    )


def misnamed_issues(root: Path) -> tuple[Problem, ...]:
    """Return warnings about files that begin like an issue's and have a wrong name."""
    files = sorted((root / FOLDER).glob("[0-9]*.md"))
    return tuple(
        dataclasses.replace(problem, file=shown(file, root), level=Level.WARNING)
        for file in files
        if month_of(file.stem) is None
        for problem in wrong_slug(shown(file, root).stem).problems
    )


def read_issue(file: Path, root: Path) -> Issue:
    """Read an issue's file. Raises NewsletterError with everything that is wrong in it."""
    name = shown(file, root)
    month = month_of(file.stem)
    if month is None:
        raise NewsletterError(*wrong_slug(file.stem).problems)
    return _read(read_text(file, name), name, month)


@lru_cache(maxsize=1_000)  # a check reads all issues, and usually one has changed
def _read(text: str, name: Path, month: Month) -> Issue:
    parts = split(text, name)
    fields = Fields.of(parts, name)
    issue = _issue(fields, parts, name, month)
    if fields.failed:
        raise NewsletterError(*sorted(fields.problems, key=lambda each: each.line or 0))
    return issue


def problems_of(fields: Fields, parts: Parts, name: Path) -> tuple[Problem, ...]:
    """Return what is wrong in the front matter and the text of an issue."""
    month = month_of(name.stem)
    if month is None:
        return wrong_slug(name.stem).problems
    _issue(fields, parts, name, month)
    return tuple(sorted(fields.problems, key=lambda each: each.line or 0))


def _issue(fields: Fields, parts: Parts, name: Path, month: Month) -> Issue:
    fields.only(KEYS)
    introduction = fields.bounded("introduction", passage(parts.body, name, parts.body_line))
    return Issue(
        slug=name.stem,
        file=name,
        month=month,
        summaries=_summaries(fields),
        introduction=introduction if introduction.text else None,
        subject=fields.text("subject"),
        preheader=_without_slots(fields, "preheader", fields.text("preheader")),
        number=fields.number("number"),
        template=_template(fields),
        publish=fields.flag("publish"),
        ignore=fields.reasons("ignore"),
        announcements=tuple(
            each for inner in fields.tables("announcements") if (each := _news(inner, fields))
        ),
        lines=fields.lines,
    )


def _summaries(fields: Fields) -> tuple[str, ...]:
    before = len(fields.problems)
    slugs = [slug.removesuffix(".md") for slug in fields.texts("summaries")]
    if not slugs and len(fields.problems) == before and fields.is_readable:
        fields.problem(
            "summaries",
            NO_SUMMARIES,
            "newsletter compose adds them, and so does the preview",
        )
    first: dict[str, int] = {}
    for number, slug in enumerate(slugs):
        if first.setdefault(slug, number) != number:
            fields.problem(f"summaries.{number}", f"'{slug}' stands twice", "take one out")
    return tuple(slugs)


def _template(fields: Fields) -> str | None:
    text = fields.text("template")
    if text is not None and not _TEMPLATE.fullmatch(text):
        fields.problem("template", f"'{text}' is no name of a template", "for example: letter")
    return text


def _news(inner: Fields, outer: Fields) -> Announcement | None:
    inner.only(("title", "text", "url"))
    title = _without_slots(inner, "title", inner.required("title", "Annual conference"))
    text = inner.passage("text")
    if text is None or not text.text:
        inner.problem("text", "announcements: text is missing", "a sentence or two in Markdown")
    else:
        _without_slots(inner, "text", text.text)
    url = inner.text("url", strict=True)
    if url is not None and not _is_link(url):
        near = did_you_mean(url.partition(":")[0], ("https", "http", "mailto"))
        hint = near if ":" in url and near else "for example https://example.org/conference"
        inner.problem("url", f"'{url}' is no web or mail address", hint)
    outer.problems.extend(inner.problems)
    if inner.failed or title is None or text is None:
        return None
    return Announcement(title=title, text=text, url=url)


def _is_link(url: str) -> bool:
    if re.search(r"\s", url):
        return False
    scheme, _, rest = url.partition(":")
    try:
        if scheme.lower() == "mailto":
            return bool(parse_address(rest.partition("?")[0]))
        return scheme.lower() in {"http", "https"} and bool(urlsplit(url).hostname)
    except (BadAddress, ValueError):
        return False


def _without_slots(fields: Fields, key: str, text: str | None) -> str | None:
    if text and _SLOT.search(text):
        fields.problem(
            key,
            f"a reader's field cannot stand in the {key}",
            "put it into the introduction or the subject",
        )
    return text
