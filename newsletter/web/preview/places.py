"""Places in the workspace's files: what may be shown, the text around a line, where words stand."""

from __future__ import annotations

import bisect
import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from newsletter import shipped
from newsletter.errors import fail
from newsletter.files import resolved, shown
from newsletter.workspace import Workspace

AROUND = 12
"""Lines before and after the one that is asked for."""
_LONGEST_LINE = 2_000
_FOLDERS = {"summaries": (".md",), "issues": (".md",)}
_FILES = ("newsletter.toml", "topics.toml", "mailings.csv", "suppressions.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Some lines of a file; `first` is the number of the first, from 1."""

    file: str
    path: Path
    first: int
    lines: tuple[str, ...]


def find_file(workspace: Workspace, name: str) -> Path:
    """Return the file that the page means; raise NewsletterError for what it has no business with.

    Only files that an issue is made of or judged by are shown: never the ledger, its key, or
    anything outside the workspace but the templates that come with the program and the list.
    A link must not lead out either: somebody else may have put it into a shared workspace.
    """
    if name == shown(workspace.settings.subscribers_file, workspace.root).as_posix():
        return workspace.settings.subscribers_file
    file = workspace.root / name
    if not _is_shown(file, workspace.root) or not file.is_file():
        raise fail("there is no such file to show", file=Path(name))
    if not _stays(file, workspace.root):
        hint = "open it in your editor"
        raise fail("this is a link that leads out of the workspace", file=Path(name), hint=hint)
    return file


def _homes(root: Path) -> tuple[Path, ...]:
    return root, shipped.TEMPLATES.parent, shipped.TOPICS.parent


def _stays(file: Path, root: Path) -> bool:
    """Whether what a file's links lead to is as much of the workspace as its name says."""
    real = resolved(file)
    return any(_is_shown(real, home.resolve()) for home in _homes(root))


def _is_shown(file: Path, root: Path) -> bool:
    for home in _homes(root):
        if not file.is_relative_to(home):
            continue
        parts = file.relative_to(home).parts
        if (
            not parts
            or ".." in parts
            or any(part.startswith(".") or "\0" in part for part in parts)
        ):
            return False
        if len(parts) == 1:
            return parts[0] in (_FILES if home == root else _FILES[1:2])
        if len(parts) == 2 and file.suffix in _FOLDERS.get(parts[0], ()):  # noqa: PLR2004
            return home == root
        if parts[0] == shipped.TEMPLATES.name:
            return True
    return False


def excerpt(workspace: Workspace, name: str, line: int) -> Excerpt:
    """Return the lines around one; the file is read no further than that."""
    file = find_file(workspace, name)
    first = max(1, line - AROUND)
    try:
        with file.open("rb") as raw:
            head = raw.read(2)
        encoding = "utf-16" if head in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE} else "utf-8-sig"
        with file.open(encoding=encoding, errors="replace") as text:
            lines = tuple(each.rstrip("\n") for each in islice(text, first - 1, line + AROUND))
    except OSError as error:
        raise fail(f"cannot be read: {error.strerror}", file=Path(name)) from None
    short = tuple(each[:_LONGEST_LINE] for each in lines)
    return Excerpt(file=name, path=file, first=first, lines=short)


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
    """A file as a run of words that knows their lines."""

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
        """Return how near a heading of this file stands above the passage; fewer is nearer."""
        for place, heading in enumerate(headings):
            if len(found := _WORD.findall(heading.casefold())) > 2 and self.line_of(found):  # noqa: PLR2004
                return place
        return len(headings)


def _sources(workspace: Workspace, slug: str) -> Iterator[tuple[str, Path]]:
    """Yield the files that an issue is made of, those that a passage is likeliest in first."""
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
    yield from ((shown(file, root).as_posix(), file) for file in files if file.is_file())


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    except OSError:
        return []
