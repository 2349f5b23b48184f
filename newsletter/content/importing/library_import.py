"""Pages imported into a library: sources read, steps planned, files written."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from newsletter.basics.errors import NewsletterError, Problem, WrongUsage
from newsletter.basics.files import read_bytes, write_text
from newsletter.basics.private import OWN_FILE, private_folder
from newsletter.content.doi import doi_key
from newsletter.content.importing import sources, titles
from newsletter.content.importing.merge import Found, key, merge
from newsletter.content.importing.plan import (
    Existing,
    Status,
    Step,
    new_step,
    step,
    summary_of,
    unreadable,
)
from newsletter.content.importing.sources import Source
from newsletter.content.importing.summary_edit import read_exactly
from newsletter.content.library import FOLDER, Library
from newsletter.content.summary.summary import Summary
from newsletter.content.text.slug import slug_of
from newsletter.content.topics import Vocabulary

_RECORD = Path(".newsletter/imports.json")

Agree = Callable[[Step, str, str], bool]
"""Returns whether the editor lets a step overwrite a file; takes the step, old and new text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the result: a summary, or a fragment that is none (`slug` None)."""

    status: Status
    slug: str | None
    title: str
    published: str | None
    doi: str | None
    source: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Imported:
    """The rows of all sources in order, and the problems of files that are no pages."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


def resolve_topic(text: str, topics: Vocabulary) -> str:
    """Return the canonical name for `--topic`. Raises WrongUsage with the nearest one."""
    name = topics.resolve(text)
    if name is None:
        raise WrongUsage(
            Problem(message=f"no topic is named '{text}'", hint=topics.did_you_mean(text))
        )
    return name


def import_pages(
    files: Sequence[Path],
    *,
    root: Path,
    library: Library,
    topic: str | None = None,
    agree: Agree | None = None,
) -> Imported:
    """Import pages into the library at `root`; `topic` is a canonical name.

    A file that the editor changed stays as it is unless `agree` returns True. A file that is no
    page is a problem; the others are imported.
    """
    read, problems = _read(files)
    record = _load_record(root)
    steps, broken = _plan(merge(read), library, root, topic, record)
    done = []
    for each in steps:
        final = _carry_out(each, root, agree)
        _note(record, final, root)
        done.append(_row(final))
    _save_record(root, record)
    done.extend(_left_over(read, done))
    return Imported((*done, *broken[0]), (*problems, *broken[1]))


def _read(files: Sequence[Path]) -> tuple[list[Source], list[Problem]]:
    read: list[Source] = []
    problems: list[Problem] = []
    for file in dict.fromkeys(files):
        try:
            source = sources.read(file)
        except NewsletterError as error:
            problems.extend(error.problems)
            continue
        read.append(source)
    return read, problems


def _plan(
    found: Sequence[Found],
    library: Library,
    root: Path,
    topic: str | None,
    record: dict[str, str],
) -> tuple[list[Step], tuple[list[Row], list[Problem]]]:
    matches = _match(found, library)
    free = _Free(slug.casefold() for slug in (*library, *library.broken))
    steps: list[Step] = []
    rows: list[Row] = []
    problems: list[Problem] = []
    for each, match in zip(found, matches, strict=True):
        slug = match.slug if match else slug_of(each.summary.title, each.summary.month)
        wanted = summary_of(each.summary, slug, Path(FOLDER, f"{slug}.md"), topic)
        reason = f"{FOLDER}/{slug}.md cannot be read" if slug in library.broken else None
        if reason := reason or unreadable(wanted):
            skipped = Step(status=Status.SKIPPED, reason=reason, summary=wanted, found=each)
            rows.append(_row(skipped))
            problems.extend(library.broken.get(slug, ()))
        elif match is not None:
            steps.append(step(each, _existing(match, root, record), topic))
        else:
            slug = free.slug(slug)
            named = replace(wanted, slug=slug, file=Path(FOLDER, f"{slug}.md"))
            steps.append(new_step(each, named))
    return steps, (rows, problems)


