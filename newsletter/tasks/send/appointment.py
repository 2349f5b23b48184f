"""The time of `send --at`: what a text means, and when it is too late to send."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from newsletter.basics.errors import Problem, WrongUsage

LATEST = timedelta(hours=1)
"""A mailing may begin so much late; after a longer sleep of the machine it does not."""
_FURTHEST = timedelta(days=366)

_FORM = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})[ T]+(?P<time>\d{1,2}:\d{2}(?::\d{2})?)\s*"
    r"(?P<offset>Z|[+-]\d{2}:?\d{2})?"
)


def appointment(text: str, *, zone: tzinfo, now: datetime) -> datetime:
    """Return the moment of `2026-12-01 08:00` in `zone`, or of a text with an offset (+01:00).

    Raises WrongUsage for a text that is no moment, for a local time that comes twice or never
    (when clocks change), for the past, and for more than a year ahead.
    """
    moment = _moment(text.strip(), zone)
    if moment <= now:
        raise _wrong(
            f"{spoken(moment)} is past: it is {spoken(now.astimezone(zone))} now",
            "without --at it goes off at once",
        )
    if moment - now > _FURTHEST:
        raise _wrong(f"{spoken(moment)} is more than a year away", "look at the year")
    return moment


def is_too_late(moment: datetime, now: datetime) -> bool:
    """Return whether a mailing that was due at a moment must not begin any more."""
    return now - moment > LATEST


def spoken(moment: datetime) -> str:
    """Return a moment in words, with its zone: `Tuesday 1 December 2026, 08:00 EST (UTC-05:00)`."""
    name = moment.tzname() or ""
    offset = f"UTC{_offset(moment)}" if moment.utcoffset() else "UTC"
    zone = offset if name in {"", "UTC"} or name[0] in "+-" else f"{name} ({offset})"
    seconds = f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"
    return f"{moment:%A} {moment.day} {moment:%B %Y}, {seconds} {zone}"


def _moment(text: str, zone: tzinfo) -> datetime:
    match = _FORM.fullmatch(text)
    if match is None:
        raise _no_time(text)
    try:
        hour, _, rest = match["time"].partition(":")
        parsed = datetime.fromisoformat(f"{match['day']}T{hour:0>2}:{rest}")
        if match["offset"]:
            stated = f"{parsed.isoformat()}{match['offset']}"
            return datetime.fromisoformat(stated).astimezone(zone)
        return _local(parsed, zone)
    except (ValueError, OverflowError):
        raise _no_time(text) from None


def _local(parsed: datetime, zone: tzinfo) -> datetime:
    """Return a local time in a zone; raise WrongUsage where it comes twice or never."""
    first, second = (parsed.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    # The zone's other offset gives the same reading back only where the hour comes twice.
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != parsed:
        later = first.astimezone(UTC).astimezone(zone)
        raise _wrong(
            f"{parsed:%Y-%m-%d %H:%M} does not exist here: the clocks go forward over it",
            f'say --at "{later:%Y-%m-%d %H:%M}"',
        )
    either = " or ".join(f'--at "{each:%Y-%m-%d %H:%M}{_offset(each)}"' for each in (first, second))
    raise _wrong(
        f"{parsed:%Y-%m-%d %H:%M} comes twice here: the clocks go back over it",
        f"say which, with its offset: {either}",
    )


def _offset(moment: datetime) -> str:
    return moment.isoformat()[-6:]


def _no_time(text: str) -> WrongUsage:
    return _wrong(f"'{text}' is no time to send at", 'for example --at "2026-12-01 08:00"')


def _wrong(message: str, hint: str) -> WrongUsage:
    return WrongUsage(Problem(message=message, hint=hint))
