"""How the HTML looks without a browser: colours, sizes, heights, as far as styles tell them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from lxml.html import HtmlElement

from newsletter.checks.reading.colours import colour_of, first_colour
from newsletter.checks.reading.stylesheet import StyleRule, declarations, matches
from newsletter.render.contrast import BLACK, WHITE, Colour

_LENGTH = re.compile(r"(-?\d*\.?\d+)\s*(px|pt|em|rem|%)?\Z", re.IGNORECASE)
_LINK, _DARK_LINK = Colour(0, 0, 238), Colour(158, 158, 255)
_DARK_GROUND = Colour(30, 30, 30)
_HEADINGS = {"h1": 2.0, "h2": 1.5, "h3": 1.17, "h4": 1.0, "h5": 0.83, "h6": 0.67}
_BOLD_TAGS = frozenset({"b", "strong", "th", *_HEADINGS})
_BOLD = 600
_PT = 4 / 3
_NORMAL = 1.2
_UNSEEN = frozenset({"style", "script", "title", "head", "noscript", "template"})


@dataclass(frozen=True, slots=True)
class Inherited:
    """What elements inherit, sizes in pixels; `ground` is None over an image."""

    colour: Colour
    ground: Colour | None
    size: float
    is_bold: bool
    line: str = "normal"


@dataclass(frozen=True, slots=True)
class SeenText:
    """A text that readers see, and how."""

    words: str
    state: Inherited


class Looks:
    """A document with the rules that hold beside its style attributes, in the cascade's order."""

    def __init__(
        self, root: HtmlElement, rules: tuple[StyleRule, ...] = (), *, dark: bool = False
    ) -> None:
        self._root, self._dark = root, dark
        self._matches = matches(root, rules)

    def texts(self) -> list[SeenText]:
        """Return every text that is seen."""
        ground, ink = (_DARK_GROUND, WHITE) if self._dark else (WHITE, BLACK)
        found: list[SeenText] = []
        self._collect(self._root, Inherited(ink, ground, 16, is_bold=False), found)
        return found

    def is_button(self, link: HtmlElement) -> bool:
        """Whether a link looks like a button: it, or the cell that it fills, is coloured."""
        cell = link.getparent()
        filled = cell is not None and cell.tag in {"td", "th"} and _ground(self._style(cell), cell)
        return bool(_ground(self._style(link), link) or filled)

    def height(self, link: HtmlElement) -> float | None:
        """Return the height of the area of a link that stands alone, in pixels."""
        state = Inherited(BLACK, WHITE, 16, is_bold=False)
        for element in reversed([link, *link.iterancestors()]):
            state = self._state(element, self._style(element), state)
        for inner in link.iterdescendants():
            if isinstance(inner.tag, str) and (size := self._style(inner).get("font-size")):
                state = replace(state, size=max(state.size, _length(size, state.size) or 0))
        style = self._style(link)
        image = max((float(i.get("height") or 0) for i in link.iter("img") if _is_number(i)),
                    default=0)  # fmt: skip
        least = max((_length(style.get(n, ""), 16) or 0) for n in ("height", "min-height"))
        padding = sum(_padding(style, side) for side in (0, 2))
        return max(_line_height(state), image, least) + padding

    def _collect(self, element: HtmlElement, above: Inherited, found: list[SeenText]) -> None:
        if not isinstance(element.tag, str) or element.tag in _UNSEEN:
            return
        style = self._style(element)
        if style and _is_hidden(style):
            return
        state = self._state(element, style, above)
        is_shown = state.size >= 1  # MJML's cells have none, and what is in them has its own
        if is_shown and element.text and element.text.strip():
            found.append(SeenText(element.text, state))
        for child in element:
            self._collect(child, state, found)
            if is_shown and child.tail and child.tail.strip():
                found.append(SeenText(child.tail, state))

    def _state(self, element: HtmlElement, style: dict[str, str], above: Inherited) -> Inherited:
        if not style and element.tag not in _BOLD_TAGS and element.tag != "a":
            ground = colour_of(element.get("bgcolor") or "")
            return above if ground is None else replace(above, ground=ground)
        size = above.size * _HEADINGS.get(str(element.tag), 1)
        written = style.get("font-size")
        if written:
            found = _length(written, above.size)
            size = above.size if found is None else found
        return Inherited(
            colour=self._colour(element, style, above),
            ground=_ground_over(style, element, above.ground),
            size=size,
            is_bold=_is_bold(style.get("font-weight", ""), element, above),
            line=style.get("line-height", above.line),
        )

    def _colour(self, element: HtmlElement, style: dict[str, str], above: Inherited) -> Colour:
        written = style.get("color", element.get("color") or "")
        found = colour_of(written) if written else None
        if found is not None:
            return found
        if (
            element.tag == "a"
            and element.get("href")
            and written not in {"inherit", "currentColor"}
        ):
            return _DARK_LINK if self._dark else _LINK
        return above.colour

    def _style(self, element: HtmlElement) -> dict[str, str]:
        own = element.get("style") or ""
        rules = self._matches.get(element)
        important, ordinary = declarations(own) if own else ({}, {})
        if not rules:
            return {**ordinary, **important} if important else ordinary
        style: dict[str, str] = {}
        for rule in rules:
            _lay(style, rule.ordinary)
        _lay(style, ordinary)
        for rule in rules:
            _lay(style, rule.important)
        _lay(style, important)
        return style


