"""All summaries of a workspace, by slug."""

from __future__ import annotations

import dataclasses
import difflib
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.basics.errors import NewsletterError, Problem, fail
from newsletter.basics.files import shown
from newsletter.content.issue.issue import Issue
from newsletter.content.summary.file import read_summary
from newsletter.content.summary.summary import Summary
from newsletter.content.topics import Vocabularies, Vocabulary, unknown_name

FOLDER = "summaries"
_MOST_NAMED = 10
_MOST_HINTED = 50
"""The most problems of one kind with a hint at the nearest name."""
_MOST_LOOKED_AT = 5_000
"""The most comparisons of an issue's missing names with those that exist."""
_LONGEST_SLUG = 255
"""Characters of a file's name."""


@dataclass(frozen=True, slots=True)
class Library(Mapping[str, Summary]):
    """The summaries that could be read, by slug in the order of their names.

    `broken` maps the slug of each that could not be read to its problems; `problems` are those
    of all files, warnings too.
    """

    summaries: dict[str, Summary]
    broken: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def __getitem__(self, slug: str) -> Summary:
        return self.summaries[slug]

    def __iter__(self) -> Iterator[str]:
        return iter(self.summaries)

    def __len__(self) -> int:
        return len(self.summaries)

    def find(self, part: str) -> Summary:
        """Return the one summary that a slug, any unique part of one, or its file names.

        Raises NewsletterError with the candidates, the nearest slug, or what is wrong with the
        file that is meant.
        """
        wanted = (
            unicodedata.normalize("NFC", part.strip())
            .removeprefix(f"{FOLDER}/")
            .removesuffix(".md")
        )
        slugs = [*self.summaries, *self.broken]
        matches = [slug for slug in slugs if slug == wanted] or [
            slug for slug in slugs if wanted and wanted.casefold() in slug.casefold()
        ]
        if len(matches) > 1:
            named = ", ".join(matches[:_MOST_NAMED]) + (
                ", ..." if len(matches) > _MOST_NAMED else ""
            )
            raise fail(
                f"'{part}' is part of {len(matches)} summaries' names", hint=f"say which: {named}"
            )
        if not matches:
            raise fail(f"no summary is named '{part}'", hint=self.nearest(wanted))
        if matches[0] in self.broken:
            raise NewsletterError(*self.broken[matches[0]])
        return self.summaries[matches[0]]

    def of(self, issue: Issue) -> tuple[Summary, ...]:
        """Return an issue's summaries in its order; raise NewsletterError for all that fail."""
        problems: list[Problem] = []
        for number, slug in enumerate(issue.summaries):
            if slug in self.broken:
                problems.extend(self.broken[slug])
            elif slug not in self.summaries:
                problems.append(
                    Problem(
                        message=f"no summary is named '{slug}'",
                        file=issue.file,
                        line=issue.lines.get(f"summaries.{number}"),
                        hint=self.nearest(slug)
                        if len(problems) * len(self) < _MOST_LOOKED_AT
                        else None,
                    )
                )
        if problems:
            raise NewsletterError(*problems)
        return tuple(self.summaries[slug] for slug in issue.summaries)

    def nearest(self, part: str) -> str:
        """Return a hint with the slug nearest to a misspelt part of one."""
        if not self.summaries and not self.broken:
            return "there are no summaries yet: newsletter new, or newsletter import"
        if len(part) > _LONGEST_SLUG:
            return "newsletter summaries lists them"
        words = part.casefold().count("-") + 1
        pieces = {
            piece: slug
            for slug in (*self.broken, *self.summaries)
            for piece in _pieces(slug, words)
        }
        near = difflib.get_close_matches(part.casefold(), pieces, n=1, cutoff=0.6)
        if near:
            return f"did you mean '{pieces[near[0]]}'?"
        return "newsletter summaries lists them"


def _pieces(slug: str, words: int) -> Iterator[str]:
    """Yield the slug and its runs of about as many words."""
    parts = slug.casefold().split("-")
    for size in {words - 1, words, words + 1}:
        for start in range(len(parts) - size + 1) if size > 0 else ():
            yield "-".join(parts[start : start + size])
    yield slug.casefold()


def load_library(
    root: Path, vocabularies: Vocabularies, *, only: Collection[str] | None = None
) -> Library:
    """Read every `summaries/*.md`, or those with the slugs `only`.

    Topics and research types become their canonical names.
    """
    summaries: dict[str, Summary] = {}
    broken: dict[str, tuple[Problem, ...]] = {}
    told: list[Problem] = []
    hinted = 0
    for file in sorted((root / FOLDER).glob("*.md")):
        if file.name.startswith("."):
            continue
        name = shown(file, root)
        slug = unicodedata.normalize("NFC", name.stem)
        if only is not None and slug not in only:
            continue
        summary, problems = read_summary(file, root)
        if problem := _bad_name(slug, name, is_taken=slug in summaries or slug in broken):
            problems = (problem,)
            broken.setdefault(slug, problems)
        elif summary is None:
            broken[slug] = problems
        else:
            summaries[slug], unknown = _resolve(summary, vocabularies, hints=_MOST_HINTED - hinted)
            hinted += len(unknown)
            problems += unknown
        told.extend(problems)
    return Library(summaries, broken, tuple(told))


def _bad_name(slug: str, name: Path, *, is_taken: bool) -> Problem | None:
    if "\ufffd" in slug:
        message = "the file's name holds characters that cannot be shown"
        return Problem(message=message, file=name, hint="rename it in plain letters")
    if is_taken:
        message = "another file has this name, with its accents encoded differently"
        return Problem(message=message, file=name, hint="take one of them out, or rename it")
    return None


def _resolve(
    summary: Summary, known: Vocabularies, *, hints: int
) -> tuple[Summary, tuple[Problem, ...]]:
    problems: list[Problem] = []

    def name(text: str, vocabulary: Vocabulary, what: str, place: str) -> str:
        resolved = vocabulary.resolve(text)
        if resolved is None and vocabulary.names:
            line = summary.lines.get(place)
            hint = vocabulary.did_you_mean(text) if len(problems) < hints else None
            problems.append(unknown_name(text, what, file=summary.file, line=line, hint=hint))
        return resolved or text

    topics = [
        name(topic, known.topics, "topic", f"topics.{number}")
        for number, topic in enumerate(summary.topics)
    ]
    kind = summary.research_type
    if kind is not None:
        kind = name(kind, known.research_types, "research type", "research_type")
    resolved = dataclasses.replace(summary, topics=tuple(dict.fromkeys(topics)), research_type=kind)
    return resolved, tuple(problems)
