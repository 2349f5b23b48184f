"""The preview as a web app over one workspace.

/                            the desk, at the first issue
/issues/SLUG                 the desk (the page is the same; its script reads the address)
/api/issues/SLUG             what the desk shows, as JSON; ?reader=HANDLE
/api/issues/SLUG/checks      what `newsletter check` says
/api/issues/SLUG/weights     what each summary weighs
/api/issues/SLUG/mailing     where its mailing stands
/api/issues/SLUG/readers     POST: readers of the list, by a word
/api/issues/SLUG/reader      POST: choose one, or make one up; answers with her handle
/api/issues/SLUG/where       POST: where a passage of the email is written
/api/place                   a file's lines around one
/api/edit                    POST: open a place in the editor's program
/mail/SLUG.html              the email alone, for the frame; ?scheme=light|dark|none &images=off
                             &styles=off &reader=HANDLE
/mail/SLUG.eml               the message as it would be sent
/events                      server-sent events: `saved` with the new version and the files
/static/...                  the desk's own files
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
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

from newsletter.errors import NewsletterError
from newsletter.web.preview.answers import http_error, json_body, refuse
from newsletter.web.preview.desk import Bell, Desk, Saved
from newsletter.web.preview.guard import Guard, Keys
from newsletter.web.preview.look import finding_json, look_json
from newsletter.web.preview.mail import Mail, Scheme, in_scheme, without_style_blocks
from newsletter.web.preview.places import where
from newsletter.web.preview.readers import Circle, Kind, Reader, made_up
from newsletter.web.preview.shop import Shop

STATIC = Path(__file__).parent / "static"


class Preview(Starlette):
    """The app, with the bell that a server closes before it ends."""

    bell: Bell


def create_app(
    shop: Shop,
    first: str,
    *,
    keys: Keys,
    hosts: frozenset[str],
    routes: Sequence[BaseRoute] = (),
) -> Preview:
    """Build the app; it watches and answers while its lifespan lasts.

    `first` is the issue that the desk opens with, `hosts` our names with the port, `routes`
    further ones behind the same guard.
    """
    pages = _Pages(shop, first, keys)
    app = Preview(
        routes=[
            Route("/", pages.home),
            Route("/issues/{slug}", pages.desk),
            Route("/api/issues/{slug}", pages.look),
            Route("/api/issues/{slug}/checks", pages.checks),
            Route("/api/issues/{slug}/weights", pages.weights),
            Route("/api/issues/{slug}/mailing", pages.mailing),
            Route("/api/issues/{slug}/readers", pages.readers, methods=["POST"]),
            Route("/api/issues/{slug}/reader", pages.choose, methods=["POST"]),
            Route("/api/issues/{slug}/where", pages.where, methods=["POST"]),
            Route("/api/place", pages.place),
            Route("/api/edit", pages.edit, methods=["POST"]),
            Route("/mail/{slug}.html", pages.email),
            Route("/mail/{slug}.eml", pages.message),
            Route("/events", pages.events),
            *routes,
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        exception_handlers={NewsletterError: refuse, HTTPException: http_error},
        middleware=[Middleware(Guard, keys=keys, hosts=hosts)],
        lifespan=pages.lifespan,
    )
    app.bell = pages.bell
    return app


class _Pages:
    """The answers, over one shop, one desk and one bell."""

    def __init__(self, shop: Shop, first: str, keys: Keys) -> None:
        self._shop = shop
        self._first = first
        self._keys = keys
        self._desk = Desk(shop)
        self._circle = Circle()
        self._mailings: dict[str, str | None] = {}
        self.bell = Bell()

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """Watch, and make the first email at once: the browser is still opening."""
        tasks = [
            asyncio.create_task(self._watch()),
            asyncio.create_task(
                asyncio.to_thread(self._desk.view, self._first, self._circle.named(""))
            ),
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
        async for files in self._shop.changes():
            self.bell.ring(Saved(self._desk.outdate(), files or None))

    # --- the desk

    async def home(self, _request: Request) -> Response:
        return RedirectResponse(f"/issues/{self._first}", status_code=303)

    async def desk(self, request: Request) -> Response:
        self._slug(request)
        return FileResponse(STATIC / "desk.html", media_type="text/html; charset=utf-8")

    async def look(self, request: Request) -> Response:
        slug, reader = self._slug(request), self._reader(request)
        view = await asyncio.to_thread(self._desk.view, slug, reader)
        entries = await asyncio.to_thread(self._shop.issues)
        title = await asyncio.to_thread(self._shop.title)
        told = look_json(view, reader, entries)
        return JSONResponse({"title": title, "csrf": self._keys.csrf, "issue": slug, **told})

    async def checks(self, request: Request) -> Response:
        version, findings = await asyncio.to_thread(self._desk.findings, self._slug(request))
        return JSONResponse(
            {"version": version, "findings": [finding_json(each) for each in findings]}
        )

    async def weights(self, request: Request) -> Response:
        weights = await asyncio.to_thread(self._shop.weights, self._slug(request))
        return JSONResponse(
            {"parts": [{"title": each.title, "bytes": each.bytes} for each in weights]}
        )

    async def mailing(self, request: Request) -> Response:
        slug = self._slug(request)
        told = await asyncio.to_thread(self._shop.mailing, slug)
        before = self._mailings.setdefault(slug, told["uuid"])
        if before != told["uuid"]:  # it was frozen, or withdrawn: the email is another one now
            self._mailings[slug] = told["uuid"]
            self.bell.ring(Saved(self._desk.outdate(), None))
        return JSONResponse(told)

    # --- readers

    async def readers(self, request: Request) -> Response:
        self._slug(request)
        wanted = _text(await json_body(request), "search")
        hits, more = await asyncio.to_thread(self._shop.search, wanted)
        named = [{"name": each.name, "email": each.email, "note": each.note} for each in hits]
        return JSONResponse({"hits": named, "more": more})

    async def choose(self, request: Request) -> Response:
        slug = self._slug(request)
        body = await json_body(request)
        if body.get("sample"):
            return JSONResponse({"handle": ""})
        if isinstance(fields := body.get("fields"), dict):
            reader = self._circle.take(Kind.MADE_UP, made_up(fields))
        else:
            email = _text(body, "email")
            listed = await asyncio.to_thread(self._shop.reader, slug, email)
            reader = self._circle.take(Kind.LISTED, listed)
        return JSONResponse({"handle": reader.handle})

    # --- places

    async def where(self, request: Request) -> Response:
        slug = self._slug(request)
        body = await json_body(request)
        text, headings = _text(body, "text"), body.get("headings")
        headings = headings if isinstance(headings, list) else []
        above = [each for each in headings if isinstance(each, str)][:_MOST_HEADINGS]
        found = await asyncio.to_thread(lambda: where(self._shop.open(), slug, text, above))
        return JSONResponse({"file": found and found[0], "line": found and found[1]})

    async def place(self, request: Request) -> Response:
        file, line = request.query_params.get("file", ""), request.query_params.get("line", "1")
        if not line.isascii() or not line.isdigit() or len(line) > _DIGITS:
            raise HTTPException(404, "that is no line")
        found, editor = await asyncio.to_thread(self._shop.place, file, max(1, int(line)))
        told = {"file": found.file, "first": found.first, "lines": found.lines, "editor": editor}
        return JSONResponse(told)

    async def edit(self, request: Request) -> Response:
        body = await json_body(request)
        line = body.get("line")
        number = line if isinstance(line, int) and 0 < line < 10**_DIGITS else 1
        if not await asyncio.to_thread(self._shop.edit, _text(body, "file"), number):
            raise HTTPException(404, "no editor is set up: docs/preview.md says how")
        return JSONResponse({})

    # --- the email

    async def email(self, request: Request) -> Response:
        mail = await self._mail(request)
        query = request.query_params
        try:
            scheme = Scheme(query.get("scheme", "light"))
        except ValueError:
            raise HTTPException(404) from None
        html = in_scheme(mail.html, scheme)
        if query.get("styles") == "off":
            html = without_style_blocks(html)
        sources: tuple[str, ...] = ()
        if query.get("images") != "off":
            sources = ("data:", *await asyncio.to_thread(self._shop.image_sources))
        return HTMLResponse(html, headers={"content-security-policy": frame_policy(sources)})

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
        heard = self.bell.listen()

        async def stream() -> AsyncIterator[str]:
            yield ": listening\n\n"
            async for saved in heard:
                told = json.dumps({"version": saved.version, "files": saved.files})
                yield f"event: saved\ndata: {told}\n\n"

        return StreamingResponse(stream(), media_type="text/event-stream")

    async def _mail(self, request: Request) -> Mail:
        view = await asyncio.to_thread(self._desk.view, self._slug(request), self._reader(request))
        if view.mail is None:
            raise HTTPException(404, "no email could be made of this issue yet")
        return view.mail

    def _slug(self, request: Request) -> str:
        """Return the issue that the address names: one of the list, never a path."""
        slug: str = request.path_params["slug"]
        if slug not in self._shop.slugs():
            raise HTTPException(404, "there is no such issue")
        return slug

    def _reader(self, request: Request) -> Reader:
        return self._circle.named(request.query_params.get("reader", ""))


_DIGITS = 7


def frame_policy(image_sources: Sequence[str]) -> str:
    """Return the CSP of the email: its own inline styles and known images, and nothing else."""
    images = " ".join(image_sources) or "'none'"
    return (
        f"default-src 'none'; img-src {images}; style-src 'unsafe-inline'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin"
    )


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise HTTPException(400, f"'{name}' must be a text")
    return value


_LONGEST = 10_000
_MOST_HEADINGS = 8
