"""A mail server as a way out."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, NoReturn, cast

from newsletter.basics.outcome import Envelope, Phase
from newsletter.settings.timing import ServerTiming
from newsletter.settings.values import Pipelining, Scheme, TransportUrl
from newsletter.smtp.auth import Credentials
from newsletter.smtp.connection import Connection
from newsletter.smtp.events import Event, Lost
from newsletter.smtp.hosts import hello_name, is_loopback
from newsletter.smtp.opening import Tls
from newsletter.smtp.session import Session
from newsletter.smtp.tolerance import Tolerance
from newsletter.smtp.troubles import of_certificate, of_error
from newsletter.transport.base import Channel, Listener
from newsletter.transport.token_command import HINT, Failed, Tokens

TLS_PORT: Final = 465
"""RFC 8314, 7.3: TLS from the start; a server on it sends no greeting in the clear."""
_PERMANENT: Final = 5
"""The class of a reply that says no (RFC 5321, 4.2.1)."""
_WHOSE: Final = (
    "check `user` in newsletter.toml, and that the token of token_command is for this user and may "
    "send mail (docs/oauth.md)"
)
_LOOK_AT_NAME: Final = "is the name in newsletter.toml right, and is this machine online?"


class SmtpTransport:
    """Opens connections to one server as its URL says.

    `smtp://` requires STARTTLS, but for a loopback address, where it is used if offered;
    `smtps://` is TLS from the start; `smtp+plain://` never encrypts. Certificates are verified
    against the system's authorities (SSL_CERT_FILE is honoured), TLS is 1.2 or newer.

    `pipelining` limits the commands behind a dot; one connection's result holds for all. A server
    on `tls_port` that sends no greeting in the clear is left early.
    """

    def __init__(
        self,
        url: TransportUrl,
        credentials: Credentials | None,
        pipelining: Pipelining = Pipelining.FULL,
        timing: ServerTiming = ServerTiming(),
        tls_port: int = TLS_PORT,
    ) -> None:
        context = None
        if url.scheme is not Scheme.SMTP_PLAIN:
            context = ssl.create_default_context()
            context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._server = _Server(
            url=url,
            context=context,
            login=_Login(credentials),
            tolerance=Tolerance(pipelining),
            timing=timing,
            is_greeted_late=url.port == tls_port and url.scheme is not Scheme.SMTPS,
        )
        self._opened: set[_Opening] = set()

    @property
    def name(self) -> str:
        """The server and its port."""
        return f"{self._server.url.host}:{self._server.url.port}"

    def open(self, listener: Listener) -> Channel:
        """Begin to connect."""
        opening = _Opening(self._server, listener)
        self._opened.add(opening)
        opening.task.add_done_callback(lambda _: self._opened.discard(opening))
        return opening

    async def finish(self) -> None:
        """Wait until every connection is closed, at most as long as QUIT may take."""
        tasks = [opening.task for opening in self._opened]
        if tasks:
            await asyncio.wait(tasks, timeout=self._server.timing.replies[Phase.QUIT] + 1)
        for opening in self._opened:
            opening.abort()
        await asyncio.sleep(0)  # an aborted transport closes in the loop's next turn


class _Login:
    """The credentials of each connection; with a token's command they change from time to time."""

    def __init__(self, credentials: Credentials | None) -> None:
        self.credentials = credentials
        command = credentials.command if credentials is not None else None
        self.tokens = None if command is None else Tokens(command)

    def with_token(self, text: str) -> Credentials | None:
        return None if self.credentials is None else replace(self.credentials, password=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Server:
    """What every connection to a server needs; `is_greeted_late`: perhaps it never will be."""

    url: TransportUrl
    context: ssl.SSLContext | None
    login: _Login
    tolerance: Tolerance
    timing: ServerTiming
    is_greeted_late: bool


class _Opening:
    """A channel that connects, then passes everything to its connection; `task` ends with it."""

    def __init__(self, server: _Server, listener: Listener) -> None:
        self._server = server
        self._listener = listener
        self._connection: Connection | None = None
        self.offer: Callable[[Envelope], None] = _too_soon
        self.deliver: Callable[[Sequence[bytes], Envelope | None], None] = _too_soon
        self.task = asyncio.get_running_loop().create_task(self._connect())

    def ask(self, envelope: Envelope) -> None:
        if self._connection is not None:
            self._connection.ask(envelope)

    def withdraw(self) -> bool:
        return self._connection is not None and self._connection.withdraw()

    def quit(self) -> None:
        if self._connection is None or not self._connection.made:
            self.abort()
        else:
            self._connection.quit()

    def abort(self) -> None:
        self.task.cancel()  # it may be connecting still
        if self._connection is not None:
            self._connection.abort()

    async def _connect(self) -> None:
        tokens = self._server.login.tokens
        if tokens is None:
            await self._converse(self._server.login.credentials, self._listener)
        else:
            await self._with_token(tokens)

    async def _with_token(self, tokens: Tokens) -> None:
        """Connect with the command's token; ask once for another where a kept one is refused."""
        given = await tokens.token()
        if not isinstance(given, Failed) and given.kept:
            refused: list[Lost] = []

            def unless_refused(event: Event) -> None:
                if (no := _refused(event)) is None:
                    self._listener(event)
                else:
                    refused.append(no)

            await self._converse(self._server.login.with_token(given.token.text), unless_refused)
            if not refused:
                return
            self._connection = None
            given = await tokens.token(refused=given.token)
        if isinstance(given, Failed):
            # Where a token was had before, its source may be back in a moment.
            self._listener(Lost(Phase.AUTH, given.reason, fatal=given.first, hint=HINT))
            return
        await self._converse(self._server.login.with_token(given.token.text), self._with_hint)

    def _with_hint(self, event: Event) -> None:
        no = _refused(event)
        self._listener(event if no is None else replace(no, hint=_WHOSE))

    async def _converse(self, credentials: Credentials | None, listener: Listener) -> None:
        server, url = self._server, self._server.url
        immediate = url.scheme is Scheme.SMTPS
        session = Session(
            hello=hello_name(),
            tls=_tls(url),
            credentials=credentials,
            tolerance=server.tolerance,
        )
        connection = Connection(
            session,
            listener,
            host=url.host,
            context=server.context,
            encrypted=immediate,
            timing=server.timing,
            greets_within=server.timing.tls_port if server.is_greeted_late else None,
        )
        self._connection = connection
        # From here on a call goes to the connection directly.
        self.offer, self.deliver = connection.offer, connection.deliver
        try:
            async with asyncio.timeout(server.timing.connect):
                await asyncio.get_running_loop().create_connection(
                    lambda: cast("asyncio.Protocol", connection),
                    url.host,
                    url.port,
                    ssl=server.context if immediate else None,
                    server_hostname=url.host if immediate else None,
                )
            await connection.closed.wait()
        except (OSError, UnicodeError) as error:
            listener(_no_connection(url, error))


def _refused(event: Event) -> Lost | None:
    """Return the event where it is a login that the server refused for good."""
    if not isinstance(event, Lost) or event.phase is not Phase.AUTH or event.reply is None:
        return None
    return event if event.reply.code // 100 == _PERMANENT else None


def _too_soon(*_: object) -> NoReturn:
    raise RuntimeError("the channel is used before Opened")


def _no_connection(url: TransportUrl, error: OSError | UnicodeError) -> Lost:
    """Return the Lost of a failed connect; a name that DNS cannot have raises UnicodeError."""
    where = f"{url.host}:{url.port}"
    match error:
        case ssl.SSLCertVerificationError():
            return Lost(Phase.STARTTLS, of_certificate(url.host, error), fatal=True)
        case ssl.SSLError(reason="WRONG_VERSION_NUMBER"):
            reason = f"{where} does not speak TLS from the start: is it smtp:// there?"
            return Lost(Phase.STARTTLS, reason, fatal=True)
        case ssl.SSLError():
            return Lost(Phase.STARTTLS, f"TLS with {where} could not be started: {of_error(error)}")
        case TimeoutError():
            return Lost(Phase.GREETING, f"{where} does not answer")
        case OSError():
            hint = f" ({_LOOK_AT_NAME})" if isinstance(error, socket.gaierror) else ""
            return Lost(Phase.GREETING, f"no connection to {where}: {of_error(error)}{hint}")
        case UnicodeError():
            return Lost(Phase.GREETING, f"'{url.host}' is no name of a host", fatal=True)


def _tls(url: TransportUrl) -> Tls:
    if url.scheme is Scheme.SMTPS:
        return Tls.ON
    if url.scheme is Scheme.SMTP_PLAIN:
        return Tls.NONE
    return Tls.OFFERED if is_loopback(url.host) else Tls.REQUIRED
