"""Everything that a rule may look at, as one value."""

from __future__ import annotations

from dataclasses import dataclass, field

from newsletter.content.issue import Issue
from newsletter.content.month import Month
from newsletter.content.summary import Summary
from newsletter.content.topics import Vocabularies
from newsletter.errors import Problem
from newsletter.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """An issue, maybe the one at hand, holds a summary: its slug, and its DOI (or None).

    `sent` says whether that issue went out, as far as the ledger, `mailings.csv` or the issue's
    own `publish` know.
    """

    issue: str
    summary: str
    doi: str | None
    sent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """The audience in figures: how many would be mailed now, and what is wrong with the list.

    `mailable` is None where the list or the suppressions cannot be read: nobody can be mailed
    safely then, and `problems` say why. `columns` are those of its header by the names that
    templates use, None where they are not known.
    """

    mailable: int | None
    problems: tuple[Problem, ...] = ()
    columns: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """What is to be sent, and what is known about it.

    `issue` is None where its file cannot be read, `message` where no email can be made of it;
    `unreadable` and `unrendered` then say why. `summaries` are those of the issue that could be
    read, in its order. `message` is the whole email (RFC 5322, CRLF) as a sample reader would
    get it. `readers` is None where the list was not looked at. `today` is the month it is now.
    """

    settings: Settings
    issue: Issue | None
    summaries: tuple[Summary, ...] = ()
    vocabularies: Vocabularies = field(default_factory=Vocabularies)
    uses: tuple[Use, ...] = ()
    message: bytes | None = None
    unreadable: tuple[Problem, ...] = ()
    unrendered: tuple[Problem, ...] = ()
    readers: Readers | None = None
    today: Month
