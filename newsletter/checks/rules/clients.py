"""The rule about mail programs: which features of HTML and CSS they lack, after caniemail.com.

It is for the authors of templates, so it reports a template or CSS of the workspace's own;
`check --all` also reports the templates that ship.

The table (`caniemail.json`, its licence beside it) is renewed by `tools/caniemail.py`. It has the
answer of each program, one letter each: y yes, a almost, n no, u unknown. Only a feature that a
program lacks is reported, not one that it has with some peculiarity (margins, padding).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from newsletter.basics.errors import Level, Problem
from newsletter.basics.files import shown
from newsletter.checks.dossier import Dossier
from newsletter.checks.reading.css import FeatureUse
from newsletter.checks.reading.fallbacks import FALLBACKS
from newsletter.checks.reading.features import features_of
from newsletter.checks.reading.texts import template_files, template_text
from newsletter.content.issue.issue import Issue
from newsletter.settings.values import Settings

TABLE = "caniemail.json"
FAMILIES = {"gmail": "Gmail", "apple-mail": "Apple Mail", "outlook": "Outlook", "yahoo": "Yahoo"}
"""The programs that are named, in this order; the others are counted."""
_PLATFORMS = {
    "android": "Android",
    "desktop-webmail": "web",
    "ios": "iOS",
    "macos": "macOS",
    "mobile-webmail": "a phone's browser",
    "outlook-com": "Outlook.com",
    "windows": "Windows",
}
_NO_LONGER = "outlook/windows-mail"
"""Windows Mail, which Microsoft ended in 2024: counted, but not named."""
_SMALL = {"gmail/mobile-webmail"}
"""A lack here alone is no reason to warn: only inlined styles work there, and few read there."""
_IN_EVERY_EMAIL = {"html-body", "html-style"}
Place = tuple[Path | None, int | None]
_NOWHERE: Place = (None, None)
_TEMPLATES = (".mjml", ".css", ".html")
_ENDINGS = (*_TEMPLATES, ".toml")


@dataclass(frozen=True, slots=True)
class SupportTable:
    """Which programs have which feature: `clients` as "gmail/ios", title and answers by slug."""

    date: str
    clients: tuple[str, ...]
    features: dict[str, tuple[str, str]]
    slugs: frozenset[str]

    def lacking(self, slug: str) -> tuple[str, ...]:
        """Return the programs without a feature."""
        answers = self.features[slug][1]
        return tuple(c for c, a in zip(self.clients, answers, strict=True) if a == "n")

    def tested(self, slug: str) -> int:
        """Return in how many programs a feature was tested."""
        return sum(answer != "u" for answer in self.features[slug][1])


@cache
def table() -> SupportTable:
    """Read the table that ships."""
    raw = json.loads(resources.files("newsletter.checks").joinpath(TABLE).read_text("utf-8"))
    features = {slug: (title, answers) for slug, (title, answers) in raw["features"].items()}
    return SupportTable(raw["date"], tuple(raw["clients"]), features, frozenset(features))


def client_support(dossier: Dossier, _issue: Issue) -> Iterator[Problem]:
    """Report each feature once that Gmail, Apple Mail, Outlook or Yahoo lack.

    Those of the templates that ship, each of which has a fallback, are one finding.
    """
    message, settings = dossier.message, dossier.settings
    shipped = _sources(dossier.shipped) if dossier.templates or dossier.is_thorough else []
    texts = {text for _, text in shipped}
    own = [(file, text) for file, text in _sources(dossier.templates) if text not in texts]
    tells_all = dossier.is_thorough or any(file.suffix in _TEMPLATES for file, _ in own)
    if message is None or not (tells_all or own or settings.design.values):
        return
    usual: dict[str, set[str]] = {}
    for slug, use in features_of(message.root, message.styles, table().slugs).items():
        lacking = [each for each in table().lacking(slug) if _is_named(each)]
        if not lacking or slug in _IN_EVERY_EMAIL or (slug in FALLBACKS and set(lacking) <= _SMALL):
            continue
        file, line = _in_settings(settings, use) or _in_sources(own, use)
        is_shipped = file is None or _in_sources(shipped, use) != _NOWHERE
        if is_shipped and (slug in FALLBACKS or not use.bare):
            usual[slug] = {each.partition("/")[0] for each in lacking}
        elif file is not None or tells_all:
            yield _problem(slug, use, lacking, file and shown(file, settings.root), line)
    if usual and tells_all:
        yield _together(usual)


def _problem(
    slug: str, use: FeatureUse, lacking: list[str], file: Path | None, line: int | None
) -> Problem:
    share = len(table().lacking(slug)) / table().tested(slug)
    told = f"{use.shown}: not in {_named(lacking)} ({share:.0%} of the mail programs)"
    fallback = FALLBACKS.get(slug) if use.bare else "what stands beside it is shown"
    weighty = any(not each.startswith("yahoo") and each not in _SMALL for each in lacking)
    return Problem(
        message=f"{told}; {fallback} there" if fallback else told,
        file=file,
        line=line,
        hint=None if fallback else f"https://www.caniemail.com/features/{slug}/",
        level=Level.WARNING if weighty and not fallback else Level.INFO,
    )


def _together(usual: dict[str, set[str]]) -> Problem:
    """Return one problem for all, grouped by the programs that lack them."""
    by_programs: dict[str, list[str]] = {}
    for slug, families in sorted(usual.items()):
        programs = ", ".join(name for family, name in FAMILIES.items() if family in families)
        by_programs.setdefault(programs, []).append(table().features[slug][0])
    lists = "; ".join(
        f"{programs}: {', '.join(titles)}" for programs, titles in sorted(by_programs.items())
    )
    details = "1 detail" if len(usual) == 1 else f"{len(usual)} details"
    return Problem(
        message=f"nothing to do: {details} of the design look plainer in some mail programs, "
        f"and no text is lost ({lists})",
        level=Level.INFO,
    )


def _is_named(client: str) -> bool:
    return client.partition("/")[0] in FAMILIES and client != _NO_LONGER


def _named(clients: list[str]) -> str:
    """Return "Gmail, Outlook (Windows, Outlook.com) or Yahoo"."""
    names = []
    for family, name in FAMILIES.items():
        own = [c for c in table().clients if c.startswith(f"{family}/") and c != _NO_LONGER]
        without = [c for c in own if c in clients]
        where = ", ".join(_PLATFORMS[each.partition("/")[2]] for each in without)
        if without:
            names.append(name if len(without) == len(own) else f"{name} ({where})")
    return " or ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _in_settings(settings: Settings, use: FeatureUse) -> Place | None:
    for name, value in settings.design.values.items():
        if isinstance(value, str) and use.shown in value:
            return settings.file, settings.lines.get(f"design.{name}")
    return None


def _sources(folders: Sequence[Path]) -> list[tuple[Path, str]]:
    """Return the files of a template that may say something, with their texts."""
    return [(file, template_text(file)) for file in template_files(folders, _ENDINGS)]


def _in_sources(sources: Iterable[tuple[Path, str]], use: FeatureUse) -> Place:
    wanted = re.compile(use.sought)
    for file, text in sources:
        if match := wanted.search(text):
            return file, text.count("\n", 0, match.start()) + 1
    return _NOWHERE
