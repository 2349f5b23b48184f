"""A calendar month, by which summaries and issues are ordered."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass

_WRITTEN = re.compile(r"([0-9]{4})-([0-9]{2})")  # not \d, which takes digits of any script


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of a year; its text is `2026-11`."""

    year: int
    month: int

    @property
    def name(self) -> str:
        """`November 2026`."""
        return f"{calendar.month_name[self.month]} {self.year}"

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


def parse_month(text: str) -> Month | None:
    """Return the month that `YYYY-MM` names, or None."""
    match = _WRITTEN.fullmatch(text.strip())
    if match is None or match[1] == "0000" or not 1 <= int(match[2]) <= 12:  # noqa: PLR2004 - a year's months
        return None
    return Month(int(match[1]), int(match[2]))
