"""The preview's answers: the page, an issue, its readers, its email, the stream of saves."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)

from newsletter.web.preview.answers import json_body, slug_of, text_of
from newsletter.web.preview.guard import Keys
from newsletter.web.preview.latest import Broadcast, Latest, Saved, View
from newsletter.web.preview.pools import Pool, SharedWork
from newsletter.web.preview.reader_choice import ChosenReader, ChosenReaders, ReaderKind, made_up
from newsletter.web.preview.shown_mail import ColourScheme, Mail, in_scheme, without_style_blocks
from newsletter.web.preview.source import WorkspaceSource
from newsletter.web.preview.view_json import finding_json, view_json

PAGE = Path(__file__).parent / "page" / "index.html"


class Pages:
    """The answers for one workspace."""

    def __init__(self, source: WorkspaceSource, first: str, keys: Keys) -> None:
        self._source = source
        self._first = first
        self._keys = keys
        self._latest = Latest(source)
        self._mail_pool = Pool("mail")
        self._checks = SharedWork("check", self._latest.findings)
        self._chosen = ChosenReaders()
        self.broadcast = Broadcast()

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """Watch the files, and make the first email while the browser is opening."""
        tasks: list[asyncio.Task[Any]] = [asyncio.create_task(self._watch())]
        if self._first:
            look = self._mail_pool.run(self._latest.view, self._first, self._chosen.named(""))
            tasks.append(asyncio.create_task(look))
        try:
            yield
        finally:
            self.broadcast.close()
            self._mail_pool.close()
            self._checks.close()
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _watch(self) -> None:
        async for files in self._source.changes():
            self.outdate(files or None)

    def outdate(self, files: Sequence[str] | None = None) -> None:
        """Count a new version and send it to every page; `files` None means any of them."""
        self.broadcast.send(Saved(self._latest.outdate(), files))

    # --- the page

    async def home(self, _request: Request) -> Response:
        """Redirect to the issue that the page opens with; without any issue, return the page."""
        slugs = self._source.slugs()
        if not slugs:
            return _page()
        first = self._first if self._first in slugs else slugs[-1]
        return RedirectResponse(f"/issues/{first}", status_code=303)

    async def page(self, request: Request) -> Response:
        """Return the page itself; its script fetches the rest."""
        self._slug(request)
        return _page()

    async def start(self, request: Request) -> Response:
        """Answer for the page where no issue is open."""
        problems = await self._mail_pool.run(self._source.problems)
        return await self._told("", self._latest.nothing(problems), self._reader(request))

    async def look(self, request: Request) -> Response:
        """Answer with an issue as it is now, for a reader."""
        slug, reader = self._slug(request), self._reader(request)
        view = await self._mail_pool.run(self._latest.view, slug, reader)
        return await self._told(slug, view, reader)

    async def _told(self, slug: str, view: View, reader: ChosenReader) -> Response:
        entries = await self._mail_pool.run(self._source.entries)
        title = await self._mail_pool.run(self._source.title)
        told = view_json(view, reader, entries)
        return JSONResponse({"title": title, "csrf": self._keys.csrf, "issue": slug, **told})

    async def checks(self, request: Request) -> Response:
        """Answer with what the check finds, and in which version."""
        version, findings = await self._checks.ask(self._slug(request))
        return JSONResponse(
            {"version": version, "findings": [finding_json(each) for each in findings]}
        )

    async def weights(self, request: Request) -> Response:
        """Answer with the weight of each summary."""
        weights = await asyncio.to_thread(self._source.weights, self._slug(request))
        return JSONResponse(
            {"parts": [{"title": each.title, "bytes": each.bytes} for each in weights]}
        )

    # --- readers

    async def readers(self, request: Request) -> Response:
        """Answer with some readers whose names or addresses hold the words typed."""
        self._slug(request)
        wanted = text_of(await json_body(request), "search")
        hits, more = await asyncio.to_thread(self._source.search, wanted)
        named = [{"name": each.name, "email": each.email, "note": each.note} for each in hits]
        return JSONResponse({"hits": named, "more": more})

    async def choose(self, request: Request) -> Response:
        """Give a reader of the list, or a made-up one, a handle."""
        slug = self._slug(request)
        body = await json_body(request)
        if body.get("sample"):
            return JSONResponse({"handle": ""})
        if isinstance(fields := body.get("fields"), dict):
            reader = self._chosen.take(ReaderKind.MADE_UP, made_up(fields))
        else:
            email = text_of(body, "email")
            listed = await asyncio.to_thread(self._source.reader, slug, email)
            reader = self._chosen.take(ReaderKind.LISTED, listed)
        return JSONResponse({"handle": reader.handle})

    # --- the email

    async def email(self, request: Request) -> Response:
        """Return the HTML part as the reader's program would show it, under a policy of its own."""
        mail = await self._mail(request)
        query = request.query_params
        try:
            scheme = ColourScheme(query.get("scheme", "light"))
        except ValueError:
            raise HTTPException(404) from None
        html = in_scheme(mail.html, scheme)
        if query.get("styles") == "off":
            html = without_style_blocks(html)
        sources: tuple[str, ...] = ()
        if query.get("images") != "off":
            sources = ("data:", *await self._mail_pool.run(self._source.image_sources))
        return HTMLResponse(html, headers={"content-security-policy": frame_policy(sources)})

    async def message(self, request: Request) -> Response:
        """Return the message to the byte, as a download."""
        mail = await self._mail(request)
        name = request.path_params["slug"]
        return Response(
            mail.octets,
            media_type="message/rfc822",
            headers={"content-disposition": f'attachment; filename="{name}.eml"'},
        )

    async def events(self, _request: Request) -> Response:
        """Stream every save from now on (server-sent events)."""
        # Listen before the stream opens, so that no save falls between.
        heard = self.broadcast.listen()

        async def stream() -> AsyncIterator[str]:
            yield ": listening\n\n"
            async for saved in heard:
                told = json.dumps({"version": saved.version, "files": saved.files})
                yield f"event: saved\ndata: {told}\n\n"

        return StreamingResponse(stream(), media_type="text/event-stream")

    async def _mail(self, request: Request) -> Mail:
        slug, reader = self._slug(request), self._reader(request)
        view = await self._mail_pool.run(self._latest.view, slug, reader)
        if view.mail is None:
            raise HTTPException(404, "no email could be made of this issue yet")
        return view.mail

    def _slug(self, request: Request) -> str:
        return slug_of(request, self._source.slugs())

    def _reader(self, request: Request) -> ChosenReader:
        return self._chosen.named(request.query_params.get("reader", ""))


def _page() -> Response:
    return FileResponse(PAGE, media_type="text/html; charset=utf-8")


def frame_policy(image_sources: Sequence[str]) -> str:
    """Return the CSP of the email: its own inline styles and known images, and nothing else."""
    images = " ".join(image_sources) or "'none'"
    return (
        f"default-src 'none'; img-src {images}; style-src 'unsafe-inline'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin"
    )
