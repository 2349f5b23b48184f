"""`check --online`: whether the links lead anywhere. Only the public internet is asked.

    URL -> addresses, all of them public -> connection to the address that was judged
        -> HEAD, or GET where HEAD is not answered -> redirects, each judged anew -> Answer

A second lookup of a name can give another address (DNS rebinding), so the connection goes to the
address that was judged, with the name in Host and in TLS. Number, time, size and redirects are
bounded; no cookies and no data of readers are sent.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

import anyio
import httpcore2
import idna

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
_HEADERS = (
    ("User-Agent", f"newsletter/{__version__} (link check)"),
    ("Accept", "text/html,*/*;q=0.5"),
    ("Connection", "close"),
)
_MOVED = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})
# Publishers' and social sites' answers to programs; they say nothing about the page.
_NOT_FOR_PROGRAMS = frozenset({401, 402, 403, 405, 406, 418, 429, 451, 999})
_NO_HEAD = frozenset({400, 403, 404, 405, 406, 501})
_SERVER = 500
_NO_SUCH_HOST = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})
_NO_HOST = "there is no host named"
_LEFT = Answer(Reached.UNSURE, "not asked: there was no time left, or there are too many links")
_OFFLINE = Answer(Reached.UNSURE, "could not tell: no name was found, is this machine offline?")
_GOOD = range(200, 300)

Resolve = Callable[[str, int], list[str]]
"""From a host and a port to its addresses, as text; raises OSError."""
Judge = Callable[[str], bool]
"""Whether an address may be asked."""


class _NotPublic(OSError):  # noqa: N818 - never leaves this module
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How names are looked up and which addresses may be asked; tests have their own.

    `context` checks certificates.
    """

    resolve: Resolve
    is_allowed: Judge
    context: ssl.SSLContext


def public_network() -> Network:
    """Return the network in which only addresses of the public internet may be asked."""
    return Network(resolve=addresses_of, is_allowed=is_public, context=ssl.create_default_context())


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
    network: Network,
    *,
    patience: float = PATIENCE,
    altogether: float = ALTOGETHER,
) -> Mapping[str, Answer]:
    """Ask for each URL once and return the answers; a URL that there was no time for is unsure.

    `patience` is for one URL, `altogether` for all of them, in seconds.
    """
    answers = dict.fromkeys(urls, _LEFT)
    anyio.run(_ask_all, answers, network, patience, altogether)
    is_offline = bool(answers) and all(each.words.startswith(_NO_HOST) for each in answers.values())
    return dict.fromkeys(answers, _OFFLINE) if is_offline else answers


async def _ask_all(
    answers: dict[str, Answer], network: Network, patience: float, altogether: float
) -> None:
    """Replace the value of each URL whose answer comes in time."""
    slots = anyio.Semaphore(AT_ONCE)
    pool = httpcore2.AsyncConnectionPool(
        ssl_context=network.context, network_backend=_Judged(network), max_keepalive_connections=0
    )

    async def ask(url: str) -> None:
        async with slots:
            answers[url] = await _ask(url, pool, patience)

    with anyio.move_on_after(altogether):
        async with pool, anyio.create_task_group() as tasks:
            for url in list(answers)[:MOST]:
                tasks.start_soon(ask, url)


async def _ask(url: str, pool: httpcore2.AsyncConnectionPool, patience: float) -> Answer:
    """Ask for one URL; nothing that a site does raises."""
    here = safe_url(url)
    try:
        with anyio.fail_after(patience):
            for _ in range(REDIRECTS + 1):
                status, location = await _status(here, pool)
                if location is None or status not in _MOVED:
                    return _answer(status)
                here = safe_url(urljoin(here, location))
                if urlsplit(here).scheme not in {"http", "https"}:
                    return Answer(
                        Reached.UNSURE, f"leads on to '{here[:60]}', which is no web page"
                    )
    except (OSError, ValueError, httpcore2.NetworkError, httpcore2.ProtocolError) as error:
        return _failed(_root_of(error), _host(here))
    return Answer(Reached.NO, f"leads on and on: more than {REDIRECTS} redirects")


async def _status(url: str, pool: httpcore2.AsyncConnectionPool) -> tuple[int, str | None]:
    """Return status and Location of HEAD; of GET where HEAD is refused. No body is read."""
    status, location = await _request("HEAD", url, pool)
    if status in _NO_HEAD or status >= _SERVER:
        return await _request("GET", url, pool)
    return status, location


async def _request(
    method: str, url: str, pool: httpcore2.AsyncConnectionPool
) -> tuple[int, str | None]:
    parts = urlsplit(url)
    host = unquote(parts.hostname or "")
    there = httpcore2.URL(
        scheme=parts.scheme,
        host=host if host.isascii() else idna.encode(host, uts46=True),
        port=parts.port,
        target=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
    )
    async with pool.stream(method, there, headers=_HEADERS) as response:
        headers = {name.lower(): value.decode("latin-1") for name, value in response.headers}
        return response.status, headers.get(b"location")


class _Judged(httpcore2.AnyIOBackend):
    """Looks a host up once, judges all of its addresses, and connects to one of them."""

    def __init__(self, network: Network) -> None:
        self._network = network

    async def connect_tcp(
        self, host: str, port: int, *_others: object, **_named: object
    ) -> httpcore2.AsyncNetworkStream:
        addresses = await anyio.to_thread.run_sync(
            self._network.resolve, host, port, abandon_on_cancel=True
        )
        if not addresses or not all(self._network.is_allowed(each) for each in addresses):
            raise _NotPublic
        *first, last = addresses
        for address in first:
            with contextlib.suppress(httpcore2.ConnectError):
                return await super().connect_tcp(address, port)
        return await super().connect_tcp(last, port)


def _root_of(error: BaseException) -> BaseException:
    """Return the error of the system or of TLS that httpcore and anyio wrapped."""
    wrapped = (error.__cause__, *error.args)
    inner = next((each for each in wrapped if isinstance(each, BaseException)), None)
    return error if inner is None else _root_of(inner)


def _failed(error: BaseException, host: str) -> Answer:
    match error:
        case _NotPublic():
            return Answer(Reached.UNSURE, f"leads to a private address ({host}): not asked")
        case socket.gaierror() if error.errno in _NO_SUCH_HOST:
            return Answer(Reached.NO, f"{_NO_HOST} {host}")
        case ssl.SSLCertVerificationError():
            return Answer(Reached.NO, f"its certificate is refused: {error.verify_message}")
        case TimeoutError():
            return Answer(Reached.UNSURE, "could not tell: no answer in time")
        case OSError(strerror=str(words), errno=int(number)):
            if words.startswith("Connect call failed"):  # asyncio's own, with the address
                words = os.strerror(number)
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
