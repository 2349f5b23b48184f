"""`check --online`: whether the links lead anywhere, asked politely and only of the public web.

    URL -> addresses, all of them public -> connection to the very address that was judged
        -> HEAD, or GET where HEAD is not answered -> redirects, each judged anew -> Answer

A name that is looked up twice could lead to two places (DNS rebinding), so the connection goes
to the address that was judged, with the name in Host and in TLS. Bounded in number, time, size
and redirects; nothing is sent but the request, no cookie, nothing of the readers.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Self
from urllib.parse import urljoin, urlsplit

from newsletter import __version__
from newsletter.checks.dossier import Answer, Reached
from newsletter.content.text.links import safe_url

MOST = 60
"""Links that are asked for; an issue has about twenty."""
AT_ONCE = 4
PATIENCE = 10.0
"""Seconds for one answer."""
ALTOGETHER = 45.0
"""Seconds for all of them."""
REDIRECTS = 5
_READ = 2_048
_AGENT = f"newsletter/{__version__} (link check)"
_MOVED = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})
# Publishers' and social sites' answers to programs; they say nothing about the page.
_NOT_FOR_PROGRAMS = frozenset({401, 402, 403, 405, 406, 418, 429, 451, 999})
_NO_HEAD = frozenset({400, 403, 404, 405, 406, 501})
_SERVER = 500
_NO_SUCH_HOST = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})
_NO_HOST = "there is no host named"
_OFFLINE = Answer(Reached.UNSURE, "could not tell: no name was found, is this machine offline?")
_GOOD = range(200, 300)

Resolve = Callable[[str, int], list[str]]
"""From a host and a port to its addresses, as text; raises OSError."""
Judge = Callable[[str], bool]
"""Whether an address may be asked."""


class _NotPublic(OSError):  # noqa: N818 - never leaves this module
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """How names are looked up and which addresses may be asked; tests have their own.

    `context` checks certificates.
    """

    resolve: Resolve
    is_allowed: Judge
    context: ssl.SSLContext


def public_guard() -> Guard:
    """Return the guard that lets nothing but the public internet be asked."""
    return Guard(resolve=addresses_of, is_allowed=is_public, context=ssl.create_default_context())


def addresses_of(host: str, port: int) -> list[str]:
    """Return all addresses of a host. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet's, also where IPv6 wraps an IPv4 one."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        # Mapped (RFC 4291), 6to4 (RFC 3056), Teredo (RFC 4380), NAT64 (RFC 6052).
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


def ask_links(
    urls: Iterable[str],
    guard: Guard,
    *,
    patience: float = PATIENCE,
    altogether: float = ALTOGETHER,
) -> Mapping[str, Answer]:
    """Ask for each URL once and return what was answered; what time was left for none is unsure."""
    wanted = list(dict.fromkeys(urls))
    until = time.monotonic() + altogether
    left = Answer(Reached.UNSURE, "not asked: there was no time left, or there are too many links")

    def ask(url: str) -> Answer:
        seconds = min(patience, until - time.monotonic())
        return ask_link(url, guard, patience=seconds) if seconds > 0 else left

    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="link")
    under_way = {url: pool.submit(ask, url) for url in wanted[:MOST]}
    wait(under_way.values(), timeout=altogether)
    pool.shutdown(wait=False, cancel_futures=True)
    done = {url: each for url, each in under_way.items() if each.done() and not each.cancelled()}
    answers = {url: done[url].result() if url in done else left for url in wanted}
    is_offline = bool(answers) and all(each.words.startswith(_NO_HOST) for each in answers.values())
    return dict.fromkeys(answers, _OFFLINE) if is_offline else answers


def ask_link(url: str, guard: Guard, *, patience: float = PATIENCE) -> Answer:
    """Ask for one URL; never raises for what a site may do."""
    until = time.monotonic() + patience
    here = safe_url(url)
    for _ in range(REDIRECTS + 1):
        try:
            status, location = _status(here, guard, until)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return _failed(error, _host(here))
        if location is None or status not in _MOVED:
            return _answer(status)
        here = safe_url(urljoin(here, location))
        if urlsplit(here).scheme not in {"http", "https"}:
            return Answer(Reached.UNSURE, f"leads on to '{here[:60]}', which is no web page")
    return Answer(Reached.NO, f"leads on and on: more than {REDIRECTS} redirects")


