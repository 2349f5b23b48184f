"""The rule about contrast: every text of the final HTML on its ground, in light and in dark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from newsletter.basics.errors import Level, Problem
from newsletter.checks.dossier import Dossier
from newsletter.checks.reading.looks import Inherited, Looks
from newsletter.checks.reading.stylesheet import has_dark, style_rules
from newsletter.checks.reading.texts import in_templates, setting_place
from newsletter.content.issue.issue import Issue
from newsletter.render.contrast import EDGE, TEXT, Colour
from newsletter.render.contrast import contrast as ratio_of

UNREADABLE = 2.0
"""A ratio below which a text can hardly be seen."""
_LARGE_SIZE, _LARGE_BOLD = 24, 18.66  # pixels (WCAG 2.2, "large scale")
_LETTER = re.compile(r"\w")


def contrast(dossier: Dossier, issue: Issue) -> Iterator[Problem]:
    """Find text that is hard to tell from its ground; each pair of colours is reported once."""
    if dossier.message is None:
        return
    styles = dossier.message.styles
    modes = (False, True) if has_dark(styles) else (False,)
    for dark in modes:
        looks = Looks(dossier.message.root, style_rules(styles, dark=dark), dark=dark)
        told: set[tuple[Colour, Colour]] = set()
        for seen in looks.texts():
            pair = _pair(seen.state)
            if pair is None or pair in told:
                continue
            ratio, least = ratio_of(*pair), _least(seen.state)
            if ratio + 0.005 >= least or not _LETTER.search(seen.words):
                continue
            told.add(pair)
            file, line = _place(dossier, pair[0])
            words = " ".join(seen.words.split())
            yield Problem(
                message=f"'{words[:40]}{'…' if len(words) > 40 else ''}' is hard to read in the "  # noqa: PLR2004
                f"{'dark' if dark else 'light'}: {pair[0]} on {pair[1]} is {ratio:.1f}:1, "
                f"at least {least:g}:1 is needed",
                file=file or issue.file,
                line=line,
                hint="choose a darker or a lighter colour",
                level=Level.ERROR if ratio < UNREADABLE else Level.WARNING,
            )


def _pair(state: Inherited) -> tuple[Colour, Colour] | None:
    """Return text and ground as they are seen, None where the ground is an image."""
    if state.ground is None:
        return None
    colour = state.colour if state.colour.alpha >= 1 else state.colour.over(state.ground)
    return colour, state.ground


def _least(state: Inherited) -> float:
    is_large = state.size >= (_LARGE_BOLD if state.is_bold else _LARGE_SIZE)
    return EDGE if is_large else TEXT


def _place(dossier: Dossier, colour: Colour) -> tuple[Path | None, int | None]:
    """Return where a colour is set: under [design], or in a template of the editor's own."""
    settings = dossier.settings
    for key, value in settings.design.values.items():
        if str(value).strip().upper() == str(colour):
            return setting_place(settings, f"design.{key}")
    return in_templates(dossier, f"(?i){colour}", (".mjml", ".css", ".toml"))
