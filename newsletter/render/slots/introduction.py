"""The introduction with its slots: Jinja2 parses it and never runs it.

Slots become tokens before Markdown is parsed, so that one may be inside emphasis or a link; a
fallback is in the slot only and never becomes mark-up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from jinja2 import Environment, TemplateSyntaxError, nodes

from newsletter.basics.errors import TYPOGRAPHIC, NewsletterError, Problem, fail
from newsletter.content.passage import Passage
from newsletter.render.nesting import TOO_DEEP, deepest_line
from newsletter.render.slots.places import Places
from newsletter.render.slots.reader import EXAMPLE, misuses, slot_of

_BEGINS_URL = re.compile(r"(?:\]\(\s*<?|https?://[^/?#\s]*)NLTOK")
_HINT = (
    f"only a reader's field may stand between braces, as {EXAMPLE}; "
    r"write \{\{ to show the braces themselves"
)


def with_tokens(passage: Passage, places: Places) -> Passage:
    """Return the passage with a token for each of its slots.

    Raises NewsletterError with every other use of braces and its line.
    """
    environment = Environment(autoescape=True, keep_trailing_newline=True)
    try:
        template = environment.parse(passage.text)
    except TemplateSyntaxError as error:
        raise NewsletterError(_problem(passage, said(error), error.lineno)) from None
    except RecursionError:
        line = deepest_line(environment, passage.text)
        raise NewsletterError(_problem(passage, TOO_DEEP, line)) from None
    problems = [each for node in _outputs(template) for each in _problems(node, passage)]
    if problems:
        raise NewsletterError(*problems)
    text = "".join(_piece(node, places) for node in _outputs(template))
    if begun := _BEGINS_URL.search(text):
        line = text.count("\n", 0, begun.start()) + 1
        message = "a reader's field cannot begin a web address"
        raise fail(
            f"in the introduction: {message}",
            file=passage.file,
            line=passage.line + line - 1,
            hint="write https:// and the host's name before it",
        )
    return Passage(text=text, file=passage.file, line=passage.line)


def said(error: TemplateSyntaxError) -> str:
    """Return Jinja2's message, or a better one for typographic quotes."""
    is_turned = re.match(
        "unexpected char '[\u201c\u201d\u201e\u201f\u2018\u2019]'", str(error.message)
    )
    return TYPOGRAPHIC if is_turned else str(error.message)


def _outputs(template: nodes.Template) -> Iterator[nodes.Node]:
    for statement in template.body:
        yield from statement.nodes if isinstance(statement, nodes.Output) else [statement]


def _problems(node: nodes.Node, passage: Passage) -> list[Problem]:
    if isinstance(node, nodes.TemplateData) or slot_of(node) is not None:
        return []
    found = [_problem(passage, error.message, error.line) for error in misuses(node)]
    return found or [_problem(passage, "these braces are not a reader's field", node.lineno)]


def _piece(node: nodes.Node, places: Places) -> str:
    if isinstance(node, nodes.TemplateData):
        return node.data
    slot = slot_of(node)
    return places.token(*slot) if slot else ""


def _problem(passage: Passage, message: str, line: int | None) -> Problem:
    return Problem(
        message=f"in the introduction: {message}",
        file=passage.file,
        line=passage.line + (line or 1) - 1,
        hint=_HINT,
    )
