"""The rules of a `<style>` that hold in a light or in a dark program, in the cascade's order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_DARK = re.compile(r"prefers-color-scheme\s*:\s*dark", re.IGNORECASE)
_PIECE = re.compile(r"([^{}]*)([{}])")
_IMPORTANT = re.compile(r"\s*!\s*important\s*\Z", re.IGNORECASE)
_ID = re.compile(r"#[\w-]+")
_CLASS = re.compile(r"\.[\w-]+|\[[^\]]*\]|:(?!:)[\w-]+")
_TYPE = re.compile(r"(?:^|[\s>+~])[a-z][\w-]*", re.IGNORECASE)

# Outlook on the web puts these on what it has darkened itself.
_OF_OUTLOOK = re.compile(r"\[data-ogs[bc]\]")
_LOOKS = frozenset(
    {"color", "background", "background-color", "background-image", "font-size", "font-weight"}
    | {"display", "visibility", "opacity", "max-height", "line-height"}
)

Declared = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StyleRule:
    """One selector and what it declares; `ordinary` loses to a style attribute."""

    selector: str
    important: Declared
    ordinary: Declared


@lru_cache(maxsize=256)
def declarations(css: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return what a block declares, important and ordinary, the names in lower case."""
    important: dict[str, str] = {}
    ordinary: dict[str, str] = {}
    for each in css.split(";"):
        name, colon, value = each.partition(":")
        if colon:
            plain = _IMPORTANT.sub("", value).strip()
            of = important if plain != value.strip() else ordinary
            of[name.strip().lower()] = plain
    return important, ordinary


@lru_cache(maxsize=32)
def style_rules(styles: tuple[str, ...], *, dark: bool) -> tuple[StyleRule, ...]:
    """Return the rules that hold and say how a text looks; of conditions only the dark one."""
    found: list[tuple[tuple[int, int, int], int, StyleRule]] = []
    for selector, block in _rules(styles, dark=dark):
        rule = StyleRule(selector, *declarations(block))
        if _LOOKS & {*rule.important, *rule.ordinary} and not _OF_OUTLOOK.search(selector):
            found.append((_specificity(selector), len(found), rule))
    return tuple(rule for _, _, rule in sorted(found, key=lambda each: each[:2]))


def matches(root: HtmlElement, rules: Iterable[StyleRule]) -> dict[HtmlElement, list[StyleRule]]:
    """Return the rules of each element that has any, the strongest last."""
    found: dict[HtmlElement, list[StyleRule]] = {}
    for rule in rules:
        select = _compiled(rule.selector)
        for element in select(root) if select else ():
            found.setdefault(element, []).append(rule)
    return found


def has_dark(styles: Iterable[str]) -> bool:
    """Whether there are colours of its own for the dark."""
    return any(_DARK.search(style) for style in styles)


def _rules(styles: Iterable[str], *, dark: bool) -> Iterator[tuple[str, str]]:
    for style in styles:
        above: list[str] = []
        css = _COMMENT.sub(" ", style)
        for text, brace in _PIECE.findall(css):
            if brace == "{":
                above.append(text.rpartition(";")[2].strip())
                continue
            selectors = above.pop() if above else ""
            if selectors.startswith("@") or not _holds(above, dark=dark):
                continue
            for selector in selectors.split(","):
                yield selector.strip(), text


def _holds(above: Iterable[str], *, dark: bool) -> bool:
    """Whether all conditions around a rule hold; widths and media of other kinds do not."""
    conditions = [each for each in above if each.startswith("@")]
    return all(dark and _DARK.search(each) and "width" not in each for each in conditions)


def _specificity(selector: str) -> tuple[int, int, int]:
    return (
        len(_ID.findall(selector)),
        len(_CLASS.findall(selector)),
        len(_TYPE.findall(_CLASS.sub("", selector))),
    )


@lru_cache(maxsize=512)
def _compiled(selector: str) -> CSSSelector | None:
    try:
        return CSSSelector(selector, translator="html")
    except Exception:  # noqa: BLE001 - whatever a template may have written there
        return None
