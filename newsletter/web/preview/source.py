"""The preview of a workspace: its files as what the desk asks for.

The workspace is opened anew for each look, so that a save of the settings counts at once. What
is costly and seldom changes is kept until its files change: the count of the list's readers, a
reader of the list, the list of issues.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from newsletter.audience.list.subscriber import Subscriber
from newsletter.basics.address import BadAddress, parse_address
from newsletter.basics.errors import NewsletterError, Problem
from newsletter.basics.files import shown
from newsletter.basics.times import today
from newsletter.checks.dossier import Readers
from newsletter.checks.engine import Finding
from newsletter.content.issue.file import month_of
from newsletter.message.content import content_of
from newsletter.message.draft import draft_message
from newsletter.settings.values import Settings
from newsletter.state.ledger import MailingState
from newsletter.tasks.message import find_reader, frozen_issue, issue_message
from newsletter.web.preview.grounds import SUPPRESSIONS, Reach, file_of, list_of, open_desk
from newsletter.web.preview.latest import Draft
from newsletter.web.preview.mailing.progress import Progress
from newsletter.web.preview.place.editor import command_for, editor_of, link_to, run_editor
from newsletter.web.preview.place.line import is_mendable, mend
from newsletter.web.preview.place.places import Excerpt, excerpt
from newsletter.web.preview.readers import Hit, Kind, Reader, search
from newsletter.web.preview.watch import saves, workspace_folders
from newsletter.web.preview.weights import Weight, weigh
from newsletter.workspace import Workspace, open_workspace

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueEntry:
    """One issue to choose: `name` for people (`November 2026`).

    `state` is draft, sent, or that of a mailing under way (frozen, sending, paused).
    """

    slug: str
    name: str
    state: str


class WorkspaceSource:
    """One workspace's files. Every method may be called from any thread."""

    def __init__(self, root: Path, *, environment: Mapping[str, str], is_local: bool) -> None:
        """Take the folder; programs are only started for a page on this machine (`is_local`)."""
        self.root = root
        self._environment = environment
        self._is_local = is_local
        self._kept: dict[str, tuple[Hashable, Any]] = {}
        self._progress = Progress()

    def open(self) -> Workspace:
        """Return the workspace as it is now; raise NewsletterError, also for links out of it."""
        return open_desk(self.root)

    # --- what the desk shows

    def draft(self, slug: str) -> Draft:
        """Return an issue as its files have it now, or as a mailing froze it."""
        workspace = self.open()
        frozen = frozen_issue(workspace, slug)
        if frozen is not None:
            mailing = frozen.mailing
            note = _note(mailing.frozen_at, done=mailing.state is MailingState.FINISHED)
            return Draft(content=frozen.content, frozen_at=mailing.frozen_at, note=note)
        compiled = workspace.compile(workspace.issue(slug))
        return Draft(content=content_of(compiled, workspace.settings))

    def message(self, slug: str, draft: Draft, reader: Reader) -> bytes:
        """Return what a reader would get, or gets: the same bytes as `build --as` writes."""
        if draft.content is None:
            raise ValueError("there is nothing to make a message of")
        if reader.kind is not Kind.LISTED:
            return draft_message(draft.content, reader.subscriber, date=draft.frozen_at)
        email = str(reader.subscriber.address)
        if draft.frozen_at is not None:
            return issue_message(self.open(), slug, email, today=today())
        return draft_message(draft.content, self.listed(email))

    def findings(self, slug: str) -> tuple[Finding, ...]:
        """Return what the check says; the list is only read again when it has changed."""
        from newsletter.tasks.check import count_readers, prove

        workspace = self.open()
        settings = workspace.settings
        files = (settings.subscribers_file, self.root / SUPPRESSIONS, *_state(settings))
        day = today()

        def count() -> Readers:
            try:
                list_of(workspace)
            except NewsletterError as error:
                return Readers(mailable=None, problems=error.problems)
            return count_readers(workspace, day)

        readers = self._keep("readers", files, day, count)
        return prove(workspace, slug, readers=readers, today=day).report.findings

    def weights(self, slug: str) -> tuple[Weight, ...]:
        """Return what each summary weighs; nothing of what a mailing froze can be taken apart."""
        workspace = self.open()
        return () if frozen_issue(workspace, slug) else weigh(workspace, slug)

    def slugs(self) -> Sequence[str]:
        """Return the issues that have pages."""
        folder = self.root / "issues"
        return tuple(sorted(file.stem for file in folder.glob("*.md") if month_of(file.stem)))

    def issues(self) -> tuple[IssueEntry, ...]:
        """Return all issues, the newest first."""
        try:
            workspace = self.open()
        except NewsletterError:  # which the desk tells by itself
            return tuple(_entry(slug, "draft") for slug in reversed(self.slugs()))
        files = (*sorted((self.root / "issues").glob("*.md")), self.root / "mailings.csv")
        files = (*files, *_state(workspace.settings))
        return self._keep("issues", files, None, lambda: _entries(workspace))

    def problems(self) -> tuple[Problem, ...]:
        """Return what keeps the workspace from being opened."""
        try:
            self.open()
        except NewsletterError as error:
            return error.problems
        return ()

    def title(self) -> str:
        """Return the newsletter's name, or the last that could be read."""
        try:
            title = self.open().settings.newsletter.title
        except NewsletterError:
            return str(self._kept.get("title", (None, self.root.name))[1])
        self._kept["title"] = None, title
        return title

    def image_sources(self) -> tuple[str, ...]:
        """Return the origins from which the email may show images: the site's and the design's."""
        try:
            return image_sources(self.open().settings)
        except NewsletterError:
            return ()

    # --- readers

    def listed(self, email: str) -> Subscriber:
        """Return a reader of the list; raise NewsletterError with the nearest one."""
        workspace = self.open()
        file, day = list_of(workspace), today()
        return self._keep(
            f"reader {email}", (file,), day, lambda: find_reader(workspace, email, today=day)
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
        workspace = self.open()
        if not workspace.settings.database.exists():
            return None
        with workspace.ledger() as ledger, suppress(BadAddress):
            mailing = ledger.mailing(slug)
            found = mailing and ledger.delivery(mailing, parse_address(email))
            if found:
                return Subscriber(found.address, found.name, dict(found.fields))
        return None

    def search(self, wanted: str) -> tuple[list[Hit], bool]:
        """Return some readers of the list, and whether there are more."""
        workspace = self.open()
        file = list_of(workspace)
        name, columns = shown(file, self.root), workspace.settings.subscribers_columns
        return search(file, name, wanted, today(), columns)

    # --- places and progress

    def place(self, name: str, line: int) -> tuple[Excerpt, str | None]:
        """Return the lines around one, and how an editor opens it: `link:ADDRESS`, `program`."""
        workspace = self._lenient()
        found = excerpt(workspace, name, line)
        editor = editor_of(workspace.settings.preview.editor, self._environment)
        if editor is None:
            return found, None
        link = link_to(editor, found.path, line)
        if link is not None:
            return found, f"link:{link}"
        return found, "program" if self._is_local else None

    def edit(self, name: str, line: int) -> bool:
        """Open a place in the editor's program; return whether there is one to open it in."""
        workspace = self._lenient()
        file = file_of(workspace, name, Reach.NAMED)
        editor = editor_of(workspace.settings.preview.editor, self._environment)
        if editor is None or not self._is_local or link_to(editor, file, line):
            return False
        run_editor(command_for(editor, file, line))
        return True

    def is_mendable(self, name: str) -> bool:
        """Whether a line of a file may be mended from the page."""
        return is_mendable(self._lenient(), name)

    def mend(self, name: str, line: int, before: str, after: str) -> None:
        """Write one line of a file anew; raise ChangedMeanwhile or NewsletterError."""
        mend(self._lenient(), name, line, before, after)

    def mailing(self, slug: str) -> dict[str, Any]:
        """Return where an issue's mailing stands."""
        return self._progress.look(self._lenient(), slug, time.monotonic())

    def changes(self) -> AsyncGenerator[tuple[str, ...]]:
        """Yield the files that were saved, after each burst of saves."""
        return saves(self._folders, self.root)

    def _folders(self) -> tuple[Path, ...]:
        try:
            return workspace_folders(self.root, list_of(self.open()))
        except NewsletterError:
            return workspace_folders(self.root)

    def _lenient(self) -> Workspace:
        """Return the workspace, as it was last where its settings are broken now.

        The place of what is wrong in the settings must open too.
        """
        try:
            workspace = open_workspace(self.root)  # a place is looked at by itself
        except NewsletterError:
            known = self._kept.get("workspace")
            if known is None:
                raise
            return known[1]  # type: ignore[no-any-return] # what is kept below
        self._kept["workspace"] = None, workspace
        return workspace

    def _keep(self, name: str, files: Iterable[Path], beside: Hashable, make: Callable[[], T]) -> T:
        """Return what was made of some files, made again once one of them has changed."""
        stamp = (beside, *map(_stamp, files))
        known = self._kept.get(name)
        if known is None or known[0] != stamp:
            known = self._kept[name] = stamp, make()
        made: T = known[1]
        return made


def image_sources(settings: Settings) -> tuple[str, ...]:
    """Return the origins from which the email may show images: the site's and the design's."""
    urls = [settings.newsletter.site_url, *map(str, settings.design.values.values())]
    origins = (urlsplit(url) for url in urls if url and url.startswith(("https://", "http://")))
    return tuple(dict.fromkeys(f"{url.scheme}://{url.netloc}" for url in origins))


def _note(frozen_at: datetime, *, done: bool) -> str:
    day = frozen_at.astimezone()
    when = f"{day.day} {day:%B %Y, %H:%M}"
    said = f"This issue was sent; it was frozen on {when}." if done else f"Frozen on {when}."
    return f"{said} This is that message; what the files say since changes nothing."


def _entries(workspace: Workspace) -> tuple[IssueEntry, ...]:
    """Return all issues, the newest first; one that cannot be read is a draft."""
    states = workspace.sent_states()
    return tuple(
        _entry(slug, _state_of(workspace, slug, states.get(slug)))
        for slug in reversed(workspace.issue_slugs())
    )


def _state_of(workspace: Workspace, slug: str, mailing: str | None) -> str:
    if mailing in {MailingState.FINISHED.value, "recorded"}:
        return "sent"
    if mailing is not None:
        return mailing
    try:
        return "sent" if workspace.issue(slug).publish else "draft"
    except NewsletterError:
        return "draft"


def _entry(slug: str, state: str) -> IssueEntry:
    month = month_of(slug)
    name = month.name if month else slug
    word = slug[len("2026-11-") :]
    return IssueEntry(slug=slug, name=f"{name}, {word}" if word else name, state=state)


def _state(settings: Settings) -> tuple[Path, ...]:
    """Return the files that change whenever the ledger does."""
    database = settings.database
    return database, database.with_name(f"{database.name}-wal")


def _stamp(file: Path) -> tuple[str, int, int, int]:
    """Return what tells one version of a file from the next; zeros where there is none."""
    try:
        stat = file.stat()
    except OSError:
        return str(file), 0, 0, 0
    return str(file), stat.st_mtime_ns, stat.st_size, stat.st_ino
