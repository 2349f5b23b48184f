"""Contrast of two colours, as WCAG 2.2 measures it (1.4.3, and "relative luminance")."""

from __future__ import annotations

from collections.abc import Sequence

TEXT = 4.5
"""What text needs (WCAG 2.2, 1.4.3)."""
EDGE = 3.0
"""What large text, and an edge that means something, need (1.4.3, 1.4.11)."""

_STEPS = 40


def contrast(first: str, second: str) -> float:
    """Return the ratio of two colours (`#RGB` or `#RRGGBB`), 1 to 21."""
    darker, lighter = sorted((_luminance(first), _luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def nearest(colour: str, needs: Sequence[tuple[str, float]]) -> str | None:
    """Return the colour on the way to black or to white that first has every ratio, or None.

    `needs` are grounds, each with the ratio that the colour must have on it.
    """
    goals = ("#000000", "#FFFFFF")
    if _luminance(needs[0][0]) <= _MIDDLE:
        goals = goals[::-1]
    mixed = (_mixed(colour, goal, step / _STEPS) for goal in goals for step in range(_STEPS + 1))
    return next((each for each in mixed if all(contrast(each, g) >= r for g, r in needs)), None)


_MIDDLE = 0.179  # the luminance on which black and white are equally readable


def _channels(colour: str) -> tuple[int, int, int]:
    digits = colour.removeprefix("#")
    if len(digits) == 3:  # noqa: PLR2004 - #RGB
        digits = "".join(2 * digit for digit in digits)
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 - sRGB


def _mixed(colour: str, goal: str, share: float) -> str:
    pairs = zip(_channels(colour), _channels(goal), strict=True)
    return "#" + "".join(f"{round(own + (other - own) * share):02X}" for own, other in pairs)
