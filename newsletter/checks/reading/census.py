"""The audience counted in one pass, for all rules, without keeping the list in memory.

Compiled by mypyc.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from newsletter.audience.audience import Audience
from newsletter.audience.list.listfile import Member
from newsletter.audience.notices.roles import ROLES
from newsletter.checks.dossier import Consents, Readers, RoleAddress

SOON = timedelta(days=60)
"""A consent that ends within this time is reported: two issues are left to ask for a new one."""
_SHOWN = 5


def take_census(audience: Audience, today: date) -> Readers:
    """Read the list once. Raises NewsletterError where it cannot be read."""
    census = Census(audience, today)
    for _ in census.members():
        pass
    return census.readers()


class Census:
    """Counts the members of an audience while the caller iterates over them."""

    def __init__(self, audience: Audience, today: date) -> None:
        self._audience = audience
        self._count = _Count(today)

    def members(self) -> Iterator[Member]:
        """Yield every member of the list. Raises NewsletterError where it cannot be read."""
        count = self._count
        for member in self._audience:
            if member.excluded is None:
                count.add(member)
            yield member

    def readers(self) -> Readers:
        """Return the figures; `members` must have been read to its end."""
        count, audience = self._count, self._audience
        return Readers(
            mailable=audience.figures.mailable,
            problems=audience.problems,
            column_problems=audience.column_problems,
            columns=audience.columns,
            longest=dict(count.longest),
            excluded=dict(audience.figures.excluded),
            consents=count.consents(),
            roles=tuple(count.roles),
            role_count=count.role_count,
            passed_over=audience.figures.passed_over,
        )


@dataclass(slots=True)
class _Count:
    today: date
    longest: dict[str, str] = field(default_factory=dict)
    widths: dict[str, int] = field(default_factory=dict)
    roles: list[RoleAddress] = field(default_factory=list)
    role_count: int = 0
    ending: int = 0
    first: date | None = None
    line: int | None = None
    open_ended: int = 0

    def add(self, member: Member) -> None:
        fields, widths = member.subscriber.fields, self.widths
        # One look at the whole row says whether a character of it takes more than one octet.
        if _is_plain("".join(fields.values())):
            for name, value in fields.items():
                if len(value) > widths.get(name, 0):
                    widths[name], self.longest[name] = len(value), value
        else:
            for name, value in fields.items():
                self._measure(name, value)
        if member.subscriber.address.local.lower() in ROLES:
            self.role_count += 1
            if len(self.roles) < _SHOWN:
                self.roles.append(RoleAddress(member.subscriber.address.local, member.line))
        expires = fields.get("consent_expires")
        if expires:
            self._consent(expires, member.line)
        elif fields.get("consent", "").casefold() == "implied":
            self.open_ended += 1

    def _measure(self, name: str, value: str) -> None:
        width = len(value if _is_plain(value) else html.escape(value).encode())
        if width > self.widths.get(name, 0):
            self.widths[name], self.longest[name] = width, value

    def _consent(self, expires: str, line: int) -> None:
        last = _day(expires)
        if last is None or last - self.today > SOON:
            return
        self.ending += 1
        if self.first is None or last < self.first:
            self.first, self.line = last, line

    def consents(self) -> Consents:
        return Consents(
            ending=self.ending, first=self.first, line=self.line, open_ended=self.open_ended
        )


def _is_plain(text: str) -> bool:
    """Return whether HTML writes it with one octet a character."""
    grows = "&" in text or "<" in text or ">" in text or '"' in text or "'" in text
    return text.isascii() and not grows


@lru_cache(maxsize=4096)
def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
