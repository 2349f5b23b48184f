"""The fault table's rows about TLS and logging in, through the command line."""

from __future__ import annotations

import base64
import ssl
from pathlib import Path

import pytest
import trustme

from tests.delivery.oracle import Run, last_words, number, settle, states
from tests.hostile import Action, hostile
from tests.transport.test_smtp import (
    Handler,
    TokenHandler,
    certificate,
    check,
    server,
    server_context,
)

__all__ = ["certificate"]
READERS = 5


def stopped(run: Run, words: str) -> None:
    """Hold that it stopped before anything was sent, with these words."""
    result = run("send", "2026-11", "--yes")
    assert f"Stopped: {words}" in last_words(result)
    assert "nobody was marked for it" in result.stderr
    assert result.exit_code == 1
    assert states(run) == {"pending": READERS}


def test_a_wrong_password_stops_it_and_the_right_one_goes_on(
    workspace: Path, run: Run, certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = Handler()
    with server(handler, tls_context=certificate, authenticator=check) as port:
        settle(workspace, port, readers=READERS, extra='user = "ada"')
        monkeypatch.setenv("NEWSLETTER_SMTP_PASSWORD", "wrong")
        stopped(run, "the server refuses user and password: 535 5.7.8 ")
        assert handler.taken == []
        monkeypatch.setenv("NEWSLETTER_SMTP_PASSWORD", "correct horse")
        assert run("send", "2026-11", "--yes").exit_code == 0
    assert len({who for who, *_ in handler.taken}) == len(handler.taken) == READERS


def test_a_token_that_ran_out_stops_it_and_a_new_one_goes_on(
    workspace: Path, run: Run, certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = TokenHandler()
    with server(handler, tls_context=certificate, auth_required=True) as port:
        settle(workspace, port, readers=READERS, extra='user = "ada"\nauth = "xoauth2"')
        monkeypatch.setenv("NEWSLETTER_SMTP_PASSWORD", "stale")
        stopped(run, "the server refuses the token: 535 5.7.8 ")
        assert handler.taken == []
        monkeypatch.setenv("NEWSLETTER_SMTP_PASSWORD", "good token\n")
        assert run("send", "2026-11", "--yes").exit_code == 0
    assert len(handler.taken) == READERS


def test_a_certificate_of_somebody_else_stops_it(
    workspace: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(workspace / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(workspace / "authority.pem"))
    handler = Handler()
    with server(handler, tls_context=server_context(authority, "mail.example.net")) as port:
        settle(workspace, port, readers=READERS)
        stopped(run, "the certificate of 127.0.0.1 is not valid: ")
    with server(handler, tls_context=server_context(authority, "127.0.0.1")) as port:
        settle(workspace, port, readers=READERS)
        assert run("send", "2026-11", "--yes").exit_code == 0
    assert len(handler.taken) == READERS


def test_a_server_that_repeats_the_login_shows_no_password(
    workspace: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the terminal nor the ledger: at the login, at RCPT and at the dot."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(workspace / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(workspace / "authority.pem"))
    monkeypatch.setenv("NEWSLETTER_SMTP_PASSWORD", "battery staple")
    said = "AUTH PLAIN " + base64.b64encode(b"\0ada\0battery staple").decode() + " battery staple"
    replies = {"RCPT": f"550 5.1.1 {said}", "dot": f"250 2.0.0 {said}", "AUTH": "235 2.7.0 ok"}
    hello = "250-hostile\r\n250-PIPELINING\r\n250 AUTH PLAIN"

    def decide(phase: str, who: str, _connection: int, _done: int) -> Action:
        if phase == "RCPT" and number(who) != 1:
            return None
        return hello if phase == "EHLO" else replies.get(phase)

    with hostile(decide, context=server_context(authority, "127.0.0.1")) as server:
        settle(workspace, server.port, readers=READERS, scheme="smtps", extra='user = "ada"')
        outputs = [run("send", "2026-11", "--yes")]
        replies["AUTH"] = f"535 5.7.8 {said}"
        outputs.append(run("test", "2026-11", "--to", "ada@example.org"))
    outputs += [run("status", "2026-11", "--csv"), run("status", "2026-11")]
    assert "[hidden]" in outputs[1].output
    assert "[hidden]" in outputs[2].output
    kept = b"".join(file.read_bytes() for file in (workspace / ".newsletter").iterdir())
    for shown in (*(each.output.encode() for each in outputs), kept):
        assert b"battery" not in shown
        assert b"YmF0dGVyeS" not in shown
        assert b"BiYXR0ZXJ5" not in shown


def test_a_server_without_a_way_to_log_in_stops_it(
    workspace: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_SMTP_PASSWORD", "correct horse")
    handler = Handler()
    with server(handler) as port:
        settle(workspace, port, readers=READERS, extra='user = "ada"')
        stopped(run, "the connection is not encrypted, so no password is sent")
    assert handler.taken == []


def test_no_word_of_it_holds_the_password(
    workspace: Path, run: Run, certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_SMTP_PASSWORD", "battery staple")
    with server(Handler(), tls_context=certificate, authenticator=check) as port:
        settle(workspace, port, readers=READERS, extra='user = "ada"')
        result = run("send", "2026-11", "--yes")
    assert result.exit_code == 1
    assert "battery" not in result.output
    kept = b"".join(file.read_bytes() for file in (workspace / ".newsletter").iterdir())
    assert b"battery" not in kept
