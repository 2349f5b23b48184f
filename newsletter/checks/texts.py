"""Every text that an author wrote, and where in its file something stands."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from newsletter.checks.dossier import Dossier
from newsletter.content.issue import Issue
from newsletter.content.summary import Passage
from newsletter.render.template_files import PARTS


def passages(dossier: Dossier, issue: Issue) -> Iterator[Passage]:
    """Every text that an author wrote, with its place."""
    yield from around_summaries(issue)
    for summary in dossier.summaries:
        for key, text in (
            ("title", summary.title),
            ("citation", summary.citation),
            ("blurb", summary.blurb),
        ):
            if text is not None:
                yield Passage(text=text, file=summary.file, line=summary.lines.get(key, 1))
        yield summary.body
        if summary.implications is not None:
            yield summary.implications


def around_summaries(issue: Issue) -> Iterator[Passage]:
    """Every text that belongs to the issue itself."""
    if issue.introduction is not None:
        yield issue.introduction
    for key, text in (("subject", issue.subject), ("preheader", issue.preheader)):
        if text is not None:
            yield Passage(text=text, file=issue.file, line=issue.lines.get(key, 1))
    for number, announcement in enumerate(issue.announcements):
        yield title_of(issue, number)
        yield announcement.text


def title_of(issue: Issue, number: int) -> Passage:
    """Return the title of an announcement, which is what its entry usually begins with."""
    news = issue.announcements[number]
    line = issue.lines.get(f"announcements.{number}", news.text.line)
    return Passage(text=news.title, file=news.text.file, line=line)


def prose(dossier: Dossier, issue: Issue) -> Iterator[Passage]:
    """Every text that is Markdown."""
    if issue.introduction is not None:
        yield issue.introduction
    for announcement in issue.announcements:
        yield announcement.text
    for summary in dossier.summaries:
        yield summary.body
        if summary.implications is not None:
            yield summary.implications


def rows(passage: Passage) -> Iterator[tuple[int, str]]:
    """Yield each row of a text with its line in the file."""
    yield from enumerate(passage.text.split("\n"), passage.line)


def found(pattern: re.Pattern[str], passage: Passage) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield each find with its line in the file."""
    for match in pattern.finditer(passage.text):
        yield passage.line + passage.text.count("\n", 0, match.start()), match


def around(text: str, start: int, end: int, width: int = 30) -> str:
    """Return the words about a find on one line, at most `width` characters to either side."""
    first, last = max(0, start - width), end + width
    words = " ".join(text[first:last].split())
    return f"{'…' if first else ''}{words}{'…' if last < len(text) else ''}"


def in_templates(
    dossier: Dossier, pattern: str, endings: Sequence[str] = (".mjml",)
) -> tuple[Path | None, int | None]:
    """Return where the editor's own templates say something, or nothing where they do not.

    The templates that come with the program are not hers to mend.
    """
    wanted = re.compile(pattern)
    for file in template_files(dossier.templates, endings):
        text = file.read_text(encoding="utf-8", errors="replace")
        if match := wanted.search(text):
            root = dossier.settings.root
            name = file.relative_to(root) if file.is_relative_to(root) else file
            return name, text.count("\n", 0, match.start()) + 1
    return None, None


def template_files(folders: Sequence[Path], endings: Collection[str]) -> Iterator[Path]:
    """Yield a template's files with one of the endings, those that count most first.

    A folder that holds others of the folders has single parts of the default template, and
    beside them whole templates, which are not meant.
    """
    for folder in folders:
        holds_others = any(other.parent == folder for other in folders)
        places = (folder, *(folder / each for each in sorted(PARTS))) if holds_others else (folder,)
        for place in places:
            found = place.glob("*") if holds_others else place.rglob("*")
            yield from (file for file in sorted(found) if file.suffix in endings and file.is_file())


def text_of(dossier: Dossier, file: Path) -> str:
    """Return the text of one of the workspace's files, empty where it cannot be read."""
    try:
        return (dossier.settings.root / file).read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return ""


def line_in(dossier: Dossier, file: Path, words: str) -> int | None:
    """Return the first line of a workspace's file that holds some words, or None."""
    text = text_of(dossier, file)
    at = text.find(words)
    return None if at < 0 else text.count("\n", 0, at) + 1
