"""The finished message, parsed once for all rules: its headers, its text, its HTML as a tree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from lxml import html as lxml_html
from lxml.html import HtmlElement

from newsletter.message.received import Received

HIDDEN = re.compile(r"display\s*:\s*none|max-height\s*:\s*0(?![.\d])", re.IGNORECASE)
"""What hides an element in a style attribute."""
_BLOCKS = frozenset(
    {"address", "blockquote", "br", "div", "dd", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"hr", "li", "ol", "p", "pre", "table", "tbody", "td", "th", "thead", "tr", "ul"}
)


@dataclass(frozen=True)
class ParsedMessage(Received):
    """A message as `newsletter.message` makes it: two parts, quoted-printable, CRLF.

    Each property is computed at its first use and kept. The tree must not be changed.
    """

    @cached_property
    def subject(self) -> str:
        """The subject, decoded."""
        return str(self.headers["Subject"] or "")

    @cached_property
    def root(self) -> HtmlElement:
        """The tree of the HTML, as libxml2 reads it; conditional comments are comments."""
        return lxml_html.document_fromstring(self.html or "<html><body></body></html>")

    @cached_property
    def seen(self) -> str:
        """What a reader of the HTML reads: no styles, no title, no preheader."""
        body = self.root.find("body")
        return "" if body is None else text_of(body)

    @cached_property
    def styles(self) -> tuple[str, ...]:
        """The text of each `<style>` that is not in a comment, in order."""
        return tuple(each.text or "" for each in self.root.iter("style"))


def text_of(element: HtmlElement) -> str:
    """Return what a reader sees of an element; an image is its alt text."""
    pieces: list[str] = []
    _collect(element, pieces)
    return "".join(pieces)


def _collect(element: HtmlElement, pieces: list[str]) -> None:
    if not isinstance(element.tag, str) or element.tag in {"style", "script", "title"}:
        return
    style = element.get("style")
    if style and HIDDEN.search(style):
        return
    if element.tag == "img":
        pieces.append(f" {element.get('alt') or ''} ")
    is_block = element.tag in _BLOCKS
    if is_block:
        pieces.append(" ")
    if element.text:
        pieces.append(element.text)
    for child in element:
        _collect(child, pieces)
        if child.tail:
            pieces.append(child.tail)
    if is_block:
        pieces.append(" ")
