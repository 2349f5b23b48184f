"""Rules about the template: names of the workspace's own files, words in its language."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from newsletter.basics.errors import Level, Problem
from newsletter.basics.files import shown
from newsletter.checks.dossier import Dossier
from newsletter.checks.reading.texts import template_files, template_text
from newsletter.content.issue.issue import Issue
from newsletter.render.templates.files import DEFAULT
from newsletter.render.templates.words import FOLDER, has_words

_ENDINGS = frozenset({".css", ".mjml", ".txt", ".toml"})
_OF_PARTS = "parts"
_NEAR = 0.7  # of 1: "foter" and "footer" are at 0.91, "sponsor" and "footer" at 0.31


def template_file(dossier: Dossier, _issue: Issue) -> Iterator[Problem]:
    """Find a file whose name is nearly one of the template's: it would replace nothing.

    A file that another one includes is in use; a copy ("footer (copy).mjml") is meant as one.
    """
    own = [(folder, name) for folder in dossier.templates for name in _names(folder)]
    if not own:
        return
    known = sorted({name for folder in dossier.shipped for name in _names(folder)})
    for folder, name in own:
        if name in known or _is_copy(name, known) or _is_included(name, dossier.templates):
            continue
        if meant := _meant(name, known):
            yield Problem(
                message=f"the template has no file '{name}': this one changes nothing",
                file=shown(folder / name, dossier.settings.root),
                line=1,
                hint=f"did you mean '{meant}'?",
                level=Level.WARNING,
            )


def template_words(dossier: Dossier, _issue: Issue) -> Iterator[Problem]:
    """Find a language in which the template has no words: readers see English ones."""
    settings = dossier.settings
    language = settings.newsletter.language
    if has_words(language, (*dossier.templates, *dossier.shipped)):
        return
    yield Problem(
        message=f"the template has no words in '{language}': its own, and the month, are English",
        file=shown(settings.file, settings.root),
        line=settings.lines.get("newsletter.language"),
        hint=f"put them into templates/{DEFAULT}/{FOLDER}/{language}.toml: see docs/templates.md",
        level=Level.WARNING,
    )


def _names(folder: Path) -> Iterator[str]:
    """Yield the names of a template's files; a language's words may have any name."""
    for place in (folder, folder / _OF_PARTS):
        for file in sorted(place.iterdir()) if place.is_dir() else ():
            if file.suffix in _ENDINGS and not file.name.startswith(".") and file.is_file():
                yield file.relative_to(folder).as_posix()


def _meant(name: str, known: list[str]) -> str | None:
    """Return the template's file of that ending whose name is nearest, wherever it lies."""
    stem, ending = PurePosixPath(name).stem, PurePosixPath(name).suffix
    stems = {PurePosixPath(each).stem: each for each in known if each.endswith(ending)}
    near = difflib.get_close_matches(stem.casefold(), stems, n=1, cutoff=_NEAR)
    return stems[near[0]] if near else None


def _is_copy(name: str, known: list[str]) -> bool:
    """Whether a name is a known one with a mark behind it: "footer-old", "footer 2"."""
    stem = PurePosixPath(name).stem
    stems = (PurePosixPath(each).stem for each in known)
    return any(re.match(re.escape(each) + r"[^a-zA-Z]", stem) for each in stems)


def _is_included(name: str, folders: tuple[Path, ...]) -> bool:
    texts = (template_text(file) for file in template_files(folders, _ENDINGS))
    return any(f'"{name}"' in text or f"'{name}'" in text for text in texts)
