"""The line where a template is nested too deeply for Jinja2, whose parser is recursive."""

from __future__ import annotations

from jinja2 import Environment, TemplateSyntaxError

TOO_DEEP = "braces, brackets or blocks are nested too deeply"

_BEGINS = frozenset({"variable_begin", "block_begin"})
_ENDS = frozenset({"variable_end", "block_end"})
_BLANK = "whitespace"


def deepest_line(environment: Environment, source: str) -> int:
    """Return the line on which the longest expression of a source begins.

    For a source that ended in RecursionError; the lexer is not recursive.
    """
    best, line, begun, length, is_inside = 0, 1, 1, 0, False
    try:
        for number, kind, _ in environment.lexer.tokeniter(source, None):
            if kind in _BEGINS:
                begun, length = number, 0
            is_inside = kind not in _ENDS and (is_inside or kind in _BEGINS)
            length += is_inside and kind != _BLANK
            if length > best:
                best, line = length, begun
    except TemplateSyntaxError as error:
        return error.lineno if length == 0 else line
    return line