def _lay(style: dict[str, str], over: Mapping[str, str]) -> None:
    """Put declarations over others; `background` and `background-color` set the same thing."""
    if "background" in over:
        style.pop("background-color", None)
    elif "background-color" in over:
        style.pop("background", None)
    style.update(over)


def _is_hidden(style: dict[str, str]) -> bool:
    return (
        style.get("display", "").lower() == "none"
        or style.get("visibility", "").lower() == "hidden"
        or style.get("max-height", "") in {"0", "0px"}
        or style.get("opacity", "") in {"0", "0.0"}
    )


def _ground(style: dict[str, str], element: HtmlElement) -> Colour | None:
    """Return the colour that an element paints behind its text, None for none."""
    written = style.get("background-color") or ""
    found = colour_of(written) if written else None
    if found is None and (whole := style.get("background")):
        found = first_colour(whole)
    if found is None and not written:
        found = colour_of(element.get("bgcolor") or "")
    return found if found is not None and found.alpha else None


def _ground_over(
    style: dict[str, str], element: HtmlElement, below: Colour | None
) -> Colour | None:
    image = f"{style.get('background', '')}{style.get('background-image', '')}".lower()
    if "url(" in image or "gradient(" in image:
        return None
    painted = _ground(style, element)
    if painted is None:
        return below
    return painted if painted.alpha >= 1 else below and painted.over(below)


def _is_bold(written: str, element: HtmlElement, above: Inherited) -> bool:
    if written.isdigit():
        return int(written) >= _BOLD
    if written.lower() in {"bold", "bolder"}:
        return True
    if written.lower() in {"normal", "lighter"}:
        return False
    return above.is_bold or element.tag in _BOLD_TAGS


def _length(written: str, of: float) -> float | None:
    match = _LENGTH.match(written.strip())
    if match is None:
        return None
    number, unit = float(match[1]), (match[2] or "px").lower()
    return number * {"px": 1, "pt": _PT, "em": of, "rem": 16, "%": of / 100}[unit]


def _line_height(state: Inherited) -> float:
    written = state.line.strip()
    if written.replace(".", "", 1).isdigit():
        return float(written) * state.size
    return _length(written, state.size) or state.size * _NORMAL


def _padding(style: dict[str, str], side: int) -> float:
    """Return the padding above (0) or below (2)."""
    name = ("padding-top", "", "padding-bottom")[side]
    if name in style:
        return _length(style[name], 16) or 0
    parts = style.get("padding", "").split()
    if not parts:
        return 0
    index = side if side < len(parts) else 0
    return _length(parts[index], 16) or 0


def _is_number(image: HtmlElement) -> bool:
    return (image.get("height") or "").isdigit()
