"""Today, and lengths of time in words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR
_SIZES: Final = {"d": _DAY, "h": _HOUR, "min": _MINUTE, "s": 1}


def today() -> date:
    """Return the date in this machine's time zone."""
    return datetime.now().astimezone().date()


def span(seconds: float, *, finest: str = "s", most: int = 2) -> str:
    """Return a length of time in its largest units: `2 d 3 h`, `4 min 10 s`, `9 s`.

    It is rounded to the unit `finest` ("min" or "s") and has at most `most` units.
    """
    left = max(0, round(seconds / _SIZES[finest])) * _SIZES[finest]
    parts = []
    for unit, size in _SIZES.items():
        number, left = divmod(left, size)
        parts.append((number, unit))
    first = next((i for i, (number, _) in enumerate(parts) if number), 0)
    told = [f"{number} {unit}" for number, unit in parts[first : first + most] if number]
    return " ".join(told) or f"0 {finest}"


def in_full(seconds: float) -> str:
    """Return a time limit: `10 minutes`, `90 s`."""
    minutes, rest = divmod(seconds, _MINUTE)
    return f"{seconds:.0f} s" if rest or not minutes else _counted(round(minutes), "minute")


def roughly(seconds: float) -> str:
    """Return a length of time in one unit: `27 minutes`, `36 hours`, `2 days`."""
    if seconds >= 2 * _DAY:
        return _counted(round(seconds / _DAY), "day")
    if seconds >= 2 * _HOUR:
        return _counted(round(seconds / _HOUR), "hour")
    return _counted(max(1, round(seconds / _MINUTE)), "minute")


def about(seconds: float) -> str:
    """Return an estimate: `less than a minute`, `about 5 min`, `about 2.5 h`."""
    if seconds < _MINUTE:
        return "less than a minute"
    if seconds < 1.5 * _HOUR:
        return f"about {round(seconds / _MINUTE)} min"
    return f"about {seconds / _HOUR:.1f} h"


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"
