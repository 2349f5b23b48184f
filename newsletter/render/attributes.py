"""Attributes: values that mrml leaves intact, and `dir`."""

from __future__ import annotations

import re
from html import escape

from markupsafe import Markup

from newsletter.content.text.characters import direction

_BLANKS = re.compile(r"[ \t\r\n]+")


def attribute(value: object) -> Markup:
    r"""Return a text for an MJML attribute, `mj-title` or `mj-preview`.

    White space collapses; `& < > " '`, the backslash and all that is not ASCII become entities:
    mrml writes attributes with Rust's debug escapes, a newline or an emoji's joiner as `\u{...}`.
    """
    text = escape(_BLANKS.sub(" ", str(value)).strip(" "), quote=True).replace("\\", "&#92;")
    return Markup(text.encode("ascii", "xmlcharrefreplace").decode("ascii"))  # noqa: S704 - escaped


def dir_attribute(value: object, base: str) -> Markup:
    """Return ` dir="rtl"` or ` dir="ltr"` for a text that runs against `base`, else nothing."""
    own = direction(str(value))
    return Markup("") if own in {None, base} else Markup(' dir="{}"').format(own)
