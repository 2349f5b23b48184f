"""What an import did with each row, counted: for each file, and in total.

rows = added + known + suppressed + twice + left out
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.basics.errors import Problem

FIRST = 5
"""Lines that are named for each reason."""
_MOST_REASONS = 50
_OTHERS = "other reasons"


@dataclass(slots=True)
class Reason:
    """How many rows, and the lines of the first of them."""

    count: int = 0
    lines: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        """Count a row."""
        self.count += 1
        if len(self.lines) < FIRST:
            self.lines.append(line)


@dataclass(slots=True, kw_only=True)
class Tally:
    """The rows of a file: each is in exactly one of the five counts.

    `known` are people who are on the list or joined, and those who came back here after they left
    there; `suppressed` must not be mailed, `newly` those of them who were not suppressed before.
    `twice` are further rows of one person. `reasons` are those of the rows left out, `mends` says
    whether one of them can be mended. `unread` are rows that count, with a time that is none.
    """

    file: str
    tool: str
    rows: int = 0
    added: int = 0
    known: int = 0
    suppressed: int = 0
    newly: int = 0
    twice: int = 0
    left_out: int = 0
    mends: bool = False
    reasons: dict[str, Reason] = field(default_factory=dict)
    unread: Reason = field(default_factory=Reason)

    def leave_out(self, line: int, reason: str, *, mends: bool) -> None:
        """Count a row that is left out."""
        self.left_out += 1
        self.mends = self.mends or mends
        if reason not in self.reasons and len(self.reasons) >= _MOST_REASONS:
            reason = _OTHERS
        self.reasons.setdefault(reason, Reason()).add(line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What an import did, or would do: the tallies in the order of the files.

    `passed_over` are files of a ZIP that are no list, each with why; `warnings` are about
    encodings and names. `list_file` is the list, `columns` those that it got, `backup` the copy of
    it as it was, or None where nothing changed. Without `has_list` there is still no list.
    """

    tallies: tuple[Tally, ...]
    passed_over: tuple[tuple[str, str], ...]
    warnings: tuple[Problem, ...]
    list_file: Path
    columns: tuple[str, ...]
    backup: Path | None
    has_list: bool
    dry_run: bool

    @property
    def total(self) -> Tally:
        """The sums of all files."""
        return total_of(self.tallies)


def total_of(tallies: Iterable[Tally]) -> Tally:
    """Return the sums of tallies, without their reasons."""
    total = Tally(file="", tool="")
    for each in tallies:
        total.rows += each.rows
        total.added += each.added
        total.known += each.known
        total.suppressed += each.suppressed
        total.newly += each.newly
        total.twice += each.twice
        total.left_out += each.left_out
        total.mends = total.mends or each.mends
    return total
