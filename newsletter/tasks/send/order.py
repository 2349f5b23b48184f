"""What is to be sent, and how, as the command line says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.audience.selection import Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An issue to be sent to everybody, or to the readers that `where` selects.

    `limit` is a number of messages, for this run alone. `stays` is `--wait`: further rounds for
    deferred readers. `overrides` maps a rule of the check to the reason to send all the same.
    `trusted` says that a restored or copied ledger is the right one. With `top_up` it is an issue
    that was sent, for those who have joined since.
    """

    issue: str
    limit: int | None = None
    keep_going: bool = False
    stays: bool = False
    at: datetime | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)
    trusted: bool = False
    top_up: bool = False
    where: Selection | None = None
