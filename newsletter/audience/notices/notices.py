"""What may be a mistake in addresses that can be mailed: reported, never refused.

    role-addresses     an office reads it (roles)
    misspelt-domain    likely a slip of a big mail host (domains)
    throwaway-domain   an address for a few minutes (package disposable-email-domains, MIT)
    plus-tag           ada+news@example.org: the same mailbox as ada@ at most hosts (RFC 5233)
    gmail-dots         Gmail ignores dots: two spellings are one reader

Each reader costs a few look-ups; a domain is judged once.

Compiled by mypyc.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from newsletter.audience.list.listfile import Member
from newsletter.audience.notices.domains import likely_meant
from newsletter.audience.notices.roles import ROLES
from newsletter.basics import gmail
from newsletter.basics.errors import Level, Problem

SHOWN = 5
"""Lines that are named of each notice."""
_GMAIL: Final = gmail.DOMAINS
_LONGEST_ROLE: Final = max(map(len, ROLES))
_MOST_DOMAINS = 100_000
"""Domains whose judgement is kept; more are judged again each time."""


class Rule(StrEnum):
    """The stable name of a notice; the first is also a rule of `newsletter check`."""

    ROLE = "role-addresses"
    MISSPELT = "misspelt-domain"
    THROWAWAY = "throwaway-domain"
    PLUS = "plus-tag"
    DOTS = "gmail-dots"


@dataclass(slots=True)
class Notice:
    """How many readers, and the first SHOWN: the line, and what was seen there."""

    rule: Rule
    count: int = 0
    first: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, seen: str) -> None:
        """Count a reader."""
        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append((line, seen))

    def problem(self, shown: Path) -> Problem:
        """Return it in words; `shown` is the list's path."""
        words, hint, level = _WORDS[self.rule]
        named = ", ".join(f"{seen} (line {line})".lstrip() for line, seen in self.first)
        more = ", ..." if self.count > len(self.first) else ""
        return Problem(
            message=f"{self.count:,} {words[self.count != 1]}: {named}{more}",
            file=shown,
            line=self.first[0][0],
            hint=hint,
            level=level,
        )


_Words = tuple[tuple[str, str], str, Level]
_WORDS: dict[Rule, _Words] = {
    Rule.MISSPELT: (
        ("address at a domain that may be misspelt", "addresses at domains that may be misspelt"),
        "ask the reader, or correct the list where you are sure",
        Level.WARNING,
    ),
    Rule.THROWAWAY: (
        ("throw-away address", "throw-away addresses"),
        "such a mailbox is gone after minutes or days; nobody reads the next issue there",
        Level.WARNING,
    ),
    Rule.ROLE: (
        ("address of an office, not of a person", "addresses of an office, not of a person"),
        "right where that office asked for it",
        Level.INFO,
    ),
    Rule.PLUS: (
        ("address with a tag behind +", "addresses with a tag behind +"),
        "at most hosts it is the mailbox without the tag; that one may be on the list, too",
        Level.INFO,
    ),
    Rule.DOTS: (
        ("Gmail address with dots", "Gmail addresses with dots"),
        "Gmail ignores dots before the @: two spellings are one reader",
        Level.INFO,
    ),
}


class Notices:
    """Collects the notices of the members that would be mailed."""

    def __init__(self) -> None:
        self._found = {rule: Notice(rule) for rule in _WORDS}
        self._dots = self._found[Rule.DOTS]
        self._judged: dict[str, tuple[Rule, str] | None] = {}
        self._plain: set[str] = set()
        """The domains of which there is nothing to say: nearly all."""
        self._throwaway: frozenset[str] | None = None
        """Read at the first domain that is asked about: ten thousand names."""

    def add(self, member: Member) -> None:
        """Look at a member."""
        if member.excluded is not None:
            return
        address = member.subscriber.address
        local, domain = address.local, address.domain
        if domain not in self._plain:
            self._look_at(domain, member.line)
        if len(local) <= _LONGEST_ROLE and local.lower() in ROLES:
            self._found[Rule.ROLE].add(member.line, f"{local}@")
        if "+" in local[1:]:
            self._found[Rule.PLUS].add(member.line, f"...+{local.rpartition('+')[2]}@")
        if "." in local and domain in _GMAIL:
            self._dots.add(member.line, "")

    def found(self) -> tuple[Notice, ...]:
        """Return the notices that have a reader, the warnings first."""
        return tuple(notice for notice in self._found.values() if notice.count)

    def _look_at(self, domain: str, line: int) -> None:
        judged = self._judged[domain] if domain in self._judged else self._judge(domain)
        if judged is not None:
            self._found[judged[0]].add(line, judged[1])
        elif domain in self._judged:
            self._plain.add(domain)

    def _judge(self, domain: str) -> tuple[Rule, str] | None:
        judged: tuple[Rule, str] | None = None
        meant = likely_meant(domain)
        if meant is not None:
            judged = Rule.MISSPELT, f"{domain}, for {meant}?"
        elif domain in self._throwaways():
            judged = Rule.THROWAWAY, domain
        if len(self._judged) < _MOST_DOMAINS:
            self._judged[domain] = judged
        return judged

    def _throwaways(self) -> frozenset[str]:
        if self._throwaway is None:
            from disposable_email_domains import blocklist

            self._throwaway = frozenset(blocklist)
        return self._throwaway
