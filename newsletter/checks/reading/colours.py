"""Colours as CSS writes them, and how well one is read on another (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_HEX = re.compile(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})\Z", re.IGNORECASE)
_RGB = re.compile(r"rgba?\(([^()]*)\)\Z", re.IGNORECASE)
_NAMES = {
    "black": "#000000",
    "white": "#ffffff",
    "red": "#ff0000",
    "green": "#008000",
    "blue": "#0000ff",
    "yellow": "#ffff00",
    "gray": "#808080",
    "grey": "#808080",
    "silver": "#c0c0c0",
    "maroon": "#800000",
    "navy": "#000080",
    "teal": "#008080",
    "olive": "#808000",
    "purple": "#800080",
    "lime": "#00ff00",
    "aqua": "#00ffff",
    "cyan": "#00ffff",
    "fuchsia": "#ff00ff",
    "magenta": "#ff00ff",
    "orange": "#ffa500",
    "pink": "#ffc0cb",
    "brown": "#a52a2a",
    "gold": "#ffd700",
    "beige": "#f5f5dc",
    "ivory": "#fffff0",
    "khaki": "#f0e68c",
    "lavender": "#e6e6fa",
    "crimson": "#dc143c",
    "darkblue": "#00008b",
    "darkgreen": "#006400",
    "darkred": "#8b0000",
    "linen": "#faf0e6",
    "darkgray": "#a9a9a9",
    "darkgrey": "#a9a9a9",
    "dimgray": "#696969",
    "dimgrey": "#696969",
    "lightgray": "#d3d3d3",
    "lightgrey": "#d3d3d3",
    "whitesmoke": "#f5f5f5",
    "lightblue": "#add8e6",
    "lightyellow": "#ffffe0",
    "slategray": "#708090",
    "steelblue": "#4682b4",
    "tomato": "#ff6347",
    "coral": "#ff7f50",
    "indigo": "#4b0082",
    "transparent": "#00000000",
}


@dataclass(frozen=True, slots=True)
class Colour:
    """Red, green, blue from 0 to 255, and how opaque it is, 0 to 1."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    def over(self, ground: Colour) -> Colour:
        """Return what is seen where it lies on an opaque ground."""
        share = self.alpha
        return Colour(
            *(
                mine * share + below * (1 - share)
                for mine, below in (
                    (self.red, ground.red),
                    (self.green, ground.green),
                    (self.blue, ground.blue),
                )
            )
        )

    def __str__(self) -> str:
        return f"#{round(self.red):02X}{round(self.green):02X}{round(self.blue):02X}"


WHITE, BLACK = Colour(255, 255, 255), Colour(0, 0, 0)


@lru_cache(maxsize=512)
def colour_of(written: str) -> Colour | None:
    """Return a colour, or None for what is none or is not known."""
    text = _NAMES.get(written.strip().lower(), written.strip())
    if match := _HEX.match(text):
        digits = match[1] if len(match[1]) > 4 else "".join(each * 2 for each in match[1])  # noqa: PLR2004
        octets = bytes.fromhex(digits)
        red, green, blue, *rest = map(float, octets)
        return Colour(red, green, blue, rest[0] / 255 if rest else 1.0)
    if match := _RGB.match(text):
        parts = re.split(r"[\s,/]+", match[1].strip())
        try:
            numbers = [
                float(part[:-1]) / 100 * (1 if number == 3 else 255)  # noqa: PLR2004 - the alpha
                if part.endswith("%")
                else float(part)
                for number, part in enumerate(parts)
            ]
            red, green, blue, *alpha = numbers
            return Colour(red, green, blue, alpha[0] if alpha else 1.0)
        except (TypeError, ValueError):
            return None
    return None


@lru_cache(maxsize=512)
def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two opaque colours, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(each / 255) for each in (colour.red, colour.green, colour.blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
