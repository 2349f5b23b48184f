"""The preview's server: its socket, its addresses, its begin and its end."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
from collections.abc import Callable

import uvicorn

from newsletter.basics.errors import fail
from newsletter.web.preview.app import PreviewApp

TRIES = 20


def open_socket(host: str, port: int) -> socket.socket:
    """Return a listening socket at the first free port from `port` on (0: any).

    Raises NewsletterError where none of the next is free, or the host is not ours.
    """
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise fail(f"'{host}' is no address of this machine: {error.strerror}") from None
    for number in range(port, min(port + TRIES, 65_536)):
        try:
            return socket.create_server((str(address[0]), number), family=family)
        except OSError as error:
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise fail(f"cannot listen on {host}: {error.strerror}") from None
    raise fail(
        f"the ports {port} to {port + TRIES - 1} are all taken", hint="choose another with --port"
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def own_hosts(host: str, port: int) -> frozenset[str]:
    """Return the values of Host that are ours, lower-case, with the port.

    Where every interface listens, the machine's own names and addresses are ours too.
    """
    names = {"127.0.0.1", "localhost", "::1", host.lower()}
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - the editor asked for it, and was warned
        names |= {socket.gethostname().lower(), socket.getfqdn().lower(), *_own_addresses()}
    bare = {f"[{name}]" if ":" in name else name for name in names}
    # A browser leaves the usual port out.
    return frozenset({f"{name}:{port}" for name in bare} | (bare if port == 80 else set()))  # noqa: PLR2004


def urls(host: str, port: int, token: str) -> tuple[str, str]:
    """Return the address for others, and the one for a browser on this machine.

    They differ where every interface listens: the first has the machine's name.
    """
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - asked for
    told = socket.gethostname().lower() if local != host else host
    return _url(told, port, token), _url(local, port, token)


def _url(host: str, port: int, token: str) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/?token={token}"


def serve(app: PreviewApp, listening: socket.socket, on_started: Callable[[], None]) -> None:
    """Answer until a signal ends the process; SIGINT is raised as KeyboardInterrupt."""
    asyncio.run(Server(app, on_started).serve(sockets=[listening]))


class Server(uvicorn.Server):
    """Calls back once it answers, and closes open event streams before it waits for their end."""

    def __init__(self, app: PreviewApp, on_started: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_level="error",
                access_log=False,
                server_header=False,
                ws="none",
                lifespan="on",
            )
        )
        self._app = app
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, then call back."""
        await super().startup(sockets)
        if self.started:
            await asyncio.to_thread(self._on_started)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the open streams, and end."""
        self._app.broadcast.close()
        await super().shutdown(sockets)


def _own_addresses() -> set[str]:
    try:
        found = socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        return set()
    return {str(address[0]) for *_, address in found}
