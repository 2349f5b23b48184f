"""Where a template is nested too deeply for Jinja2, whose parser calls itself for each bracket."""

from __future__ import annotations

from jinja2 import Environment, TemplateSyntaxError

TOO_DEEP = "braces, brackets or blocks are nested too deeply"

_BEGINS = frozenset({"variable_begin", "block_begin"})
_BLANK = "whitespace"


def deepest_line(environment: Environment, source: str) -> int:
    """Return the line of a source on which its longest expression begins.

    For a source that the parser gave up on; the lexer reads it without calling itself.
    """
    best, line, begun, length = 0, 1, 1, 0
    try:
        for number, kind, _ in environment.lexer.tokeniter(source, None):
            if kind in _BEGINS:
                begun, length = number, 0
            elif kind != _BLANK:
                length += 1
            if length > best:
                best, line = length, begun
    except TemplateSyntaxError as error:
        return error.lineno if length == 0 else line
    return line
