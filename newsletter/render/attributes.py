"""Attributes: the cure for MJML's, which mrml writes with Rust's debug escapes, and `dir`."""

from __future__ import annotations

import re
from html import escape

from markupsafe import Markup

from newsletter.content.text.characters import direction

_BLANKS = re.compile(r"[ \t\r\n]+")


def attribute(value: object) -> Markup:
    r"""Return a text as every MJML attribute, `mj-title` and `mj-preview` take it unharmed.

    White space collapses; `& < > " '` and the backslash become entities, and so does all that
    is not ASCII: mrml would turn a newline, a combining mark or an emoji's joiner into `\u{...}`.
    """
    text = escape(_BLANKS.sub(" ", str(value)).strip(" "), quote=True).replace("\\", "&#92;")
    return Markup(text.encode("ascii", "xmlcharrefreplace").decode("ascii"))  # noqa: S704 - escaped


def dir_attribute(value: object, base: str) -> Markup:
    """Return ` dir="rtl"` or ` dir="ltr"` for a text that runs against `base`, else nothing."""
    own = direction(str(value))
    return Markup("") if own in {None, base} else Markup(' dir="{}"').format(own)
