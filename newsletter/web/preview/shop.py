"""The preview of a workspace: its files as the parts of the app."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from newsletter.content.issue_file import month_of
from newsletter.errors import NewsletterError
from newsletter.proof import Proof, count_readers, prove
from newsletter.settings import Settings
from newsletter.specimen import frozen_issue
from newsletter.state.ledger import MailingState
from newsletter.web.preview import compose, months, trials
from newsletter.web.preview.app import IssueEntry, Parts, Preview, create_app
from newsletter.web.preview.desk import Sent
from newsletter.web.preview.guard import Keys
from newsletter.web.preview.watch import saves, workspace_folders
from newsletter.workspace import Workspace, open_workspace


def preview_app(root: Path, slug: str, *, keys: Keys, hosts: frozenset[str]) -> Preview:
    """Return the app over a workspace's folder; it is opened anew for each look.

    Raises NewsletterError where the settings cannot be read now.
    """
    workspace = open_workspace(root)
    settings = workspace.settings

    def changes() -> AsyncGenerator[None]:
        return saves(lambda: workspace_folders(root, settings.subscribers_file))

    return create_app(
        Parts(
            title=settings.newsletter.title,
            first=slug,
            slugs=workspace.issue_slugs,
            issues=lambda: _issues(workspace),
            proof=lambda each: _proof(root, each),
            sent=lambda each: _sent(workspace, each),
            changes=changes,
            image_sources=image_sources(settings),
            routes=(*compose.routes(root), *months.routes(root), *trials.routes(root)),
            keys=keys,
            hosts=hosts,
        )
    )


def image_sources(settings: Settings) -> tuple[str, ...]:
    """Return the origins from which the email may show images: the site's and the design's."""
    urls = [settings.newsletter.site_url, *map(str, settings.design.values.values())]
    origins = (urlsplit(url) for url in urls if url and url.startswith(("https://", "http://")))
    return tuple(dict.fromkeys(f"{url.scheme}://{url.netloc}" for url in origins))


def _proof(root: Path, slug: str) -> Proof:
    today = datetime.now().astimezone().date()
    workspace = open_workspace(root)
    return prove(workspace, slug, readers=count_readers(workspace, today), today=today)


def _sent(workspace: Workspace, slug: str) -> Sent | None:
    frozen = frozen_issue(workspace, slug)
    if frozen is None:
        return None
    day = frozen.mailing.frozen_at.astimezone()
    when = f"{day.day} {day:%B %Y, %H:%M}"
    done = frozen.mailing.state is MailingState.FINISHED
    said = f"This issue was sent; it was frozen on {when}." if done else f"Frozen on {when}."
    return Sent(
        frozen.message, f"{said} This is that message; what the files say since changes nothing."
    )


def _issues(workspace: Workspace) -> tuple[IssueEntry, ...]:
    """Return all issues, the newest first; one that cannot be read is a draft."""
    entries = []
    states = workspace.sent_states()
    for slug in reversed(workspace.issue_slugs()):
        try:
            sent = slug in states or workspace.issue(slug).publish
        except NewsletterError:
            sent = False
        month = month_of(slug)
        name = month.name if month else slug
        word = slug[len("2026-11-") :]
        entries.append(
            IssueEntry(
                slug=slug,
                name=f"{name}, {word}" if word else name,
                state="sent" if sent else "draft",
            )
        )
    return tuple(entries)
