"""The features of CSS that styles use, by the slugs that caniemail.com has for them.

Enough of CSS is read to tell properties, values, selectors and at-rules apart (CSS Syntax Level 3
without its error recovery): what a style block of an email holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Use:
    """How an email uses a feature.

    `shown` is as an author would write it ("display:flex", "<video>"), and `sought` a pattern
    that finds it in a template. `bare` says that nothing stands in for it: no earlier
    declaration of the property, no content of the element, no rule outside of the @media.
    """

    slug: str
    shown: str
    sought: str
    bare: bool = True


_DEEPEST = 20
"""Levels of brackets or braces; what is nested deeper no program reads."""
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_TEXT = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'", re.DOTALL)
_BRACKETS = re.compile(r"\([^()]*\)")
_URL = re.compile(r"url\(\s*[\"']?([^\"')]+)", re.IGNORECASE)
_IMAGE = re.compile(r"data:[^;,]*;base64|\.(\w{3,4})(?:[?#]|\Z)", re.IGNORECASE)
_IMAGE_KINDS = {"jpeg": "jpg", "heic": "heif", "tif": "tiff"}


def of_image(url: str) -> Iterator[Use]:
    """Yield the format of an image, as its URL tells it."""
    match = _IMAGE.search(url)
    if match is None:
        return
    if match[1] is None:
        yield Use("image-base64", "images inside the HTML (data:)", "data:image")
    else:
        kind = match[1].lower()
        slug = f"image-{_IMAGE_KINDS.get(kind, kind)}"
        yield Use(slug, f"{kind} images", rf"\.{match[1]}\b")


# --- values --------------------------------------------------------------------------------

_FUNCTION = re.compile(r"(?<![\w-])(?:-webkit-|repeating-)*([a-z-]+)\(")
_UNIT = re.compile(r"(?<![\w#.-])[+-]?(?:\d+\.?\d*|\.\d+)(%|[a-z]+)")
_WORD = re.compile(r"!?[a-z][a-z-]*")
_FUNCTIONS = {
    **{name: f"css-{name}" for name in ("rgb", "rgba")},
    **{f"{name}-gradient": f"css-{name}-gradient" for name in ("linear", "radial", "conic")},
    **{name: f"css-function-{name}" for name in ("clamp", "light-dark", "max", "min")},
    **dict.fromkeys(("lab", "lch", "oklab", "oklch"), "css-modern-color"),
    "calc": "css-unit-calc",
    "var": "css-variables",
}
_WORDS = {
    **dict.fromkeys(("fit-content", "min-content", "max-content"), "css-intrinsic-size"),
    **{f"{name}system-ui": "css-sytem-ui" for name in ("", "-apple-")},
    **{f"ui-{name}": "css-sytem-ui" for name in ("serif", "sans-serif", "rounded", "monospace")},
    "!important": "css-important",
    "initial": "css-unit-initial",
}
_PAIRS = {
    **dict.fromkeys((("display", "flex"), ("display", "inline-flex")), "css-display-flex"),
    **dict.fromkeys((("display", "grid"), ("display", "inline-grid")), "css-display-grid"),
    ("display", "none"): "css-display-none",
    ("flex-direction", "column"): "css-flex-direction",
    ("flex-wrap", "wrap"): "css-flex-wrap",
}


@lru_cache(maxsize=1_000)  # an email says the same in many places, and the next one says it again
def of_declarations(text: str, known: frozenset[str], *, bare: bool = True) -> tuple[Use, ...]:
    """Return what `property: value; ...` uses."""
    return tuple(_of_declarations(text, known, bare=bare))


def _of_declarations(text: str, known: frozenset[str], *, bare: bool) -> Iterator[Use]:
    declared = list(_declarations(text))
    names = [name for name, _ in declared]
    before = {"background"} if "background-color" in names else set()
    for name, value in declared:
        has_ground = name.startswith("background-") and "background-color" in names
        slug = property_slug(name, known)
        if slug:
            own = bare and not (has_ground and name != "background-color")
            yield Use(slug, name, _sought(name), own)
        for use in _of_value(name, value):
            yield replace(use, bare=bare and name not in before and not has_ground)
        before.add(name)


def _sought(name: str) -> str:
    """Return a pattern for a property; what it begins with is plain, which is found fast."""
    literal = re.escape(name)
    return rf"{literal}(?<![\w-]{literal})\s*[:=]"


def _declarations(text: str) -> Iterator[tuple[str, str]]:
    masked = _masked(text)
    start = 0
    for end in (*_places(masked, ";"), len(text)):
        name, colon, value = text[start:end].partition(":")
        if colon:
            yield name.strip().lower(), value.strip()
        start = end + 1


def _masked(text: str) -> str:
    """Return the text with what stands in quotes or brackets made blank, places unchanged."""
    text = _TEXT.sub(lambda match: " " * len(match[0]), text)
    for _ in range(_DEEPEST):
        outer = _BRACKETS.sub(lambda match: " " * len(match[0]), text)
        if outer == text:
            break
        text = outer
    return text


def _places(text: str, character: str) -> Iterator[int]:
    place = text.find(character)
    while place >= 0:
        yield place
        place = text.find(character, place + 1)


def _of_value(name: str, value: str) -> Iterator[Use]:
    for url in _URL.findall(value):
        yield from of_image(url)
    lowered = _TEXT.sub("", _URL.sub("", value)).lower()
    for function in _FUNCTION.findall(lowered):
        if slug := _FUNCTIONS.get(function):
            yield Use(slug, f"{function}()", rf"\b{function}\(")
    for unit in _UNIT.findall(lowered):
        slug = f"css-unit-{'percent' if unit == '%' else unit}"
        yield Use(slug, f"the unit {unit}", rf"\d{unit}(?!\w)")
    for word in _WORD.findall(lowered):
        if slug := _WORDS.get(word):
            yield Use(slug, word, re.escape(word))
        if slug := _PAIRS.get((name, word)):
            yield Use(slug, f"{name}:{word}", rf"{name}\s*:\s*{word}")


# --- properties ----------------------------------------------------------------------------

_PROPERTIES = {
    **dict.fromkeys(("left", "right", "top", "bottom"), "css-left-right-top-bottom"),
    **dict.fromkeys(("row-gap", "grid-gap"), "css-gap"),
    **dict.fromkeys(("columns", "column-width"), "css-column-layout-properties"),
    **dict.fromkeys(("block-size", "inline-size"), "css-block-inline-size"),
    **dict.fromkeys(("font-family", "font-style", "font-variant", "flex-direction"), ""),
    "flex-wrap": "",
    "mask": "css-mask-image",
}
_LOGICAL = re.compile(r"(margin|padding)-(inline|block)(-(?:start|end))?")
_LOGICAL_BORDER = re.compile(r"border-(?:inline|block)(-(?:start|end))?(-(?:color|style|width))?")
_LOGICAL_RADIUS = re.compile(r"border-(?:start|end)-(?:start|end)-radius")
_RADIUS = re.compile(r"border-(?:top|bottom)-(?:left|right)-radius")


def property_slug(name: str, known: frozenset[str]) -> str:
    """Return the slug of a property, "" for one that all programs have or that is one's own.

    A longhand without a slug has that of its shorthand: `border-left-color` is `css-border`.
    """
    if name.startswith("--"):
        return "css-variables"
    if name.startswith("-"):
        return ""  # a program's own, which no other one has to know
    if name in _PROPERTIES:
        return _PROPERTIES[name]
    if logical := _logical_slug(name):
        return logical
    while name:
        if f"css-{name}" in known:
            return f"css-{name}"
        name = name.rpartition("-")[0]
    return ""


def _logical_slug(name: str) -> str:
    if _RADIUS.fullmatch(name):
        return "css-border-radius"
    if _LOGICAL_RADIUS.fullmatch(name):
        return "css-border-radius-logical"
    if match := _LOGICAL.fullmatch(name):
        part = f"{match[2]}-start-end" if match[3] else "inline-block"
        return f"css-{match[1]}-{part}"
    if match := _LOGICAL_BORDER.fullmatch(name):
        kind = "-longhand" if match[2] else "-individual" if match[1] else ""
        return f"css-border-inline-block{kind}"
    return ""


# --- style blocks --------------------------------------------------------------------------

_CONDITIONS = {
    "prefers-color-scheme": "css-at-media-prefers-color-scheme",
    "prefers-reduced-motion": "css-at-media-prefers-reduced-motion",
    "orientation": "css-at-media-orientation",
    "hover": "css-at-media-hover",
    "device-pixel-ratio": "css-at-media-device-pixel-ratio",
}
_AT_RULE = re.compile(r"@(?:-webkit-)?([\w-]+)")
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


def of_styles(styles: Iterable[str], known: frozenset[str]) -> Iterator[Use]:
    """Yield what the texts of `<style>` elements use."""
    for style in styles:
        if "/*" in style:
            yield Use("css-comments", "a comment in the CSS", r"/\*")
        yield from _of_rules(_COMMENT.sub(" ", style), known, depth=0)


def _of_rules(css: str, known: frozenset[str], *, depth: int) -> Iterator[Use]:
    bare = depth == 0
    for prelude, body in _rules(css) if depth < _DEEPEST else ():
        if prelude.startswith("@"):
            yield from _of_at_rule(prelude)
            if "{" in body:
                yield from _of_rules(body, known, depth=depth + 1)
            else:
                yield from of_declarations(body, known, bare=bare)
            continue
        own = bare and not _AIMED.search(prelude)
        yield from _of_selector(prelude, bare=own)
        if "{" in body:
            yield Use("css-nesting", "a rule inside a rule", r"&")
        yield from of_declarations(body.partition("{")[0], known, bare=own)


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """Yield prelude and body of each outermost rule; a statement such as @import has no body."""
    masked = _TEXT.sub(lambda match: " " * len(match[0]), css)
    start = opened = depth = 0
    for place, character in ((m.start(), m[0]) for m in re.finditer(r"[{};]", masked)):
        if character == "{":
            opened = place if depth == 0 else opened
            depth += 1
        elif character == "}" and depth:
            depth -= 1
            if depth == 0:
                yield css[start:opened].strip(), css[opened + 1 : place]
                start = place + 1
        elif depth == 0:
            yield css[start:place].strip(), ""
            start = place + 1


def _of_at_rule(prelude: str) -> Iterator[Use]:
    match = _AT_RULE.match(prelude)
    if match is None:
        return
    name = match[1].lower()
    yield Use(f"css-at-{name}", f"@{name}", rf"@(?:-webkit-)?{name}\b")
    for condition, slug in _CONDITIONS.items() if name == "media" else ():
        if condition in prelude:
            yield Use(slug, f"@media ({condition})", re.escape(condition))


def _of_selector(selector: str, *, bare: bool) -> Iterator[Use]:
    sought = r"\s+".join(map(re.escape, selector.split()))
    for colons, name in _PSEUDO.findall(selector):
        kind = "element" if colons == "::" or name in _AS_ELEMENT else "class"
        yield Use(f"css-pseudo-{kind}-{name}", f"{colons}{name}", sought, bare)
    plain = re.sub(r"\[[^\]]*\]", "[]", selector)
    for character, slug in _COMBINATORS.items():
        if character in plain:
            yield Use(slug, f"the selector {character}", sought, bare)
    for pattern, slug, shown in _SELECTORS:
        if pattern.search(plain):
            yield Use(slug, shown, sought, bare)
