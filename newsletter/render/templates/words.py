"""The words of the templates themselves, in the newsletter's language.

They are in a template's `words/LANGUAGE.toml`: `pt.toml` overrides the English words, `pt-BR.toml`
both, and a workspace's file the program's of the same name. A file holds only what it changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from newsletter.basics.errors import NewsletterError, Problem, did_you_mean
from newsletter.basics.toml import TomlFile
from newsletter.content.month import Month
from newsletter.content.text.characters import refused_characters
from newsletter.render.templates.files import find_all, toml_of

FOLDER = "words"
GROUND = "en"
_PLACE = re.compile(r"\{(\w*)\}")
_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """`words` in a template; `{title}` and the like are places, filled by the filter `put`."""

    months: tuple[str, ...]
    month: str
    issue: str
    view_in_browser: str
    in_this_issue: str
    practice_implications: str
    topics: str
    research_type: str
    labelled: str
    summary_by: str
    read_on_web: str
    announcements: str
    why: str
    unsubscribe: str
    to_unsubscribe: str
    questions: str
    all_issues: str
    lead: str
    two: str
    comma: str
    many: str
    renewal_subject: str
    renewal: str

    def month_name(self, month: Month) -> str:
        """Return "November 2026", "noviembre de 2026"."""
        return put(self.month, month=self.months[month.month - 1], year=month.year)

    def joined(self, items: Sequence[str]) -> str:
        """Return "A", "A and B", or "A, B, and C"."""
        if len(items) <= 2:  # noqa: PLR2004 - two have a form of their own
            return put(self.two, first=items[0], last=items[1]) if items[1:] else "".join(items)
        return put(self.many, first=self.comma.join(items[:-1]), last=items[-1])


_NAMES = tuple(field.name for field in fields(Words))


def put(sentence: str, **values: object) -> str:
    """Return a sentence with its places filled; a place without a value stays as it is."""
    return _PLACE.sub(lambda match: str(values.get(match[1], match[0])), sentence)


def has_words(language: str, folders: Sequence[Path]) -> bool:
    """Return whether there are words for a language, or for it without its country."""
    return any(True for each in _chain(language) if find_all(folders, _file(each)))


def load_words(language: str, folders: Sequence[Path], root: Path) -> Words:
    """Return the words of a language; missing ones are English.

    Raises NewsletterError with every unknown name and every sentence without its places.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for each in dict.fromkeys((GROUND, *_chain(language))):
        for path in reversed(find_all(folders, _file(each))):
            file = toml_of(path, root)
            ground = dict(values)
            for name, value in file.values.items():
                wrong = _wrong(name, value, ground)
                if wrong is None:
                    values[name] = tuple(value) if isinstance(value, list) else value
                else:
                    problems.append(_problem(file, name, *wrong))
    if problems:
        raise NewsletterError(*problems)
    return Words(**values)


def _chain(language: str) -> Iterator[str]:
    """Yield `pt` and `pt-BR`, as their files are named, for any way of writing that."""
    parts = re.split("[-_]", language)
    for index in range(1, len(parts) + 1):
        yield "-".join([parts[0].lower(), *map(_cased, parts[1:index])])


def _cased(part: str) -> str:
    """Return a country in capitals, a script with an initial capital (RFC 5646, 2.1.1)."""
    return {2: part.upper(), 4: part.title()}.get(len(part), part.lower())


def _file(language: str) -> str:
    return f"{FOLDER}/{language}.toml"


def _wrong(name: str, value: Any, ground: dict[str, Any]) -> tuple[str, str | None] | None:
    """Return what is wrong with a word, and a hint; `ground` are the words that it overrides."""
    if name not in _NAMES:
        near = did_you_mean(name, _NAMES)
        return f"the templates have no word '{name}'", near or f"there is: {', '.join(_NAMES)}"
    several = isinstance(ground.get(name), tuple) or name == "months"
    texts = value if isinstance(value, list) else [value]
    if isinstance(value, list) != several or not all(isinstance(each, str) for each in texts):
        return (f"'{name}' must be {'twelve names' if several else 'text'}", None)
    if several and len(texts) != _MONTHS:
        return (f"'{name}' must be twelve names; there are {len(texts)}", None)
    if any(True for each in texts for _ in refused_characters(each, file=None, line=None)):
        return (f"'{name}' holds a character that cannot be sent in an email", "retype it")
    return None if several else _misplaced(name, value, ground.get(name, value))


def _misplaced(name: str, value: str, ground: str) -> tuple[str, str] | None:
    wanted, there = set(_PLACE.findall(ground)), set(_PLACE.findall(value))
    if wanted == there:
        return None
    odd = sorted(wanted - there) or sorted(there - wanted)
    says = "lacks" if wanted - there else "knows no"
    return f"'{name}' {says} {{{odd[0]}}}", f"in English it is: {ground}"


def _problem(file: TomlFile, name: str, message: str, hint: str | None) -> Problem:
    return Problem(message=message, file=file.name, line=file.line(name), hint=hint)
