"""Style sheets as blocks, and the rules that hold in a light or a dark program, in cascade order.

tinycss2 splits them as CSS Syntax Level 3 says; cssselect gives a selector its specificity.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cssselect import parse
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement
from tinycss2 import parse_blocks_contents, parse_stylesheet, serialize
from tinycss2.ast import AtRule, Declaration, LiteralToken, Node, QualifiedRule

_DEEPEST = 20
"""Levels of blocks within blocks; mail programs read no deeper ones."""
_DARK = re.compile(r"prefers-color-scheme\s*:\s*dark", re.IGNORECASE)
# Outlook on the web puts these on what it has darkened itself.
_OF_OUTLOOK = re.compile(r"\[data-ogs[bc]\]")
_LOOKS = frozenset(
    {"color", "background", "background-color", "background-image", "font-size", "font-weight"}
    | {"display", "visibility", "opacity", "max-height", "line-height"}
)

Declared = dict[str, str]
Specificity = tuple[int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class CssBlock:
    """A rule of a style sheet: `keyword` is "@media" and the like, "" of a rule for elements.

    `prelude` are the selectors, or the condition. `above` are the blocks around it, the outermost
    first.
    """

    keyword: str
    prelude: str
    selectors: tuple[str, ...]
    declared: tuple[Declaration, ...]
    above: tuple[CssBlock, ...]
    holds_rules: bool


@dataclass(frozen=True, slots=True)
class StyleRule:
    """One selector and what it declares; `ordinary` loses to a style attribute."""

    selector: CSSSelector
    important: Declared
    ordinary: Declared


@lru_cache(maxsize=512)  # many elements have the same style attribute
def declarations_in(css: str) -> tuple[Declaration, ...]:
    """Return the declarations of a style attribute."""
    return _only_declarations(_contents(css))


@lru_cache(maxsize=256)
def declarations(css: str) -> tuple[Declared, Declared]:
    """Return what a style attribute declares, important and ordinary, the names in lower case."""
    return _by_weight(declarations_in(css))


@lru_cache(maxsize=32)
def blocks(style: str) -> tuple[CssBlock, ...]:
    """Return the rules of a style sheet, each before those inside it; none that is malformed."""
    nodes = parse_stylesheet(style, skip_comments=True, skip_whitespace=True)
    return tuple(_blocks(nodes, ()))


@lru_cache(maxsize=32)
def style_rules(styles: tuple[str, ...], *, dark: bool) -> tuple[StyleRule, ...]:
    """Return the rules that hold and say how a text looks; of conditions only the dark one."""
    found: list[tuple[Specificity, int, StyleRule]] = []
    for block in (block for style in styles for block in blocks(style)):
        if not _LOOKS.intersection(each.lower_name for each in block.declared):
            continue
        if block.keyword or not _holds(block.above, dark=dark):
            continue
        important, ordinary = _by_weight(block.declared)
        for selector in block.selectors:
            compiled = None if _OF_OUTLOOK.search(selector) else _compiled(selector)
            if compiled is not None:
                specificity, select = compiled
                rule = StyleRule(select, important, ordinary)
                found.append((specificity, len(found), rule))
    return tuple(rule for _, _, rule in sorted(found, key=lambda each: each[:2]))


def matches(root: HtmlElement, rules: Iterable[StyleRule]) -> dict[HtmlElement, list[StyleRule]]:
    """Return the rules of each element that has any, the strongest last."""
    found: dict[HtmlElement, list[StyleRule]] = {}
    for rule in rules:
        for element in rule.selector(root):
            found.setdefault(element, []).append(rule)
    return found


def has_dark(styles: Iterable[str]) -> bool:
    """Whether there are colours of its own for the dark."""
    return any(_DARK.search(style) for style in styles)


def _text(tokens: Iterable[Node]) -> str:
    """Return tokens as CSS, "" for what is nested deeper than Python can write it."""
    try:
        # tinycss2 puts an empty comment between tokens such as the two of "2n+1".
        return serialize(tokens).replace("/**/", "").strip()
    except RecursionError:
        return ""


def _contents(css: str | list[Node]) -> Sequence[Node]:
    return parse_blocks_contents(css, skip_comments=True, skip_whitespace=True)


def _only_declarations(nodes: Iterable[Node]) -> tuple[Declaration, ...]:
    return tuple(node for node in nodes if isinstance(node, Declaration))


def _by_weight(declared: Iterable[Declaration]) -> tuple[Declared, Declared]:
    important: dict[str, str] = {}
    ordinary: dict[str, str] = {}
    for each in declared:
        (important if each.important else ordinary)[each.lower_name] = _text(each.value)
    return important, ordinary


def _blocks(nodes: Iterable[Node], above: tuple[CssBlock, ...]) -> Iterator[CssBlock]:
    for node in nodes:
        if not isinstance(node, AtRule | QualifiedRule):
            continue
        if any(token.type == "error" for token in node.prelude):  # browsers drop the whole rule
            continue
        inside = _contents(node.content or [])
        declared = _only_declarations(inside)
        block = CssBlock(
            keyword=f"@{node.at_keyword}" if isinstance(node, AtRule) else "",
            prelude=_text(node.prelude),
            selectors=() if isinstance(node, AtRule) else tuple(_selectors(node.prelude)),
            declared=declared,
            above=above,
            holds_rules=any(isinstance(each, AtRule | QualifiedRule) for each in inside),
        )
        yield block
        if block.holds_rules and len(above) < _DEEPEST:
            yield from _blocks(inside, (*above, block))


def _selectors(prelude: Sequence[Node]) -> Iterator[str]:
    """Yield the selectors of a list; a comma in brackets or quotes divides none."""
    commas = [
        at for at, each in enumerate(prelude) if isinstance(each, LiteralToken) and each == ","
    ]
    start = 0
    for end in (*commas, len(prelude)):
        yield _text(prelude[start:end])
        start = end + 1


def _holds(above: Sequence[CssBlock], *, dark: bool) -> bool:
    """Whether all conditions around a rule hold; widths and media of other kinds do not."""
    return all(
        dark and each.keyword and _DARK.search(each.prelude) and "width" not in each.prelude
        for each in above
    )


@lru_cache(maxsize=512)
def _compiled(selector: str) -> tuple[Specificity, CSSSelector] | None:
    """Return a selector's specificity and its search; None for what matches no element here."""
    try:
        [parsed] = parse(selector)
        return parsed.specificity(), CSSSelector(selector, translator="html")
    except Exception:  # noqa: BLE001 - whatever a template may have written there
        return None
