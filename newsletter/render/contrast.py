"""Colours, and the contrast of two as WCAG 2.2 measures it (1.4.3, and "relative luminance")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

TEXT = 4.5
"""The least contrast of text (WCAG 2.2, 1.4.3)."""
EDGE = 3.0
"""The least contrast of large text, and of an edge that carries a meaning (1.4.3, 1.4.11)."""

_STEPS = 40


@dataclass(frozen=True, slots=True)
class Colour:
    """Red, green, blue from 0 to 255, and how opaque it is, 0 to 1."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    def over(self, ground: Colour, share: float | None = None) -> Colour:
        """Return the mix with an opaque ground; `share` replaces the alpha."""
        part = self.alpha if share is None else share
        return Colour(
            self.red * part + ground.red * (1 - part),
            self.green * part + ground.green * (1 - part),
            self.blue * part + ground.blue * (1 - part),
        )

    def __str__(self) -> str:
        return f"#{round(self.red):02X}{round(self.green):02X}{round(self.blue):02X}"


WHITE, BLACK = Colour(255, 255, 255), Colour(0, 0, 0)


def hex_colour(written: str) -> Colour:
    """Return the colour of `#RGB` or `#RRGGBB`."""
    digits = written.removeprefix("#")
    if len(digits) == 3:  # noqa: PLR2004 - #RGB
        digits = "".join(2 * digit for digit in digits)
    return Colour(*bytes.fromhex(digits))


@lru_cache(maxsize=512)
def contrast(one: Colour, other: Colour) -> float:
    """Return the ratio of two opaque colours, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def nearest(colour: Colour, needs: Sequence[tuple[Colour, float]]) -> Colour | None:
    """Return the nearest mix with black or white that has every ratio, or None.

    `needs` are grounds, each with the ratio that the colour must have on it.
    """
    goals = (BLACK, WHITE)
    if _luminance(needs[0][0]) <= _MIDDLE:
        goals = goals[::-1]
    mixed = (
        hex_colour(str(goal.over(colour, step / _STEPS)))
        for goal in goals
        for step in range(_STEPS + 1)
    )
    return next((each for each in mixed if all(contrast(each, g) >= r for g, r in needs)), None)


_MIDDLE = 0.179  # the luminance on which black and white are equally readable


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(each / 255) for each in (colour.red, colour.green, colour.blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 - sRGB
