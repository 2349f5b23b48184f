"""The state of an issue's mailing.

GET  /api/issues/SLUG/mailing    its state, counts and pace, and the commands that act on it
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from newsletter.web.preview.answers import slug_of
from newsletter.web.preview.mailing.situation import Situations
from newsletter.web.preview.source import WorkspaceSource


def routes(source: WorkspaceSource, outdate: Callable[[], None]) -> list[BaseRoute]:
    """Return the routes over a workspace; `outdate` is called when the shown email changes."""
    pages = _Pages(source, outdate)
    return [Route("/api/issues/{slug}/mailing", pages.mailing)]


class _Pages:
    def __init__(self, source: WorkspaceSource, outdate: Callable[[], None]) -> None:
        self._source = source
        self._outdate = outdate
        self._situations = Situations()
        self._mailings: dict[str, str | None] = {}

    async def mailing(self, request: Request) -> Response:
        """Answer with the mailing's state; a freeze or a withdrawal changes the shown email."""
        slug = slug_of(request, self._source.slugs())
        told = await asyncio.to_thread(
            lambda: self._situations.look(self._source.open_for_place(), slug, time.monotonic())
        )
        before = self._mailings.setdefault(slug, told["uuid"])
        if before != told["uuid"]:
            self._mailings[slug] = told["uuid"]
            self._outdate()
        return JSONResponse(told)
