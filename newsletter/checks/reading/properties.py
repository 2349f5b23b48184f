"""The slug that caniemail.com has for a property of CSS."""

from __future__ import annotations

import re

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
        return ""  # of one program only
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
