"""The text around a line of a file, and the line on which some words stand."""

from __future__ import annotations

import bisect
import codecs
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from newsletter.basics import shipped
from newsletter.basics.errors import NewsletterError
from newsletter.basics.files import read_bytes, shown
from newsletter.web.preview.access import Reach, file_of, reach_of
from newsletter.workspace import MAILINGS, SETTINGS, Workspace

AROUND = 12
"""Lines before and after the one that is asked for."""
_LONGEST_LINE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Some lines of a file; `first` is the number of the first, from 1.

    `closed` says why there are none, or is empty.
    """

    file: str
    path: Path
    first: int
    lines: tuple[str, ...]
    closed: str = ""


def excerpt(workspace: Workspace, name: str, line: int) -> Excerpt:
    """Return the lines around one.

    Of a file with the access NAMED there are none, and `closed` says how it is changed. Raises
    NewsletterError for a file without access.
    """
    file = file_of(workspace, name, Reach.NAMED)
    if reach_of(workspace, name) is Reach.NAMED:
        return Excerpt(file=name, path=file, first=line, lines=(), closed=_closed(name, line))
    first = max(1, line - AROUND)
    data = read_bytes(file, Path(name))
    is_utf16 = data[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
    encoding = "utf-16" if is_utf16 else "utf-8-sig"
    text = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, errors="replace")
    lines = tuple(each.rstrip("\n") for each in islice(text, first - 1, line + AROUND))
    short = tuple(each[:_LONGEST_LINE] for each in lines)
    return Excerpt(file=name, path=file, first=first, lines=short)


def _closed(name: str, line: int) -> str:
    what = "the settings say where mail goes" if name == SETTINGS else "it holds readers' addresses"
    if name == MAILINGS:
        what = "it is the record of what was sent"
    where = f" at line {line}" if line > 1 else ""
    return (
        f"The lines of {name} are not shown here, and not changed: {what}. "
        f"Open it in your text editor{where}; the page follows the save."
    )


# --- where a passage of the email is written

_WORD = re.compile(r"\w+")
_MOST_WORDS = 12
_SHIFTS = 8


def where(
    workspace: Workspace, slug: str, text: str, headings: Sequence[str]
) -> tuple[str, int] | None:
    """Return file and line of the words that an email shows, or None.

    `headings` are those above the passage, the nearest first: a summary with that title is
    looked at before the others. The longest run of words decides.
    """
    words = _WORD.findall(text.casefold())
    files = [_Words(name, file) for name, file in _sources(workspace, slug)]
    files.sort(key=lambda each: each.rank(headings))
    for length in range(min(len(words), _MOST_WORDS), min(len(words), 2) - 1 or 0, -1):
        for start in range(min(len(words) - length, _SHIFTS) + 1):
            run = words[start : start + length]
            for each in files:
                if line := each.line_of(run):
                    return each.name, line
    return None


class _Words:
    """The words of a file in one text, with the line of each."""

    def __init__(self, name: str, file: Path) -> None:
        self.name = name
        self._starts: list[int] = []
        self._lines: list[int] = []
        pieces: list[str] = []
        at = 0
        for number, line in enumerate(_lines(file), start=1):
            for word in _WORD.findall(line.casefold()):
                self._starts.append(at)
                self._lines.append(number)
                pieces.append(word)
                at += len(word) + 1
        self._text = f" {' '.join(pieces)} "

    def line_of(self, words: Sequence[str]) -> int | None:
        """Return the line on which a run of words begins."""
        at = self._text.find(f" {' '.join(words)} ") if words else -1
        return self._lines[bisect.bisect_right(self._starts, at) - 1] if at >= 0 else None

    def rank(self, headings: Sequence[str]) -> int:
        """Return the index of the nearest heading that this file has; smaller is nearer."""
        for number, heading in enumerate(headings):
            if len(found := _WORD.findall(heading.casefold())) > 2 and self.line_of(found):  # noqa: PLR2004
                return number
        return len(headings)


def _sources(workspace: Workspace, slug: str) -> Iterator[tuple[str, Path]]:
    """Yield the files that an issue is made of, the likeliest for a passage first."""
    root = workspace.root
    issue = workspace.issue(slug)
    files = [
        *(root / "summaries" / f"{each}.md" for each in issue.summaries),
        root / issue.file,
        workspace.settings.file,
    ]
    for folder in (root / shipped.TEMPLATES.name, shipped.TEMPLATES):
        files += sorted(
            file for file in folder.rglob("*") if file.suffix in {".mjml", ".txt", ".html"}
        )
    for file in files:
        with suppress(NewsletterError):
            name = shown(file, root).as_posix()
            yield name, file_of(workspace, name, Reach.NAMED)


def _lines(file: Path) -> list[str]:
    try:
        return read_bytes(file, file).decode("utf-8-sig", "replace").splitlines()
    except NewsletterError:
        return []
