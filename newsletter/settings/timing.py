"""The waits of a mailing that no setting changes, as one value; a test passes shorter ones."""

from __future__ import annotations

from dataclasses import dataclass


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

    glance: float = 0.05
    """In which progress is shown, and `suppressions.csv` looked at, once at the most."""
    busy: float = 10.0
    """Until a ledger that another process writes counts as locked."""
    undo: float = 10.0
    """In which a yes to send can be taken back."""
    write_again: tuple[float, ...] = (0.0, 1.0, 3.0, 10.0)
    """Between the last attempts to write what is known."""
