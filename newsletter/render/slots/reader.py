"""A reader's field in a template: it may be inserted, with a fallback, and nothing else.

A template is rendered once for everybody and the readers' values are put in later, so nothing
can be decided or computed on them. The only form is

    {{ reader.first_name | fallback("colleague") }}

The parsed template is checked, so that every branch is; `Field` refuses at run time what the
check has missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NoReturn

from jinja2 import nodes
from markupsafe import Markup

from newsletter.basics.controls import CONTROLS, SEPARATORS, SURROGATES
from newsletter.render.slots.places import Places

READER = "reader"
EXAMPLE = '{{ reader.first_name | fallback("colleague") }}'
WHY = (
    "templates are rendered once for everybody and each reader's values are put in later, "
    "so nothing can be decided or computed on them"
)

_CONTROLS = re.compile(f"[{CONTROLS}{SEPARATORS}{SURROGATES}]")
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
    """A template does anything else with a reader's field than insert it."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.filename: str | None = None


def misuses(tree: nodes.Node) -> Iterator[ReaderMisused]:
    """Yield each use of `reader` in a parsed template other than the one form."""
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
    slot = slot_of(node)
    if slot is not None:
        use = _use(above)
        if use is not None:
            yield ReaderMisused(_refused(slot[0], use), node.lineno)
        return
    if _is_reader(node):
        yield ReaderMisused(_misused(above), node.lineno)
        return
    for child in node.iter_child_nodes():
        yield from _search(child, (*above, node))


def _misused(above: tuple[nodes.Node, ...]) -> str:
    """Return what is wrong with a `reader` under these nodes, outermost first."""
    field = _field(above[-1]) if above else None
    if field is None:
        return f"'reader' must be followed by a field's name: {EXAMPLE}"
    *outer, parent = above[:-1] or (above[-1],)
    is_fallback = isinstance(parent, nodes.Filter) and parent.name == "fallback"
    use = _use(tuple(outer) if is_fallback else above[:-1])
    if use is not None:
        return _refused(field, use)
    if is_fallback:
        return f"the fallback of reader.{field} must be one line of text in quotes: {EXAMPLE}"
    return _needs_fallback(field)


def _use(above: tuple[nodes.Node, ...]) -> str | None:
    """Return the use of an expression under these nodes, or None where it is inserted."""
    inner = next((up for up in reversed(above) if not isinstance(up, _PASSING)), None)
    if inner is not None:
        return _described(inner)
    if above and not isinstance(above[-1], nodes.Output):
        return "a condition or a loop"
    return None


def _refused(field: str, use: str) -> str:
    return f"reader.{field} cannot be used in {use}: {WHY}"


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
    """`reader` in a template; every attribute and item of it is a Field."""

    def __getattr__(self, name: str) -> Field:
        if name.startswith("__"):
            raise AttributeError(name)
        return Field(name)

    def __getitem__(self, name: str) -> Field:
        return Field(name)


def _refuse(*_arguments: object, **_keywords: object) -> NoReturn:
    raise ReaderMisused(f"a reader's field can only be inserted with a fallback: {WHY}")


class Field:
    """A reader's field before its fallback; every operation on it raises ReaderMisused."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def placed(self, fallback: str, places: Places) -> Markup:
        """Return the field's token."""
        return Markup(places.token(self._name, fallback))  # noqa: S704 - letters and digits

    __str__ = __repr__ = __format__ = __bytes__ = __html__ = _refuse
    __bool__ = __len__ = __iter__ = __contains__ = __getitem__ = __call__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = _refuse
    __add__ = __radd__ = __mul__ = __rmul__ = __mod__ = __rmod__ = __int__ = __float__ = _refuse
    __index__ = _refuse
