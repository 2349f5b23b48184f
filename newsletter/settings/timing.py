"""The waits of a mailing that no setting changes, as one value; a test passes shorter ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from newsletter.basics.outcome import Phase

_REPLIES: Final = MappingProxyType(
    {
        Phase.GREETING: 300.0,
        Phase.EHLO: 300.0,
        Phase.STARTTLS: 120.0,
        Phase.AUTH: 120.0,
        Phase.MAIL: 300.0,
        Phase.RCPT: 300.0,
        Phase.DATA: 120.0,
        Phase.DOT: 600.0,
        Phase.RSET: 60.0,
        Phase.QUIT: 2.0,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerTiming:
    """How long a mail server may take for what; all in seconds."""

    connect: float = 30.0
    replies: Mapping[Phase, float] = field(default_factory=lambda: _REPLIES)
    """Of each phase (RFC 5321, 4.5.3.2); for QUIT as long as anybody wants to wait."""
    tls_port: float = 5.0
    """For its greeting in the clear, on the port where TLS is expected from the start."""
    trial: float = 30.0
    """For a reply to commands behind a dot, which it perhaps dropped."""
    standstill: float = 180.0
    """In which nothing of a body is taken (RFC 5321, 4.5.3.2.5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long a mailing waits for what; all in seconds."""

    first_retry: float = 300.0
    """Until a deferred delivery is tried again for the first time; then twice that, ..."""
    longest_retry: float = 4 * 3600.0
    give_up_after: float = 48 * 3600.0
    """After the first deferral, a delivery that is deferred once more is refused ("gave up")."""
    look_every: float = 5.0
    """Between a long run's looks for deliveries that have fallen due."""

    first_wait: float = 0.5
    """Until another connection to a server in trouble; then twice that, ..."""
    longest_wait: float = 30.0
    trouble_limit: float = 60.0
    """Of trouble without one acceptance after which a run gives up (exit 75)."""
    crowded: float = 30.0
    """Until one connection more is tried than a server took."""
    idle: float = 20.0
    """Close a connection that waits longer for the rate limit: servers drop idle clients."""

    server: ServerTiming = field(default_factory=ServerTiming)

    glance: float = 0.05
    """In which progress is shown, and `suppressions.csv` looked at, once at the most."""
    busy: float = 10.0
    """Until a ledger that another process writes counts as locked."""
    undo: float = 10.0
    """In which a yes to send can be taken back."""
    write_again: tuple[float, ...] = (0.0, 1.0, 3.0, 10.0)
    """Between the last attempts to write what is known."""
