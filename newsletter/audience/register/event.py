"""Events: what happened to a person, when, by which way, and the evidence for it.

They are added and never changed, except by an erasure, which takes out whom they are about. Who is
suppressed, what a person chose and what they agreed to follow from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from newsletter.basics.address import Address

UNDATED = datetime(9999, 12, 31, tzinfo=UTC)
"""The time of a suppression without a readable date: later than any other, so that no earlier
restore cancels it."""


class Kind(StrEnum):
    """What happened."""

    SIGN_UP = "sign-up"
    """They asked for it; it counts once it is confirmed."""
    CONFIRM = "confirm"
    """They confirmed a sign-up."""
    PREFERENCES = "preferences"
    UNSUBSCRIBE = "unsubscribe"
    BOUNCE = "bounce"
    """A message came back; a suppression that follows from it is an event of its own."""
    COMPLAINT = "complaint"
    SUPPRESS = "suppress"
    RESTORE = "restore"
    IMPORT = "import"
    ERASE = "erase"
    ASK_RENEWAL = "ask-renewal"
    """They were asked to renew a consent that ends."""
    RENEW = "renew"
    """They renewed it."""


SUPPRESSING = frozenset({Kind.UNSUBSCRIBE, Kind.COMPLAINT, Kind.SUPPRESS, Kind.ERASE})
LIFTING = frozenset({Kind.RESTORE, Kind.CONFIRM})
WEIGHED = SUPPRESSING | LIFTING
"""The kinds by which somebody is or is not suppressed."""
CHOOSING = frozenset({Kind.CONFIRM, Kind.PREFERENCES, Kind.RENEW})
"""The kinds in which a person says what they want."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event: `at` has a time zone; `source` is its way ("page", "mail", "subscribers").

    `evidence` can be written as JSON: a consent under "consent", what was chosen under "name" and
    "fields", where an import's row stood under "file" and "line".
    """

    address: Address
    kind: Kind
    reason: str
    source: str
    at: datetime
    evidence: Mapping[str, object] = field(default_factory=dict)

    @property
    def suppresses(self) -> bool:
        """Whether the address must not be mailed after it, until a later event lifts that."""
        return self.kind in SUPPRESSING
