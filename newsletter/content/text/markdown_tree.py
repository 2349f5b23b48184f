"""An author's Markdown as a tree; what cannot be sent in an email is an error with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from newsletter.basics.errors import NewsletterError, Problem
from newsletter.content.passage import Passage
from newsletter.content.text.bounds import unbounded
from newsletter.content.text.characters import refused_characters
from newsletter.content.text.links import WHOLE_ADDRESS, is_allowed_url, leads_nowhere

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token
    from markdown_it.tree import SyntaxTreeNode

DEEPEST = 50
"""Levels of nesting; libxml2 silently drops what is nested in more than 254 elements."""

_LIKE_A_PLACE = re.compile(r"[./#]")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def markdown_tree(passage: Passage) -> SyntaxTreeNode:
    """Parse a passage. Raises NewsletterError with every problem of it."""
    from markdown_it.tree import SyntaxTreeNode

    problems = list(refused_characters(passage.text, file=passage.file, line=passage.line))
    if problems:
        raise NewsletterError(*problems)
    if too_much := unbounded(passage):
        raise NewsletterError(too_much)
    try:
        tokens = _parser().parse(passage.text)
    except RecursionError:
        raise NewsletterError(_too_deep(passage, 0)) from None
    _refuse_depth(tokens, passage)
    tree = SyntaxTreeNode(tokens)
    problems = list(_link_problems(tree, passage))
    if problems:
        raise NewsletterError(*problems)
    return tree


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # At the preset's limit of 20 levels the parser silently drops the rest; DEEPEST is an error.
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 4 * DEEPEST})
    parser.enable("table")
    parser.disable("code")  # an indented line is a paragraph to people who write prose
    parser.validateLink = _is_link  # type: ignore[method-assign]
    return parser


def _is_link(url: str) -> bool:
    """Whether a destination makes a link; any other stays as written.

    Another scheme (javascript:, data:) does not; a path without a scheme does, so that
    `_link_problems` can name its line.
    """
    if _SCHEME.match(url):
        return is_allowed_url(url)
    return _LIKE_A_PLACE.search(url) is not None


def _refuse_depth(tokens: Sequence[Token], passage: Passage) -> None:
    depth, line = 0, 0
    for token in tokens:
        line = token.map[0] if token.map else line
        depth += token.nesting
        inner = depth
        for child in token.children or ():
            inner += child.nesting
            if inner > DEEPEST:
                raise NewsletterError(_too_deep(passage, line))
        if depth > DEEPEST:
            raise NewsletterError(_too_deep(passage, line))


def _link_problems(tree: SyntaxTreeNode, passage: Passage) -> Iterator[Problem]:
    for node in tree.walk():
        if node.type != "link":
            continue
        href = str(node.attrs["href"])
        if is_allowed_url(href):
            continue
        inline = next(up for up in ancestors(node) if up.type == "inline")
        offset = inline.map[0] if inline.map else 0
        yield Problem(
            message=leads_nowhere(href),
            file=passage.file,
            line=passage.line + offset,
            hint=WHOLE_ADDRESS,
        )


def ancestors(node: SyntaxTreeNode) -> Iterator[SyntaxTreeNode]:
    """Yield the nodes around a node, the innermost first."""
    while node.parent is not None:
        node = node.parent
        yield node


def _too_deep(passage: Passage, offset: int) -> Problem:
    return Problem(
        message=f"lists, quotes or emphasis are nested more than {DEEPEST} levels deep",
        file=passage.file,
        line=passage.line + offset,
    )
