"""The features of CSS that styles use, by the slugs that caniemail.com has for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from tinycss2.ast import (
    Declaration,
    DimensionToken,
    FunctionBlock,
    IdentToken,
    Node,
    PercentageToken,
    StringToken,
    URLToken,
)

from newsletter.checks.reading.properties import property_slug
from newsletter.checks.reading.stylesheet import CssBlock, blocks, declarations_in


@dataclass(frozen=True, slots=True)
class FeatureUse:
    """How an email uses a feature.

    `shown` is as an author would write it ("display:flex", "<video>"), and `sought` a pattern
    that finds it in a template. `bare` says that nothing stands in for it: no earlier
    declaration of the property, no content of the element, no rule outside of the @media.
    """

    slug: str
    shown: str
    sought: str
    bare: bool = True


_IMAGE = re.compile(r"data:[^;,]*;base64|\.(\w{3,4})(?:[?#]|\Z)", re.IGNORECASE)
_IMAGE_KINDS = {"jpeg": "jpg", "heic": "heif", "tif": "tiff"}


def of_image(url: str) -> Iterator[FeatureUse]:
    """Yield the format of an image, as its URL tells it."""
    match = _IMAGE.search(url)
    if match is None:
        return
    if match[1] is None:
        yield FeatureUse("image-base64", "images inside the HTML (data:)", "data:image")
    else:
        kind = match[1].lower()
        slug = f"image-{_IMAGE_KINDS.get(kind, kind)}"
        yield FeatureUse(slug, f"{kind} images", rf"\.{match[1]}\b")


# --- values --------------------------------------------------------------------------------

_PREFIXES = re.compile(r"(?:-webkit-|repeating-)+")
_FUNCTIONS = {
    **{name: f"css-{name}" for name in ("rgb", "rgba")},
    **{f"{name}-gradient": f"css-{name}-gradient" for name in ("linear", "radial", "conic")},
    **{name: f"css-function-{name}" for name in ("clamp", "light-dark", "max", "min")},
    **dict.fromkeys(("lab", "lch", "oklab", "oklch"), "css-modern-color"),
    "calc": "css-unit-calc",
    "fit-content": "css-intrinsic-size",
    "var": "css-variables",
}
_WORDS = {
    **dict.fromkeys(("fit-content", "min-content", "max-content"), "css-intrinsic-size"),
    **{f"{name}system-ui": "css-sytem-ui" for name in ("", "-apple-")},
    **{f"ui-{name}": "css-sytem-ui" for name in ("serif", "sans-serif", "rounded", "monospace")},
    "initial": "css-unit-initial",
}
_PAIRS = {
    **dict.fromkeys((("display", "flex"), ("display", "inline-flex")), "css-display-flex"),
    **dict.fromkeys((("display", "grid"), ("display", "inline-grid")), "css-display-grid"),
    ("display", "none"): "css-display-none",
    ("flex-direction", "column"): "css-flex-direction",
    ("flex-wrap", "wrap"): "css-flex-wrap",
}


@lru_cache(maxsize=1_000)  # many elements of an email, and of the next one, have the same styles
def of_attribute(css: str, known: frozenset[str]) -> tuple[FeatureUse, ...]:
    """Return what a style attribute uses."""
    return tuple(_of_declarations(declarations_in(css), known, bare=True))


def _of_declarations(
    declared: Sequence[Declaration], known: frozenset[str], *, bare: bool
) -> Iterator[FeatureUse]:
    names = [each.lower_name for each in declared]
    before = {"background"} if "background-color" in names else set()
    for each in declared:
        name = each.lower_name
        has_ground = name.startswith("background-") and "background-color" in names
        slug = property_slug(name, known)
        if slug:
            own = bare and not (has_ground and name != "background-color")
            yield FeatureUse(slug, name, _sought(name), own)
        for use in _of_value(each):
            yield replace(use, bare=bare and name not in before and not has_ground)
        before.add(name)


def _sought(name: str) -> str:
    """Return a pattern for a property; what it begins with is plain, which is found fast."""
    literal = re.escape(name)
    return rf"{literal}(?<![\w-]{literal})\s*[:=]"


def _of_value(declared: Declaration) -> Iterator[FeatureUse]:
    if declared.important:
        yield FeatureUse("css-important", "!important", "!important")
    for token in _flat(declared.value):
        match token:
            case URLToken(value=url):
                yield from of_image(url)
            case FunctionBlock(lower_name="url", arguments=[StringToken(value=url), *_]):
                yield from of_image(url)
            case FunctionBlock(lower_name=function):
                function = _PREFIXES.sub("", function)
                slug = _FUNCTIONS.get(function, "")
                yield FeatureUse(slug, f"{function}()", rf"\b{re.escape(function)}\(")
            case PercentageToken():
                yield FeatureUse("css-unit-percent", "the unit %", r"\d%(?!\w)")
            case DimensionToken(lower_unit=unit):
                yield FeatureUse(
                    f"css-unit-{unit}", f"the unit {unit}", rf"\d{re.escape(unit)}(?!\w)"
                )
            case IdentToken(lower_value=word):
                yield from _of_word(declared.lower_name, word)
            case _:
                pass


def _of_word(name: str, word: str) -> Iterator[FeatureUse]:
    if slug := _WORDS.get(word):
        yield FeatureUse(slug, word, re.escape(word))
    if slug := _PAIRS.get((name, word)):
        yield FeatureUse(slug, f"{name}:{word}", rf"{name}\s*:\s*{word}")


def _flat(tokens: Sequence[Node]) -> Iterator[Node]:
    """Yield the tokens of a value in order, also those in brackets."""
    left = list(reversed(tokens))
    while left:
        token = left.pop()
        yield token
        left += reversed(getattr(token, "arguments", getattr(token, "content", ())))


# --- style blocks --------------------------------------------------------------------------

_CONDITIONS = {
    "prefers-color-scheme": "css-at-media-prefers-color-scheme",
    "prefers-reduced-motion": "css-at-media-prefers-reduced-motion",
    "orientation": "css-at-media-orientation",
    "hover": "css-at-media-hover",
    "device-pixel-ratio": "css-at-media-device-pixel-ratio",
}
# Selectors that mend one program and mean nothing in the others.
_AIMED = re.compile(
    r"\[data-og\w\w\b|\[x-apple-data-detectors|\[owa\]|\[style|\bu\s*\+|#MessageViewBody"
    r"|\.ExternalClass|\.moz-text-html|#outlook\b"
)
_PSEUDO = re.compile(r"(::?)(?:-webkit-|-moz-)?([\w-]+)")
_AS_ELEMENT = frozenset({"after", "before", "first-letter", "first-line"})
_COMBINATORS = {
    ">": "css-selector-child",
    "+": "css-selector-adjacent-sibling",
    "~": "css-selector-general-sibling",
    "*": "css-selector-universal",
}
_SELECTORS = (
    (re.compile(r"\["), "css-selector-attribute", "an attribute selector"),
    (re.compile(r"\.[\w-]+\.[\w-]"), "css-selector-chaining", "two classes in one selector"),
    (re.compile(r"\.[\w-]"), "css-selector-class", "a class selector"),
    (re.compile(r"#[\w-]"), "css-selector-id", "an ID selector"),
    (re.compile(r"(?<![\w.#:-])[a-z]", re.IGNORECASE), "css-selector-type", "a type selector"),
    (re.compile(r"[\w\])] +[\w.#:\[*]"), "css-selector-descendant", "a descendant selector"),
    (re.compile(r","), "css-selector-grouping", "several selectors of a rule"),
)


def of_styles(styles: Iterable[str], known: frozenset[str]) -> Iterator[FeatureUse]:
    """Yield what the texts of `<style>` elements use."""
    for style in styles:
        if "/*" in style:
            yield FeatureUse("css-comments", "a comment in the CSS", r"/\*")
        for block in blocks(style):
            if all(each.keyword for each in block.above):  # not within a rule for elements
                yield from _of_block(block, known)


def _of_block(block: CssBlock, known: frozenset[str]) -> Iterator[FeatureUse]:
    bare = not block.above and not (block.selectors and _AIMED.search(block.prelude))
    if block.keyword:
        yield from _of_at_rule(block.keyword.lower(), block.prelude)
    else:
        yield from _of_selectors(block.prelude, bare=bare)
        if block.holds_rules:
            yield FeatureUse("css-nesting", "a rule inside a rule", r"&")
    yield from _of_declarations(block.declared, known, bare=bare)


def _of_at_rule(keyword: str, condition: str) -> Iterator[FeatureUse]:
    name = keyword.removeprefix("@").removeprefix("-webkit-")
    yield FeatureUse(f"css-at-{name}", f"@{name}", rf"@(?:-webkit-)?{re.escape(name)}\b")
    for part, slug in _CONDITIONS.items() if name == "media" else ():
        if part in condition:
            yield FeatureUse(slug, f"@media ({part})", re.escape(part))


def _of_selectors(selectors: str, *, bare: bool) -> Iterator[FeatureUse]:
    sought = r"\s+".join(map(re.escape, selectors.split())).replace('"', "[\"']")
    plain = re.sub(r"\[[^\]]*\]", "[]", selectors)
    for colons, name in _PSEUDO.findall(plain):
        kind = "element" if colons == "::" or name in _AS_ELEMENT else "class"
        yield FeatureUse(f"css-pseudo-{kind}-{name}", f"{colons}{name}", sought, bare)
    for character, slug in _COMBINATORS.items():
        if character in plain:
            yield FeatureUse(slug, f"the selector {character}", sought, bare)
    for pattern, slug, shown in _SELECTORS:
        if pattern.search(plain):
            yield FeatureUse(slug, shown, sought, bare)
