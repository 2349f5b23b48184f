"""A workspace opened: the one place that picks implementations."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from newsletter import shipped
from newsletter.content.issue import Issue
from newsletter.content.issue_file import FOLDER as ISSUES
from newsletter.content.issue_file import month_of, read_issue, wrong_slug
from newsletter.content.library import Library, load_library
from newsletter.content.topics import Vocabularies, load_vocabularies
from newsletter.errors import NewsletterError, Problem, WrongUsage, did_you_mean, fail
from newsletter.files import shown
from newsletter.render.compiled import CompiledIssue
from newsletter.settings import Settings
from newsletter.settings_file import load_settings

SETTINGS = "newsletter.toml"
TOPICS = "topics.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """The folder with `newsletter.toml` and what lies in it; files are read when asked for."""

    settings: Settings

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

    def issue_file(self, slug: str) -> Path:
        """Return where an issue's file is or would be; refuse what no issue can be named."""
        if month_of(slug) is None:
            raise wrong_slug(slug)
        return self.root / ISSUES / f"{slug}.md"

    def issue(self, slug: str) -> Issue:
        """Read one issue; raise NewsletterError with its problems, or where there is none."""
        file = self.issue_file(slug)
        if not file.exists():
            near = did_you_mean(slug, self.issue_slugs())
            raise fail(
                f"there is no issue '{slug}' ({ISSUES}/{slug}.md)",
                hint=near or f"newsletter compose {slug} makes it",
            )
        return read_issue(file, self.root)

    def issue_slugs(self) -> tuple[str, ...]:
        """Return the slugs of all issues, the oldest first."""
        stems = (file.stem for file in (self.root / ISSUES).glob("*.md"))
        return tuple(sorted(stem for stem in stems if month_of(stem)))

    def issues(self) -> tuple[tuple[Issue, ...], tuple[Problem, ...]]:
        """Read all issues: those that can be read, and the problems of the others."""
        found: list[Issue] = []
        problems: list[Problem] = []
        for slug in self.issue_slugs():
            try:
                found.append(self.issue(slug))
            except NewsletterError as error:
                problems.extend(error.problems)
        return tuple(found), tuple(problems)

    def which_issue(self, slug: str | None) -> str:
        """Return the slug that was named, or that of the one draft where none was."""
        if slug is not None:
            return slug
        drafts = [each for each in self.issue_slugs() if self.sent_state(each) is None]
        if len(drafts) == 1:
            return drafts[0]
        named = ", ".join(drafts[-5:])
        raise WrongUsage(
            Problem(
                message=f"there are {len(drafts)} drafts" if drafts else "there is no draft",
                hint=f"say which: {named}" if drafts else "newsletter compose 2026-11 makes one",
            )
        )

    def compile(self, issue: Issue) -> CompiledIssue:
        """Compile an issue with the workspace's templates; raise NewsletterError."""
        from newsletter.render.compile import compile_issue

        return compile_issue(
            issue,
            self.library().of(issue),
            self.settings,
            template_folders=(self.root / shipped.TEMPLATES.name, shipped.TEMPLATES),
            nonce=secrets.token_hex(8),
        )

    def sent_state(self, issue: str) -> str | None:  # noqa: ARG002 - the ledger will ask for it
        """Return the state of an issue's mailing ("finished"), or None where it has none."""
        return None


def open_workspace(start: Path | None) -> Workspace:
    """Open the workspace of a folder: `newsletter.toml` there or in the nearest folder above.

    `start` None means the current folder. Raises NewsletterError.
    """
    folder = (start or Path.cwd()).resolve()
    for each in (folder, *folder.parents):
        if (each / SETTINGS).is_file():
            return Workspace(settings=load_settings(each / SETTINGS))
    raise fail(
        f"no {SETTINGS} in {start or 'this folder'} or in one above it",
        hint="newsletter init makes a workspace here; -C FOLDER names one elsewhere",
    )
