"""A workspace opened: the one place that picks implementations."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.basics import shipped
from newsletter.basics.errors import NewsletterError, Problem, WrongUsage, did_you_mean, fail
from newsletter.basics.files import digest_of, resolved, shown
from newsletter.basics.private import STATE, close_to_others
from newsletter.content.issue import file as issue_file
from newsletter.content.issue.issue import Issue
from newsletter.content.library import Library, load_library
from newsletter.content.topics import Vocabularies, load_vocabularies
from newsletter.render.compiled import CompiledIssue
from newsletter.settings.file import load_settings
from newsletter.settings.timing import ServerTiming, Timing
from newsletter.settings.values import Pipelining, Scheme, Settings, TransportUrl

if TYPE_CHECKING:
    from newsletter.audience.audience import Audience
    from newsletter.audience.list.subscriber import Subscriber
    from newsletter.audience.selection import Selection
    from newsletter.basics.tokens import Key
    from newsletter.smtp.auth import Credentials
    from newsletter.state.ledger import Ledger
    from newsletter.state.sqlite import SqliteLedger
    from newsletter.state.standing import Standing
    from newsletter.transport.base import Transport

SETTINGS = "newsletter.toml"
TOPICS = "topics.toml"
MAILINGS = "mailings.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """The folder with `newsletter.toml` and what lies in it; files are read when asked for."""

    settings: Settings
    timing: Timing = Timing()

    @property
    def root(self) -> Path:
        """The folder, absolute."""
        return self.settings.root

    def vocabularies(self) -> Vocabularies:
        """Read the workspace's `topics.toml`, or the one that comes with the program."""
        own = self.root / TOPICS
        file = own if own.exists() else shipped.TOPICS
        return load_vocabularies(file, shown(file, self.root))

    def library(self) -> Library:
        """Read all summaries."""
        return load_library(self.root, self.vocabularies())

    def _library_of(self, issue: Issue) -> Library:
        """Read the issue's summaries; where one is missing, all, for the nearest name."""
        named = load_library(self.root, self.vocabularies(), only=set(issue.summaries))
        is_whole = all(slug in named or slug in named.broken for slug in issue.summaries)
        return named if is_whole else self.library()

    def issue_file(self, slug: str) -> Path:
        """Return where an issue's file is or would be. Raises NewsletterError for a wrong slug."""
        if issue_file.month_of(slug) is None:
            raise issue_file.wrong_slug(slug)
        return self.root / issue_file.FOLDER / f"{slug}.md"

    def issue(self, slug: str) -> Issue:
        """Read one issue. Raises NewsletterError with its problems, or where there is none."""
        file = self.issue_file(slug)
        if not file.exists():
            near = did_you_mean(slug, self.issue_slugs())
            raise fail(
                f"there is no issue '{slug}' ({issue_file.FOLDER}/{slug}.md)",
                hint=near or f"newsletter compose {slug} makes it",
            )
        return issue_file.read_issue(file, self.root)

    def issue_slugs(self) -> tuple[str, ...]:
        """Return the slugs of all issues, the oldest first."""
        return issue_file.issue_slugs(self.root)

    def issues(self) -> tuple[tuple[Issue, ...], tuple[Problem, ...]]:
        """Read all issues: those that can be read, and the problems of the others."""
        found: list[Issue] = []
        problems: list[Problem] = []
        for slug in self.issue_slugs():
            try:
                found.append(self.issue(slug))
            except NewsletterError as error:
                problems.extend(error.problems)
        return tuple(found), (*problems, *issue_file.misnamed_issues(self.root))

    def which_issue(self, slug: str | None) -> str:
        """Return `slug`, or that of the only draft for None. Raises WrongUsage."""
        if slug is not None:
            return slug
        drafts = self.drafts()
        if len(drafts) == 1:
            return drafts[0]
        named = ", ".join(drafts[-5:])
        raise WrongUsage(
            Problem(
                message=f"there are {len(drafts)} drafts" if drafts else "there is no draft",
                hint=f"say which: {named}" if drafts else "newsletter compose 2026-11 makes one",
            )
        )

    def compile(self, issue: Issue, library: Library | None = None) -> CompiledIssue:
        """Compile an issue with the workspace's templates. Raises NewsletterError.

        With `library` the summaries are not read again.
        """
        from newsletter.render.compile import compile_issue

        return compile_issue(
            issue,
            (self._library_of(issue) if library is None else library).of(issue),
            self.settings,
            template_folders=self.template_folders,
            nonce=secrets.token_hex(8),
        )

    @property
    def template_folders(self) -> tuple[Path, Path]:
        """Where templates are searched: the workspace's own, then the program's."""
        return self.root / shipped.TEMPLATES.name, shipped.TEMPLATES

    @property
    def state_folder(self) -> Path:
        """Where the private state lies, mode 0700: `private_folder` makes it."""
        return self.root / STATE

    @contextlib.contextmanager
    def ledger(self) -> Iterator[SqliteLedger]:
        """Open the ledger, made if there is none; raises LedgerUnusable."""
        from newsletter.state.sqlite import SqliteLedger

        close_to_others(self.state_folder)
        ledger = SqliteLedger(
            self.settings.database,
            durability=self.settings.durability,
            keys=self.keys(),
            timing=self.timing,
        )
        try:
            yield ledger
        finally:
            ledger.close()

    @contextlib.contextmanager
    def known_ledger(self) -> Iterator[SqliteLedger | None]:
        """Open the ledger, or yield None where there is none."""
        if self.settings.database.exists():
            with self.ledger() as ledger:
                yield ledger
        else:
            yield None

    def keys(self) -> tuple[Key, ...]:
        """Return the keys that sign tokens; the first is made together with the ledger."""
        from newsletter.state.keys import load_keys

        database = self.settings.database
        fresh = not database.exists() or database.stat().st_size == 0
        return load_keys(self.state_folder / "key", make=fresh)

    def mailings(self) -> Sequence[Mapping[str, str]]:
        """Read `mailings.csv`."""
        from newsletter.state.mailings_file import read_mailings

        return read_mailings(self.root / MAILINGS, Path(MAILINGS))

    def standings(self) -> dict[str, Standing]:
        """Return where each issue stands that has a file or a mailing, by its slug."""
        from newsletter.state.standing import Standing, standings_of

        drafts = dict.fromkeys(self.issue_slugs(), Standing.DRAFT)
        with self.known_ledger() as ledger:
            return drafts | standings_of(self.mailings(), ledger)

    def standing(self, slug: str) -> Standing:
        """Return where one issue stands; an unknown slug is a draft."""
        from newsletter.state.standing import Standing

        return self.standings().get(slug, Standing.DRAFT)

    def drafts(self) -> list[str]:
        """Return the slugs of the issues that nobody can have got, the oldest first."""
        standings = self.standings()
        return [slug for slug in self.issue_slugs() if standings[slug] == "draft"]

    def mailed_summaries(self) -> Mapping[str, Sequence[tuple[str, str | None]]]:
        """Return slug and DOI of what each mailed issue held, whatever its file says now."""
        from newsletter.state.standing import mailed_summaries

        with self.known_ledger() as ledger:
            return {} if ledger is None else mailed_summaries(ledger)

    def audience(
        self,
        ledger: Ledger,
        today: date,
        selection: Selection | None = None,
        only: Callable[[Subscriber], bool] | None = None,
    ) -> Audience:
        """Return the list's readers, or a selection, and who of them must not be mailed.

        `only` leaves out those for whom it returns False.

        Raises NewsletterError where a suppression cannot be read: it may name somebody who left.
        """
        from newsletter.audience.audience import Audience
        from newsletter.audience.registered import register_of
        from newsletter.audience.suppression.book import suppressed_now

        file = self.settings.subscribers_file
        suppressed = suppressed_now(ledger.people, self.root)
        return Audience(
            file,
            shown=shown(file, self.root),
            register=register_of(suppressed, ledger.people.choices(), self.keys()),
            today=today,
            answers=self.settings.subscribers_columns,
            selection=selection,
            only=only,
        )

    def sources(self, issue: Issue) -> str:
        """Return a digest of the files that an issue's content is made of."""
        files = [
            self.settings.file,
            self.root / issue.file,
            *(self.root / "summaries" / f"{slug}.md" for slug in issue.summaries),
            *sorted((self.root / shipped.TEMPLATES.name).rglob("*")),
        ]
        return digest_of(files)

    def transport_url(self) -> TransportUrl:
        """Return the `transport` of the settings. Raises NewsletterError where none is set."""
        url = self.settings.delivery.transport
        if url is None:
            raise fail(
                "no transport is set, so nothing can be sent",
                file=shown(self.settings.file, self.root),
                hint='under [delivery], say transport = "smtp://smtp.example.org:587"',
            )
        return url

    def transport(self, credentials: Credentials | None) -> Transport:
        """Return the way out that the settings name."""
        pipelining, timing = self.settings.delivery.pipelining, self.timing.server
        return transport_of(self.transport_url(), credentials, pipelining, timing)


def transport_of(
    url: TransportUrl,
    credentials: Credentials | None,
    pipelining: Pipelining,
    timing: ServerTiming = ServerTiming(),
) -> Transport:
    """Return the transport that a URL names."""
    if url.scheme is Scheme.MAILDIR:
        from newsletter.transport.maildir import MaildirTransport

        return MaildirTransport(url.path or Path("outbox"))
    from newsletter.transport.smtp import SmtpTransport

    return SmtpTransport(url, credentials, pipelining, timing)


def open_workspace(start: Path | None, timing: Timing = Timing()) -> Workspace:
    """Open the workspace of a folder: `newsletter.toml` there or in the nearest folder above.

    For `start` None, of the current folder. Raises NewsletterError.
    """
    folder = resolved(start or Path.cwd())
    if start is not None and not folder.exists():
        raise fail("there is no such folder", file=start)
    for each in (folder, *folder.parents):
        if (each / SETTINGS).exists():
            return Workspace(settings=load_settings(each / SETTINGS), timing=timing)
    raise fail(
        f"no {SETTINGS} in {start or 'this folder'} or in one above it",
        hint="newsletter init makes a workspace here; -C FOLDER names one elsewhere",
    )
