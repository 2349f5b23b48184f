"""The time zone of this machine, which `send --at` means."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_LOCALTIME = Path("/etc/localtime")


def local_zone() -> tzinfo:
    """Return this machine's time zone with its rules; without any, its offset of today.

    The sources are those of the C library (tzset(3)). tzlocal 5.4 reads `/etc/timezone` first: in
    a container with the host's `/etc/localtime` mounted it returns the UTC of the image.
    """
    named = _named_zone()
    with contextlib.suppress(OSError, ValueError, ZoneInfoNotFoundError):
        if not isinstance(named, Path):
            return ZoneInfo(named)
        with named.open("rb") as rules:
            return ZoneInfo.from_file(rules, key=zone_name())
    return datetime.now().astimezone().tzinfo or UTC


def zone_name() -> str | None:
    """Return the name of the machine's time zone, such as `America/Toronto`, or None."""
    named = _named_zone()
    if not isinstance(named, Path):
        return named
    _, found, name = str(named.resolve()).partition("zoneinfo/")
    return name if found else None


def _named_zone() -> str | Path:
    """Return the name or the file that TZ gives (tzset(3)), or the machine's file."""
    named = os.environ.get("TZ", "").removeprefix(":") or str(_LOCALTIME)
    return Path(named) if named.startswith("/") else named
