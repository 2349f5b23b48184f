"""A proof of an issue: the message as it would leave now, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from newsletter.audience.audience import Audience
from newsletter.audience.selection import Selection, Unselectable
from newsletter.basics import shipped
from newsletter.basics.errors import NewsletterError, Problem
from newsletter.checks.dossier import Answer, Dossier, Readers, Use
from newsletter.checks.engine import Report
from newsletter.checks.parsed import ParsedMessage
from newsletter.checks.reading.census import take_census
from newsletter.checks.registry import check_issue
from newsletter.content.doi import Doi
from newsletter.content.issue.issue import Issue
from newsletter.content.library import Library, load_library
from newsletter.content.month import Month
from newsletter.content.topics import Vocabularies
from newsletter.message.content import Content, content_of
from newsletter.message.draft import draft_message
from newsletter.message.template import unsubscribe_urls
from newsletter.render.slots.places import UNSUBSCRIBE
from newsletter.render.slots.slots import Context, Slot, fill
from newsletter.render.templates.files import places_of
from newsletter.state.standing import Standing
from newsletter.workspace import Workspace

T = TypeVar("T")

Count = Callable[[Content | None], Readers]
"""Reads the list for a content, None where no email can be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """An issue as its files have it now.

    `content` is what a mailing would freeze and `message` what a sample reader would get (RFC
    5322, CRLF); both are None where no email can be made, and the report's errors say why.
    """

    content: Content | None
    message: bytes | None
    report: Report


def prove(
    workspace: Workspace,
    slug: str,
    *,
    readers: Readers | Count | None,
    today: date,
    ask: Callable[[Dossier], Mapping[str, Answer]] | None = None,
    thorough: bool = False,
) -> Proof:
    """Compile an issue and check it; `readers` None leaves the list out of the check.

    `readers` may also be a function that counts them, once the content is known. `ask` looks
    whether the links lead anywhere. `thorough` is for authors of templates. Problems of the issue,
    its summaries, the vocabularies and the templates are in the report. Raises NewsletterError
    where there is no such issue.
    """
    if slug not in workspace.issue_slugs():
        workspace.issue(slug)  # says what is there instead
    content, dossier = _look(_Reading(workspace), slug, readers, Month(today.year, today.month))
    if ask is not None and dossier.issue is not None:
        dossier = replace(dossier, answers=ask(dossier))
    return Proof(
        content=content,
        message=dossier.message.octets if dossier.message else None,
        report=check_issue(replace(dossier, is_thorough=thorough)),
    )


def count_readers(workspace: Workspace, today: date, selection: Selection | None = None) -> Readers:
    """Count the list, or a selection, as it would be mailed now.

    A list that cannot be read is a problem. Raises Unselectable where the list has no such column,
    or nobody to select.
    """
    try:
        with workspace.ledger() as ledger:
            audience = workspace.audience(ledger, today, selection)
        return _counted(_ListNow(audience.version, today, audience))
    except Unselectable:
        raise
    except NewsletterError as error:
        return Readers(mailable=None, problems=error.problems)


@dataclass(frozen=True, slots=True)
class _ListNow:
    """The list now, as a key of a cache: the same `version` and day have the same count."""

    version: Hashable
    today: date
    audience: Audience = field(compare=False)


@lru_cache(maxsize=2)  # the preview counts at each save, and the list seldom changes
def _counted(now: _ListNow) -> Readers:
    return take_census(now.audience, now.today)


@dataclass(slots=True)
class _Reading:
    """A workspace, and the problems met in reading it."""

    workspace: Workspace
    problems: list[Problem] = field(default_factory=list)

    def take(self, read: Callable[[], T], otherwise: T) -> T:
        """Return what `read` returns, or `otherwise` where it raises; keep the problems."""
        try:
            return read()
        except NewsletterError as error:
            self.problems.extend(error.problems)
            return otherwise


def _look(
    reading: _Reading, slug: str, readers: Readers | Count | None, month: Month
) -> tuple[Content | None, Dossier]:
    workspace = reading.workspace
    vocabularies = reading.take(workspace.vocabularies, Vocabularies())
    library = load_library(workspace.root, vocabularies)
    issue = reading.take(lambda: workspace.issue(slug), None)
    compiled = None
    if issue is not None:
        compiled = reading.take(lambda: workspace.compile(issue, library), None)
    content = None if compiled is None else content_of(compiled, workspace.settings)
    if callable(readers):
        readers = readers(content)
    no_uses: tuple[Use, ...] = ()
    uses = reading.take(lambda: tuple(_uses(workspace, library)), no_uses)
    dossier = Dossier(
        settings=workspace.settings,
        issue=issue,
        summaries=tuple(library[each] for each in issue.summaries if each in library)
        if issue
        else (),
        library=tuple(library.values()),
        vocabularies=vocabularies,
        uses=uses,
        message=None if content is None else ParsedMessage(draft_message(content)),
        heaviest=None if content is None else _heaviest(content, readers),
        preheader="" if compiled is None else compiled.preheader,
        templates=_templates(workspace, issue, workspace.root / shipped.TEMPLATES.name),
        shipped=_templates(workspace, issue, shipped.TEMPLATES),
        unrendered=tuple(reading.problems),
        readers=readers,
        today=month,
    )
    return (None if reading.problems else content), dossier


def _templates(workspace: Workspace, issue: Issue | None, folder: Path) -> tuple[Path, ...]:
    """Return the folders of the issue's template in the order in which they are searched."""
    name = (issue.template if issue else None) or workspace.settings.newsletter.template
    return places_of(name, (folder,))


def _heaviest(content: Content, readers: Readers | None) -> int:
    """Return the octets of the HTML for a reader who has the longest value of each field."""
    values = {} if readers is None else readers.longest
    https, mailto = unsubscribe_urls(content)

    def longest(slot: Slot) -> str:
        if slot.name == UNSUBSCRIBE:
            return escape(f"{https or mailto}{'x' * 24}")
        own = values.get(slot.name.removeprefix("reader."), "")
        both = (_written(own, slot.context), _written(slot.fallback, slot.context))
        return max(both, key=lambda each: len(each.encode()))

    html = fill(content.html, longest)
    return len(html.encode()) + html.count("\n")  # each line ends in CRLF


def _written(value: str, context: Context) -> str:
    return quote(value, safe="") if context is Context.URL else escape(value)


def _uses(workspace: Workspace, library: Library) -> Iterator[Use]:
    """Yield the uses of each summary: from the ledger for a mailed issue, else from its file.

    An issue that cannot be read is left out; its own check reports it.
    """
    mailed = workspace.mailed_summaries()
    for issue_slug, held in mailed.items():
        for slug, doi in held:
            its_doi = Doi(doi) if doi else None
            yield Use(issue=issue_slug, summary=slug, doi=its_doi, sent=True)
    issues, _ = workspace.issues()
    standings = workspace.standings()
    for issue in issues:
        if issue.slug in mailed:
            continue
        sent = issue.publish or standings[issue.slug] is not Standing.DRAFT
        for slug in issue.summaries:
            known = library.get(slug)
            yield Use(issue=issue.slug, summary=slug, doi=known.doi if known else None, sent=sent)