def _match(found: Sequence[Found], library: Library) -> list[Summary | None]:
    """Return the library's summary of each: by month and title, then by DOI among the rest."""
    by_title = {
        (str(each.published), titles.normalised(each.title)): each for each in library.values()
    }
    matches = [by_title.get(key(each.summary)) for each in found]
    claimed = {match.slug for match in matches if match is not None}
    by_doi = {
        its_key: each
        for each in library.values()
        if (its_key := doi_key(each.doi)) and each.slug not in claimed
    }
    for number, each in enumerate(found):
        if matches[number] is None and (its_key := doi_key(each.summary.doi)):
            matches[number] = by_doi.pop(its_key, None)
    return matches


class _Free:
    """Unused slugs; `taken` are the used ones, in lower case."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._numbers: dict[str, int] = {}

    def slug(self, wanted: str) -> str:
        """Return a slug, with a number behind it where it is taken, and take it."""
        free, number = wanted, self._numbers.get(wanted, 1)
        while free.casefold() in self._taken:
            number += 1
            free = f"{wanted}-{number}"
        self._numbers[wanted] = number
        self._taken.add(free.casefold())
        return free


def _existing(summary: Summary, root: Path, record: dict[str, str]) -> Existing:
    text = read_exactly(root / summary.file, summary.file)
    is_untouched = record.get(summary.slug) == _digest(text)
    return Existing(summary=summary, text=text, is_untouched=is_untouched)


def _carry_out(step: Step, root: Path, agree: Agree | None) -> Step:
    """Write a step's text; return the step, or its update if the editor agreed."""
    file = root / step.summary.file
    if step.update and step.update.text and agree is not None:
        old = read_exactly(file, step.summary.file)
        if agree(step, old, step.update.text):
            step = step.update
    if step.text is not None:
        write_text(file, step.text)
    return step


def _row(step: Step) -> Row:
    summary = step.summary
    parsed = step.found.summary
    return Row(
        status=step.status,
        slug=summary.slug,
        title=parsed.title,
        published=str(parsed.month),
        doi=parsed.doi or summary.doi,
        source=str(step.found.file),
        line=parsed.line,
        reason=step.reason,
    )


def _left_over(read: Sequence[Source], done: Sequence[Row]) -> list[Row]:
    """Return rows for fragments, except titles that another source has with their summary."""
    known = sorted({titles.normalised(row.title) for row in done})
    rows = []
    for source in read:
        for fragment in source.fragments:
            words = titles.normalised(fragment.text)
            first = bisect_left(known, words)  # where a title that begins with them would be
            if words and first < len(known) and known[first].startswith(words):
                continue
            rows.append(
                Row(
                    status=Status.SKIPPED,
                    slug=None,
                    title=_short(fragment.text),
                    published=None,
                    doi=None,
                    source=str(source.file),
                    line=fragment.line,
                    reason=fragment.reason,
                )
            )
    return rows


def _short(text: str) -> str:
    longest = 80
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


# The record maps the slug of a file that ends where its page ended to a digest of the text that
# the import wrote. A page cut off after a full stop looks whole, and one cut off in a title may
# seem to have one more paragraph; a longer page may complete such a file as long as the editor has
# not changed it. Without the record the editor is asked.


def _load_record(root: Path) -> dict[str, str]:
    try:
        raw = json.loads(read_bytes(root / _RECORD, _RECORD))
    except (NewsletterError, ValueError, RecursionError):
        return {}
    return {str(key): str(value) for key, value in raw.items()} if isinstance(raw, dict) else {}


def _note(record: dict[str, str], step: Step, root: Path) -> None:
    slug = step.summary.slug
    if step.is_open:
        text = step.text or read_exactly(root / step.summary.file, step.summary.file)
        record[slug] = _digest(text)
    elif step.status is Status.UPDATED and slug in record:
        if step.is_completed or step.text is None:
            del record[slug]
        else:
            record[slug] = _digest(step.text)


def _save_record(root: Path, record: dict[str, str]) -> None:
    if record != _load_record(root):
        private_folder((root / _RECORD).parent)
        text = json.dumps(record, indent=1, sort_keys=True) + "\n"
        write_text(root / _RECORD, text, mode=OWN_FILE)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
