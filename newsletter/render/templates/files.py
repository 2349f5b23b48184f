"""A template's files: their folders, the loader that reads them, and the place of a text in them.

A template NAME is the folder `NAME` under the template folders: the workspace's first, then
those that come with the program. A file in an earlier folder overrides one in a later, and a
missing file is taken from `default`. Files in the workspace's `templates/` itself, such as
`parts/footer.mjml`, belong to `default`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from jinja2 import BaseLoader, Environment, TemplateNotFound

from newsletter.basics.errors import did_you_mean, fail
from newsletter.basics.files import read_text, shown
from newsletter.basics.stamps import Stamp, stamp
from newsletter.basics.toml import TomlFile, read_toml
from newsletter.render.templates.balance import first_unbalanced

DEFAULT = "default"
MJML = ".mjml"
LARGEST_TEMPLATE = 250_000
"""Octets of a file of a template; the longest that comes with the program has some 5,000."""
PARTS = frozenset({"parts", "words"})
"""Folders within a template; they are no templates."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def folders_of(
    name: str, folders: Sequence[Path], *, file: Path, line: int | None
) -> tuple[Path, ...]:
    """Return the folders that are searched for the files of a template, in order.

    `file` and `line` are the place of the name. Raises NewsletterError for an unknown one.
    """
    known = sorted({path.name for folder in folders for path in _subfolders(folder)} - PARTS)
    if name not in known or not _NAME.fullmatch(name):
        raise fail(
            f"no template named '{name}'",
            file=file,
            line=line,
            hint=did_you_mean(name, known) or f"there is: {', '.join(known) or 'none'}",
        )
    return places_of(name, folders)


def places_of(name: str, folders: Sequence[Path]) -> tuple[Path, ...]:
    """Return the folders of a template's files, in order, whether or not they exist."""
    names = (name,) if name == DEFAULT else (name, DEFAULT)
    return tuple(place for each in names for folder in folders for place in _places(folder, each))


def _places(folder: Path, name: str) -> tuple[Path, ...]:
    return (folder / name, folder) if name == DEFAULT else (folder / name,)


def find(folders: Sequence[Path], name: str) -> Path | None:
    """Return the first file of that name under the folders, never one outside them."""
    return next(_found(folders, name), None)


def find_all(folders: Sequence[Path], name: str) -> tuple[Path, ...]:
    """Return every file of that name under the folders, the overriding one first."""
    return tuple(_found(folders, name))


def toml_of(path: Path, root: Path) -> TomlFile:
    """Return a template's TOML file, read again once it has changed. Raises NewsletterError."""
    return _toml(path, shown(path, root), stamp(path))


@lru_cache(maxsize=64)
def _toml(path: Path, name: Path, _changed: Stamp) -> TomlFile:
    return read_toml(path, name)


def _found(folders: Sequence[Path], name: str) -> Iterator[Path]:
    parts = name.split("/")
    if "\\" in name or "\0" in name or any(part in {"", ".", ".."} for part in parts):
        return
    for folder in folders:
        file = folder.joinpath(*parts)
        if file.exists():  # `read_text` refuses a pipe or a folder
            yield file


class TemplateFiles(BaseLoader):
    """Loads from the first folder with the file, again when its content or folder has changed."""

    def __init__(self, folders: Sequence[Path], root: Path) -> None:
        self._folders = folders
        self._root = root
        self._used: dict[str, tuple[Path, str]] = {}

    def path_of(self, name: str) -> Path | None:
        """Return the file of a name at present."""
        return find(self._folders, name)

    def shown(self, path: Path) -> Path:
        """Return a file as the editor should see it."""
        return shown(path, self._root)

    def path_named(self, filename: str | None) -> Path | None:
        """Return the used file with a traceback's file name, or None for any other."""
        return next((path for path, _ in tuple(self._used.values()) if str(path) == filename), None)

    def locate(self, lines: Sequence[str]) -> tuple[Path | None, int | None]:
        """Return the file, as the editor should see it, and the line of the last of some lines.

        The lines are searched for together in the files used so far, then without the first of
        them, and so on. A text in several places has none, but a single line has the first.
        """
        for first in range(len(lines)):
            text = "\n".join(lines[first:]).rstrip()
            found = [(path, at) for path, at in self._occurrences(text) if text.strip()]
            if found and (len(found) == 1 or len(lines) == 1):
                return self.shown(found[0][0]), found[0][1]
        return None, None

    def unbalanced(self) -> tuple[Path, int, str] | None:
        """Return the first used MJML file with an unbalanced tag, its line, and a message."""
        for path, source in tuple(self._used.values()):
            if path.suffix == MJML and (found := first_unbalanced(source)):
                return self.shown(path), *found
        return None

    def without(self, words: str) -> Path | None:
        """Return the used file without some words that overrides one with them, or None."""
        for name, (path, source) in tuple(self._used.items()):
            _, *behind = find_all(self._folders, name) or (path,)
            if words not in source and any(words in read_text(each, each) for each in behind):
                return self.shown(path)
        return None

    def _occurrences(self, text: str) -> Iterator[tuple[Path, int]]:
        for path, source in tuple(self._used.values()):
            before, *after = source.split(text) if text else [source]
            for _ in after[:2]:
                yield path, (before + text).count("\n") + 1

    def get_source(
        self,
        environment: Environment,  # noqa: ARG002 - jinja2's signature
        template: str,
    ) -> tuple[str, str, Callable[[], bool]]:
        """Return a file's text, its path, and a function that says whether both are current."""
        path = self.path_of(template)
        if path is None:
            raise TemplateNotFound(template)
        before = stamp(path)
        source = read_text(path, self.shown(path), largest=LARGEST_TEMPLATE)
        self._used[template] = path, source
        return source, str(path), lambda: self.path_of(template) == path and stamp(path) == before

    def list_templates(self) -> list[str]:
        """Return the names of all files."""
        found = {
            path.relative_to(folder).as_posix()
            for folder in self._folders
            for path in _files(folder)
        }
        return sorted(found)


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _subfolders(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
