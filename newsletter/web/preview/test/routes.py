"""A test of an issue, sent to one address as `newsletter test` does.

GET  /api/test/SLUG           where it would go out, whether a password is at hand, past addresses
POST /api/test/SLUG           {to, as}: begins; one at a time, a few a minute
GET  /api/test                what is under way, and how the last one ended
POST /api/test/SLUG/forget    {address}: no longer remembered
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from newsletter.basics.address import Address, BadAddress, parse_address
from newsletter.basics.errors import NewsletterError, Problem
from newsletter.basics.outcome import Envelope, Outcome, Verdict
from newsletter.content.issue.writer import FieldError
from newsletter.tasks.test_addresses import forget, remember, remembered
from newsletter.web.preview.access import list_of
from newsletter.web.preview.answers import (
    json_body,
    mistakes_told,
    problem_json,
    slug_of,
)
from newsletter.web.preview.source import WorkspaceSource
from newsletter.web.preview.test.way_out import WayOut, open_way, way_json

if TYPE_CHECKING:
    from newsletter.transport.base import Transport

MOST, WINDOW = 6, 60.0
"""So many tests in any so many seconds."""


def routes(source: WorkspaceSource, way_out: WayOut) -> list[BaseRoute]:
    """Return the routes over a workspace."""
    pages = _Pages(source, way_out)
    return [
        Route("/api/test", pages.state),
        Route("/api/test/{slug}", pages.about),
        Route("/api/test/{slug}", pages.send, methods=["POST"]),
        Route("/api/test/{slug}/forget", pages.forget, methods=["POST"]),
    ]


class RateLimit:
    """Lets at most so many through in any sliding window."""

    def __init__(self, most: int = MOST, window: float = WINDOW) -> None:
        self._most, self._window = most, window
        self._times: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Return the seconds until the next may go, 0 for at once."""
        while self._times and self._times[0] <= now - self._window:
            self._times.popleft()
        full = len(self._times) >= self._most
        return self._times[0] + self._window - now if full else 0.0

    def went(self, now: float) -> None:
        """Note that one went through."""
        self._times.append(now)


@dataclass(frozen=True, slots=True)
class PreparedTest:
    """A test, and the transport that it leaves over."""

    transport: Transport
    envelope: Envelope
    message: bytes


class _Pages:
    def __init__(self, source: WorkspaceSource, way_out: WayOut) -> None:
        self._source = source
        self._way_out = way_out
        self._limit = RateLimit()
        self._task: asyncio.Task[None] | None = None
        self._now: dict[str, Any] | None = None
        self._last: dict[str, Any] | None = None

    async def about(self, request: Request) -> Response:
        slug = slug_of(request, self._source.slugs())
        return JSONResponse(await asyncio.to_thread(_about, self._source, self._way_out, slug))

    async def state(self, _request: Request) -> Response:
        return JSONResponse({"now": self._now, "last": self._last})

    async def send(self, request: Request) -> Response:
        slug: str = request.path_params["slug"]
        body = await json_body(request)
        address = _address(body.get("to"))
        seen_as = body.get("as")
        if seen_as is not None and not isinstance(seen_as, str):
            raise HTTPException(400, "the reader is named by an address")
        self._pass(time.monotonic())
        self._now = {"slug": slug, "to": str(address)}
        # A task of its own: it goes on when the page is closed, and ends with the preview.
        self._task = asyncio.create_task(self._deliver(slug, address, seen_as))
        return JSONResponse({"now": self._now}, 202)

    async def forget(self, request: Request) -> Response:
        address = (await json_body(request)).get("address")
        if not isinstance(address, str):
            raise HTTPException(400, "no address is named")
        folder = self._source.open().state_folder
        await asyncio.to_thread(forget, folder, address)
        return JSONResponse({"remembered": remembered(folder)})

    def _pass(self, now: float) -> None:
        if self._now is not None:
            raise HTTPException(429, f"a test to {self._now['to']} is on its way still")
        wait = self._limit.wait(now)
        if wait:
            raise HTTPException(429, f"{MOST} tests a minute are the most: wait {wait:.0f} s")
        self._limit.went(now)

    async def _deliver(self, slug: str, address: Address, seen_as: str | None) -> None:
        from newsletter.delivery.trial import try_one

        told: dict[str, Any] = {"slug": slug, "to": str(address)}
        try:
            now = datetime.now().astimezone()
            with mistakes_told():
                prepared = await asyncio.to_thread(self._prepared, slug, address, seen_as, now)
                outcome = await try_one(
                    prepared.transport,
                    prepared.envelope,
                    prepared.message,
                    self._way_out.patience,
                )
                told |= _ended(_short(prepared.transport.name, self._source.root), outcome, now)
                await asyncio.to_thread(_remember, self._source, address, outcome)
        except NewsletterError as error:
            told |= {"problems": [problem_json(each) for each in error.problems]}
        finally:
            self._now, self._last = None, told

    def _prepared(
        self, slug: str, address: Address, seen_as: str | None, now: datetime
    ) -> PreparedTest:
        """Return the message and its transport; raise NewsletterError where there is none."""
        from newsletter.tasks.test import refuse_erased, specimen

        workspace = self._source.open()
        refuse_erased(workspace, address)
        transport = open_way(workspace, self._way_out, slug)
        if seen_as:
            list_of(workspace)
        return PreparedTest(transport, *specimen(workspace, slug, seen_as, now).to(address))


def _address(value: Any) -> Address:
    text = value.strip() if isinstance(value, str) else ""
    try:
        if text:
            return parse_address(text)
        message = "where should it go?"
    except BadAddress as error:
        message = f"'{text}' is no address: {error}"
    raise FieldError(Problem(message=message, hint="for example ada@example.org", key="to"))


def _ended(where: str, outcome: Outcome, now: datetime) -> dict[str, Any]:
    return {
        "where": where,
        "verdict": outcome.verdict.value,
        "phase": outcome.phase.value,
        "answer": str(outcome),
        "at": f"{now:%H:%M:%S}",
    }


def _short(where: str, root: Path) -> str:
    """Return a transport's name, with a folder of the workspace relative to it."""
    return where.replace(f"{root}/", "")


def _remember(source: WorkspaceSource, address: Address, outcome: Outcome) -> None:
    if outcome.verdict in {Verdict.ACCEPTED, Verdict.UNCERTAIN, Verdict.DEFERRED}:
        remember(source.open().state_folder, str(address))


def _about(source: WorkspaceSource, way_out: WayOut, slug: str) -> dict[str, Any]:
    workspace = source.open()
    settings = workspace.settings
    sender = settings.newsletter.sender
    return {
        "from": str(sender.address),
        "remembered": remembered(workspace.state_folder),
        "command": f"newsletter test {slug} --to ADDRESS",
        **way_json(workspace, way_out, slug),
    }
