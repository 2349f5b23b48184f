"""Templates rendered, and their errors with file and line."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from jinja2 import TemplateNotFound
from jinja2.exceptions import TemplateError, TemplateSyntaxError, UndefinedError

from newsletter.basics.errors import NewsletterError, Problem, did_you_mean, fail
from newsletter.render.slots.introduction import said
from newsletter.render.slots.places import Places
from newsletter.render.slots.reader import ReaderMisused
from newsletter.render.templates.sandbox import filling, sandbox
from newsletter.render.templates.spending import bounded

_UNDEFINED = re.compile(r"'(\w+)' is undefined")
_NO_ATTRIBUTE = re.compile(r"'[\w.]*\.(\w+) object' has no attribute '(\w+)'")

_NO_KEY = re.compile(r"'dict object' has no attribute '(\w+)'")


class Templates:
    """One template's `files`, ready to be rendered with the tokens of one compilation.

    `base` is the direction of the newsletter's language, "ltr" or "rtl".
    """

    def __init__(self, folders: Sequence[Path], *, root: Path, base: str, places: Places) -> None:
        self._places = places
        self._environment = sandbox(tuple(folders), root, base)
        self.files = self._environment.files

    def render(self, name: str, values: Mapping[str, Any]) -> str:
        """Return a template file rendered. Raises NewsletterError with its file and line."""
        file = self.path_of(name)
        if file is None:
            raise fail(f"the template has no file '{name}'")
        return self._guarded(
            lambda: bounded(self._environment.get_template(name).generate(values)),
            file=file,
            line=None,
            known=values,
        )

    def render_line(
        self, source: str, values: Mapping[str, Any], *, file: Path, line: int | None, html: bool
    ) -> str:
        """Return a one-line template from a setting or a front matter key rendered.

        `html` says whether the values are escaped.
        """
        return self._guarded(
            lambda: bounded(self._environment.line(source, html=html).generate(values)),
            file=file,
            line=line,
            known=values,
        )

    def path_of(self, name: str) -> Path | None:
        """Return a template file as the editor should see it, or None where there is none."""
        path = self.files.path_of(name)
        return None if path is None else self.files.shown(path)

    def _guarded(
        self, run: Callable[[], str], *, file: Path, line: int | None, known: Mapping[str, Any]
    ) -> str:
        try:
            with filling(self._places):
                return run()
        except NewsletterError:
            raise
        # A template's mistakes raise any exception: a division by zero, a call of None.
        except Exception as error:  # noqa: BLE001
            place, number = self._place(error)
            problem = Problem(
                message=_words(error),
                file=file if place is None else self.files.shown(place),
                line=line if place is None else number,
                hint=self._hint(error, known),
            )
            raise NewsletterError(problem) from None

    def _place(self, error: Exception) -> tuple[Path | None, int | None]:
        """Return the innermost template file and line that an error came from."""
        if isinstance(error, TemplateSyntaxError):
            return self.files.path_named(error.filename), error.lineno
        if isinstance(error, ReaderMisused) and error.line is not None:
            return self.files.path_named(error.filename), error.line
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if path := self.files.path_named(frame.filename):
                return path, frame.lineno
        return None, None

    def _hint(self, error: Exception, known: Mapping[str, Any]) -> str | None:
        if isinstance(error, TemplateNotFound):
            return did_you_mean(str(error), self.files.list_templates())
        if isinstance(error, UndefinedError):
            if undefined := _UNDEFINED.fullmatch(str(error)):
                return _nearest(undefined[1], known)
            if key := _NO_KEY.fullmatch(str(error)):
                return _nearest(key[1], known.get("design", ()))
            if missing := _NO_ATTRIBUTE.fullmatch(str(error)):
                return _nearest(missing[2], _attributes(missing[1], known))
        return None


def _nearest(name: str, known: Iterable[str]) -> str | None:
    there = ", ".join(known)
    return did_you_mean(name, known) or (f"there is: {there}" if there else None)


def _attributes(view: str, known: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of a view's fields."""
    several = (value if isinstance(value, list) else [value] for value in known.values())
    for one in (one for values in several for one in values):
        if is_dataclass(one) and type(one).__name__ == view:
            return tuple(field.name for field in fields(one))
    return ()


def _words(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "the template includes itself without end"
    if isinstance(error, MemoryError):
        return "the template makes more text than fits into the memory"
    if isinstance(error, TemplateNotFound):
        return f"there is no template file '{error}'"
    if isinstance(error, (TemplateError, ReaderMisused)):
        return said(error) if isinstance(error, TemplateSyntaxError) else _undefined(str(error))
    return f"{type(error).__name__}: {error}"


def _undefined(message: str) -> str:
    if key := _NO_KEY.fullmatch(message):
        return f"'design' has no '{key[1]}'"
    if missing := _NO_ATTRIBUTE.fullmatch(message):
        return f"'{missing[1].removesuffix('View').lower()}' has no '{missing[2]}'"
    return message
