"""Templates: which files they are, the sandbox they run in, and where their faults lie.

A template NAME is the folder `NAME` under the template folders: the workspace's first, then
those that come with the program. Any single file of it may lie in an earlier folder, and one
that it lacks is taken from `default`.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound, nodes
from jinja2.exceptions import TemplateError, TemplateSyntaxError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from newsletter.content.characters import wrap
from newsletter.errors import NewsletterError, Problem, did_you_mean, fail
from newsletter.files import read_text, shown
from newsletter.render.attributes import attribute, dir_attribute
from newsletter.render.places import Places
from newsletter.render.reader import READER, Field, Reader, ReaderMisused, misuses

DEFAULT = "default"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_UNDEFINED = re.compile(r"'(\w+)' is undefined")
_UNESCAPED = (".txt", ".css")  # design values, which are checked, are all that CSS takes


def folders_of(
    name: str, folders: Sequence[Path], *, file: Path, line: int | None
) -> tuple[Path, ...]:
    """Return where the files of a template are looked for, in order.

    `file` and `line` say where the name is written. Raises NewsletterError for an unknown one.
    """
    known = sorted({path.name for folder in folders for path in _subfolders(folder)})
    if name not in known or not _NAME.fullmatch(name):
        raise fail(
            f"no template named '{name}'",
            file=file,
            line=line,
            hint=did_you_mean(name, known) or f"there is: {', '.join(known) or 'none'}",
        )
    names = (name,) if name == DEFAULT else (name, DEFAULT)
    return tuple(folder / each for each in names for folder in folders)


def _subfolders(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []


def find(folders: Sequence[Path], name: str) -> Path | None:
    """Return the first file of that name under the folders; it can never lie outside them."""
    parts = name.split("/")
    if "\\" in name or "\0" in name or any(part in {"", ".", ".."} for part in parts):
        return None
    return next((file for folder in folders if (file := folder.joinpath(*parts)).is_file()), None)


class Templates:
    """One template's files, ready to be rendered with the tokens of one compilation.

    `base` is the direction of the newsletter's language, "ltr" or "rtl".
    """

    def __init__(self, folders: Sequence[Path], *, root: Path, base: str, places: Places) -> None:
        self._root = root
        self._loader = _Folders(folders, root)
        self._environment = _Environment(self._loader, base, places)

    def render(self, name: str, values: Mapping[str, Any]) -> str:
        """Return a template file rendered. Raises NewsletterError with its file and line."""
        file = self.path_of(name)
        if file is None:
            raise fail(f"the template has no file '{name}'")
        return self._guarded(
            lambda: self._environment.get_template(name).render(values),
            file=file,
            line=None,
            known=values,
        )

    def render_text(
        self, source: str, values: Mapping[str, Any], *, file: Path, line: int | None, html: bool
    ) -> str:
        """Return a one-line template from a setting or a front matter key rendered.

        `html` says whether the values are escaped.
        """

        def run() -> str:
            template = self._environment.overlay(autoescape=html).from_string(source)
            return template.render(values)

        return self._guarded(run, file=file, line=line, known=values)

    def path_of(self, name: str) -> Path | None:
        """Return a template file as the editor should see it, or None where there is none."""
        path = self._loader.path_of(name)
        return None if path is None else shown(path, self._root)

    def locate(self, text: str) -> tuple[Path | None, int | None]:
        """Return file and line of the template used so far that holds a text, if any does."""
        for path, source in self._loader.used.items():
            start = source.find(text) if text else -1
            if start >= 0:
                return shown(path, self._root), source.count("\n", 0, start) + 1
        return None, None

    def _guarded(
        self, run: Callable[[], str], *, file: Path, line: int | None, known: Iterable[str]
    ) -> str:
        try:
            return run()
        except NewsletterError:
            raise
        # Whatever a template does wrong raises in its code: a division by zero, a call of None.
        except Exception as error:  # noqa: BLE001
            place, number = self._place(error)
            problem = Problem(
                message=_words(error),
                file=file if place is None else shown(place, self._root),
                line=line if place is None else number,
                hint=self._hint(error, known),
            )
            raise NewsletterError(problem) from None

    def _place(self, error: Exception) -> tuple[Path | None, int | None]:
        """Return the innermost template file and line that an error came from."""
        used = {str(path): path for path in self._loader.used}
        if isinstance(error, TemplateSyntaxError):
            return used.get(error.filename or ""), error.lineno
        if isinstance(error, ReaderMisused) and error.line is not None:
            return used.get(error.filename or ""), error.line
        frames = traceback.extract_tb(error.__traceback__)
        inner = next((frame for frame in reversed(frames) if frame.filename in used), None)
        return (None, None) if inner is None else (used[inner.filename], inner.lineno)

    def _hint(self, error: Exception, known: Iterable[str]) -> str | None:
        if isinstance(error, TemplateNotFound):
            return did_you_mean(str(error), self._loader.list_templates())
        undefined = _UNDEFINED.fullmatch(str(error))
        if isinstance(error, UndefinedError) and undefined:
            return did_you_mean(undefined[1], known) or f"there is: {', '.join(known)}"
        return None


def _words(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "the template includes itself without end"
    if isinstance(error, TemplateNotFound):
        return f"there is no template file '{error}'"
    if isinstance(error, (TemplateError, ReaderMisused)):
        return str(error)
    return f"{type(error).__name__}: {error}"


class _Folders(BaseLoader):
    """Loads from the first folder that has the file, and remembers what was loaded."""

    def __init__(self, folders: Sequence[Path], root: Path) -> None:
        self._folders = folders
        self._root = root
        self.used: dict[Path, str] = {}

    def path_of(self, name: str) -> Path | None:
        return find(self._folders, name)

    def get_source(
        self,
        environment: Environment,  # noqa: ARG002 - jinja2's signature
        template: str,
    ) -> tuple[str, str, None]:
        path = self.path_of(template)
        if path is None:
            raise TemplateNotFound(template)
        source = read_text(path, shown(path, self._root))
        self.used[path] = source
        return source, str(path), None

    def list_templates(self) -> list[str]:
        found = {
            path.relative_to(folder).as_posix()
            for folder in self._folders
            for path in folder.rglob("*")
            if path.is_file()
        }
        return sorted(found)


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja2 in its sandbox, which knows the reader's fields and what may be done with them."""

    def __init__(self, loader: _Folders, base: str, places: Places) -> None:
        super().__init__(
            loader=loader,
            autoescape=lambda name: name is None or not name.endswith(_UNESCAPED),
            undefined=StrictUndefined,
            finalize=_finalized,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self.globals = {READER: Reader(), "range": self.globals["range"]}
        self.filters["attr"] = attribute
        self.filters["dir"] = lambda text: dir_attribute(text, base)
        self.filters["wrap"] = lambda text, first="", rest="": wrap(
            str(text), first=first, rest=rest, measure=places.measure
        )

        def fallback(field: object, text: str) -> Markup:
            if not isinstance(field, Field):
                raise ReaderMisused("'fallback' belongs to a reader's field")
            return field.placed(text, places)

        self.filters["fallback"] = fallback

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template = super()._parse(source, name, filename)
        for misuse in misuses(template):
            misuse.filename = filename
            raise misuse
        return template


def _finalized(value: Any) -> Any:
    return "" if value is None else value
