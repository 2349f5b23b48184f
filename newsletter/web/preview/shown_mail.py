"""A message as mail programs show it: its row in the list of mails, its colours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from enum import StrEnum
from html.parser import HTMLParser

from newsletter.message.received import Received


class ColourScheme(StrEnum):
    """The colours that the reader's device asks for; NONE leaves the HTML to the byte."""

    LIGHT = "light"
    DARK = "dark"
    NONE = "none"


@dataclass(frozen=True)
class Mail(Received):
    """A message as a list of mails and a page of its source show it."""

    @property
    def weight(self) -> int:
        """Octets of the HTML, which Gmail cuts off at about 102 KB."""
        return len(self.html.encode())

    @property
    def head(self) -> str:
        """The header section as it is sent, with its folded lines."""
        return (
            self.octets.partition(b"\r\n\r\n")[0].decode("utf-8", "replace").replace("\r\n", "\n")
        )

    @property
    def sender(self) -> str:
        """Who it is from, as a list of mails shows it: the name, else the address."""
        name, address = parseaddr(self.header("From"))
        return name or address

    @property
    def day(self) -> str:
        """The day of its Date, as a list of mails shows it (`1 Nov`), or nothing."""
        try:
            moment = datetime.strptime(self.header("Date"), "%a, %d %b %Y %H:%M:%S %z")
        except ValueError:
            return ""
        return f"{moment.day} {moment:%b}"

    @property
    def snippet(self) -> str:
        """What a list of mails shows after the subject: the first words of the HTML."""
        return snippet(self.html) if self.html else _plain(self.text)[:LONGEST_SNIPPET]


# --- the words beside the subject

LONGEST_SNIPPET = 250
"""Characters; no program shows more."""
_HIDDEN = frozenset({"style", "script", "title", "head", "template"})
# Joiners, marks and spaces without a glyph; a run of them pads a preheader.
_NO_GLYPH = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
)
_INVISIBLE = re.compile(f"[{_NO_GLYPH}]")
_PADDING = re.compile(rf"(?:[{_NO_GLYPH}\u00a0\u2000-\u200a\u3000]\s*){{8,}}")
_BLANK = re.compile(r"\s+")


def snippet(html: str) -> str:
    """Return the first words of an HTML body, as a list of mails takes them.

    Hidden elements count (a preheader is one). What follows a run of padding does not: the padding
    fills the row.
    """
    words = _Words()
    words.feed(html)
    shown = _PADDING.split("".join(words.text).lstrip(), maxsplit=1)[0]
    return _plain(_INVISIBLE.sub("", shown))[:LONGEST_SNIPPET]


def _plain(text: str) -> str:
    return _BLANK.sub(" ", text).strip()


class _Words(HTMLParser):
    """Collects the text of a document up to what a row can show."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self._within: list[str] = []
        self._length = 0

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self._within.clear()  # a head need not be closed
        elif tag in _HIDDEN:
            self._within.append(tag)
        elif tag in _BREAKS and self.text:
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._within:
            del self._within[self._within.index(tag) :]

    def handle_data(self, data: str) -> None:
        if self._within or self._length > _ENOUGH:
            return
        # Between elements a line end and an indent is one space; padding is made of others.
        text = re.sub(r"[ \t\r\n]+", " ", data)
        self._length += len(text.strip())
        self.text.append(text)


_BREAKS = frozenset({"p", "div", "tr", "td", "br", "li", "h1", "h2", "h3", "h4", "table"})
_ENOUGH = 4 * LONGEST_SNIPPET


# --- as one device or another shows it

_STYLE = re.compile(r"(<style\b[^>]*>)(.*?)(</style>)", re.IGNORECASE | re.DOTALL)
_META = re.compile(
    r"(<meta\b[^>]*\bname=[\"'](?:supported-)?color-schemes?[\"'][^>]*\bcontent=[\"'])[^\"']*",
    re.IGNORECASE,
)
_FEATURE = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)", re.IGNORECASE)
_PROPERTY = re.compile(r"(?<![\w-])((?:supported-)?color-schemes?)\s*:\s*[^;}\"']+", re.IGNORECASE)

# prefers-color-scheme is replaced by a feature that always or never holds: that works in every
# browser, whatever the editor's own device prefers.
_ALWAYS = "(min-width:0px)"
_NEVER = "(min-width:99999px)"


def in_scheme(html: str, scheme: ColourScheme) -> str:
    """Return the HTML as a device that asks for light or dark shows it.

    Only style blocks and the two metas change: words of the author may look like CSS.
    """
    if scheme is ColourScheme.NONE:
        return html

    def feature(match: re.Match[str]) -> str:
        return _ALWAYS if match[1].lower() == scheme else _NEVER

    def style(match: re.Match[str]) -> str:
        css = _FEATURE.sub(feature, match[2])
        return match[1] + _PROPERTY.sub(rf"\1:{scheme}", css) + match[3]

    return _META.sub(rf"\g<1>{scheme}", _STYLE.sub(style, html))


def without_style_blocks(html: str) -> str:
    """Return the HTML as programs show it that drop style blocks; styles on elements stay."""
    return _STYLE.sub("", html)
