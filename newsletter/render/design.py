"""`[design]`: a template's colours, fonts, widths and logo, with the settings' values.

A template's `design.toml` has its variables and their defaults; it overrides that of the template
it falls back on. A default's form is its kind: `"#0B5C5A"` a colour, a whole number pixels,
`"https://"` the address of a picture (none unless it is set), `""` a line of words, other text a
list of fonts. Two tables state contrast: `[text_on]` maps a colour of text to its grounds,
`[edge_on]` a colour of large text or edges.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsletter.basics.errors import NewsletterError, Problem, did_you_mean
from newsletter.basics.files import shown
from newsletter.basics.toml import TomlFile
from newsletter.render.contrast import EDGE, TEXT, contrast, hex_colour, nearest
from newsletter.render.templates.files import find_all, toml_of
from newsletter.settings.values import Settings

FILE = "design.toml"
NO_PICTURE = "https://"
_NEEDS = {"text_on": TEXT, "edge_on": EDGE}
_COLOUR = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_FONTS = re.compile(r"[\w ,'.-]+")
_PICTURE = re.compile(r"https://[^/?#\s\"'<>\\]+/[^\s\"'<>\\]+", re.IGNORECASE)
_SVG = re.compile(r"\.svgz?(?:[?#]|\Z)", re.IGNORECASE)
_NARROWEST, _WIDEST = 1, 2000

Values = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class _Pair:
    """A colour, its ground, and the contrast that it needs there."""

    colour: str
    ground: str
    ratio: float


def design_values(settings: Settings, folders: Sequence[Path]) -> Values:
    """Return the template's variables with the settings' values in them.

    Raises NewsletterError with every unknown name, every value of the wrong kind and every pair
    of colours that cannot be read.
    """
    files = [toml_of(path, settings.root) for path in reversed(find_all(folders, FILE))]
    defaults, kinds, pairs = _defaults(files)
    own = TomlFile(
        name=shown(settings.file, settings.root),
        values=settings.design.values,
        lines={
            name.removeprefix("design."): line
            for name, line in settings.lines.items()
            if name.startswith("design.")
        },
    )
    problems = [*_kind_problems(own, kinds)]
    if problems:
        raise NewsletterError(*problems)
    values = {**defaults, **own.values}
    problems = [*_contrast_problems(values, pairs, [own, *reversed(files)])]
    if problems:
        raise NewsletterError(*problems)
    return {name: "" if value == NO_PICTURE else value for name, value in values.items()}


def _defaults(files: Sequence[TomlFile]) -> tuple[Values, Values, tuple[_Pair, ...]]:
    """Return the defaults of all files together, the first default of each, and the pairs.

    The first default of a name decides its kind, also for later files.
    """
    values: Values = {}
    kinds: Values = {}
    pairs: dict[_Pair, None] = {}
    problems: list[Problem] = []
    for file in files:
        plain = {name: value for name, value in file.values.items() if name not in _NEEDS}
        own = TomlFile(name=file.name, values=plain, lines=file.lines)
        kinds = {**plain, **kinds}
        problems += _kind_problems(own, kinds)
        values |= plain
        for table, ratio in _NEEDS.items():
            for pair in _pairs(file.values.get(table, {}), ratio):
                pairs[pair] = None
                problems += _unknown_colour(file, table, pair, values)
    if problems:
        raise NewsletterError(*problems)
    return values, kinds, tuple(pairs)


def _pairs(table: Any, ratio: float) -> Iterator[_Pair]:
    for colour, grounds in table.items() if isinstance(table, dict) else ():
        for ground in grounds if isinstance(grounds, list) else [grounds]:
            yield _Pair(colour, str(ground), ratio)


def _unknown_colour(file: TomlFile, table: str, pair: _Pair, values: Values) -> Iterator[Problem]:
    colours = [name for name, value in values.items() if str(value).startswith("#")]
    for name in (pair.colour, pair.ground):
        if name not in colours:
            yield Problem(
                message=f"[{table}] speaks of '{name}', which is no colour here",
                file=file.name,
                line=file.line(f"{table}.{pair.colour}"),
                hint=did_you_mean(name, colours),
            )


def _kind_problems(file: TomlFile, defaults: Values) -> Iterator[Problem]:
    for name, value in file.values.items():
        wrong = _wrong(name, value, defaults)
        if wrong:
            message, hint = wrong
            yield Problem(message=message, file=file.name, line=file.line(name), hint=hint)


def _wrong(name: str, value: object, defaults: Values) -> tuple[str, str | None] | None:
    if name not in defaults:
        near = did_you_mean(name, defaults) or f"the template has: {', '.join(defaults)}"
        return f"the template has no design value '{name}'", near
    default: object = defaults[name]
    if isinstance(default, bool) or not isinstance(default, int | str):
        return f"'{name}' is neither a colour, a list of fonts nor a number of pixels", None
    if isinstance(default, int):
        good = type(value) is int and _NARROWEST <= value <= _WIDEST
        wanted = f"pixels, such as {default}"
    elif default.startswith("#"):
        good = isinstance(value, str) and _COLOUR.fullmatch(value) is not None
        wanted = f"a colour such as {default}"
    elif default == NO_PICTURE:
        return _wrong_picture(name, value)
    elif default == "":
        good, wanted = isinstance(value, str), "text"
    else:
        good = isinstance(value, str) and _FONTS.fullmatch(value) is not None
        wanted = f'fonts such as "{default}"'
    return None if good else (f"'{name}' must be {wanted}; it is {value!r}", None)


def _wrong_picture(name: str, value: object) -> tuple[str, str] | None:
    if value == NO_PICTURE:
        return None
    if not isinstance(value, str) or not _PICTURE.fullmatch(value):
        return (
            f"'{name}' must be a picture's address with https://; it is {value!r}",
            "put the picture on your web site: what is inside an email is often not shown",
        )
    if _SVG.search(value):
        return f"'{name}' is an SVG, which mail programs do not show", "use a PNG or a JPEG"
    return None


def _contrast_problems(
    values: Values, pairs: Sequence[_Pair], files: Sequence[TomlFile]
) -> Iterator[Problem]:
    """Yield a problem for each pair with too little contrast, at the line that sets a colour.

    `files` are those that set values, the one that overrides the others first.
    """
    for pair in pairs:
        colour, ground = str(values[pair.colour]), str(values[pair.ground])
        ratio = contrast(hex_colour(colour), hex_colour(ground))
        if ratio >= pair.ratio:
            continue
        setter, name = next(
            (file, name)
            for file in files
            for name in (pair.colour, pair.ground)
            if name in file.values
        )
        what = "text" if pair.ratio == TEXT else "an edge or large text"
        yield Problem(
            message=f"{pair.colour} {colour} on {pair.ground} {ground} has a contrast of "
            f"{int(ratio * 100) / 100:g}:1; {what} needs {pair.ratio:g}:1",
            file=setter.name,
            line=setter.line(name),
            hint=_better(name, values, pairs),
        )


def _better(name: str, values: Values, pairs: Sequence[_Pair]) -> str | None:
    """Return a hint with the nearest colour that has enough contrast in all its pairs."""
    needs = [
        (hex_colour(str(values[pair.ground if name == pair.colour else pair.colour])), pair.ratio)
        for pair in pairs
        if name in {pair.colour, pair.ground}
    ]
    near = nearest(hex_colour(str(values[name])), needs)
    return f'{name} = "{near}" would do' if near else None
