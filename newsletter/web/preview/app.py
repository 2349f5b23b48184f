"""The preview as a web app: a function of its parts.

/                       the desk, at the first issue
/issues/SLUG            the desk (the page is the same; its script reads the address)
/api/issues/SLUG        what the desk shows, as JSON
/mail/SLUG.html         the email alone, for the frame; ?scheme=light|dark
/mail/SLUG.eml          the message as it would be sent
/events                 server-sent events: `saved` with the new version
/static/...             the desk's own files
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from newsletter.checks.engine import Finding
from newsletter.checks.mail import LARGE, TOO_LARGE
from newsletter.errors import NewsletterError
from newsletter.proof import Proof
from newsletter.web.preview.answers import http_error, refuse
from newsletter.web.preview.desk import Bell, Desk, Sent, View
from newsletter.web.preview.guard import Guard, Keys
from newsletter.web.preview.mail import Mail, Scheme, in_scheme

STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueEntry:
    """One issue to choose: `name` for people (`November 2026`), `state` draft or sent."""

    slug: str
    name: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that the preview is made of.

    `slugs()` are the issues that have pages, and cheap to ask for; `issues()` describes them.
    `changes()` yields whenever a file of the workspace was saved. `image_sources` are the
    origins (`https://news.example.org`) from which the email's own images may be fetched.
    `first` is the issue that the desk opens with. `hosts` are our names with the port. `sent`
    gives what a mailing froze of an issue. `routes` are further ones, behind the same guard.
    """

    title: str
    first: str
    slugs: Callable[[], Sequence[str]]
    issues: Callable[[], Sequence[IssueEntry]]
    proof: Callable[[str], Proof]
    sent: Callable[[str], Sent | None] = lambda _slug: None
    changes: Callable[[], AsyncIterator[object]]
    image_sources: tuple[str, ...] = ()
    routes: tuple[BaseRoute, ...] = ()
    keys: Keys
    hosts: frozenset[str]


class Preview(Starlette):
    """The app, with the bell that a server closes before it ends."""

    bell: Bell


def create_app(parts: Parts) -> Preview:
    """Build the app; it watches and answers while its lifespan lasts."""
    pages = _Pages(parts, Desk(parts.proof, parts.sent), Bell())
    app = Preview(
        routes=[
            Route("/", pages.home),
            Route("/issues/{slug}", pages.desk),
            Route("/api/issues/{slug}", pages.look),
            Route("/mail/{slug}.html", pages.email),
            Route("/mail/{slug}.eml", pages.message),
            Route("/events", pages.events),
            *parts.routes,
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        exception_handlers={NewsletterError: refuse, HTTPException: http_error},
        middleware=[Middleware(Guard, keys=parts.keys, hosts=parts.hosts)],
        lifespan=pages.lifespan,
    )
    app.bell = pages.bell
    return app


class _Pages:
    """The answers, over one desk and one bell."""

    def __init__(self, parts: Parts, desk: Desk, bell: Bell) -> None:
        self._parts = parts
        self._desk = desk
        self.bell = bell

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """Watch, and make the first email at once: the browser is still opening."""
        tasks = [
            asyncio.create_task(self._watch()),
            asyncio.create_task(asyncio.to_thread(self._desk.view, self._parts.first)),
        ]
        try:
            yield
        finally:
            self.bell.close()
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _watch(self) -> None:
        async for _ in self._parts.changes():
            self.bell.ring(self._desk.outdate())

    async def home(self, _request: Request) -> Response:
        return RedirectResponse(f"/issues/{self._parts.first}", status_code=303)

    async def desk(self, request: Request) -> Response:
        self._slug(request)
        return FileResponse(STATIC / "desk.html", media_type="text/html; charset=utf-8")

    async def look(self, request: Request) -> Response:
        slug = self._slug(request)
        view = await asyncio.to_thread(self._desk.view, slug)
        entries = await asyncio.to_thread(self._parts.issues)
        return JSONResponse(
            {
                "title": self._parts.title,
                "csrf": self._parts.keys.csrf,
                "issue": slug,
                "issues": [
                    {"slug": one.slug, "name": one.name, "state": one.state} for one in entries
                ],
                **_view_json(view),
            }
        )

    async def email(self, request: Request) -> Response:
        mail = await self._mail(request)
        try:
            scheme = Scheme(request.query_params.get("scheme", "light"))
        except ValueError:
            raise HTTPException(404) from None
        return HTMLResponse(
            in_scheme(mail.html, scheme),
            headers={"content-security-policy": frame_policy(self._parts.image_sources)},
        )

    async def message(self, request: Request) -> Response:
        mail = await self._mail(request)
        name = request.path_params["slug"]
        return Response(
            mail.raw,
            media_type="message/rfc822",
            headers={"content-disposition": f'attachment; filename="{name}.eml"'},
        )

    async def events(self, _request: Request) -> Response:
        # Before the browser hears that it is open, so that no save falls between.
        versions = self.bell.listen()

        async def stream() -> AsyncIterator[str]:
            yield ": listening\n\n"
            async for version in versions:
                yield f"event: saved\ndata: {version}\n\n"

        return StreamingResponse(stream(), media_type="text/event-stream")

    async def _mail(self, request: Request) -> Mail:
        view = await asyncio.to_thread(self._desk.view, self._slug(request))
        if view.mail is None:
            raise HTTPException(404, "no email could be made of this issue yet")
        return view.mail

    def _slug(self, request: Request) -> str:
        """Return the issue that the address names: one of the list, never a path."""
        slug: str = request.path_params["slug"]
        if slug not in self._parts.slugs():
            raise HTTPException(404, "there is no such issue")
        return slug


def frame_policy(image_sources: Sequence[str]) -> str:
    """Return the CSP of the email: its own inline styles and known images, and nothing else."""
    images = " ".join(("data:", *image_sources))
    return (
        f"default-src 'none'; img-src {images}; style-src 'unsafe-inline'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin"
    )


def _view_json(view: View) -> dict[str, Any]:
    return {
        "version": view.version,
        "stale": view.stale,
        "note": view.note,
        "mail": None if view.mail is None else _mail_json(view.mail),
        "findings": [_finding_json(finding) for finding in view.findings],
    }


def _mail_json(mail: Mail) -> dict[str, Any]:
    return {
        "subject": mail.header("Subject"),
        "from": mail.header("From"),
        "to": mail.header("To"),
        "headers": mail.headers,
        "text": mail.text,
        "weight": mail.weight,
        "bytes": len(mail.raw),
        "large": LARGE,
        "too_large": TOO_LARGE,
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        **finding.as_json(),
        "place": finding.as_problem().place,
        "hint": finding.hint,
        "silenced": finding.silenced is not None,
    }
