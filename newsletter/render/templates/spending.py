"""Limits of a template: rounds of its loops, calls, and characters.

A mistake such as a loop within loops, or a text that doubles itself, must end in an error with
file and line before it fills the memory. The loops, joins and filters of a parsed template are
wrapped, and their steps are counted for each rendering.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Generator, Iterator, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

from jinja2 import nodes, pass_eval_context
from jinja2.exceptions import TemplateRuntimeError
from jinja2.nodes import EvalContext
from jinja2.runtime import markup_join, str_join
from jinja2.visitor import NodeTransformer

MOST_STEPS = 100_000
"""Rounds and calls of one rendering; an issue of three summaries takes some hundreds."""
MOST_RENDERED = 2_000_000
"""Characters of a template's result, and of any text within it."""
LONGEST_REPEATED = 100_000
"""The largest number of characters or items in an argument or a repetition."""
ROUNDS, JOINED = "_rounds", "_joined"
"""The filters that loops and `~` are wrapped in."""

_WIDTH = re.compile(r"\d{6,}")
_FILLING = frozenset({"center", "ljust", "rjust", "zfill", "expandtabs", "indent", "join"})
"""Methods and filters that add a text, or a number of blanks, between or around others."""
_spent: ContextVar[list[int] | None] = ContextVar("_spent", default=None)


@contextmanager
def purse() -> Iterator[None]:
    """Count the steps of templates rendered in the block from zero."""
    token = _spent.set([0])
    try:
        yield
    finally:
        _spent.reset(token)


def spend() -> None:
    """Count one step. Raises TemplateRuntimeError after MOST_STEPS."""
    spent = _spent.get()
    if spent is not None:
        spent[0] += 1
        if spent[0] > MOST_STEPS:
            raise TemplateRuntimeError(
                f"loops and calls take more than {MOST_STEPS:,} steps in a template"
            )


class Counting(NodeTransformer):
    """Wraps the loops and joins of a parsed template."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - jinja2's name
        """Count the rounds of a loop."""
        self.generic_visit(node)
        node.iter = _filter(node.iter, ROUNDS)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        """Measure what `~` joins."""
        self.generic_visit(node)
        return _filter(nodes.List(list(node.nodes), lineno=node.lineno), JOINED)


def _filter(node: nodes.Node, name: str) -> nodes.Filter:
    return nodes.Filter(cast("nodes.Expr", node), name, [], [], None, None, lineno=node.lineno)


class Rounds:
    """The items of a loop, each round counted."""

    def __init__(self, items: Any) -> None:
        self._items = items

    def __iter__(self) -> Iterator[Any]:
        for item in self._items:
            spend()
            yield item


class SizedRounds(Rounds):
    """The same with a length, for `loop.length`."""

    def __len__(self) -> int:
        return len(self._items)


def rounds(items: Any) -> Rounds:
    """Return the items of a loop, counted; what cannot be iterated raises as it would."""
    return SizedRounds(items) if hasattr(items, "__len__") else Rounds(items)


@pass_eval_context
def joined(context: EvalContext, parts: list[Any]) -> str:
    """Join as `~` does."""
    text: str = measured((markup_join if context.autoescape else str_join)(parts))
    return text


def measured(value: Any) -> Any:
    """Return a value that a template made. Raises TemplateRuntimeError for a too large one."""
    if isinstance(value, str | list | tuple) and len(value) > MOST_RENDERED:
        raise _too_large()
    return value


def guarded(name: str, run: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter with its arguments and its result checked."""

    @functools.wraps(run)
    def inner(*arguments: Any, **named: Any) -> Any:
        skipped = 1 if hasattr(run, "jinja_pass_arg") else 0
        refuse_growth(name, (*arguments[skipped:], *named.values()))
        return measured(run(*arguments, **named))

    return inner


def refuse_growth(name: str, arguments: tuple[Any, ...]) -> None:
    """Count a call; raise TemplateRuntimeError if its result would be too large.

    The first of `arguments` is the text that a method or filter works on.
    """
    spend()
    numbers = [each for each in arguments if isinstance(each, int)]
    if any(number > LONGEST_REPEATED for number in numbers):
        raise TemplateRuntimeError(f"'{name}' takes at most {LONGEST_REPEATED:,} in a template")
    if not arguments:
        return
    first, *rest = arguments
    sizes = [len(each) for each in rest if isinstance(each, Sized)]
    if name == "replace" and len(arguments) > 2:  # noqa: PLR2004 - the text, the old, the new
        _refuse_over(str(first).count(str(arguments[1])) * len(str(arguments[2])))
    elif name == "translate" and rest and hasattr(rest[0], "values"):
        longest = max((len(str(each)) for each in rest[0].values()), default=0)
        _refuse_over(len(str(first)) * longest)
    elif name in {"format", "format_map"}:
        refuse_widths(str(first))
    elif name == "wordwrap":
        _refuse_over(_size(first) * max(sizes, default=0))
    elif name in _FILLING:
        _refuse_over(_size(first) * max([0, *numbers, *sizes]))


def refuse_widths(text: str) -> None:
    """Refuse a format that fills a value up to a width of more than five digits."""
    if _WIDTH.search(text):
        raise TemplateRuntimeError(f"a width is at most {LONGEST_REPEATED:,} in a template")


def _size(value: Any) -> int:
    return len(value) if isinstance(value, Sized) else len(str(value))


def _refuse_over(size: int) -> None:
    if size > 10 * MOST_RENDERED:
        raise _too_large()


def _too_large() -> TemplateRuntimeError:
    return TemplateRuntimeError(f"a template makes texts of at most {MOST_RENDERED:,} characters")


def bounded(pieces: Iterator[str]) -> str:
    """Return a template's pieces joined. Raises TemplateRuntimeError where they are too many.

    `pieces` is a generator; the error is thrown into it, so that it has the template's line.
    """
    made: list[str] = []
    size = 0
    for piece in pieces:
        made.append(piece)
        size += len(piece)
        if size > MOST_RENDERED:
            cast("Generator[str]", pieces).throw(_too_large())
    return "".join(made)
