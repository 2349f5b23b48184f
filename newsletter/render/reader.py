"""What a template may do with a reader's field: insert it, with a fallback, and nothing else.

A template is rendered once for everybody and the readers' values are put in later, so nothing
can be decided or computed on them. The only form is

    {{ reader.first_name | fallback("colleague") }}

It is checked on the parsed template, so that what is refused is refused in every branch, and
`Field` refuses again whatever might get past.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NoReturn

from jinja2 import nodes
from markupsafe import Markup

from newsletter.render.places import Places

READER = "reader"
EXAMPLE = '{{ reader.first_name | fallback("colleague") }}'
WHY = (
    "templates are rendered once for everybody and each reader's values are put in later, "
    "so nothing can be decided or computed on them"
)

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PASSING = (
    nodes.Template,
    nodes.Output,
    nodes.If,
    nodes.For,
    nodes.Block,
    nodes.With,
    nodes.Scope,
    nodes.ScopedEvalContextModifier,
)


class ReaderMisused(Exception):  # noqa: N818 - the name says what happened
    """A template did something else with a reader's field than insert it."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def misuses(tree: nodes.Node) -> Iterator[ReaderMisused]:
    """Yield everything that a parsed template does with `reader` beyond the one form."""
    yield from _search(tree, ())


def slot_of(node: nodes.Node) -> tuple[str, str] | None:
    """Return the field and the fallback of the one allowed form, or None."""
    if not (isinstance(node, nodes.Filter) and node.name == "fallback" and node.node):
        return None
    field = _field(node.node)
    if field is None or node.kwargs or node.dyn_args or node.dyn_kwargs or len(node.args) != 1:
        return None
    fallback = node.args[0]
    if not (isinstance(fallback, nodes.Const) and isinstance(fallback.value, str)):
        return None
    return (field, fallback.value) if not _CONTROLS.search(fallback.value) else None


def _field(node: nodes.Node) -> str | None:
    if isinstance(node, nodes.Getattr) and _is_reader(node.node):
        return node.attr
    if isinstance(node, nodes.Getitem) and _is_reader(node.node):
        key = node.arg
        if isinstance(key, nodes.Const) and isinstance(key.value, str):
            return key.value
    return None


def _is_reader(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == READER


def _search(node: nodes.Node, above: tuple[nodes.Node, ...]) -> Iterator[ReaderMisused]:
    if slot_of(node) is not None:
        outside = next((up for up in above if not isinstance(up, _PASSING)), None)
        if outside is not None or not isinstance(above[-1], nodes.Output):
            yield _misused(node, (*above, node))
        return
    if _is_reader(node):
        yield _misused(node, above)
        return
    for child in node.iter_child_nodes():
        yield from _search(child, (*above, node))


def _misused(node: nodes.Node, above: tuple[nodes.Node, ...]) -> ReaderMisused:
    field = next((name for up in above if (name := _field(up)) is not None), None)
    shown = f"reader.{field}" if field is not None else READER
    parent = above[-1] if above else None
    outer = [up for up in above if not isinstance(up, (*_PASSING, nodes.Getattr, nodes.Getitem))]
    if field is None:
        return ReaderMisused(f"'reader' must be followed by a field's name: {EXAMPLE}", node.lineno)
    if not outer and isinstance(parent, (nodes.Getattr, nodes.Getitem)) and _field(parent):
        return ReaderMisused(_needs_fallback(field), node.lineno)
    if outer and isinstance(outer[-1], nodes.Filter) and outer[-1].name == "fallback":
        inner = outer[:-1]
        if not inner:
            message = f"the fallback of {shown} must be one line of text in quotes: {EXAMPLE}"
            return ReaderMisused(message, node.lineno)
        outer = inner
    what = _described(outer[-1]) if outer else "a condition or loop"
    return ReaderMisused(f"{shown} cannot be used in {what}: {WHY}", node.lineno)


def _needs_fallback(field: str) -> str:
    return (
        f"reader.{field} needs a fallback, for readers of whom it is not known: "
        f'{{{{ reader.{field} | fallback("...") }}}}'
    )


def _described(node: nodes.Node) -> str:
    names: dict[type[nodes.Node], str] = {
        nodes.Compare: "a comparison",
        nodes.CondExpr: "a condition",
        nodes.Test: "a test",
        nodes.Call: "a call",
        nodes.CallBlock: "a call block",
        nodes.Macro: "a macro",
        nodes.FilterBlock: "a filter block",
        nodes.Assign: "a variable",
        nodes.AssignBlock: "a variable",
    }
    if isinstance(node, nodes.Filter):
        return f"the filter '{node.name}'"
    return names.get(type(node), "an expression")


class Reader:
    """The `reader` of a template; every attribute and item of it is a Field."""

    def __getattr__(self, name: str) -> Field:
        if name.startswith("__"):
            raise AttributeError(name)
        return Field(name)

    def __getitem__(self, name: str) -> Field:
        return Field(name)


def _refuse(*_arguments: object, **_keywords: object) -> NoReturn:
    raise ReaderMisused(f"a reader's field can only be inserted with a fallback: {WHY}")


class Field:
    """A reader's field before its fallback: nothing can be done with it."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def placed(self, fallback: str, places: Places) -> Markup:
        """Return the token that stands for the field."""
        # A token is letters and digits only.
        return Markup(places.token(self._name, fallback))  # noqa: S704

    __str__ = __repr__ = __format__ = __bytes__ = __html__ = _refuse
    __bool__ = __len__ = __iter__ = __contains__ = __getitem__ = __call__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = _refuse
    __add__ = __radd__ = __mul__ = __rmul__ = __mod__ = __rmod__ = __int__ = __float__ = _refuse
    __index__ = _refuse
