"""Jinja2 in its sandbox: the filters, calls and operators of a template.

An environment, with the templates that it has compiled, is kept for each template's folders:
compiling them is most of an email's time. The Places of one compilation are in a ContextVar.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, Template, nodes, pass_eval_context
from jinja2.exceptions import TemplateRuntimeError, TemplateSyntaxError
from jinja2.nodes import EvalContext
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from newsletter.content.text.characters import display_width, wrap
from newsletter.render.attributes import attribute, dir_attribute
from newsletter.render.nesting import TOO_DEEP, deepest_line
from newsletter.render.slots.places import Places
from newsletter.render.slots.reader import READER, Field, Reader, ReaderMisused, misuses
from newsletter.render.templates.files import TemplateFiles
from newsletter.render.templates.spending import (
    JOINED,
    LONGEST_REPEATED,
    ROUNDS,
    Counting,
    guarded,
    joined,
    measured,
    purse,
    refuse_growth,
    refuse_widths,
    rounds,
    spend,
)
from newsletter.render.templates.words import put

MOST_ROUNDS = 1_000
"""The longest `range` in a template."""

_UNESCAPED = (".txt", ".css")  # CSS holds only design values, which are checked
_places: ContextVar[Places | None] = ContextVar("_places", default=None)


@contextmanager
def filling(places: Places) -> Iterator[None]:
    """Use these places, and a new purse, for templates rendered in the block."""
    token = _places.set(places)
    try:
        with purse():
            yield
    finally:
        _places.reset(token)


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of a template's files; `base` is "ltr" or "rtl", the newsletter's."""

    # Jinja2's compiler computes constant operations at once, unless they are intercepted.
    intercepted_binops = frozenset({"*", "**", "+", "%"})

    def __init__(self, files: TemplateFiles, base: str) -> None:
        super().__init__(
            loader=files,
            autoescape=lambda name: name is None or not name.endswith(_UNESCAPED),
            undefined=StrictUndefined,
            finalize=_finalized,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.globals = {READER: Reader(), "range": _range}
        self.filters["attr"] = attribute
        self.filters["dir"] = lambda text: dir_attribute(text, base)
        self.filters["wrap"] = _wrap
        self.filters["fallback"] = _fallback
        self.filters["put"] = _put
        self.filters = {name: guarded(name, run) for name, run in self.filters.items()}
        self.filters |= {ROUNDS: rounds, JOINED: joined}
        self.files = files
        self._lines = {html: self.overlay(autoescape=html) for html in (True, False)}

    @lru_cache(maxsize=64)  # noqa: B019 - environments are few and stay
    def line(self, source: str, *, html: bool) -> Template:
        """Return the template of a setting or a front matter key; `html` escapes its values."""
        return self._lines[html].from_string(source)

    def call(self, context: Context, obj: Any, /, *args: Any, **named: Any) -> Any:
        """Call what a template calls. Raises TemplateRuntimeError where it would cost too much."""
        name = getattr(obj, "__name__", "")
        text = getattr(getattr(obj, "__wrapped__", obj), "__self__", None)  # format is wrapped
        if isinstance(text, str):
            refuse_growth(name, (text, *args, *named.values()))
        else:
            spend()
        return measured(super().call(context, obj, *args, **named))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Compute. Raises TemplateRuntimeError where the result would be too large."""
        if operator in {"+", "%"}:
            if operator == "%" and isinstance(left, str):
                refuse_widths(left)
                values = right if isinstance(right, tuple) else (right,)
                refuse_growth("%", values)
            return measured(super().call_binop(context, operator, left, right))
        if operator == "**":
            raise TemplateRuntimeError("'**' is not there in a template")
        for value, times in ((left, right), (right, left)):
            if isinstance(times, int) and not isinstance(value, int | float):
                size = len(value) * times if hasattr(value, "__len__") else 0
                if size > LONGEST_REPEATED:
                    raise TemplateRuntimeError(
                        f"'*' makes at most {LONGEST_REPEATED:,} characters in a template"
                    )
        return super().call_binop(context, operator, left, right)

    def compile(self, source: Any, *arguments: Any, **named: Any) -> Any:
        """Compile a source; raise TemplateSyntaxError also where it is nested too deeply."""
        try:
            return super().compile(source, *arguments, **named)
        # Python's own compiler refuses what Jinja2 makes of more than 20 loops in each other.
        except (RecursionError, MemoryError, SyntaxError):
            name, filename = (*arguments, None, None)[:2]
            raise TemplateSyntaxError(
                TOO_DEEP,
                deepest_line(self, source),
                named.get("name", name),
                named.get("filename", filename),
            ) from None

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template = super()._parse(source, name, filename)
        for misuse in misuses(template):
            misuse.filename = filename
            raise misuse
        counting: nodes.Template = Counting().visit(template)
        return counting


@lru_cache(maxsize=16)
def sandbox(folders: tuple[Path, ...], root: Path, base: str) -> Sandbox:
    """Return the environment over these folders, the same one each time."""
    return Sandbox(TemplateFiles(folders, root), base)


def _fallback(field: object, text: str) -> Markup:
    places = _places.get()
    if not isinstance(field, Field) or places is None:
        raise ReaderMisused("'fallback' belongs to a reader's field")
    return field.placed(text, places)


def _wrap(text: object, first: str = "", rest: str = "") -> str:
    places = _places.get()
    measure = display_width if places is None else places.measure
    return wrap(str(text), first=first, rest=rest, measure=measure)


@pass_eval_context
def _put(context: EvalContext, sentence: object, **values: object) -> str:
    """Fill the places of a sentence of `words`; a value that is Markup, as a link, stays one."""
    if not context.autoescape:
        return put(str(sentence), **values)
    safe = {name: escape(value) for name, value in values.items()}
    return Markup(put(str(escape(sentence)), **safe))  # noqa: S704 - both are escaped


def _range(*bounds: int) -> range:
    counted = range(*bounds)
    if len(counted) > MOST_ROUNDS:
        raise TemplateRuntimeError(f"range counts to {MOST_ROUNDS:,} at most in a template")
    return counted


def _finalized(value: Any) -> Any:
    return "" if value is None else value
