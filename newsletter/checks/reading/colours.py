"""Colours as CSS writes them (CSS Color Level 4, as far as it is in sRGB)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from tinycss2 import parse_component_value_list
from tinycss2.color4 import parse_color

from newsletter.render.contrast import Colour

_OF_SRGB = frozenset({"srgb", "hsl", "hwb"})


@lru_cache(maxsize=512)
def colour_of(written: str) -> Colour | None:
    """Return a colour, or None for what is none or is not known."""
    return _colour(written)


@lru_cache(maxsize=512)
def first_colour(written: str) -> Colour | None:
    """Return the first colour of a value that has others beside it, as `background` does."""
    tokens = parse_component_value_list(written, skip_comments=True)
    return next(filter(None, map(_colour, tokens)), None)


def _colour(written: Any) -> Colour | None:  # a text or a token
    try:
        found: Any = parse_color(written)
    except ValueError:  # "color()"
        return None
    if getattr(found, "space", "") not in _OF_SRGB:  # also of None and "currentcolor"
        return None
    red, green, blue = (min(max(0, each or 0), 1) * 255 for each in found.to("srgb").coordinates)
    return Colour(red, green, blue, found.alpha)
