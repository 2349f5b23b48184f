"""Times as other tools write them, read without a guess.

Read are ISO 8601 (`2021-03-04 05:06:07`, with a zone, `Z` or ` UTC`), a day alone, and seconds or
milliseconds since 1970. A time without a zone is UTC: Mailchimp, Substack, Ghost and beehiiv write
it so. `02/10/2026` is not read: it is another day in the United States than elsewhere.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d{1,9})?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?",
    re.IGNORECASE,
)
_SECONDS = re.compile(r"1\d{9}(?:\d{3})?|[3-9]\d{8}")
_MILLISECONDS = 13
_NAMES_OF_UTC = frozenset({"", "Z", "UTC", "GMT"})
_FIRST = datetime(1990, 1, 1, tzinfo=UTC)
"""No list is older than that: an earlier time is a mistake, or an empty value."""
_NO_TIME = re.compile(
    r"|0000-00-00(?:[T ]00:00:00Z?)?|1970-01-01(?:[T ]00:00:00.*)?|-|null|none", re.IGNORECASE
)


def is_empty(text: str) -> bool:
    """Return whether a cell of a time says that there is none."""
    return _NO_TIME.fullmatch(text.strip()) is not None


def moment(text: str, now: datetime) -> datetime | None:
    """Return the time that a text names, in UTC and whole seconds.

    None for one that cannot be read, lies before 1990 or after `now`.
    """
    text = text.strip()
    try:
        found = _iso(text) or _counted(text)
    except (ValueError, OverflowError):
        return None
    return found if found is not None and _FIRST <= found <= now else None


def _iso(text: str) -> datetime | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    day, time, zone = match[1], match[2] or "00:00", (match[3] or "").upper()
    if zone in _NAMES_OF_UTC:
        zone = "+00:00"
    return datetime.fromisoformat(f"{day}T{time}{zone}").astimezone(UTC)


def _counted(text: str) -> datetime | None:
    if not _SECONDS.fullmatch(text):
        return None
    seconds = int(text) // 1000 if len(text) == _MILLISECONDS else int(text)
    return datetime.fromtimestamp(seconds, UTC)
