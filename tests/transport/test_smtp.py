"""The SMTP transport against aiosmtpd, with real certificates."""

from __future__ import annotations

import asyncio
import base64
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from newsletter.basics.address import parse_address
from newsletter.basics.outcome import Envelope, Outcome, Phase, Verdict
from newsletter.delivery.probe import probe
from newsletter.delivery.trial import send_one
from newsletter.settings.timing import ServerTiming
from newsletter.settings.values import Auth, Scheme, TransportUrl
from newsletter.smtp.auth import Credentials
from newsletter.transport.smtp import TLS_PORT, SmtpTransport
from tests.hostile import HANG, Action, hostile

ENVELOPE = Envelope(parse_address("news@example.org"), parse_address("ada@example.org"))
MESSAGE = b"Subject: hello\r\n\r\nA line.\r\n"
ADA = Credentials("ada", "correct horse")


class Handler:
    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes, bool, str | None]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802
        login = session.auth_data.login.decode() if session.auth_data else None
        encrypted = session.ssl is not None
        self.taken.append((envelope.rcpt_tos[0], envelope.content, encrypted, login))
        return "250 2.0.0 taken"


def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:  # noqa: ARG001
    known = isinstance(data, LoginPassword) and data == LoginPassword(b"ada", b"correct horse")
    return AuthResult(success=known, handled=False, auth_data=data)


class TokenHandler(Handler):
    """Speaks XOAUTH2 as Google does: an error is a challenge, answered with an empty line."""

    def __init__(self) -> None:
        super().__init__()
        self.refusals = 0

    async def auth_XOAUTH2(self, server: Any, args: list[str]) -> AuthResult:  # noqa: N802
        said = base64.b64decode(args[1]) if len(args) > 1 else await server.challenge_auth("")
        if said == b"user=ada\x01auth=Bearer good token\x01\x01":
            return AuthResult(success=True, auth_data=LoginPassword(b"ada", b""))
        self.refusals += await server.challenge_auth('{"status":"401"}') == b""
        return AuthResult(success=False, handled=False)


@pytest.fixture
def handler() -> Handler:
    return Handler()


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Return a server's context whose authority this process believes."""
    authority = trustme.CA()
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return server_context(authority, "127.0.0.1")


