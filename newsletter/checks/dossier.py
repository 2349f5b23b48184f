"""The input of every rule, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from newsletter.basics.errors import Problem
from newsletter.checks.parsed import ParsedMessage
from newsletter.content.doi import Doi
from newsletter.content.issue.issue import Issue
from newsletter.content.month import Month
from newsletter.content.summary.summary import Summary
from newsletter.content.topics import Vocabularies
from newsletter.settings.values import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A summary in an issue, which may be the one that is checked: two slugs, and the DOI or None.

    `sent` says whether that issue went out, after the ledger, `mailings.csv` or its own `publish`.
    """

    issue: str
    summary: str
    doi: Doi | None
    sent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Consents:
    """How many readers who can be mailed have a consent that ends or may end.

    `ending` end within `newsletter.checks.reading.census.SOON`, the first of them on `first` (line
    `line`); `open_ended` are implied and have no date of expiry.
    """

    ending: int = 0
    first: date | None = None
    line: int | None = None
    open_ended: int = 0


@dataclass(frozen=True, slots=True)
class RoleAddress:
    """An address of an office, not of a person, and its line in the list."""

    local: str
    line: int


class Reached(StrEnum):
    """Whether the server of a link returned a page."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a link leads somewhere; `words` say what the server answered."""

    reached: Reached
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """The audience in figures: how many would be mailed now, and what is wrong with the list.

    `mailable` is None where the list or the suppressions cannot be read: nobody can be mailed
    safely then, and `problems` say why. `column_problems` are those of them that stop a mailing:
    columns that are not understood. `columns` are those of its header by the names that
    templates use, None where they are not known. `longest` is the value of each column that takes
    the most octets in HTML, among those who can be mailed. `excluded` counts the others by kind.
    `passed_over` could be mailed, and are not of the selection.
    `roles` are the first few offices of `role_count`.
    """

    mailable: int | None
    problems: tuple[Problem, ...] = ()
    column_problems: tuple[Problem, ...] = ()
    columns: tuple[str, ...] | None = None
    longest: Mapping[str, str] = field(default_factory=dict)
    excluded: Mapping[str, int] = field(default_factory=dict)
    consents: Consents = field(default_factory=Consents)
    roles: tuple[RoleAddress, ...] = ()
    role_count: int = 0
    passed_over: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """An issue, the email made of it, and what else the workspace says about it.

    `issue` is None where its file cannot be read, `message` where no email can be made of it;
    `unrendered` then says why. `summaries` are those of the issue that could be read, in its
    order, and `library` all that could. `message` is the whole email as a sample reader would get
    it; `heaviest` are the octets of its HTML for a reader of the longest values. `preheader` is
    the one that is shown. `templates` are the workspace's own folders of the template, in the
    order in which they are searched, and `shipped` those of the program. `readers` is None where
    the list was not looked at, `answers` where no link was asked for. `today` is the month it is
    now. With `is_thorough` rules also report what only the author of a template can change.
    """

    settings: Settings
    issue: Issue | None
    summaries: tuple[Summary, ...] = ()
    library: tuple[Summary, ...] = ()
    vocabularies: Vocabularies = field(default_factory=Vocabularies)
    uses: tuple[Use, ...] = ()
    message: ParsedMessage | None = None
    heaviest: int | None = None
    preheader: str = ""
    templates: tuple[Path, ...] = ()
    shipped: tuple[Path, ...] = ()
    unrendered: tuple[Problem, ...] = ()
    readers: Readers | None = None
    answers: Mapping[str, Answer] | None = None
    today: Month
    is_thorough: bool = False

    @property
    def mailable(self) -> int | None:
        """How many would be mailed; None where the list was not looked at, or cannot be read."""
        return self.readers.mailable if self.readers else None
