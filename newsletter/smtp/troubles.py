"""Errors of the network and of TLS as sentences, without numbers and names of libraries.

Compiled by mypyc.
"""

from __future__ import annotations

import os
import re
import socket
import ssl
from typing import Final

from newsletter.basics.outcome import Phase
from newsletter.basics.times import in_full

CLOSED: Final = "the server closed the connection"

_TLS: Final = {
    "TLSV1_ALERT_PROTOCOL_VERSION": "the server speaks only another version of TLS than 1.2 or 1.3",
    "UNSUPPORTED_PROTOCOL": "the server speaks only another version of TLS than 1.2 or 1.3",
    "WRONG_VERSION_NUMBER": "what the server says is not TLS",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "the server and this machine have no way to encrypt in common",
    "UNEXPECTED_EOF_WHILE_READING": CLOSED,
}
"""By OpenSSL's names of its errors."""

# OpenSSL's x509_vfy.h.
_CERTIFICATE: Final = {
    9: "it is not valid yet; is this machine's clock right?",
    10: "it has expired",
    18: "the server signed it itself, no authority did",
    19: "no authority that this machine trusts signed it",
    20: "no authority that this machine trusts signed it",
    21: "no authority that this machine trusts signed it",
    62: "it is for another name",
    64: "it is for another address",
}
_ALERT: Final = re.compile(r"^(TLSV1|SSLV3)_ALERT_")
_ERRNO: Final = re.compile(r"\[Errno (\d+)\]")

_AWAITED: Final = {
    Phase.GREETING: "no greeting",
    Phase.AUTH: "no answer to the login",
    Phase.DOT: "no answer to the message",
}


def of_error(error: Exception) -> str:
    """Return the words for an error of the network or of TLS: `connection refused`.

    asyncio tries each address of a name and puts all failures into one text.
    """
    if isinstance(error, ssl.SSLError):
        reason = str(getattr(error, "reason", None) or "")
        return _TLS.get(reason) or _ALERT.sub("", reason).replace("_", " ").lower() or CLOSED
    if isinstance(error, socket.gaierror):
        return _begun_small(error.strerror or "")
    number = error.errno if isinstance(error, OSError) else None
    if number is None and isinstance(error, ConnectionAbortedError):
        return "the server took too long"
    numbers = [str(number)] if number else _ERRNO.findall(str(error))
    told = [_begun_small(os.strerror(int(each))) for each in dict.fromkeys(numbers)]
    return ", ".join(told) or str(error) or CLOSED


def of_certificate(host: str, error: ssl.SSLCertVerificationError) -> str:
    """Return why a certificate is not valid, in a sentence."""
    why = _CERTIFICATE.get(error.verify_code) or error.verify_message
    return f"the certificate of {host} is not valid: {why}"


def of_silence(phase: Phase, seconds: float, *, encrypted: bool) -> str:
    """Return which answer did not come: `no answer to the message in 10 minutes`.

    A server that expects TLS from the start sends no greeting in the clear.
    """
    awaited = _AWAITED.get(phase) or f"no answer to {phase}"
    hint = " (is it smtps:// there?)" if phase is Phase.GREETING and not encrypted else ""
    return f"{awaited} in {in_full(seconds)}{hint}"


def of_standstill(seconds: float) -> str:
    """Return the reason where nothing more of a message could be written for some seconds."""
    return f"the server has taken nothing more of the message for {in_full(seconds)}"


def _begun_small(words: str) -> str:
    return words[:1].lower() + words[1:]
