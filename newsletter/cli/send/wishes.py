"""How the editor wants a mailing sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How the editor wants it sent: the command line, understood.

    `overrides` maps a rule of the check to the reason to send all the same.
    """

    yes: bool
    limit: int | None
    keep_going: bool
    stays: bool
    as_json: bool
    at: datetime | None
    overrides: dict[str, str]
