"""Only the browser that was opened with the token is answered, and no page but our own.

Host        one of our own names, against DNS rebinding
Origin      where a request has one, it is our own
Sec-Fetch   pages of other sites, and of other ports, are refused (Fetch Metadata)
token       from the URL that the terminal shows; exchanged for a cookie at once
cookie      HttpOnly, SameSite=Strict, for the life of the process
POST        needs the Origin and a CSRF header besides, and says that it is JSON
body        of a megabyte at most
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE_METHODS = frozenset({"GET", "HEAD"})
LARGEST_BODY = 1_000_000
"""Octets; a summary has some thousands."""
CSRF_HEADER = "x-newsletter-csrf"

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'"
)
"""The page runs its own files only; no string ever becomes markup."""

_HEADERS = {
    "content-security-policy": PAGE_POLICY,
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}

_NO_KEY = (
    "This preview opens with the address that the terminal shows, with its token.\n"
    "Copy that address into the address bar, or run `newsletter preview` again.\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The secrets of one process: in its URL, in its cookie, in the header of a POST."""

    token: str
    cookie: str
    csrf: str

    @classmethod
    def fresh(cls) -> Keys:
        """Return new random ones, 256 bits each."""
        return cls(
            token=secrets.token_urlsafe(32),
            cookie=secrets.token_urlsafe(32),
            csrf=secrets.token_urlsafe(32),
        )


class Guard:
    """ASGI middleware around the app; `hosts` are the allowed values of Host, in lower case."""

    def __init__(self, app: ASGIApp, *, keys: Keys, hosts: frozenset[str]) -> None:
        self._app = app
        self._keys = keys
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request or pass it to the app; every answer gets the security headers."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._answer(Request(scope)) or self._app
        await answer(scope, _bounded(receive), send_guarded)

    def _answer(self, request: Request) -> Response | None:
        """Return a refusal or the exchange of the token; None where the app may answer."""
        host = _only(request, "host").lower()
        if host not in self._hosts:
            return _refused("This is not a name of the preview.")
        if "origin" in request.headers and _only(request, "origin") != f"http://{host}":
            return _refused("Requests of other sites are not answered.")
        if "token" in request.query_params:
            return self._exchange(request, host)
        if not self._is_ours(request, host):
            return _refused(_NO_KEY)
        if request.method not in SAFE_METHODS and not self._may_act(request):
            return _refused("This request does not come from the preview's own page.")
        return None

    def _is_ours(self, request: Request, host: str) -> bool:
        """Whether the request has our cookie and comes from the address bar or our own page.

        A page on another port of this machine is the same *site*, so the cookie alone would let
        it in; Fetch Metadata differs.
        """
        asked_by = request.headers.get("sec-fetch-site", "none")
        cookie = request.cookies.get(cookie_name(host), "")
        return asked_by in {"same-origin", "none"} and _same(cookie, self._keys.cookie)

    def _may_act(self, request: Request) -> bool:
        kind = _only(request, "content-type").partition(";")[0].strip().lower()
        return (
            "origin" in request.headers
            and kind == "application/json"
            and _same(_only(request, CSRF_HEADER), self._keys.csrf)
        )

    def _exchange(self, request: Request, host: str) -> Response:
        if request.method != "GET" or not _same(request.query_params["token"], self._keys.token):
            return _refused(_NO_KEY)
        rest = [pair for pair in request.query_params.multi_items() if pair[0] != "token"]
        # The path is ours and begins with one slash: `//elsewhere` would be another site.
        clean = "/" + request.url.path.lstrip("/") + (f"?{urlencode(rest)}" if rest else "")
        response = RedirectResponse(clean, status_code=303)
        response.set_cookie(
            cookie_name(host), self._keys.cookie, httponly=True, samesite="strict", path="/"
        )
        return response


def _bounded(receive: Receive) -> Receive:
    """Return a `receive` that raises HTTPException 413 for a body of more than LARGEST_BODY."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > LARGEST_BODY:
            raise HTTPException(413, f"the request has more than {LARGEST_BODY:,} bytes")
        return message

    return bounded


def cookie_name(host: str) -> str:
    """Return the cookie's name, with the port: all ports of a host share their cookies."""
    return f"newsletter-preview-{host.rpartition(':')[2]}"


def _only(request: Request, name: str) -> str:
    """Return the value of a header that is there exactly once, else ""."""
    values = request.headers.getlist(name)
    return values[0] if len(values) == 1 else ""


def _same(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode(), secret.encode())


def _refused(text: str) -> Response:
    return PlainTextResponse(text, status_code=403)
