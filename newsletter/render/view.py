"""The views that a template gets: the parts of an issue as they are shown."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markupsafe import Markup

from newsletter.content.issue.issue import Issue
from newsletter.content.summary.summary import Summary
from newsletter.content.text.characters import language_direction
from newsletter.content.text.links import safe_url
from newsletter.content.text.markdown import Rich
from newsletter.render.templates.words import Words, put
from newsletter.settings.values import Settings

_SHORTEST_PREVIEW = 150
"""Characters that a mail program may show after the subject."""
_LONGEST_PREHEADER = 90
_LAST_STOP = re.compile(r"(\w{4})\.$")  # not that of "et al." or "p < .05."
_DOUBLED_STOP = re.compile(r"([!?…]|\.\.\.|(?<!\.)\.)\.(?!\S)")
_FILLER = Markup("&#847;&#8199;")  # a joiner without a glyph, and a space that does not collapse


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsletterView:
    """`newsletter` in a template; `start` and `end` are "left" and "right", or the reverse."""

    title: str
    tagline: str | None
    organisation: str
    postal_address: str
    contact: str
    language: str
    direction: str
    start: str
    end: str
    site_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueView:
    """`issue` in a template; `month` is "November 2026", `kicker` "Issue 12 · November 2026".

    `url` is its page on the web, or None where there is no site, and for a letter.
    """

    slug: str
    number: int | None
    month: str
    kicker: str
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryView:
    """One of `summaries`; `kicker` is its number and first topic, `topics` are all of them.

    `meta` are lines about it: the type of research, the author. `anchor` is its id in the email,
    `url` the same place on the web, or None where there is no site.
    """

    number: int
    slug: str
    anchor: str
    url: str | None
    title: str
    kicker: str
    citation: Rich | None
    body: Rich
    implications: Rich | None
    topics: tuple[str, ...]
    research_type: str | None
    author: str | None
    meta: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementView:
    """One of `announcements`; `url_shown` is the URL as people read it."""

    title: str
    text: Rich
    url: str | None
    url_shown: str


def newsletter_view(settings: Settings) -> NewsletterView:
    """Return the view of the settings."""
    own = settings.newsletter
    base = language_direction(own.language)
    left_to_right = base == "ltr"
    return NewsletterView(
        title=own.title,
        tagline=own.tagline,
        organisation=own.organisation,
        postal_address=own.postal_address,
        contact=str(own.contact or own.reply_to or own.sender.address),
        language=own.language,
        direction=base,
        start="left" if left_to_right else "right",
        end="right" if left_to_right else "left",
        site_url=own.site_url.rstrip("/") if own.site_url else None,
    )


def issue_view(issue: Issue, site_url: str | None, words: Words) -> IssueView:
    """Return the view of an issue."""
    month = words.month_name(issue.month)
    number = "" if issue.number is None else f"{put(words.issue, number=issue.number)} · "
    return IssueView(
        slug=issue.slug,
        number=issue.number,
        month=month,
        kicker=f"{number}{month}",
        url=f"{site_url}/{issue.slug}/" if site_url and issue.summaries else None,
    )


def summary_view(
    summary: Summary,
    number: int,
    *,
    words: Words,
    page: str | None,
    citation: Rich | None,
    body: Rich,
    implications: Rich | None,
    default_author: str | None,
) -> SummaryView:
    """Return the view of a summary, with its passages rendered; `page` is the issue's URL."""
    author = summary.author or default_author
    above = summary.topics[0] if summary.topics else summary.research_type
    kind = summary.research_type if summary.topics else None
    meta = (
        put(words.labelled, label=words.research_type, text=kind) if kind else "",
        put(words.summary_by, author=author) if author else "",
    )
    anchor = f"summary-{number}"
    return SummaryView(
        number=number,
        slug=summary.slug,
        anchor=anchor,
        url=f"{page}#{anchor}" if page else None,
        title=summary.title,
        kicker=f"{number} · {above}" if above else str(number),
        citation=citation,
        body=body,
        implications=implications,
        topics=summary.topics,
        research_type=summary.research_type,
        author=author,
        meta=tuple(line for line in meta if line),
    )


def announcement_view(title: str, text: Rich, url: str | None) -> AnnouncementView:
    """Return the view of an announcement."""
    return AnnouncementView(
        title=title,
        text=text,
        url=safe_url(url) if url else None,
        url_shown=(url or "").removeprefix("mailto:"),
    )


def joined(blurbs: tuple[str, ...], words: Words) -> str:
    """Return "A", "A and B", or "A, B, and C", without a full stop at a blurb's end."""
    return words.joined([_LAST_STOP.sub(r"\1", blurb) for blurb in blurbs])


def ended_once(sentence: str) -> str:
    """Return a sentence without a second full stop after a blurb that ends with one."""
    return _DOUBLED_STOP.sub(r"\1", sentence)


def preheader_of(issue: Issue, blurbs: str) -> str:
    """Return the preheader: the issue's own, or the blurbs cut at a word."""
    own = " ".join((issue.preheader or "").split())
    text = own or blurbs[:1].upper() + blurbs[1:]
    if own or len(text) <= _LONGEST_PREHEADER:
        return text
    whole, _, rest = text[:_LONGEST_PREHEADER].rpartition(" ")
    return (whole or rest).rstrip(" ,;:") + "…"


def filler(preheader: str) -> Markup:
    """Return invisible characters that keep the body's first words out of the preview."""
    return _FILLER * max(0, (_SHORTEST_PREVIEW - len(preheader)) // 2)
