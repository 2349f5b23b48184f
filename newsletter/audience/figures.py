"""The audience counted.

Compiled by mypyc.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from newsletter.audience.list.gates import (
    EXPIRED,
    UNKNOWN_STATUS,
    UNKNOWN_VALUE,
    UNREADABLE_EXPIRY,
)

SUPPRESSED = "suppressed"
_KINDS = (SUPPRESSED, EXPIRED, UNKNOWN_STATUS, UNKNOWN_VALUE, UNREADABLE_EXPIRY)


def kind_of(excluded: str) -> str:
    """Return the kind of a reason, without its details, to count members by."""
    return next((kind for kind in _KINDS if excluded.startswith(kind)), excluded)


@dataclass(slots=True, kw_only=True)
class Figures:
    """The audience counted: `left_out` are rows without a usable reader, `twice` repeated ones.

    `blank` are empty rows. `excluded` counts members by `kind_of` their reason; they are not
    among the `mailable`. Of both, `joined` signed up and have no row. `passed_over` could be
    mailed, and the selection does not take them. `rows` are those below the header that are not
    blank, each counted once.
    """

    mailable: int = 0
    excluded: Counter[str] = field(default_factory=Counter)
    joined: int = 0
    left_out: int = 0
    twice: int = 0
    blank: int = 0
    passed_over: int = 0

    @property
    def rows(self) -> int:
        """The sum of mailable, excluded, left out and twice, without who has no row."""
        counted = self.mailable + self.excluded.total() + self.left_out + self.twice
        return counted - self.joined
