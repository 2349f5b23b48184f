"""The two vocabularies that summaries are tagged with: topics and research types.

[topics]
names = ["Attachment", "Therapist Factors"]

[topics.aliases]
"Therapist Variables" = "Therapist Factors"

[research_types]            # the same two keys
names = ["Meta-analysis"]
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from newsletter.basics.errors import Level, NewsletterError, Problem, did_you_mean
from newsletter.basics.toml import TomlFile, read_toml


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names, in the file's order, and their aliases."""

    names: tuple[str, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
    _by_key: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        aliases = {_key(alias): name for alias, name in self.aliases.items()}
        names = {_key(name): name for name in self.names}
        object.__setattr__(self, "_by_key", aliases | names)

    def resolve(self, text: str) -> str | None:
        """Return the name for a text or an alias, case and white space aside, or None."""
        return self._by_key.get(_key(text))

    def did_you_mean(self, text: str) -> str | None:
        """Return a hint that names the nearest name."""
        near = did_you_mean(" ".join(text.split()), [*self.names, *self.aliases])
        return near or "the names are in topics.toml; add it there if it is new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabularies:
    """What `topics.toml` holds."""

    topics: Vocabulary = Vocabulary()
    research_types: Vocabulary = Vocabulary()


def unknown_name(
    text: str, what: str, *, file: Path, line: int | None, hint: str | None
) -> Problem:
    """Return the problem of a summary's topic or research type that no vocabulary has."""
    message = f"'{text}' is no {what} of topics.toml"
    return Problem(message=message, file=file, line=line, hint=hint, level=Level.WARNING)


def load_vocabularies(file: Path, name: Path) -> Vocabularies:
    """Read a vocabulary file; `name` is how problems name it.

    Raises NewsletterError with every problem.
    """
    reader = _Reader(read_toml(file, name))
    found = Vocabularies(
        topics=reader.vocabulary("topics"), research_types=reader.vocabulary("research_types")
    )
    reader.only((), ("topics", "research_types"), reader.toml.values)
    if reader.problems:
        raise NewsletterError(*sorted(reader.problems, key=lambda each: each.line or 0))
    return found


class _Reader:
    def __init__(self, toml: TomlFile) -> None:
        self.toml = toml
        self.problems: list[Problem] = []

    def vocabulary(self, section: str) -> Vocabulary:
        table = self.toml.values.get(section, {})
        if not isinstance(table, dict):
            self._problem((section,), f"{section} is a section", f"write [{section}] on a line")
            return Vocabulary()
        self.only((section,), ("names", "aliases"), table)
        names = self._names(section, table.get("names", []))
        return Vocabulary(names, self._aliases(section, names, table.get("aliases", {})))

    def only(self, place: tuple[str, ...], known: tuple[str, ...], table: dict[str, Any]) -> None:
        for key in table:
            if key not in known:
                near = did_you_mean(key, known) or f"the keys are {' and '.join(known)}"
                self._problem((*place, key), f"there is no key '{key}'", near)

    def _names(self, section: str, listed: Any) -> tuple[str, ...]:
        place = (section, "names")
        if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
            self._problem(place, "names must be a list of texts", 'names = ["Attachment"]')
            return ()
        seen: dict[str, str] = {}
        for name in listed:
            text = " ".join(name.split())
            if not text:
                self._problem(place, "a name is empty", "take it out")
            elif _key(text) in seen:
                self._problem(place, f"'{text}' stands twice", "take one out")
            else:
                seen[_key(text)] = text
        return tuple(seen.values())

    def _aliases(self, section: str, names: tuple[str, ...], table: Any) -> dict[str, str]:
        if not isinstance(table, dict):
            self._problem(
                (section, "aliases"), "aliases is a section", f"write [{section}.aliases]"
            )
            return {}
        vocabulary, found = Vocabulary(names), {}
        for alias, meant in table.items():
            name = vocabulary.resolve(meant) if isinstance(meant, str) else None
            if name is None:
                hint = did_you_mean(str(meant), names)
                message = f"'{alias}' stands for '{meant}', which is none of the names"
                self._problem((section, "aliases", alias), message, hint)
            elif vocabulary.resolve(alias) not in {None, name}:
                self._problem((section, "aliases", alias), f"'{alias}' is a name itself", None)
            else:
                found[alias] = name
        return found

    def _problem(self, place: tuple[str, ...], message: str, hint: str | None) -> None:
        line = self.toml.line(".".join(place))
        self.problems.append(Problem(message=message, file=self.toml.name, line=line, hint=hint))


def _key(text: str) -> str:
    return " ".join(text.split()).casefold()
