"""The page's only way to a workspace's files.

The workspace is opened anew for each look, so that a save of the settings counts at once. What
is costly is kept until its files change: the library, each issue, the issues' standings, a
reader of the list.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from newsletter.audience.list.subscriber import Subscriber
from newsletter.basics.address import BadAddress, parse_address
from newsletter.basics.errors import NewsletterError, Problem
from newsletter.basics.files import shown
from newsletter.basics.stamps import Kept, stamp, stamps
from newsletter.basics.times import today
from newsletter.checks.dossier import Readers
from newsletter.checks.engine import Finding
from newsletter.content.issue.file import issue_slugs, month_of
from newsletter.content.issue.issue import Issue
from newsletter.content.library import FOLDER as SUMMARIES
from newsletter.content.library import Library
from newsletter.message.content import Content, content_of
from newsletter.message.draft import draft_message
from newsletter.settings.values import Settings
from newsletter.state.standing import Standing
from newsletter.state.values import MailingState
from newsletter.tasks.message import find_reader, frozen_issue, issue_message
from newsletter.web.preview.access import list_of, open_for_page
from newsletter.web.preview.reader_choice import ChosenReader, Hit, ReaderKind, search
from newsletter.web.preview.watch import saves, workspace_folders
from newsletter.web.preview.weights import Weight, weigh
from newsletter.workspace import MAILINGS, TOPICS, Workspace, open_workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueNow:
    """An issue as its files have it now, or as a mailing froze it.

    `frozen_at` and `note`, a sentence for the page, are of that mailing.
    """

    content: Content
    frozen_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueEntry:
    """One issue to choose; `issue` is None where its file cannot be read."""

    slug: str
    standing: Standing = Standing.DRAFT
    issue: Issue | None = None

    @property
    def name(self) -> str:
        """Its month for people: `November 2026`."""
        month = month_of(self.slug)
        return month.name if month else self.slug

    @property
    def word(self) -> str:
        """What follows the month in its slug: `correction`."""
        return self.slug[len("2026-11-") :]

    @property
    def state(self) -> str:
        """Its standing; `published` for a draft whose file says so."""
        is_published = self.issue is not None and self.issue.publish
        return "published" if self.standing is Standing.DRAFT and is_published else self.standing


class WorkspaceSource:
    """One workspace's files. Every method may be called from any thread."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._kept = Kept()
        self._title = root.name
        self._last: Workspace | None = None

    def open(self) -> Workspace:
        """Return the workspace as it is now; raise NewsletterError, also for links out of it."""
        return open_for_page(self.root)

    def open_for_place(self) -> Workspace:
        """Return the workspace, or the last one where its settings are broken now.

        The line of a mistake in the settings must be shown, too. Links out of the workspace do not
        matter here: access is decided for each file.
        """
        try:
            self._last = open_workspace(self.root)
        except NewsletterError:
            if self._last is None:
                raise
        return self._last

    def slugs(self) -> Sequence[str]:
        """Return the issues that have pages, the oldest first, even if the settings are broken."""
        return issue_slugs(self.root)

    def library(self, workspace: Workspace) -> Library:
        """Return all summaries."""
        files = workspace.root / TOPICS, *sorted((workspace.root / SUMMARIES).glob("*.md"))
        return self._kept.of("library", stamps(*files), workspace.library)

    def issues(self, workspace: Workspace) -> tuple[IssueEntry, ...]:
        """Return all issues with their standings, the newest first."""
        files = workspace.root / MAILINGS, *_ledger_files(workspace.settings)
        standings = self._kept.of("standings", stamps(*files), workspace.standings)
        return tuple(
            IssueEntry(
                slug=slug,
                standing=standings.get(slug, Standing.DRAFT),
                issue=self._issue(workspace, slug),
            )
            for slug in reversed(workspace.issue_slugs())
        )

    def readable_issues(self, workspace: Workspace) -> tuple[Issue, ...]:
        """Return all issues that can be read, the oldest first."""
        found = (self._issue(workspace, slug) for slug in workspace.issue_slugs())
        return tuple(issue for issue in found if issue is not None)

    def _issue(self, workspace: Workspace, slug: str) -> Issue | None:
        def read() -> Issue | None:
            with suppress(NewsletterError):  # shown on the page of that issue
                return workspace.issue(slug)
            return None

        return self._kept.of(("issue", slug), stamp(workspace.issue_file(slug)), read)

    # --- what the page shows

    def issue_now(self, slug: str) -> IssueNow:
        """Return an issue as it is now; raise NewsletterError where no email can be made."""
        workspace = self.open()
        frozen = frozen_issue(workspace, slug)
        if frozen is not None:
            mailing = frozen.mailing
            note = _note(mailing.frozen_at, done=mailing.state is MailingState.FINISHED)
            return IssueNow(content=frozen.content, frozen_at=mailing.frozen_at, note=note)
        compiled = workspace.compile(workspace.issue(slug))
        return IssueNow(content=content_of(compiled, workspace.settings))

    def message(self, slug: str, shown: IssueNow, reader: ChosenReader) -> bytes:
        """Return what a reader would get, or gets: the same bytes as `build --as` writes."""
        if reader.kind is not ReaderKind.LISTED:
            return draft_message(shown.content, reader.subscriber, date=shown.frozen_at)
        email = str(reader.subscriber.address)
        if shown.frozen_at is not None:
            return issue_message(self.open(), slug, email, today=today())
        return draft_message(shown.content, self.listed(email))

    def findings(self, slug: str) -> tuple[Finding, ...]:
        """Return the check's findings; the list is read again only when it has changed."""
        from newsletter.tasks.check import count_readers, prove

        workspace, day = self.open(), today()
        try:
            list_of(workspace)
            readers = count_readers(workspace, day)
        except NewsletterError as error:
            readers = Readers(mailable=None, problems=error.problems)
        return prove(workspace, slug, readers=readers, today=day).report.findings

    def weights(self, slug: str) -> tuple[Weight, ...]:
        """Return the weight of each summary; of a frozen issue none, for it is one whole."""
        workspace = self.open()
        return () if frozen_issue(workspace, slug) else weigh(workspace, slug)

    def entries(self) -> tuple[IssueEntry, ...]:
        """Return the issues to choose, the newest first."""
        try:
            workspace = self.open()
        except NewsletterError:  # shown on the page of any issue
            return tuple(IssueEntry(slug=slug) for slug in reversed(self.slugs()))
        return self.issues(workspace)

    def problems(self) -> tuple[Problem, ...]:
        """Return what keeps the workspace from being opened."""
        try:
            self.open()
        except NewsletterError as error:
            return error.problems
        return ()

    def title(self) -> str:
        """Return the newsletter's name, or the last one that could be read."""
        with suppress(NewsletterError):
            self._title = self.open().settings.newsletter.title
        return self._title

    def image_sources(self) -> tuple[str, ...]:
        """Return the origins from which the email may show images: the site's and the design's."""
        try:
            settings = self.open().settings
        except NewsletterError:
            return ()
        urls = [settings.newsletter.site_url, *map(str, settings.design.values.values())]
        origins = (urlsplit(url) for url in urls if url and url.startswith(("https://", "http://")))
        return tuple(dict.fromkeys(f"{url.scheme}://{url.netloc}" for url in origins))

    # --- readers

    def listed(self, email: str) -> Subscriber:
        """Return a reader of the list; raise NewsletterError with the nearest one."""
        workspace = self.open()
        file, day = list_of(workspace), today()
        return self._kept.of(
            ("reader", email),
            (day, stamp(file)),
            lambda: find_reader(workspace, email, today=day),
        )

    def reader(self, slug: str, email: str) -> Subscriber:
        """Return a reader of the list, or of the mailing that froze an issue."""
        try:
            return self.listed(email)
        except NewsletterError:
            mailed = self._mailed(slug, email)
            if mailed is None:
                raise
            return mailed

    def _mailed(self, slug: str, email: str) -> Subscriber | None:
        with self.open().known_ledger() as ledger, suppress(BadAddress):
            address = parse_address(email)
            for part in ledger.records.parts(slug) if ledger else ():
                if ledger and (found := ledger.records.delivery(part, address)):
                    return Subscriber(found.address, found.name, dict(found.fields))
        return None

    def search(self, wanted: str) -> tuple[list[Hit], bool]:
        """Return some readers of the list, and whether there are more."""
        workspace = self.open()
        file = list_of(workspace)
        name, columns = shown(file, self.root), workspace.settings.subscribers_columns
        return search(file, name, wanted, today(), columns)

    # --- saves

    def changes(self) -> AsyncGenerator[tuple[str, ...]]:
        """Yield the files that were saved, after each burst of saves."""
        return saves(self._folders, self.root)

    def _folders(self) -> tuple[Path, ...]:
        try:
            return workspace_folders(self.root, list_of(self.open()))
        except NewsletterError:
            return workspace_folders(self.root)


def _note(frozen_at: datetime, *, done: bool) -> str:
    day = frozen_at.astimezone()
    when = f"{day.day} {day:%B %Y, %H:%M}"
    said = f"This issue was sent; it was frozen on {when}." if done else f"Frozen on {when}."
    return f"{said} This is that message; what the files say since changes nothing."


def _ledger_files(settings: Settings) -> tuple[Path, Path]:
    """Return the files that change whenever the ledger does."""
    database = settings.database
    return database, database.with_name(f"{database.name}-wal")
