"""`[design]`: a template's colours, fonts and widths, and what the settings make of them.

A template's `design.toml` names its variables and their defaults, and a default's form tells
its kind: `"#0B5C5A"` a colour, a whole number pixels, other text a list of fonts.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

from newsletter.errors import NewsletterError, Problem, did_you_mean, fail
from newsletter.files import read_text, shown
from newsletter.render.template_files import find
from newsletter.settings import Settings

FILE = "design.toml"
_COLOUR = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_FONTS = re.compile(r"[\w ,'.-]+")
_NARROWEST, _WIDEST = 1, 2000

Values = dict[str, str | int]


def design_values(settings: Settings, folders: Sequence[Path]) -> Values:
    """Return the template's variables with the settings' values in them.

    Raises NewsletterError with every unknown name and every value of the wrong kind.
    """
    defaults = _defaults(folders, settings.root)
    problems: list[Problem] = []
    for name, value in settings.design.values.items():
        wrong = _wrong(name, value, defaults)
        if wrong:
            problems.append(
                Problem(
                    message=wrong,
                    file=shown(settings.file, settings.root),
                    line=settings.lines.get(f"design.{name}"),
                    hint=None if name in defaults else _names(name, defaults),
                )
            )
    if problems:
        raise NewsletterError(*problems)
    return {**defaults, **settings.design.values}


def _names(name: str, defaults: Values) -> str:
    return did_you_mean(name, defaults) or f"the template has: {', '.join(defaults)}"


def _defaults(folders: Sequence[Path], root: Path) -> Values:
    path = find(folders, FILE)
    if path is None:
        return {}
    try:
        values: Values = tomllib.loads(read_text(path, shown(path, root)))
    except tomllib.TOMLDecodeError as error:
        raise fail(f"no valid TOML: {error}", file=shown(path, root)) from None
    wrong = [name for name, value in values.items() if _wrong(name, value, values)]
    if wrong:
        message = f"'{wrong[0]}' is neither a colour, a list of fonts nor a number of pixels"
        raise fail(message, file=shown(path, root))
    return values


def _wrong(name: str, value: object, defaults: Values) -> str | None:
    if name not in defaults:
        return f"the template has no design value '{name}'"
    default: object = defaults[name]
    if not isinstance(default, int | str) or isinstance(default, bool):
        return f"'{name}' is of no known kind"
    if isinstance(default, int):
        good = type(value) is int and _NARROWEST <= value <= _WIDEST
        return None if good else f"'{name}' must be pixels, such as {default}; it is {value!r}"
    if default.startswith("#"):
        good = isinstance(value, str) and _COLOUR.fullmatch(value) is not None
        return None if good else f"'{name}' must be a colour such as {default}; it is {value!r}"
    good = isinstance(value, str) and _FONTS.fullmatch(value) is not None
    return None if good else f"'{name}' must be fonts such as \"{default}\"; it is {value!r}"
