"""The preview as a web app over one workspace.

/                            the page, at the first issue, or without any
/issues/SLUG                 the page (its script reads the issue from the address)
/api/issues                  what the page shows where there is no issue
/api/issues/SLUG             what the page shows, as JSON; ?reader=HANDLE
/api/issues/SLUG/checks      what `newsletter check` says
/api/issues/SLUG/weights     what each summary weighs
/api/issues/SLUG/readers     POST: readers of the list, by a word
/api/issues/SLUG/reader      POST: choose one, or make one up; answers with their handle
/mail/SLUG.html              the email alone, for the frame; ?scheme=light|dark|none &images=off
                             &styles=off &reader=HANDLE
/mail/SLUG.eml               the message as it would be sent
/events                      server-sent events: `saved` with the new version and the files
/static/FOLDER/...           the scripts and styles of the page and of each panel

The panels have routes of their own: see compose, issues, mailing, place and test.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from newsletter.basics.errors import NewsletterError
from newsletter.web.preview.answers import http_error, mistake, refuse
from newsletter.web.preview.compose import routes as compose
from newsletter.web.preview.guard import Guard, Keys
from newsletter.web.preview.issues import routes as issues
from newsletter.web.preview.latest import Broadcast
from newsletter.web.preview.mailing import routes as mailing
from newsletter.web.preview.place import routes as place
from newsletter.web.preview.source import WorkspaceSource
from newsletter.web.preview.test import routes as test
from newsletter.web.preview.test.way_out import WayOut
from newsletter.web.preview.views import Pages

HERE = Path(__file__).parent
_SERVED = (".css", ".js", ".svg")


class PageFiles(StaticFiles):
    """Serves the scripts and styles of a folder, and not the Python beside them."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Return a file and its status, None where there is none to serve."""
        return super().lookup_path(path) if path.endswith(_SERVED) else ("", None)


class PreviewApp(Starlette):
    """The app, with the broadcast that the server closes before it ends."""

    broadcast: Broadcast


def preview_app(
    source: WorkspaceSource,
    first: str,
    *,
    keys: Keys,
    hosts: frozenset[str],
    environment: Mapping[str, str],
    way_out: WayOut,
    is_local: bool = True,
) -> PreviewApp:
    """Build the app; it watches and answers while its lifespan lasts.

    `first` is the issue that the page opens with, "" where there is none; `hosts` are the values
    of Host that are answered. `environment` may name an editor, `way_out` is where tests go,
    `is_local` says that only this machine reaches the page.
    """
    pages = Pages(source, first, keys)
    app = PreviewApp(
        routes=[
            Route("/", pages.home),
            Route("/issues/{slug}", pages.page),
            Route("/api/issues", pages.start),
            Route("/api/issues/{slug}", pages.look),
            Route("/api/issues/{slug}/checks", pages.checks),
            Route("/api/issues/{slug}/weights", pages.weights),
            Route("/api/issues/{slug}/readers", pages.readers, methods=["POST"]),
            Route("/api/issues/{slug}/reader", pages.choose, methods=["POST"]),
            Route("/mail/{slug}.html", pages.email),
            Route("/mail/{slug}.eml", pages.message),
            Route("/events", pages.events),
            *compose.routes(source),
            *issues.routes(source),
            *mailing.routes(source, pages.outdate),
            *place.routes(source, environment, is_local=is_local),
            *test.routes(source, way_out),
            Mount("/static", PageFiles(directory=HERE)),
        ],
        exception_handlers={
            NewsletterError: refuse,
            HTTPException: http_error,
            RecursionError: mistake,
            OSError: mistake,
        },
        middleware=[Middleware(Guard, keys=keys, hosts=hosts)],
        lifespan=pages.lifespan,
    )
    app.broadcast = pages.broadcast
    return app
