"""MJML compiled to HTML: the only place that imports mjml."""

from __future__ import annotations

import re

import mjml

from newsletter.render.enclosed import enclosed, replaced, without_comments
from newsletter.render.templates.balance import VOID

TAGS = frozenset(
    f"mj-{name}"
    for name in (
        *("all", "attributes", "body", "breakpoint", "button", "class", "column", "divider"),
        *("group", "head", "hero", "image", "preview", "raw", "section", "social"),
        *("social-element", "spacer", "style", "table", "text", "title", "wrapper"),
    )
)
"""The tags that mrml compiles; it silently passes others through."""

_TAG = re.compile(r"<(mj-[A-Za-z0-9-]*)")
_BLANKS = re.compile(r">[ \t]+(?=[<\n]|\Z)")  # text to mrml, where it follows a tag in the head
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
"""The preheader's style: `max-height` where `display` is ignored, `mso-hide` for Outlook.

mrml's own style has white letters of 1px, which SpamAssassin counts as spam
(HTML_FONT_LOW_CONTRAST).
"""


class BadMjml(ValueError):  # noqa: N818 - the name says what it is
    """The MJML cannot be compiled; `source` is the faulty line and some before it, or ""."""

    def __init__(self, message: str, source: str = "") -> None:
        super().__init__(message)
        self.source = source


def unknown_tags(source: str) -> list[str]:
    """Return the MJML tags of a source that are not in TAGS, each once, in order."""
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
    """Return the largest number of open tags; one that is never closed counts to the end."""
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
    """Return the error with its place: an XML parser always gives one, mrml does not."""
    from lxml import etree

    try:
        etree.fromstring(source.replace("&", "&amp;").encode())  # mrml accepts a bare &
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
    """Return the line of that number and some before it, so that it can be found in a file."""
    return "\n".join(source.split("\n")[max(0, number - _CONTEXT) : number])
