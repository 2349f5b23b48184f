"""Every text that an author wrote, and the line of something in its file."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from newsletter.basics.errors import NewsletterError
from newsletter.basics.files import read_bytes, shown, with_feeds
from newsletter.basics.stamps import Stamp, stamp
from newsletter.checks.dossier import Dossier
from newsletter.content.issue.issue import Issue
from newsletter.content.passage import Passage
from newsletter.render.templates.files import LARGEST_TEMPLATE, PARTS
from newsletter.settings.values import Settings

_TICKS = re.compile("`+")


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
    line, counted = passage.line, 0
    for match in pattern.finditer(passage.text):
        line, counted = line + passage.text.count("\n", counted, match.start()), match.start()
        yield line, match


def code_spans(row: str) -> list[tuple[int, int]]:
    """Return where code stands in a row, its backticks with it (CommonMark 0.31, 6.1).

    A run of backticks is closed by the next run of the same length. Each run is looked at once,
    whatever their lengths.
    """
    runs = [match.span() for match in _TICKS.finditer(row)]
    of_length: dict[int, list[int]] = {}
    for number in reversed(range(len(runs))):
        of_length.setdefault(runs[number][1] - runs[number][0], []).append(number)
    spans = []
    number = 0
    while number < len(runs):
        start, end = runs[number]
        alike = of_length[end - start]
        while alike and alike[-1] <= number:
            alike.pop()
        if alike:
            number = alike[-1]
            spans.append((start, runs[number][1]))
        number += 1
    return spans


def without_code(row: str) -> str:
    """Return a row without what is code in it."""
    kept, last = [], 0
    for start, end in code_spans(row):
        kept.append(row[last:start])
        last = end
    return "".join([*kept, row[last:]])


def is_within(spans: Sequence[tuple[int, int]], at: int) -> bool:
    """Whether an index lies in one of some spans, which are in order."""
    index = bisect_right(spans, at, key=lambda span: span[0]) - 1
    return index >= 0 and at < spans[index][1]


def around(text: str, start: int, end: int, width: int = 30) -> str:
    """Return the words about a find on one line, at most `width` characters to either side."""
    first, last = max(0, start - width), end + width
    words = " ".join(text[first:last].split())
    return f"{'…' if first else ''}{words}{'…' if last < len(text) else ''}"


def in_templates(
    dossier: Dossier, pattern: str, endings: Sequence[str] = (".mjml",)
) -> tuple[Path | None, int | None]:
    """Return where the editor's own templates say something, or nothing where they do not.

    The templates that come with the program are not the editor's to mend.
    """
    wanted = re.compile(pattern)
    for file in template_files(dossier.templates, endings):
        text = template_text(file)
        if match := wanted.search(text):
            return shown(file, dossier.settings.root), text.count("\n", 0, match.start()) + 1
    return None, None


def template_text(file: Path) -> str:
    """Return a template file's text, kept until the file changes; empty where it is refused."""
    return _text(file, stamp(file))


@lru_cache(maxsize=128)
def _text(file: Path, _changed: Stamp) -> str:
    try:
        data = read_bytes(file, file, largest=LARGEST_TEMPLATE)
    except NewsletterError:
        return ""
    return with_feeds(data.decode("utf-8", "replace"))


def template_files(folders: Sequence[Path], endings: Collection[str]) -> Iterator[Path]:
    """Yield a template's files with one of the endings, those that count most first.

    A folder that holds others of the folders has single parts of the default template, and
    beside them whole templates, which are not meant.
    """
    for folder in folders:
        holds_others = any(other.parent == folder for other in folders)
        own = (folder, *(folder / each for each in sorted(PARTS))) if holds_others else (folder,)
        for each in own:
            found = each.glob("*") if holds_others else each.rglob("*")
            yield from (file for file in sorted(found) if file.suffix in endings and file.is_file())


def plain_words(text: str) -> str:
    """Return the words of a text in small letters, one space between them: for comparing."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def setting_place(settings: Settings, key: str) -> tuple[Path, int | None]:
    """Return the settings' file as the editor sees it, and the line of a key, None if not set."""
    return settings.file.relative_to(settings.root), settings.lines.get(key)


def text_of(dossier: Dossier, file: Path) -> str:
    """Return the text of one of the workspace's files, empty where it cannot be read."""
    try:
        data = read_bytes(dossier.settings.root / file, file)
    except NewsletterError:
        return ""
    return with_feeds(data.decode("utf-8-sig", "replace"))


def line_in(dossier: Dossier, file: Path, words: str) -> int | None:
    """Return the first line of a workspace's file that holds some words, or None."""
    text = text_of(dossier, file)
    at = text.find(words)
    return None if at < 0 else text.count("\n", 0, at) + 1