def _status(url: str, guard: Guard, until: float) -> tuple[int, str | None]:
    """Return status and Location of HEAD; of GET where HEAD is refused."""
    status, location = _request("HEAD", url, guard, until)
    if status in _NO_HEAD or status >= _SERVER:
        status, location = _request("GET", url, guard, until)
    return status, location


def _request(method: str, url: str, guard: Guard, until: float) -> tuple[int, str | None]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    name = host.encode("idna").decode("ascii") if not host.isascii() else host
    with _Bounded(_connected(name, port, guard, until), until) as line:
        if parts.scheme == "https":
            line.secure(guard.context, name)
        return _answered(method, target, line.wire, (name, port))


class _Bounded:
    """A connection that is cut at a moment, however slowly the other side drips."""

    def __init__(self, wire: socket.socket, until: float) -> None:
        self.wire = wire
        self._timer = threading.Timer(max(0.0, until - time.monotonic()), self._cut)
        self._was_cut = False

    def __enter__(self) -> Self:
        self._timer.daemon = True
        self._timer.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._timer.cancel()
        self.wire.close()
        if self._was_cut:
            raise TimeoutError

    def secure(self, context: ssl.SSLContext, name: str) -> None:
        """Speak TLS from here on, with the certificate of that name."""
        secured = context.wrap_socket(
            self.wire, server_hostname=name, do_handshake_on_connect=False
        )
        self.wire = secured  # what is cut from now on, the handshake too
        secured.do_handshake()

    def _cut(self) -> None:
        self._was_cut = True
        with contextlib.suppress(OSError):
            self.wire.shutdown(socket.SHUT_RDWR)


def _answered(
    method: str, target: str, wire: socket.socket, host: tuple[str, int]
) -> tuple[int, str | None]:
    connection = http.client.HTTPConnection(*host)
    connection.sock = wire
    headers = {"User-Agent": _AGENT, "Accept": "text/html,*/*;q=0.5", "Connection": "close"}
    connection.request(method, target, headers=headers)
    response = connection.getresponse()
    response.read(_READ)
    return response.status, response.getheader("Location")


def _connected(host: str, port: int, guard: Guard, until: float) -> socket.socket:
    """Return a connection to one of a host's addresses, all of which were judged."""
    addresses = guard.resolve(host, port)
    if not addresses or not all(guard.is_allowed(each) for each in addresses):
        raise _NotPublic
    refused: OSError | None = None
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=_seconds(until))
        except OSError as error:
            refused = error
    raise refused or OSError("no address")


def _seconds(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _failed(error: Exception, host: str) -> Answer:
    match error:
        case _NotPublic():
            return Answer(Reached.UNSURE, f"leads to a private address ({host}): not asked")
        case socket.gaierror() if error.errno in _NO_SUCH_HOST:
            return Answer(Reached.NO, f"{_NO_HOST} {host}")
        case ssl.SSLCertVerificationError():
            return Answer(Reached.NO, f"its certificate is refused: {error.verify_message}")
        case TimeoutError():
            return Answer(Reached.UNSURE, "could not tell: no answer in time")
        case OSError(strerror=str(words)):
            return Answer(Reached.UNSURE, f"could not tell: {words}")
        case _:
            words = str(error) or type(error).__name__
            return Answer(Reached.UNSURE, f"could not tell: {words}")


def _answer(status: int) -> Answer:
    if status in _GOOD or status in _MOVED:
        return Answer(Reached.YES, f"answers {status}")
    if status in _GONE:
        return Answer(Reached.NO, f"there is no such page ({status})")
    if status in _NOT_FOR_PROGRAMS:
        return Answer(
            Reached.UNSURE,
            f"could not tell: the site answers programs with {status}; look in the browser",
        )
    if status >= _SERVER:
        return Answer(Reached.UNSURE, f"could not tell: the site is in trouble ({status})")
    return Answer(Reached.UNSURE, f"could not tell: it answers {status}")


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or url[:60]
    except ValueError:
        return url[:60]
