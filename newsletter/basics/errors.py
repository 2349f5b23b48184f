"""What goes wrong: problems as values, and the few exceptions that end a command.

    NewsletterError        the editor must act                      exit 1
    ├── EmptyFile          a list without a line                    exit 1
    ├── WrongUsage         the command line was not understood       exit 2
    └── CheckFailed        the check found errors                    exit 3

A function that reads a file returns the good part and the list of problems; where no good part
is left it raises a NewsletterError with them. `newsletter.cli.terminal.boundary` alone turns
errors into text and an exit code.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import ClassVar


class Level(StrEnum):
    """How bad a problem is: an error stops a mailing; a warning and an info do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong: what, where, and what to do next.

    `file` is a path as the editor should see it (relative to the workspace where it lies in
    it), `line` counts from 1; both are None where the problem has no such place. `key` is the
    key of the front matter that it is about (`announcements.0.url`), or the field of a form.
    """

    message: str
    file: Path | None = None
    line: int | None = None
    hint: str | None = None
    level: Level = Level.ERROR
    key: str = field(default="", compare=False)

    @property
    def place(self) -> str:
        """`file:line`, `file`, or nothing."""
        if self.file is None:
            return ""
        return f"{self.file}:{self.line}" if self.line is not None else str(self.file)

    def __str__(self) -> str:
        first = f"{self.place}: {self.message}" if self.place else self.message
        return f"{first}\n  Hint: {self.hint}" if self.hint else first


class NewsletterError(Exception):
    """The command cannot go on; `problems` are all that explain it."""

    exit_code: ClassVar[int] = 1

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class EmptyFile(NewsletterError):  # noqa: N818 - it reads as what was found
    """A list holds no line that is not blank."""


class WrongUsage(NewsletterError):  # noqa: N818 - it reads as what happened
    """The command line was not understood, or a question cannot be asked here."""

    exit_code = 2


class CheckFailed(NewsletterError):  # noqa: N818
    """The check found errors."""

    exit_code = 3


def fail(
    message: str, *, file: Path | None = None, line: int | None = None, hint: str | None = None
) -> NewsletterError:
    """Return, to be raised, an error of one problem."""
    return NewsletterError(Problem(message=message, file=file, line=line, hint=hint))


TYPOGRAPHIC = 'typographic quotes \u201c \u201d are no quotes here: write "..."'
"""What is wrong where a word processor has turned the quotes."""


_LONGEST_WORD, _MOST_KNOWN = 200, 1_000


def shortened(text: str, most: int = _LONGEST_WORD) -> str:
    """Return a text, cut to at most `most` characters for a message."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return a hint that names the nearest known word, or None where none is near.

    Also None for a word of more than 200 characters, or among more than 1,000: difflib's time
    grows with both.
    """
    by_folded = {name.casefold(): name for name in known}
    if len(word) > _LONGEST_WORD or len(by_folded) > _MOST_KNOWN:
        return None
    near = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return f"did you mean '{by_folded[near[0]]}'?" if near else None
