from __future__ import annotations

import socket
import ssl

import pytest

from newsletter.basics.outcome import Phase
from newsletter.smtp.troubles import CLOSED, of_certificate, of_error, of_silence


def tls(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, f"[SSL: {reason}] words (_ssl.c:1006)")
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionResetError(104, "Connection reset by peer"), "connection reset by peer"),
        (
            ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 46501)"),
            "connection refused",
        ),
        (
            OSError(
                "Multiple exceptions: [Errno 111] Connect call failed ('::1', 9, 0, 0),"
                " [Errno 111] Connect call failed ('127.0.0.1', 9),"
                " [Errno 101] Connect call failed ('192.0.2.1', 9)"
            ),
            "connection refused, network is unreachable",
        ),
        (socket.gaierror(-2, "Name or service not known"), "name or service not known"),
        (ConnectionResetError(), CLOSED),
        (ConnectionAbortedError("SSL handshake is taking longer"), "the server took too long"),
        (
            tls("TLSV1_ALERT_PROTOCOL_VERSION"),
            "the server speaks only another version of TLS than 1.2 or 1.3",
        ),
        (tls("TLSV1_ALERT_INTERNAL_ERROR"), "internal error"),
        (ssl.SSLError(), CLOSED),
    ],
)
def test_an_error_is_told_without_numbers(error: Exception, words: str) -> None:
    assert of_error(error) == words


@pytest.mark.parametrize(
    ("code", "words"), [(10, "it has expired"), (62, "it is for another name"), (99, "odd")]
)
def test_why_a_certificate_is_not_believed(code: int, words: str) -> None:
    error = ssl.SSLCertVerificationError()
    error.verify_code, error.verify_message = code, "odd"
    told = of_certificate("mail.example.org", error)
    assert told == f"the certificate of mail.example.org is not valid: {words}"


@pytest.mark.parametrize(
    ("phase", "seconds", "encrypted", "words"),
    [
        (Phase.DOT, 600, True, "no answer to the message in 10 minutes"),
        (Phase.GREETING, 300, True, "no greeting in 5 minutes"),
        (Phase.GREETING, 60, False, "no greeting in 1 minute (is it smtps:// there?)"),
        (Phase.MAIL, 90, False, "no answer to MAIL in 90 s"),
        (Phase.QUIT, 2, False, "no answer to QUIT in 2 s"),
    ],
)
def test_what_was_waited_for_in_vain(
    phase: Phase, seconds: float, encrypted: bool, words: str
) -> None:
    assert of_silence(phase, seconds, encrypted=encrypted) == words
