"""The words that the template writes itself, against the newsletter's language."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.basics.errors import Level, Problem
from newsletter.basics.files import shown
from newsletter.checks.dossier import Dossier
from newsletter.content.issue.issue import Issue
from newsletter.render.templates.files import DEFAULT
from newsletter.render.templates.words import FOLDER, has_words


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