def server_context(authority: trustme.CA, host: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return context


@contextmanager
def server(
    handler: Handler, *, ssl_context: ssl.SSLContext | None = None, **options: Any
) -> Iterator[int]:
    loop = asyncio.new_event_loop()

    def session() -> SMTP:
        return SMTP(handler, hostname="localhost", loop=loop, **options)

    listening = loop.run_until_complete(
        loop.create_server(session, "127.0.0.1", 0, ssl=ssl_context)
    )
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(finish(listening), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def finish(listening: asyncio.Server) -> None:
    listening.close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def attempt(port: int, scheme: Scheme = Scheme.SMTP, who: Credentials | None = None) -> Outcome:
    url = TransportUrl(scheme=scheme, host="127.0.0.1", port=port)
    return send_one(SmtpTransport(url, who), ENVELOPE, MESSAGE)


TAKEN = Outcome(Verdict.ACCEPTED, 250, "2.0.0", "taken", Phase.DOT)


def test_starttls_and_a_password(handler: Handler, certificate: ssl.SSLContext) -> None:
    options: dict[str, Any] = {
        "tls_context": certificate,
        "require_starttls": True,
        "authenticator": check,
    }
    with server(handler, **options, auth_required=True) as port:
        assert attempt(port, who=ADA) == TAKEN
    assert handler.taken == [("ada@example.org", MESSAGE, True, "ada")]


def test_auth_login_where_the_server_has_no_plain(
    handler: Handler, certificate: ssl.SSLContext
) -> None:
    options: dict[str, Any] = {
        "tls_context": certificate,
        "authenticator": check,
        "auth_exclude_mechanism": ["PLAIN"],
    }
    with server(handler, **options) as port:
        assert attempt(port, who=ADA) == TAKEN
    assert handler.taken == [("ada@example.org", MESSAGE, True, "ada")]


def test_a_token_logs_in_and_a_refused_one_is_told_with_its_status(
    certificate: ssl.SSLContext,
) -> None:
    handler = TokenHandler()
    with server(handler, tls_context=certificate, auth_required=True) as port:
        assert attempt(port, who=Credentials("ada", "good token", Auth.XOAUTH2)) == TAKEN
        for token in ("stale", "stale" * 90):
            outcome = attempt(port, who=Credentials("ada", token, Auth.XOAUTH2))
            assert outcome.text.startswith("the server refuses the token: 535 5.7.8 ")
            assert outcome.text.endswith(" (status 401)")
    assert [login for *_, login in handler.taken] == ["ada"]
    assert handler.refusals == 2


def test_tls_from_the_start(handler: Handler, certificate: ssl.SSLContext) -> None:
    with server(
        handler, ssl_context=certificate, authenticator=check, auth_require_tls=False
    ) as port:
        assert attempt(port, Scheme.SMTPS, ADA) == TAKEN
    assert [(login) for *_, login in handler.taken] == ["ada"]


def test_a_wrong_password_is_told_in_the_servers_words(
    handler: Handler, certificate: ssl.SSLContext
) -> None:
    with server(handler, tls_context=certificate, authenticator=check) as port:
        outcome = attempt(port, who=Credentials("ada", "wrong"))
    assert (outcome.verdict, outcome.code, outcome.phase) == (Verdict.REFUSED, 535, Phase.AUTH)
    assert outcome.text.startswith("the server refuses user and password: 535 5.7.8")
    assert handler.taken == []


def test_a_certificate_of_another_host_is_refused(
    handler: Handler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    with server(handler, tls_context=server_context(authority, "mail.example.net")) as port:
        outcome = attempt(port)
    assert outcome.text.startswith("the certificate of 127.0.0.1 is not valid: ")
    assert handler.taken == []


def test_a_certificate_of_an_unknown_authority_is_refused(handler: Handler) -> None:
    with server(handler, ssl_context=server_context(trustme.CA(), "127.0.0.1")) as port:
        outcome = attempt(port, Scheme.SMTPS)
    assert outcome.text.startswith("the certificate of 127.0.0.1 is not valid: ")


def test_no_password_goes_over_an_unencrypted_connection(handler: Handler) -> None:
    with server(handler, authenticator=check, auth_require_tls=False) as port:
        for scheme in (Scheme.SMTP, Scheme.SMTP_PLAIN):
            outcome = attempt(port, scheme, ADA)
            assert outcome.text == "the connection is not encrypted, so no password is sent"
    assert handler.taken == []


def test_a_server_that_is_not_there_is_named() -> None:
    outcome = attempt(9)
    assert outcome.verdict is Verdict.REFUSED
    assert outcome.text.startswith("no connection to 127.0.0.1:9: ")


def test_a_silent_server_on_the_port_of_tls_is_told_of_in_seconds() -> None:
    """It waits for a TLS handshake that `smtp://` never begins."""
    with hostile(lambda phase, *_: HANG if phase == "greeting" else None) as silent:
        for scheme in (Scheme.SMTP, Scheme.SMTP_PLAIN):
            outcome = send_one(impatient(silent.port, scheme, silent.port), ENVELOPE, MESSAGE)
            assert outcome.text == "no greeting in 0 s (is it smtps:// there?)"
        way = impatient(silent.port, Scheme.SMTP, silent.port)
        stop = probe(way, 1000, ())
        assert stop is not None
        assert stop.reason == "no greeting in 0 s (is it smtps:// there?)"


def impatient(port: int, scheme: Scheme, tls_port: int = TLS_PORT) -> SmtpTransport:
    url = TransportUrl(scheme=scheme, host="127.0.0.1", port=port)
    return SmtpTransport(url, None, timing=ServerTiming(tls_port=0.2), tls_port=tls_port)


def test_other_ports_have_the_time_of_the_rfc_to_greet() -> None:
    late: Action = [0.4, "220 late"]
    with hostile(lambda phase, *_: late if phase == "greeting" else None) as server:
        way = impatient(server.port, Scheme.SMTP)
        assert send_one(way, ENVELOPE, MESSAGE).verdict is Verdict.ACCEPTED
