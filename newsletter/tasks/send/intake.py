"""The list read once before a mailing: counted, tried out, and kept for the freeze."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

from newsletter.audience.audience import Audience
from newsletter.audience.list.listfile import Member
from newsletter.audience.list.subscriber import Subscriber
from newsletter.audience.register.alias import is_alias
from newsletter.audience.selection import Selection, Unselectable, as_options
from newsletter.audience.suppression.book import suppressed_now
from newsletter.basics.errors import NewsletterError, fail
from newsletter.basics.memory import keep_for_good
from newsletter.checks.dossier import Readers
from newsletter.checks.reading.census import Census
from newsletter.delivery.letters import Unmakeable, preflight
from newsletter.delivery.mailing import draft_mailing
from newsletter.message.content import Content
from newsletter.state.ledger import Ledger
from newsletter.state.values import Mailing
from newsletter.workspace import Workspace


class Intake:
    """One pass over the list, before the question whether to send.

    It counts the readers for the check, makes what differs in each message, so that one that
    cannot be made is found, and keeps the rows for the freeze: the counted readers get the issue.
    `readers` are the figures of the last `read`, of a `selection` if there is one, and of those
    whom `only` takes.
    """

    def __init__(
        self,
        workspace: Workspace,
        ledger: Ledger,
        today: date,
        selection: Selection | None = None,
        only: Callable[[Subscriber], bool] | None = None,
    ) -> None:
        self._only = only
        self._workspace = workspace
        self._ledger = ledger
        self._today = today
        self._selection = selection
        self.readers = Readers(mailable=None)
        self._audience: Audience | None = None
        self._as_read: object = None
        self._mailing: Mailing | None = None
        self._unmakeable: Unmakeable | None = None

    def read(self, content: Content | None) -> Readers:
        """Read the list for a content (None: only count); an unreadable list is a problem.

        Raises Unselectable where the list has no such column, or nobody to select.
        """
        keep_for_good()
        self.readers = self._read(content)
        return self.readers

    def _read(self, content: Content | None) -> Readers:
        try:
            self._audience = self._workspace.audience(
                self._ledger, self._today, self._selection, self._only
            )
            self._as_read = self._audience.file_version
            census = Census(self._audience, self._today)
            self._gather(census, content)
        except Unselectable:
            raise
        except NewsletterError as error:
            return Readers(mailable=None, problems=error.problems)
        return census.readers()

    def require_messages(self) -> None:
        """Raise NewsletterError, with the readers' lines, where messages cannot be made."""
        if self._unmakeable is not None:
            raise self._unmakeable

    def freeze(self, content: Content, sources: str, now: datetime) -> Mailing:
        """Freeze what was read; raise NewsletterError where the list has changed since."""
        if self._mailing is None or self._audience is None:
            raise RuntimeError("nothing was read that could be sent")
        if self._audience.file_version != self._as_read or self._somebody_was_erased():
            raise fail(
                "the list has changed since it was checked; nothing was sent",
                file=self._audience.shown,
                hint=f"newsletter send {content.issue}{as_options(self._selection)}"
                " looks at it again",
            )
        mailing = replace(self._mailing, sources=sources, frozen_at=now.replace(microsecond=0))
        return self._ledger.records.freeze(mailing, content)

    def somebody_left(self) -> bool:
        """Return whether an address has been suppressed since the list was read."""
        now = suppressed_now(self._ledger.people, self._workspace.root)
        return self._audience is not None and not self._audience.has_excluded(now)

    def _somebody_was_erased(self) -> bool:
        """Return whether a row that was read may be of somebody who is erased by now."""
        now = suppressed_now(self._ledger.people, self._workspace.root)
        erased = [key for key in now if is_alias(key)]
        return self._audience is not None and not self._audience.has_excluded(erased)

    def _gather(self, census: Census, content: Content | None) -> None:
        if content is None:
            for _ in census.members():
                pass
            return
        mailing = self._draft(content)
        members = self._chosen(census.members())
        tried = preflight(members, content, mailing, self._workspace.keys()[0])
        try:
            self._ledger.records.gather(tried, content.fields)
        except Unmakeable as error:
            self._unmakeable = error
        else:
            self._mailing = mailing

    def _chosen(self, members: Iterable[Member]) -> Iterator[Member]:
        """Return those of the list who are to be in the mailing."""
        return iter(members)

    def _draft(self, content: Content) -> Mailing:
        now = datetime.now(UTC)
        return draft_mailing(content, sources="", now=now, selection=self._selection)
