"""What the page shows: the last good email of each issue, and its problems now."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from newsletter.basics.errors import NewsletterError, Problem
from newsletter.basics.stamps import Kept
from newsletter.checks.engine import Finding, refused
from newsletter.content.issue.file import NO_SUMMARIES
from newsletter.web.preview.answers import mistakes_told
from newsletter.web.preview.reader_choice import ChosenReader
from newsletter.web.preview.shown_mail import Mail
from newsletter.web.preview.source import WorkspaceSource


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One look at an issue, as a reader.

    `version` counts the saves. `mail` is the last email that could be made, None before the
    first; it is `stale` where none can be made now, and `problems` say why. `note` is a sentence
    where `mail` is of a mailing and not of the files. `fields` are the reader's fields that the
    issue uses.
    """

    version: int
    mail: Mail | None
    stale: bool
    problems: tuple[Problem, ...] = ()
    note: str = ""
    fields: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the only problem is that no summary is chosen yet."""
        return tuple(each.message for each in self.problems) == (NO_SUMMARIES,)


class Latest:
    """Keeps a view of each issue until something is saved. Its methods may wait for a lock.

    Emails and checks have a lock each: an email never waits for the check of the save before.
    """

    def __init__(self, source: WorkspaceSource) -> None:
        self._source = source
        self._version = 1
        self._kept = Kept()
        self._views: dict[tuple[str, str], View] = {}
        self._mailing = threading.Lock()
        self._checking = threading.Lock()

    def view(self, slug: str, reader: ChosenReader) -> View:
        """Return the issue as it is now, made at most once a version for each reader."""
        with self._mailing:
            key = slug, reader.handle
            seen = self._views.get(key)
            version = self._version
            if seen is None or seen.version != version:
                seen = self._views[key] = self._look(slug, reader, version, seen)
            return seen

    def nothing(self, problems: tuple[Problem, ...]) -> View:
        """Return the view where there is no issue to look at."""
        return View(version=self._version, mail=None, stale=bool(problems), problems=problems)

    def findings(self, slug: str) -> tuple[int, tuple[Finding, ...]]:
        """Return the version that was checked and what was found, at most once a version."""
        with self._checking:
            version = self._version
            return version, self._kept.of(("report", slug), version, lambda: self._check(slug))

    def outdate(self) -> int:
        """Count a new version, so that nothing is kept of the last; return it."""
        self._version += 1
        return self._version

    def _look(self, slug: str, reader: ChosenReader, version: int, before: View | None) -> View:
        problems: tuple[Problem, ...]
        note, fields = "", before.fields if before else ()
        try:
            with mistakes_told():
                shown = self._kept.of(
                    ("issue", slug), version, lambda: self._source.issue_now(slug)
                )
                note, fields = shown.note, shown.content.fields
                mail = Mail(self._source.message(slug, shown, reader))
                return View(version=version, mail=mail, stale=False, note=note, fields=fields)
        except NewsletterError as error:
            problems = error.problems
        return View(
            version=version,
            mail=before.mail if before else None,
            stale=True,
            problems=problems,
            note=note,
            fields=fields,
        )

    def _check(self, slug: str) -> tuple[Finding, ...]:
        try:
            with mistakes_told():
                return self._source.findings(slug)
        except NewsletterError as error:
            return refused(error.problems).findings


@dataclass(frozen=True, slots=True)
class Saved:
    """A save: the new version, and the files, None where any may have changed."""

    version: int
    files: Sequence[str] | None


class Broadcast:
    """Sends each save to every open page; all on one event loop."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Saved | None]] = set()
        self._closed = False

    def send(self, saved: Saved) -> None:
        """Send a save to every page that listens."""
        for listener in self._listeners:
            listener.put_nowait(saved)

    def close(self) -> None:
        """End every stream, so that the server can end."""
        self._closed = True
        for listener in self._listeners:
            listener.put_nowait(None)

    def listen(self) -> AsyncIterator[Saved]:
        """Return an iterator over the saves from now on, until the broadcast is closed."""
        queue: asyncio.Queue[Saved | None] = asyncio.Queue()
        self._listeners.add(queue)
        if self._closed:
            queue.put_nowait(None)
        return self._heard(queue)

    async def _heard(self, queue: asyncio.Queue[Saved | None]) -> AsyncIterator[Saved]:
        try:
            while (saved := await queue.get()) is not None:
                yield saved
        finally:
            self._listeners.discard(queue)
