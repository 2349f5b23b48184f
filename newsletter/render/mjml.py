"""MJML made into HTML: the only place that imports mjml."""

from __future__ import annotations

import re

import mjml

from newsletter.render.enclosed import enclosed, replaced, without_comments
from newsletter.render.templates.balance import VOID

TAGS = frozenset(
    {
        "mj-all",
        "mj-attributes",
        "mj-body",
        "mj-breakpoint",
        "mj-button",
        "mj-class",
        "mj-column",
        "mj-divider",
        "mj-group",
        "mj-head",
        "mj-hero",
        "mj-image",
        "mj-preview",
        "mj-raw",
        "mj-section",
        "mj-social",
        "mj-social-element",
        "mj-spacer",
        "mj-style",
        "mj-table",
        "mj-text",
        "mj-title",
        "mj-wrapper",
    }
)
"""The tags that come out right; mrml passes others through without a word."""

_TAG = re.compile(r"<(mj-[A-Za-z0-9-]*)")
_BLANKS = re.compile(r">[ \t]+(?=[<\n]|\Z)")  # mrml takes a blank after a tag in the head for text
_TEXT = re.compile(r"<(mj-text|mj-button)\b[^<>]*(?<!/)>")
_TEXT_END = {tag: re.compile(f"</{tag}>") for tag in ("mj-text", "mj-button")}
_BETWEEN = re.compile(r"(?<=>)[ \t\n]+(?=<)")  # mrml drops it and joins the words around it
_MISMATCH = re.compile(r"tag mismatch: (\S+) line (\d+) and ([^\s,]+)")
_XML_PLACE = re.compile(r", line \d+, column \d+$")
_LONE_BRACKET = "StartTag: invalid element name"
_CONTEXT = 6  # lines
_POSITION = re.compile(r"position (\d+):(\d+)")
_DEEPEST = 1_000  # mrml ends the process at some 20,000
_OPENED_OR_CLOSED = re.compile(r"<(/?)([A-Za-z][\w-]*+)[^<>]*?(/?)>")


_PREVIEW = re.compile(r'(<body\b[^>]*><div style=")[^"]*\bfont-size:1px;[^"]*(?=">)')
_HIDDEN = "display:none;max-height:0;overflow:hidden;mso-hide:all;"
"""How the preheader is hidden: `max-height` where `display` is ignored, `mso-hide` in Outlook.

mrml adds letters of 1px, in white: SpamAssassin takes text that its background hides for that of a
spammer (HTML_FONT_LOW_CONTRAST).
"""


class BadMjml(ValueError):  # noqa: N818 - the name says what it is
    """The MJML cannot be compiled; `source` is some lines up to and with the fault, or empty."""

    def __init__(self, message: str, source: str = "") -> None:
        super().__init__(message)
        self.source = source


def unknown_tags(source: str) -> list[str]:
    """Return the MJML tags of a source that would not be compiled, each once, in order."""
    found = _TAG.findall(without_comments(source))
    return list(dict.fromkeys(tag for tag in found if tag not in TAGS))


def to_html(source: str) -> str:
    """Return MJML as HTML. Raises BadMjml."""
    if source.count("<") > _DEEPEST and _depth(source) > _DEEPEST:
        raise BadMjml(f"it is nested more than {_DEEPEST:,} levels deep")
    try:
        # `fonts`: the default ones would be fetched.
        html: str = mjml.mjml2html(_spaced(source), fonts={})
    except ValueError as error:
        raise _explained(source, str(error)) from None
    return _PREVIEW.sub(rf"\1{_HIDDEN}", html, count=1)


def _depth(source: str) -> int:
    """Return how many tags are open at most; one that is never closed counts to the end."""
    depth = deepest = 0
    for closes, tag, is_empty in _OPENED_OR_CLOSED.findall(without_comments(source)):
        if not is_empty and tag.lower() not in VOID:
            depth += -1 if closes else 1
            deepest = max(deepest, depth)
    return deepest


def _spaced(source: str) -> str:
    head, end, body = source.partition("</mj-head>")
    if end:
        source = _BLANKS.sub(">", head) + end + body
    texts = enclosed(source, _TEXT, _TEXT_END)
    return replaced(source, texts, lambda text: _BETWEEN.sub("&#32;", text))


def _explained(source: str, message: str) -> BadMjml:
    """Say where the fault is; mrml names a place only sometimes, an XML parser always."""
    from lxml import etree

    try:
        etree.fromstring(source.replace("&", "&amp;").encode())  # which mrml takes as it is
    except etree.XMLSyntaxError as error:
        if mismatch := _MISMATCH.search(error.msg or ""):
            message = f"<{mismatch[1]}> is not closed before </{mismatch[3]}>"
            return BadMjml(message, _before(source, int(mismatch[2])))
        message = _XML_PLACE.sub("", error.msg or message)
        return BadMjml(
            "'<' must be written as &lt;" if message == _LONE_BRACKET else message,
            _before(source, error.lineno or 0),
        )
    match = _POSITION.search(message)
    if match is None:
        return BadMjml(message)
    around = source.encode()[int(match[1]) :][:80].decode(errors="ignore")
    return BadMjml(message, around.strip())


def _before(source: str, number: int) -> str:
    """Return the line of that number and some before it, enough to tell it from its likes."""
    return "\n".join(source.split("\n")[max(0, number - _CONTEXT) : number])
